"""The area people."""

from guanxi.kernel import apps


class PeopleConfig(apps.Area):
    """Found by Django; its entities are found by the area."""

    name = "guanxi.people"
    label = "people"

    def ready(self) -> None:
        """Headcounts of departments and profiles of accounts are known here, where people without an account are known."""
        super().ready()
        from guanxi.kernel import install
        from guanxi.org import departments, identities, profile
        from guanxi.people import directory, hiring, self_service

        install.STEPS.append(hiring.adopt)
        identities.NEWCOMERS.append(hiring.adopt_one)
        departments.COUNTS.append(directory.working)
        profile.KEEPERS.append(self_service.Keeper())

"""The area catalog."""

from guanxi.kernel import apps


class CatalogConfig(apps.Area):
    """Found by Django; its entities are found by the area."""

    name = "guanxi.catalog"
    label = "catalog"

    def ready(self) -> None:
        """Products that a migration brought in are found like those that people entered."""
        super().ready()
        from guanxi.catalog import finding
        from guanxi.kernel import install

        install.STEPS.append(finding.index_missing)

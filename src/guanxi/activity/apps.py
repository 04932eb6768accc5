"""The area activity."""

from guanxi.kernel import apps


class ActivityConfig(apps.Area):
    """Found by Django; its entities are found by the area."""

    name = "guanxi.activity"
    label = "activity"

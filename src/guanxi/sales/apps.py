"""The area sales."""

from guanxi.kernel import apps


class SalesConfig(apps.Area):
    """Found by Django; its entities are found by the area."""

    name = "guanxi.sales"
    label = "sales"

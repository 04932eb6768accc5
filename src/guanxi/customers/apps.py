"""The area customers."""

from guanxi.kernel import apps


class CustomersConfig(apps.Area):
    """Found by Django; its entities are found by the area."""

    name = "guanxi.customers"
    label = "customers"

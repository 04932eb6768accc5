"""The surfaces app: what is derived and seen."""

from django.apps import AppConfig


class SurfacesConfig(AppConfig):
    """Saved views, imports and the pages themselves."""

    name = "guanxi.surfaces"
    label = "surfaces"

"""All addresses of the surfaces. Entities bring none of their own: `<slug>` is looked up in the registry."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver

from guanxi.kernel.apps import Area
from guanxi.surfaces.admin import access, arrivals, departments, places, roles, trail, why
from guanxi.surfaces.api import routes as api
from guanxi.surfaces.exchange import pages as exchange
from guanxi.surfaces.pages import (
    actions,
    board,
    deeds,
    files,
    finding,
    form,
    handover,
    home,
    jobs,
    likeness,
    listing,
    participants,
    petitions,
    pool,
    record,
    recycle,
    session,
    settings,
    timeline,
    views,
)

administration = (places, departments, access, roles, why, trail, arrivals)


def of_areas() -> Iterator[Any]:
    """Areas may bring pages of their own: what their `pages` package lists in `urls`."""
    for area in apps.get_app_configs():
        if isinstance(area, Area) and find_spec(f"{area.name}.pages"):
            yield import_module(f"{area.name}.pages")


handlers = (
    *administration,
    *of_areas(),
    api,
    session,
    settings,
    home,
    finding,
    likeness,
    jobs,
    files,
    timeline,
    views,
    recycle,
    board,
    actions,
    participants,
    petitions,
    handover,
    deeds,
    pool,
    exchange,
    form,
    record,
    listing,
)
urlpatterns: list[URLPattern | URLResolver] = [pattern for module in handlers for pattern in module.urls]

"""All addresses of the surfaces. Entities bring none of their own: `<slug>` is looked up in the registry."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from guanxi.surfaces.admin import access, departments, places, roles, trail, why
from guanxi.surfaces.api import routes as api
from guanxi.surfaces.exchange import pages as exchange
from guanxi.surfaces.pages import (
    actions,
    board,
    files,
    finding,
    form,
    home,
    jobs,
    listing,
    record,
    recycle,
    session,
    settings,
    timeline,
    views,
)

administration = (places, departments, access, roles, why, trail)
handlers = (
    *administration,
    api,
    session,
    settings,
    home,
    finding,
    jobs,
    files,
    timeline,
    views,
    recycle,
    board,
    actions,
    exchange,
    form,
    record,
    listing,
)
urlpatterns: list[URLPattern | URLResolver] = [pattern for module in handlers for pattern in module.urls]

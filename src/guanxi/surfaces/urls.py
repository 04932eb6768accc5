"""All addresses of the surfaces. Entities bring none of their own: `<slug>` is looked up in the registry."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from guanxi.surfaces.api import routes as api
from guanxi.surfaces.exchange import pages as exchange
from guanxi.surfaces.pages import (
    actions,
    board,
    deeds,
    files,
    finding,
    form,
    home,
    jobs,
    listing,
    pool,
    record,
    recycle,
    session,
    settings,
    timeline,
    views,
)

handlers = (
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
    deeds,
    pool,
    exchange,
    form,
    record,
    listing,
)
urlpatterns: list[URLPattern | URLResolver] = [pattern for module in handlers for pattern in module.urls]

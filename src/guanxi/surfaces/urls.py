"""All addresses of the surfaces. Entities bring none of their own: `<slug>` is looked up in the registry."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from guanxi.surfaces.admin import access, arrivals, places, roles, trail, why
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

administration = (places, access, roles, why, trail, arrivals)
handlers = (
    *administration,
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

"""All addresses of the surfaces. Entities bring none of their own: `<slug>` is looked up in the registry."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver

from guanxi.kernel.apps import Area
from guanxi.surfaces.admin import (
    access,
    applications,
    arrivals,
    channels,
    clearing,
    collect,
    departments,
    entities,
    fields,
    hints,
    layouts,
    licences,
    lists,
    numbers,
    places,
    positions,
    prints,
    providers,
    roles,
    shape,
    sign_in,
    teams,
    texts,
    titles,
    trail,
    webhooks,
    why,
)
from guanxi.surfaces.admin.structure import pages as structure
from guanxi.surfaces.api import routes as api
from guanxi.surfaces.exchange import pages as exchange
from guanxi.surfaces.pages import (
    actions,
    board,
    bulk,
    card,
    cells,
    collected,
    deeds,
    duplicates,
    erasure,
    files,
    finding,
    form,
    handover,
    home,
    jobs,
    likeness,
    listing,
    looks,
    mailbox,
    marks,
    merge,
    messages,
    moving,
    notifications,
    participants,
    passkey,
    petitions,
    pictures,
    pool,
    presence,
    preview,
    record,
    recovery,
    recycle,
    reviews,
    rows,
    second,
    session,
    settings,
    single,
    timeline,
    tokens,
    totals,
    viewer,
    views,
    work,
)
from guanxi.surfaces.pages import collect as collecting
from guanxi.surfaces.pages import prints as printouts
from guanxi.surfaces.pages import texts as writing

administration = (
    *(places, structure, departments, positions, teams, access, roles, sign_in, licences, providers),
    *(lists, entities, fields, layouts, collect, prints, texts, titles, numbers, shape, channels, webhooks, applications),
    *(why, trail, arrivals, hints, clearing),
)


def of_areas() -> Iterator[Any]:
    """Areas may bring pages of their own: what their `pages` package lists in `urls`."""
    for area in apps.get_app_configs():
        if isinstance(area, Area) and find_spec(f"{area.name}.pages"):
            yield import_module(f"{area.name}.pages")


handlers = (
    *administration,
    *of_areas(),
    api,
    collecting,
    collected,
    session,
    second,
    passkey,
    recovery,
    mailbox,
    marks,
    notifications,
    single,
    presence,
    settings,
    tokens,
    pictures,
    home,
    finding,
    card,
    likeness,
    jobs,
    files,
    viewer,
    timeline,
    views,
    recycle,
    board,
    moving,
    looks,
    totals,
    bulk,
    actions,
    participants,
    petitions,
    reviews,
    handover,
    erasure,
    preview,
    deeds,
    merge,
    duplicates,
    pool,
    printouts,
    messages,
    writing,
    exchange,
    work,
    cells,
    form,
    rows,
    record,
    listing,
)
urlpatterns: list[URLPattern | URLResolver] = [pattern for module in handlers for pattern in module.urls]

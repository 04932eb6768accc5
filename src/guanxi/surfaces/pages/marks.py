"""The star of a record, following it, and that somebody looked at it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import marks, notices
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, record_or_404, signed_in

#: How many of each kind the palette offers before anything is typed.
OFFERED = 6


@signed_in
@require_POST
def seen(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """Remember the look, after the page has come, and that what was told about the record is read; answers with the marks."""
    entity, actor, row = _record(request, slug, record_id)
    marks.see(entity, row.id, actor)
    notices.read(actor, row.id)
    return _marks(request, slug, row.id, marks.on(entity, row.id, actor))


@signed_in
@require_POST
def mark(request: HttpRequest, slug: str, record_id: int, kind: str) -> HttpResponse:
    """Put the star on, or follow; with `on` empty take it off."""
    entity, actor, row = _record(request, slug, record_id)
    marks.put(kind, entity, row.id, actor, on=request.POST.get("on") == "1")
    return _marks(request, slug, row.id, marks.on(entity, row.id, actor))


def _record(request: HttpRequest, slug: str, record_id: int) -> tuple[Entity, Actor, Any]:
    """What is looked at; not through the lens of a pool, in which a record has another face."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    if actor.pool is not None:
        raise Http404
    return entity, actor, record_or_404(request, entity, record_id)


def _marks(request: HttpRequest, slug: str, record: int, on: set[str]) -> HttpResponse:
    return fragment(request, "pages/marks.html", {"url": f"/{slug}/{record}/", "on": on})


def offered(actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """What the palette shows before anything is typed: lately seen and starred records."""
    groups = {_("Lately seen"): marks.SEEN, _("Starred"): marks.STAR}
    found = {str(label): [_hit(*one) for one in marks.shown(kind, actor, OFFERED)] for label, kind in groups.items()}
    return {label: hits for label, hits in found.items() if hits}


def _hit(entity: Entity, record: int, title: str) -> dict[str, Any]:
    return {"url": f"/{entity.slug}/{record}/", "icon": entity.icon, "title": title, "owner": str(entity.label)}


_RECORD = "<slug:slug>/<int:record_id>/"
urls = [
    path(_RECORD + "_seen/", seen),
    path(_RECORD + "_star/", mark, {"kind": marks.STAR}),
    path(_RECORD + "_follow/", mark, {"kind": marks.FOLLOWED}),
]

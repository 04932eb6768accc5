"""Verbs on one record: delete, move a stage; and undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.history import Change
from guanxi.surfaces import handing
from guanxi.surfaces.pages import sent
from guanxi.surfaces.pages.acts import available
from guanxi.surfaces.pages.form import refused
from guanxi.surfaces.pages.frame import (
    actor_of,
    entity_or_404,
    go,
    record_or_404,
    signed_in,
    toast,
    triggers,
)


@signed_in
@require_POST
def delete(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """To the recycle bin, with undo."""
    entity = entity_or_404(request, slug)
    try:
        row = write.delete((entity, record_id), actor=actor_of(request), door="form")
    except write.NotFound:
        raise Http404 from None
    except write.Refused as refusal:
        return refused(request, str(refusal))
    if isinstance(row, Draft):
        return go(request, f"/{slug}/{record_id}/", sent.words(row))
    return go(request, f"/{slug}/", _("Moved to the recycle bin"), undo=f"/_undo/{row.id}/{row.version}/")


@signed_in
@require_POST
def stage(request: HttpRequest, slug: str, record_id: int, code: str) -> HttpResponse:
    """A click on the stage path."""
    entity = entity_or_404(request, slug)
    if not entity.stage:
        raise Http404
    try:
        row = write.update((entity, record_id), {entity.stage: code}, actor=actor_of(request), door="path")
    except write.NotFound:
        raise Http404 from None
    except write.Invalidated as refusal:
        asking = asking_action(entity, refusal, record_or_404(request, entity, record_id), actor_of(request))
        if asking:
            return triggers(HttpResponse(status=204), modal__open=f"/{slug}/{record_id}/_action/{asking}/")
        return toast(HttpResponse(status=422), str(refusal), level="error")
    except write.Refused as refusal:
        return refused(request, str(refusal))
    return sent.in_place(row) if isinstance(row, Draft) else done(_("Saved"), row.id, row.version)


def asking_action(entity: Entity, refusal: write.Invalidated, row: Any, actor: Actor) -> str:
    """The declared action that is possible now and whose form asks for what was missing."""
    return next((a.code for a in entity.actions if set(refusal.errors) & set(a.form) and available(entity, a, row, actor)), "")


def done(message: str, record_id: int, version: int) -> HttpResponse:
    """Answer of a write in place: the page reads itself anew and offers undo."""
    response = toast(HttpResponse(status=204), message, undo=f"/_undo/{record_id}/{version}/")
    return triggers(response, list__changed="", record__changed="", modal__close="")


@signed_in
@require_POST
def undo_one(request: HttpRequest, record_id: int, version: int) -> HttpResponse:
    """Take back the change that made this version of a record."""
    found = [c for c in history.of_record(record_id, limit=50) if c.version == version]
    return undo(request, history.of_write(found[0].write_id) if found else [])


@signed_in
@require_POST
def undo_write(request: HttpRequest, write_id: UUID) -> HttpResponse:
    """Take back everything that one write changed."""
    return undo(request, history.of_write(write_id))


def undo(request: HttpRequest, changes: list[Change]) -> HttpResponse:
    """Only the person who made a change may take it back, and only with today's rights."""
    actor = actor_of(request)
    own = [c for c in changes if c.actor == actor.id]
    if not own:
        raise Http404
    result = write.undo(own, actor=handing.returning(actor, handing.given(own)), door="undo")
    if not result.records and result.sent:
        return triggers(toast(HttpResponse(status=204), sent.said(), level="info"), list__changed="", record__changed="")
    if not result.records:
        return toast(HttpResponse(status=409), _("Somebody has changed this since; nothing was undone."), level="error")
    response = HttpResponse(status=204)
    if result.sent:
        toast(response, sent.counted(len(result.sent)), level="info")
    elif result.kept:
        toast(response, _("Undone, except what was changed since."), level="info")
    return triggers(response, list__changed="", record__changed="")


urls = [
    path("_undo/<int:record_id>/<int:version>/", undo_one),
    path("_undo/<uuid:write_id>/", undo_write),
    path("<slug:slug>/<int:record_id>/delete/", delete),
    path("<slug:slug>/<int:record_id>/_stage/<slug:code>/", stage),
]

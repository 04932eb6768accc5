"""Verbs on records: delete, transfer, move a stage, bulk, undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.kernel import history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.history import Change
from guanxi.kernel.whole import whole, wholes
from guanxi.surfaces.pages.form import posted, refused
from guanxi.surfaces.pages.frame import (
    actor_of,
    entity_or_404,
    fragment,
    go,
    reader_of,
    record_or_404,
    signed_in,
    toast,
    triggers,
)
from guanxi.surfaces.pages.record import available

#: How many records one bulk request handles at once; more is a job.
BULK_NOW = 2_000


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
    return done(_("Saved"), row.id, row.version)


def asking_action(entity: Entity, refusal: write.Invalidated, row: Any, actor: Actor) -> str:
    """The declared action that is possible now and whose form asks for what was missing."""
    return next((a.code for a in entity.actions if set(refusal.errors) & set(a.form) and available(entity, a, row, actor)), "")


def done(message: str, record_id: int, version: int) -> HttpResponse:
    """Answer of a write in place: the page reads itself anew and offers undo."""
    response = toast(HttpResponse(status=204), message, undo=f"/_undo/{record_id}/{version}/")
    return triggers(response, list__changed="", record__changed="", modal__close="")


@signed_in
def transfer(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the selected records to somebody else: the modal asks to whom, POST does it."""
    entity = entity_or_404(request, slug, "transfer")
    field = entity.fields["owner"]
    if request.method != "POST":
        context = {
            "entity": entity,
            "control": field.kind.input(field, None, reader_of(request)),
            "ids": request.GET.get("ids", ""),
            # From a list the dialogue follows what is ticked there; from a record it is about that record.
            "bulk": "view" in request.GET,
            "action": request.get_full_path(),
        }
        return fragment(request, "pages/transfer.html", context)
    return bulk_answer(request, entity, {"owner": request.POST.get("owner", "")}, verb="transfer")


@signed_in
def bulk_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Set one field on the selected records."""
    entity = entity_or_404(request, slug, "edit")
    writable = {k: f for k, f in entity.writable(actor_of(request)).items() if k not in entity.hidden_in_form and not f.unique}
    key = request.POST.get("field", "") or request.GET.get("field", "")
    if request.method != "POST" or key not in writable:
        reader = reader_of(request)
        chosen = writable.get(key)
        context = {
            "entity": entity,
            "fields": [(k, str(f.label)) for k, f in writable.items() if k != "owner"],
            "chosen": key,
            "control": chosen.kind.input(chosen, chosen.kind.blank, reader) if chosen else "",
            "ids": request.GET.get("ids", ""),
            "action": request.get_full_path(),
        }
        return fragment(request, "pages/bulk_edit.html", context)
    return bulk_answer(request, entity, posted(request, {key: writable[key]}), verb="bulk")


@signed_in
@require_POST
def bulk_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Deactivate the selected records."""
    return bulk_answer(request, entity_or_404(request, slug, "delete"), {}, verb="delete")


def bulk_answer(request: HttpRequest, entity: Entity, values: dict[str, Any], *, verb: str) -> HttpResponse:
    """Do it and say exactly how many were changed, unchanged and refused."""
    actor = actor_of(request)
    ids = selected(request, entity)
    if len(ids) > BULK_NOW:
        message = _("Select at most %(most)d records at once.") % {"most": BULK_NOW}
        return toast(HttpResponse(status=422), message, level="error")
    try:
        if verb == "delete":
            outcome = write.delete_many(entity, ids, actor=actor, door="bulk")
        elif verb == "transfer":
            outcome = write.transfer(entity, ids, whole(values["owner"]) or 0, actor=actor, door="bulk")
        else:
            outcome = write.update_many(entity, dict.fromkeys(ids, values), actor=actor, door="bulk")
    except (write.Invalidated, ValueError) as refusal:
        return toast(HttpResponse(status=422), str(refusal), level="error")
    undo = undo_address(outcome)
    response = toast(HttpResponse(status=204), outcome_words(outcome), undo=undo, level="ok" if outcome.written else "info")
    return triggers(response, list__changed="", modal__close="")


def outcome_words(outcome: write.Outcome) -> str:
    """3 changed, 1 unchanged, 2 refused, with the first reason."""
    n = len(outcome.written)
    words = [ngettext("%(n)d record changed", "%(n)d records changed", n) % {"n": n}]
    if outcome.unchanged:
        words.append(_("%(n)d unchanged") % {"n": len(outcome.unchanged)})
    if outcome.refused:
        first = next(iter(next(iter(outcome.refused.values())).values()), "")
        words.append(_("%(n)d refused: %(why)s") % {"n": len(outcome.refused), "why": first})
    return ", ".join(words)


def undo_address(outcome: write.Outcome) -> str:
    """The address that takes a bulk write back."""
    for row in outcome.written.values():
        changes = history.of_record(row.id, limit=1)
        if changes:
            return f"/_undo/{changes[0].write_id}/"
    return ""


def selected(request: HttpRequest, entity: Entity) -> list[int]:
    """The ids of the selection, or everything that the list's state matches; without a state nothing is meant."""
    if request.POST.get("all") == "1":
        if "view" not in request.GET:
            return []
        from guanxi.surfaces.pages.listing import rows_of, state_of

        try:
            rows = rows_of(state_of(request, entity), actor_of(request))
        except ConditionError:
            return []
        return list(rows.values_list("id", flat=True)[: BULK_NOW + 1])
    return wholes(request.POST.get("ids", ""))


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
    result = write.undo(own, actor=actor, door="undo")
    if not result.records:
        return toast(HttpResponse(status=409), _("Somebody has changed this since; nothing was undone."), level="error")
    response = HttpResponse(status=204)
    if result.kept:
        toast(response, _("Undone, except what was changed since."), level="info")
    return triggers(response, list__changed="", record__changed="")


urls = [
    path("_undo/<int:record_id>/<int:version>/", undo_one),
    path("_undo/<uuid:write_id>/", undo_write),
    path("<slug:slug>/_transfer/", transfer),
    path("<slug:slug>/_bulk/", bulk_edit),
    path("<slug:slug>/_delete/", bulk_delete),
    path("<slug:slug>/<int:record_id>/delete/", delete),
    path("<slug:slug>/<int:record_id>/_stage/<slug:code>/", stage),
]

"""A card was carried elsewhere, on a board to another column, on a calendar to another day: an ordinary write, or the reason why not."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import clock, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid
from guanxi.kernel.fields.dates import read_date
from guanxi.kernel.whole import whole
from guanxi.surfaces.pages import board, sent, shapes
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, reader_of, signed_in, toast


@signed_in
@require_POST
def to_column(request: HttpRequest, slug: str) -> HttpResponse:
    """Dropped on another column: write its value; what else that needs is asked in the modal."""
    entity = entity_or_404(request, slug)
    field, record = taken_up(request, entity, "board")
    target = request.POST.get("to", "")
    if (field.kind.json(field.value(record)) or "") == target:
        return JsonResponse({"version": record.version})
    row = put(request, entity, record, field, target or None, door="board")
    if isinstance(row, HttpResponse):
        return row
    answer = JsonResponse({"version": row.version, "columns": board.heads_now(request, entity)})
    message = _("Moved to “%(stage)s”") % {"stage": field.kind.text(field.value(row), reader_of(request)) or _("Not set")}
    return toast(answer, message, undo=f"/_undo/{row.id}/{row.version}/")


@signed_in
@require_POST
def to_day(request: HttpRequest, slug: str) -> HttpResponse:
    """Dropped on another day: the date moves, the clock time stays."""
    entity = entity_or_404(request, slug)
    field, record = taken_up(request, entity, "calendar")
    try:
        day = read_date(request.POST.get("to", ""))
    except Invalid as error:
        return JsonResponse({"message": str(error)}, status=400)
    value = on_day(field.value(record), day, timed=field.kind.name == "datetime")
    if value == field.value(record):
        return JsonResponse({"version": record.version})
    row = put(request, entity, record, field, value, door="calendar")
    if isinstance(row, HttpResponse):
        return row
    message = _("Moved to %(day)s") % {"day": field.kind.text(field.value(row), reader_of(request))}
    return toast(JsonResponse({"version": row.version}), message, undo=f"/_undo/{row.id}/{row.version}/")


def on_day(value: date | datetime | None, day: date, *, timed: bool) -> date | datetime:
    """The day itself, or the clock time of `value` on that day, both in the company's zone."""
    if not timed:
        return day
    if not isinstance(value, datetime):
        return clock.day_start(day)
    zone = timezone.get_default_timezone()
    return datetime.combine(day, timezone.localtime(value, zone).time(), tzinfo=zone)


def taken_up(request: HttpRequest, entity: Entity, layout: str) -> tuple[Field, Any]:
    """The field that a move writes, and the record in the actor's scope; who may not read the field learns nothing by guessing."""
    actor, number = actor_of(request), whole(request.POST.get("id"))
    try:
        _layout, by = shapes.settle(entity, actor, layout, request.GET.get("by") or usual(entity, layout))
    except ConditionError:
        raise Http404 from None
    present = entity.rows(actor).filter(id=number).first() if by and number is not None else None
    if present is None:
        raise Http404
    return entity.fields[by], present


def usual(entity: Entity, layout: str) -> str:
    """The field of the first declared board, where an address names none."""
    return entity.boards[0].by if layout == "board" and entity.boards else ""


def put(request: HttpRequest, entity: Entity, record: Any, field: Field, value: Any, *, door: str) -> Any:
    """The record as written, or the answer that tells why it stays where it was or waits for review."""
    actor = actor_of(request)
    try:
        row = write.update((entity, record.id), {field.key: value}, actor=actor, door=door, base=whole(request.POST.get("version")))
    except write.Invalidated as refusal:
        return refused(entity, record, refusal, actor)
    except write.Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=403 if isinstance(refusal, write.Forbidden) else 409)
    if isinstance(row, Draft):
        return toast(JsonResponse({"waits": row.number}, status=202), sent.words(row), level="info", link=sent.address(row.number))
    return row


def refused(entity: Entity, record: Any, refusal: write.Invalidated, actor: Actor) -> HttpResponse:
    """Where a declared action that is open to the record asks for what was missing, point there."""
    from guanxi.surfaces.pages.acts import available

    asking = [a for a in entity.actions if set(refusal.errors) & set(a.form) and available(entity, a, record, actor)]
    if asking:
        return JsonResponse({"ask": f"/{entity.slug}/{record.id}/_action/{asking[0].code}/"}, status=409)
    return JsonResponse({"message": str(refusal)}, status=409)


urls = [path("<slug:slug>/_move/", to_column), path("<slug:slug>/_day/", to_day)]

"""Writing to somebody about a record: a text that is kept ready, filled, to be changed, copied, mailed, sent or kept as a follow-up."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.whole import whole
from guanxi.surfaces.pages import recipients, timeline
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, record_or_404, signed_in
from guanxi.surfaces.pages.record import title_of
from guanxi.surfaces.texts import filling, shelf
from guanxi.surfaces.texts.filling import Filled
from guanxi.surfaces.texts.models import TextTemplate
from guanxi.surfaces.texts.sorts import SORTS, parts


@signed_in
@require_GET
def choose(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """The texts that fit; `text` is the one that stands there filled, which a single one does at once."""
    entity, row = _about(request, slug, record_id)
    actor = actor_of(request)
    offered = shelf.of(entity, actor)
    asked = whole(request.GET.get("text"))
    chosen = _kept(entity, actor, offered[0].id if len(offered) == 1 else asked)
    context: dict[str, Any] = {
        "entity": entity,
        "title": title_of(entity, row, actor),
        "url": f"/{slug}/{row.id}/_texts/",
        "sorts": {code: (sort, [each for each in offered if each.sort == code]) for code, sort in SORTS.items()},
        "chosen": chosen,
    }
    if chosen is not None:
        context |= _filled(entity, row, actor, chosen)
    return fragment(request, "pages/texts.html", context)


@signed_in
@require_GET
def one(request: HttpRequest, slug: str, record_id: int, text_id: int) -> HttpResponse:
    """One of them filled, for a form into which it is put."""
    entity, row = _about(request, slug, record_id)
    actor = actor_of(request)
    kept = _kept(entity, actor, text_id)
    if kept is None:
        raise Http404
    answer = JsonResponse({"text": _text(entity, row.id, actor, kept).body})
    answer["Cache-Control"] = "private, no-store"
    return answer


def mailto(address: str, subject: str, body: str) -> str:
    """The address of a mail that is begun (RFC 6068): everything in it is data, whatever signs it holds."""
    lines = "\r\n".join(body.splitlines())
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}&body={quote(lines, safe='')}"


def _about(request: HttpRequest, slug: str, record_id: int) -> tuple[Entity, Any]:
    """The record, for who does not look at it through a pool."""
    entity = entity_or_404(request, slug)
    row = record_or_404(request, entity, record_id)
    if actor_of(request).pool is not None:
        raise Http404
    return entity, row


def _kept(entity: Entity, actor: Actor, number: int | None) -> TextTemplate | None:
    """A text in use that this person is offered for such records."""
    kept = TextTemplate.objects.filter(pk=number or 0, entity=entity.key, active=True).first()
    return kept if kept is not None and (not kept.roles or actor.roles & {*kept.roles}) else None


def _text(entity: Entity, record: int, actor: Actor, kept: TextTemplate) -> Filled:
    return filling.fill(entity, kept.subject, kept.body, kept.language, record, actor)


def _filled(entity: Entity, row: Any, actor: Actor, kept: TextTemplate) -> dict[str, Any]:
    """The chosen text and what can be done with it."""
    filled = _text(entity, row.id, actor, kept)
    mails = recipients.of(entity, row, actor, "email")
    return {
        "filled": filled,
        "count": parts(filled.body),
        "mails": [(each, mailto(each.address, filled.subject, filled.body)) for each in mails],
        "phones": recipients.of(entity, row, actor, "phone"),
        "tells": entity.timeline and timeline.writes(entity, actor) is not None,
    }


urls = [
    path("<slug:slug>/<int:record_id>/_texts/", choose),
    path("<slug:slug>/<int:record_id>/_texts/<int:text_id>/", one),
]

"""Writing to somebody about a record: a text that is kept ready, filled, to be changed, copied, mailed, sent or kept as a follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

from guanxi.kernel import one as one_record
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.whole import whole
from guanxi.surfaces import telling
from guanxi.surfaces.channels import shelf as channels
from guanxi.surfaces.channels.providers import MEDIA
from guanxi.surfaces.channels.shelf import Shelved
from guanxi.surfaces.pages import recipients
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
    offered, free = shelf.of(entity, actor), _free(entity, row, actor)
    asked = whole(request.GET.get("text"))
    chosen = free.get(request.GET.get("free", "")) or kept(entity, actor, offered[0].id if len(offered) == 1 and not free else asked)
    context: dict[str, Any] = {
        "entity": entity,
        "title": title_of(entity, row, actor),
        "url": f"/{slug}/{row.id}/_texts/",
        "sorts": {code: (sort, [each for each in offered if each.sort == code]) for code, sort in SORTS.items()},
        "free": free,
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
    text = kept(entity, actor, text_id)
    if text is None:
        raise Http404
    answer = JsonResponse({"text": filled(entity, row.id, actor, text).body})
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


def kept(entity: Entity, actor: Actor, number: int | None) -> TextTemplate | None:
    """A text in use that this person is offered for such records."""
    text = TextTemplate.objects.filter(pk=number or 0, entity=entity.key, active=True).first()
    return text if text is not None and (not text.roles or actor.roles & {*text.roles}) else None


def filled(entity: Entity, record: int, actor: Actor, text: TextTemplate) -> Filled:
    """The text as it stands for this reader of the record; a number of the record in it is on record as revealed."""
    return filling.fill(entity, text.subject, text.body, text.language, record, actor)


def _free(entity: Entity, row: Any, actor: Actor) -> dict[str, TextTemplate]:
    """Empty texts, by their sort, for whoever writes by a channel without any that is kept ready."""
    if not one_record.verbs(entity, actor, row.id, ("edit",))["edit"]:
        return {}
    open_ = {MEDIA[each.medium][2] for each in channels.of(actor) if not each.approved}
    return {sort: TextTemplate(entity=entity.key, sort=sort, zh="") for sort in SORTS if sort in open_}


def _filled(entity: Entity, row: Any, actor: Actor, text: TextTemplate) -> dict[str, Any]:
    """The chosen text and what can be done with it."""
    found = filled(entity, row.id, actor, text) if text.pk else Filled("", "")
    sorts = ("mail", "message") if text.sort == "phrase" else (text.sort,)
    mails, phones = (
        recipients.of(entity, row, actor, kind) if sort in sorts else [] for sort, kind in (("mail", "email"), ("message", "phone"))
    )
    context = {
        "filled": found,
        "count": parts(found.body),
        "mails": [(each, mailto(each.address, found.subject, found.body)) for each in mails if not each.masked],
        "phones": [each for each in phones if not each.masked],
        "tells": entity.timeline and telling.writes(entity, actor) is not None,
    }
    may = channels.of(actor) if one_record.verbs(entity, actor, row.id, ("edit",))["edit"] else []
    by = {medium: [each for each in may if each.medium == medium and MEDIA[medium][2] in sorts] for medium in MEDIA}
    ways = [
        Way(medium, [each for each in by[medium] if each.takes(text.pk)], to)
        for medium, to in (("sms", phones), ("mail", mails))
        if to and any(each.takes(text.pk) for each in by[medium])
    ]
    shut = [each.name for each in by["sms"] if not each.takes(text.pk)]
    fixed = bool(ways) and all(each.approved for way in ways for each in way.channels)
    return {**context, "ways": ways, "shut": shut, "fixed": fixed, "media": MEDIA, "once": uuid4()}


@dataclass(frozen=True)
class Way:
    """How the house may send it: by which channels and to whom."""

    medium: str
    channels: list[Shelved]
    to: list[recipients.Recipient]


urls = [
    path("<slug:slug>/<int:record_id>/_texts/", choose),
    path("<slug:slug>/<int:record_id>/_texts/<int:text_id>/", one),
]

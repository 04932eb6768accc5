"""`/api/v1/<slug>/<id>/messages`: text messages and mails about a record, sent by the channels that the token's person may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel import one
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.write import Invalidated
from guanxi.org import scopes
from guanxi.surfaces.api import body
from guanxi.surfaces.api.collection import answer, once, parameters
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.item import seen
from guanxi.surfaces.api.problems import Problem, missing
from guanxi.surfaces.channels import sending, shelf
from guanxi.surfaces.channels.models import Message
from guanxi.surfaces.channels.providers import MEDIA
from guanxi.surfaces.channels.sending import Letter
from guanxi.surfaces.pages import messages, recipients, texts

KEYS = {"medium": str, "channel": int, "to": str, "text": int, "subject": str, "body": str, "tells": bool}


def channels(request: HttpRequest, actor: Actor) -> HttpResponse:
    """By which channels this person may send, and which texts each of them takes where it takes no others."""
    parameters(request, ())
    found = [
        {"id": each.id, "name": each.name, "medium": each.medium, "texts": sorted(each.texts) if each.approved else None}
        for each in shelf.of(actor)
    ]
    return answer({"results": found})


def read(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """What was sent about the record, the latest first."""
    entity = _entity(actor, slug)
    parameters(request, ())
    seen(entity, actor, record_id)
    return answer({"results": [_told(each, actor) for each in sending.of_record(entity, record_id, actor)]})


def send(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """Send one; 202 with what is on record of it. With `Idempotency-Key` the same call sends once."""
    entity = _entity(actor, slug)
    seen(entity, actor, record_id)
    sending.writing(entity, record_id, actor)
    given = body.document(request)
    _known(given)
    number, _again = once(request, actor, lambda: _queued(entity, record_id, given, actor).pk)
    return answer(_told(Message.objects.select_related("person").get(pk=number), actor), status=202)


def take_back(request: HttpRequest, actor: Actor, slug: str, record_id: int, number: str) -> HttpResponse:
    """Not to be sent after all, while it has not gone."""
    entity = _entity(actor, slug)
    seen(entity, actor, record_id)
    if not scopes.may_write_to(slug, request.token.scopes):  # type: ignore[attr-defined]
        raise Problem(403, _("This token may only read."), headers={"WWW-Authenticate": 'Bearer error="insufficient_scope"'})
    if not Message.objects.filter(pk=int(number), entity=entity.key, record=record_id).exists():
        raise missing()
    sending.take_back(int(number), actor=actor)
    return HttpResponse(status=204)


def _entity(actor: Actor, slug: str) -> Entity:
    """The entity; of what lies in a pool nobody writes."""
    if actor.pool is not None:
        raise missing()
    return entity_of(actor, slug)


def _known(given: dict[str, Any]) -> None:
    """Raises Invalidated for what is no key, or of another sort."""
    strange = {key: _("“%(name)s” cannot be set.") % {"name": key} for key in given if key not in KEYS}
    wrong = {key: _("This is of another kind.") for key, value in given.items() if key in KEYS and type(value) is not KEYS[key]}
    if strange or wrong:
        raise Invalidated({**wrong, **strange})


def _queued(entity: Entity, record_id: int, given: dict[str, Any], actor: Actor) -> Message:
    medium = given.get("medium", "")
    if medium not in MEDIA:
        raise Invalidated({"medium": _("Say what it is: %(media)s.") % {"media": "、".join(MEDIA)}})
    row = one.find(entity, actor, record_id)
    channel = messages.channel_of(actor, given.get("channel"), medium)
    text = texts.kept(entity, actor, given.get("text")) if "text" in given else None
    if "text" in given and text is None:
        raise Invalidated({"text": _("There is no such text for these records.")})
    typed = Letter(given.get("body", ""), given.get("subject", ""), text.pk if text else None, tells=given.get("tells", False))
    if text is not None and not channel.approved and not typed.body:
        found = texts.filled(entity, row.id, actor, text)
        typed = Letter(found.body, typed.subject or found.subject, text.pk, tells=typed.tells)
    letter = messages.letter_of(entity, row, actor, channel, typed)
    to = recipients.named(entity, row, actor, MEDIA[medium][1], given.get("to", "") or _first(entity, row, actor, medium))
    if to is None:
        raise Invalidated({"to": _("Say whose field, for instance %(example)s.") % {"example": "contacts:12:phone"}})
    return sending.queue(channel, entity, row.id, to, letter, actor=actor)


def _first(entity: Entity, row: Any, actor: Actor, medium: str) -> str:
    """The first address on the record or beside it."""
    found = recipients.of(entity, row, actor, MEDIA[medium][1])
    return found[0].at if found else ""


def _told(message: Message, actor: Actor) -> dict[str, Any]:
    """A message as the page shows it to this reader."""
    line = messages.line(message, actor)
    mine = line.mine
    return {
        "id": message.pk,
        "medium": message.medium,
        "state": message.state,
        "to": line.to,
        "subject": message.subject if mine else None,
        "body": message.body if mine else None,
        "person": {"id": message.person_id, "name": line.by},
        "at": message.at.isoformat(),
        "ended_at": message.ended_at.isoformat() if message.ended_at else None,
        "why": line.why,
    }


__all__ = ["channels", "read", "send", "take_back"]

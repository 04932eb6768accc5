"""From what somebody wrote to the provider: on record first, sent by a worker, once, or not again where nobody knows whether it went."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from guanxi.kernel import clock, jobs, one, sealed, tally
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Invalidated, NotFound, Refused
from guanxi.org import mailboxes
from guanxi.org.models import User
from guanxi.surfaces import telling
from guanxi.surfaces.channels import keeping, shelf
from guanxi.surfaces.channels.answers import discreet
from guanxi.surfaces.channels.models import ApprovedText, Channel, Message
from guanxi.surfaces.channels.providers import MEDIA, PROVIDERS, Busy, Declined, Parcel, Unsure, within
from guanxi.surfaces.channels.shelf import Shelved

#: Seconds in which it may be taken back; waits double from half a minute to an hour, about eight hours in all.
GRACE, FIRST, LONGEST, TRIES = 10.0, 30.0, 3600.0, 14
#: For so long a message is one worker's, who needs less than that or has died.
LEASE = timedelta(seconds=120)
#: Seconds in which a service has to have taken it.
HELD = 90.0
#: Seconds after which a channel that lets us wait has had its turn; and how often one message is sent once more in a day.
PATIENT, AGAIN, DAY = 5.0, 5, 86_400
#: So many in a row that came to nothing mark a channel.
ROW = 3
SUBJECT, MAIL, SMS = 300, 20_000, 500
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class To:
    """An address, and where it stands."""

    entity: Entity
    record: int
    field: str
    address: str


@dataclass(frozen=True)
class Letter:
    """What somebody wants to say, and the kept text it was made from, with the values of its tags."""

    body: str
    subject: str = ""
    text: int | None = None
    parameters: Sequence[str] = ()
    #: Whether it becomes an entry of the record's story once it has gone.
    tells: bool = False


def writing(entity: Entity, record: int, actor: Actor) -> None:
    """Raises Forbidden for whoever may not write to people about this record."""
    if not one.verbs(entity, actor, record, ("edit",))["edit"]:
        raise Forbidden(_("Only who may change this record may write to people about it."))


def queue(channel: Shelved, entity: Entity, record: int, to: To, letter: Letter, *, actor: Actor, name: UUID | None = None) -> Message:
    """Put it on record, to be sent in a moment; the same `name` twice is one message. Raises Forbidden or Invalidated."""
    writing(entity, record, actor)
    subject = letter.subject.replace("\x00", "") if channel.medium == "mail" else ""
    letter = replace(letter, body=letter.body.replace("\x00", ""), subject=subject)
    _objections(channel, letter)
    if letter.tells and not (entity.timeline and telling.writes(entity, actor)):
        raise Invalidated({"tells": _("You may not write follow-ups about this record.")})
    with transaction.atomic():
        person = User.objects.select_for_update(of=("self",)).get(pk=actor.id or 0)  # so that two at once do not both fit below the limit
        known = Message.objects.filter(name=name).first() if name else None
        if known is not None and known.person_id == person.pk:
            return known
        _limit(channel, person)
        message = Message.objects.create(
            name=name if name and known is None else uuid4(),
            channel_id=channel.id,
            medium=channel.medium,
            entity=entity.key,
            record=record,
            whose=to.entity.key,
            whose_record=to.record,
            whose_field=to.field,
            to=to.address,
            subject=letter.subject,
            body=letter.body,
            text_id=letter.text,
            parameters=list(letter.parameters),
            tells=letter.tells,
            person=person,
            at=clock.now(),
            next_at=clock.now() + timedelta(seconds=GRACE),
        )
        about = {"message": message.pk, "field": to.field}
        AccessLog.objects.create(at=clock.now(), actor=actor.id, verb="message", entity=to.entity.key, record=to.record, data=about)
    return message


def take_back(number: int, *, actor: Actor) -> Message:
    """Not to be sent after all, while nobody has it in hand. Raises NotFound or Invalidated."""
    message = Message.objects.filter(pk=number, person=actor.id or 0).first()
    if message is None:
        raise NotFound()
    mine = Message.objects.filter(pk=number, state="waiting", taken_at=None)
    if not mine.update(state="dropped", answer="taken_back", ended_at=clock.now(), next_at=None):
        raise Invalidated({"": _("It is too late: the message has gone.")})
    return message


def again(number: int, *, actor: Actor) -> Message:
    """Send once more what has failed, or of which nobody knows; who wrote it decides. Raises NotFound or Invalidated."""
    mine = Message.objects.filter(pk=number, person=actor.id or 0, state__in=("failed", "unsure"))
    if mine.exists() and tally.add("message again", number, seconds=DAY) > AGAIN:
        raise Invalidated({"": _("It has been tried often enough today.")})
    if not mine.exclude(to="").update(state="waiting", tries=0, taken_at=None, next_at=clock.now(), ended_at=None, answer=""):
        raise NotFound()
    return Message.objects.get(pk=number)


def send_due(*, seconds: float = 20.0) -> int:
    """Send what is due, for so long at most; returns how many were tried."""
    end, tried = time.monotonic() + seconds, 0
    slow: list[int] = []
    _left_behind()
    while (began := time.monotonic()) < end and (message := _claim(slow)) is not None:
        attempt(message)
        tried += 1
        if time.monotonic() - began > PATIENT:
            slow.append(message.channel_id or 0)
    return tried


def attempt(message: Message) -> None:
    """One try, and what came of it."""
    refusal, state, answer, reference = _stale(message), "sent", "", ""
    hidden: list[str] = []
    if refusal:
        state, answer = "dropped", refusal
    else:
        assert message.channel is not None
        try:
            says = keeping.settings_of(message.channel)
            hidden = keeping.hidden(message.channel, says)
            provider, parcel = PROVIDERS[message.channel.provider], _parcel(message)
            reference = within(HELD, lambda: provider.send(says, parcel))
        except Busy as problem:
            state, answer = ("waiting" if message.tries < TRIES else "failed"), str(problem)
        except (Declined, sealed.Unreadable) as problem:
            state, answer = "failed", str(problem)
        except Unsure as problem:
            state, answer = "unsure", str(problem)
        except Exception as problem:  # nobody else's message waits for what nobody expected of this one
            log.exception("message %s", message.pk)
            state, answer = "unsure", type(problem).__name__
    _note(message, state, discreet(answer, to=message.to, hidden=hidden), reference)


def _note(message: Message, state: str, answer: str, reference: str = "") -> None:
    """Write down what came of a try; not where it took so long that the message is in other hands."""
    now = clock.now()
    found: dict[str, Any] = {
        "state": state,
        "answer": answer,
        "reference": reference[:100],
        "taken_at": None,
        "next_at": None,
        "ended_at": now,
    }
    if state == "waiting":
        found |= {"next_at": now + timedelta(seconds=wait(message.tries)), "ended_at": None}
    mine = Q(taken_at=message.taken_at) | Q(taken_at=None, state="unsure", answer="lost")
    if not Message.objects.filter(mine, pk=message.pk).update(**found):
        return
    message.refresh_from_db()  # whom it was about may have been erased meanwhile
    if state in ("sent", "unsure") and message.tells and message.to:
        _tell(message)
    if state == "sent":
        Channel.objects.filter(pk=message.channel_id or 0).exclude(failing_since=None).update(failing_since=None)
    elif state in ("failed", "unsure") and _row_of_failures(message):
        Channel.objects.filter(pk=message.channel_id or 0, failing_since=None).update(failing_since=now)


def _row_of_failures(message: Message) -> bool:
    """Whether the latest messages of its channel all came to nothing: one wrong number says nothing of a channel."""
    ended = Message.objects.filter(channel=message.channel_id).exclude(state__in=("waiting", "dropped")).order_by("-id")
    latest = list(ended.values_list("state", flat=True)[:ROW])
    return len(latest) == ROW and {"failed", "unsure"}.issuperset(latest)


def _tell(message: Message) -> None:
    """It becomes an entry of the story, by the rights of who wrote it; what the rules of entries do not let in stays out."""
    Message.objects.filter(pk=message.pk).update(tells=False)
    actor, about = jobs.resolved(message.person_id), _entity(message.entity)
    row = one.find(about, actor, message.record) if about else None
    child = telling.writes(about, actor) if about else None
    if about is None or row is None or child is None:
        return
    mode = child.composer[0]
    known = {item.code for item in child.fields[mode].kind.dictionary.active()}  # type: ignore[attr-defined]
    said = "\n".join(filter(None, (message.subject, message.body)))
    try:
        telling.tell(
            about,
            child,
            row,
            {"mode": message.medium if message.medium in known else "", "text": said, "due": ""},
            (),
            actor,
            door="message",
        )
    except Refused:
        log.info("message %s went, and its entry was refused", message.pk)


def wait(tries: int) -> float:
    """Seconds until the next try: between half and all of what doubles each time."""
    return min(FIRST * 2 ** (tries - 1), LONGEST) * random.uniform(0.5, 1.0)


def _objections(channel: Shelved, letter: Letter) -> None:
    most, errors = (MAIL if channel.medium == "mail" else SMS), {}
    if not letter.body.strip():
        errors["body"] = _("Write the text.")
    elif len(letter.body) > most:
        errors["body"] = _("Shorten the text to %(most)d characters.") % {"most": most}
    if channel.medium == "mail" and not letter.subject.strip():
        errors["subject"] = _("Give the mail a subject.")
    elif len(letter.subject) > SUBJECT:
        errors["subject"] = _("Shorten the text to %(most)d characters.") % {"most": SUBJECT}
    if not channel.takes(letter.text):
        errors["body"] = _("Only texts go out by “%(name)s” whose wording the operators have approved. Choose one of these.") % {
            "name": channel.name
        }
    if errors:
        raise Invalidated(errors)


def _limit(channel: Shelved, person: User) -> None:
    today = Message.objects.filter(channel=channel.id, person=person, at__gte=clock.day_start(clock.today())).exclude(state="dropped")
    if today.count() >= channel.daily:
        raise Invalidated(
            {"": _("You have sent %(n)d messages by “%(name)s” today; more is not allowed.") % {"n": channel.daily, "name": channel.name}}
        )


def _claim(slow: Sequence[int]) -> Message | None:
    """The next that is due, but for channels that have let us wait in this round."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "slow": list(slow)})
        row = cursor.fetchone()
    return Message.objects.select_related("channel", "person").filter(pk=row[0]).first() if row else None


_CLAIM = """
UPDATE surfaces_message SET tries = tries + 1, taken_at = %(now)s WHERE id = (
    SELECT id FROM surfaces_message WHERE state = 'waiting' AND taken_at IS NULL AND next_at <= %(now)s
        AND coalesce(channel_id, 0) <> ALL(%(slow)s::bigint[])
    ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def _left_behind() -> None:
    """What a worker had in hand when it died: it may have gone."""
    for message in Message.objects.filter(state="waiting", taken_at__lt=clock.now() - LEASE).order_by("id"):
        _note(message, "unsure", "lost")


def _stale(message: Message) -> str:
    """Why it is not to be sent any more: its channel, its person's rights or the address are no longer what they were."""
    if not message.to or message.channel is None or not message.channel.active or not message.person.is_active:
        return "closed"
    actor = jobs.resolved(message.person_id)
    allowed = any(each.id == message.channel_id for each in shelf.of(actor))
    about, whose = _entity(message.entity), _entity(message.whose)
    if not allowed or about is None or whose is None or not one.verbs(about, actor, message.record, ("edit",))["edit"]:
        return "closed"
    field, row = whose.visible(actor).get(message.whose_field), one.find(whose, actor, message.whose_record)
    if field is None or row is None or field.kind.name != MEDIA[message.medium][1]:
        return "closed"
    return "" if f"{field.value(row) or ''}" == message.to else "moved"


def _entity(key: str) -> Entity | None:
    return next((each for each in registry if each.key == key), None)


def _parcel(message: Message) -> Parcel:
    now = ApprovedText.objects.filter(channel=message.channel_id, text__body=F("body"))
    kept = now.filter(text=message.text_id).first() if message.text_id else None
    if kept is None and message.channel and PROVIDERS[message.channel.provider].approved:
        raise Declined("unapproved")
    names: Sequence[str] = kept.names if kept else ()
    if kept is not None and len(names) != len(message.parameters):
        raise Declined("tags")
    reply = message.person.email if mailboxes.proved(message.person) else ""
    return Parcel(
        str(message.name),
        message.to,
        message.subject,
        message.body,
        message.person.name,
        reply,
        kept.code if kept else "",
        [str(each) for each in message.parameters],
        names,
    )


def of_record(entity: Entity, record: int, actor: Actor, *, most: int = 50) -> list[Message]:
    """What was sent about a record or to its address, the latest first; about another record only where the reader sees that too."""
    about = Message.objects.filter(entity=entity.key, record=record) | Message.objects.filter(whose=entity.key, whose_record=record)
    found = list(about.select_related("person", "channel").order_by("-id")[:most])
    others: dict[str, set[int]] = {}
    for message in found:
        others.setdefault(message.entity, set()).add(message.record)
    seen = {(entity.key, record)}
    for key, ids in others.items():
        if (other := _entity(key)) is not None and actor.may(key, "view"):
            seen |= {(key, number) for number in other.rows(actor).filter(id__in=ids).values_list("id", flat=True)}
    return [message for message in found if (message.entity, message.record) in seen]


__all__ = ["GRACE", "Letter", "To", "again", "attempt", "of_record", "queue", "send_due", "take_back", "wait", "writing"]

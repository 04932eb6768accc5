"""Review before effect: a write that somebody must agree to is kept as a draft instead, and replayed when he has.

It binds here, below every door. Whoever has a role that lets the write take effect at once, for this very record, is not
asked; what an agreed write brings about elsewhere is agreed with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import clock, search
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft, Hold
from guanxi.kernel.entity import Entity
from guanxi.kernel.write.errors import Forbidden, Invalidated
from guanxi.kernel.write.unit import Unit, current

CHUNK = 2_000
#: Letters of a reason or a note.
LONGEST = 1_000


@dataclass(frozen=True)
class Sending:
    """One write as it would be kept; `row` is the record as it would stand, unsaved, and `held` the unique columns it takes."""

    row: Any
    verb: str
    action: str
    values: Mapping[str, Any] = field(default_factory=dict)
    former: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    base: int | None = None
    held: Collection[str] = ()

    @property
    def record(self) -> int | None:
        """The record that it is about; None for a creation."""
        return None if self.verb == "create" else int(self.row.id)


def asked(entity: Entity, action: str, actor: Actor) -> frozenset[str]:
    """Who must agree to what this actor does under a grant; empty where everything takes effect at once."""
    words = actor.reviewed.get((entity.key, action), frozenset())
    if not words or actor.system:
        return frozenset()
    present = current()
    return frozenset() if present is not None and present.agreed else words


def unready(entity: Entity, record: Any, changed: set[str]) -> dict[str, str]:
    """What the entity has against sending this write for review, or against agreeing to it where somebody is about to."""
    return entity.unready(record, changed, deciding=agreeing())


def agreeing() -> bool:
    """Whether what is written now was waiting for review, and somebody agrees to it."""
    present = current()
    return present is not None and present.agreed


def bound(entity: Entity, action: str, actor: Actor, ids: Collection[int]) -> set[int]:
    """Which of these records the actor may not write to at once."""
    if not ids or not asked(entity, action, actor):
        return set()
    arms = actor.direct.get((entity.key, action), frozenset())
    if not arms:
        return set(ids)
    key = (entity.key, action)
    named = {**actor.named, key: actor.direct_named.get(key, frozenset())}
    plain = replace(actor, grants={**actor.grants, key: arms}, named=named)
    reached = entity.rows(plain, action, deleted=None).filter(id__in=list(ids))
    return set(ids) - set(reached.values_list("id", flat=True))


def bound_changes(entity: Entity, changes: Mapping[int, Mapping[str, Any]], actor: Actor, action: str) -> set[int]:
    """Records that the actor may not change so at once; another owner, or another parent who brings one, is a handing over too."""
    given = [i for i, values in changes.items() if "owner" in values or (entity.parent and entity.parent in values)]
    return bound(entity, action, actor, changes) | (bound(entity, "transfer", actor, given) if action != "transfer" else set())


def stored(entity: Entity, row: Any, keys: Iterable[str]) -> dict[str, Any]:
    """The values of a record as the API carries them, sealed text as it is stored, amounts with their currency: what `write` takes again."""
    found: dict[str, Any] = {}
    for key in keys:
        bound_ = entity.fields.get(key)
        if bound_ is None:
            continue
        value = bound_.value(row)
        found[key] = value if bound_.kind.stored == "sealed" else bound_.kind.json(value)
        if hasattr(row, f"{key}_currency"):
            found[f"{key}_currency"] = getattr(row, f"{key}_currency")
    return found


def named(entity: Entity, values: Mapping[str, Any]) -> list[str]:
    """Fields that raw values speak of, a currency naming its amount."""
    return [k if k in entity.fields else k.removesuffix("_currency") for k in values]


@dataclass(frozen=True)
class Before:
    """What a change finds: version, values of the fields that it speaks of, unique values."""

    base: int
    former: Mapping[str, Any]
    unique: Mapping[str, Any]


def before(entity: Entity, row: Any, values: Mapping[str, Any]) -> Before:
    """A record as it stands before these raw values are put on it."""
    return Before(row.version, stored(entity, row, named(entity, values)), {u.column: getattr(row, u.column) for u in entity.unique})


def creation(entity: Entity, row: Any, values: Mapping[str, Any]) -> Sending:
    """A record that was built from raw values."""
    return Sending(row, "create", "create", stored(entity, row, named(entity, values)), held=[u.column for u in entity.unique])


def change(entity: Entity, row: Any, found: Before, changed: Iterable[str], action: str, code: str) -> Sending:
    """What a record that was changed, but not saved, has otherwise than before."""
    values = stored(entity, row, sorted(changed))
    held = [u.column for u in entity.unique if getattr(row, u.column) != found.unique[u.column]]
    return Sending(row, "update", action, values, {k: found.former.get(k) for k in values}, code, found.base, held)


def standing(entity: Entity, row: Any, verb: str, *, action: str = "delete", values: Mapping[str, Any] | None = None) -> Sending:
    """A record that is to be deleted, restored or handed back as it is. What is restored takes its unique values again."""
    held = [u.column for u in entity.unique] if verb == "restore" else ()
    return Sending(row, verb, action, values or {}, base=row.version, held=held)


def already(entity: Entity, ids: Collection[int], verb: str) -> set[int]:
    """Of these records, those for which the same waits already."""
    return {draft.record for draft in waiting_about(entity, ids, verb) if draft.record}


def waiting_about(entity: Entity, ids: Collection[int], verb: str) -> list[Draft]:
    """What waits of one verb about these records; one query, none for no record."""
    return list(Draft.objects.filter(entity=entity.key, record__in=list(ids), verb=verb, state="waiting")) if ids else []


def send(u: Unit, actor: Actor, entity: Entity, sendings: Sequence[Sending]) -> list[Draft]:
    """Keep writes as drafts, in few statements. Raises Invalidated where somebody took a unique value this very moment."""
    drafts = [_draft(u, actor, entity, sending) for sending in sendings]
    Draft.objects.bulk_create(drafts, batch_size=CHUNK)
    _hold(entity, drafts, sendings)
    return drafts


def send_one(u: Unit, actor: Actor, entity: Entity, sending: Sending) -> Draft:
    """Keep one write as a draft; what would be done a second time is refused. Raises Forbidden or Invalidated."""
    if sending.verb in ("delete", "restore") and already(entity, [sending.row.id], sending.verb):
        raise Forbidden(again_words())
    return send(u, actor, entity, [sending])[0]


def _draft(u: Unit, actor: Actor, entity: Entity, sending: Sending) -> Draft:
    row, creating = sending.row, sending.verb == "create"
    return Draft(
        entity=entity.key,
        record=sending.record,
        verb=sending.verb,
        action=sending.action,
        code=sending.code,
        values=dict(sending.values),
        former=dict(sending.former),
        base=sending.base,
        title=str(getattr(row, entity.title) or "")[:300],
        tokens=search.entry(entity, row)["tokens"] if creating and entity.search else [],
        asks=_asks(actor, entity, sending),
        author=actor.id or 0,
        sent_at=clock.now(),
        door=u.door,
        reason=u.reason.replace("\x00", "").strip()[:LONGEST],
    )


def _asks(actor: Actor, entity: Entity, sending: Sending) -> list[str]:
    """Who is asked; for a change that hands over, also whoever is asked about that."""
    nobody = frozenset[str]()
    asked_ = actor.reviewed.get((entity.key, sending.action), nobody)
    if not asked_ or "owner" in sending.values or (entity.parent and entity.parent in sending.values):
        asked_ |= actor.reviewed.get((entity.key, "transfer"), nobody)
    return sorted(asked_)


def _hold(entity: Entity, drafts: Sequence[Draft], sendings: Sequence[Sending]) -> None:
    """Take the unique values; two drafts about one record may want the same."""
    holds = [
        Hold(entity=entity.key, field=unique.field, value=value, draft=draft.number, record=draft.record)
        for draft, sending in zip(drafts, sendings, strict=True)
        for unique in entity.unique
        if unique.column in sending.held and (value := getattr(sending.row, unique.column)) is not None
    ]
    if not holds:
        return
    Hold.objects.bulk_create(holds, batch_size=CHUNK, ignore_conflicts=True)
    mine = {(h.field, h.value): h for h in holds}
    wanted = {h.value for h in holds}
    for taken in Hold.objects.filter(entity=entity.key, value__in=wanted):
        hold = mine.get((taken.field, taken.value))
        if hold is not None and taken.draft != hold.draft and (taken.record is None or taken.record != hold.record):
            raise Invalidated({taken.field: waiting_words(entity, taken.field)})


def again_words() -> str:
    """What is said to who asks for the same once more."""
    return _("This waits for review already.")


def waiting_words(entity: Entity, key: str) -> str:
    """What is said of a value that a draft holds: no name, no author, for neither need be open to who reads this."""
    return _("“%(field)s” is the same as in an entry that waits for review.") % {"field": entity.fields[key].label}


__all__ = [
    "Before", "Sending", "again_words", "agreeing", "already", "asked", "before", "bound", "bound_changes", "change", "creation", "named", "send", "send_one",
    "standing", "stored", "unready", "waiting_about", "waiting_words",
]  # fmt: skip

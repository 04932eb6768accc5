"""Likely duplicates of what is being typed or imported: the same rules on every door.

A hit is disclosed on purpose even to those who may not see the record: the name as configured, and who owns it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from guanxi.kernel import directory, disclosure, pools, statement, tally
from guanxi.kernel.access import AnyOf, company_path, of_now
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import names, tokens
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.living import followed
from guanxi.kernel.models import SearchEntry
from guanxi.kernel.registry import registry

MOST = 5
#: From this score on two names are taken for the same company; measured on the labelled set in tests/china.
THRESHOLD = names.SAME
CANDIDATES = 200
#: Kinds of field by which records are compared, beside the title.
COMPARED = ("phone", "uscc", "resident_id", "email")
#: How often one person may ask.
A_MINUTE = 60


@dataclass(frozen=True)
class Likeness:
    """A likely duplicate: its name as the reader may know it, its owner, why, and whether he may open it."""

    entity: Entity
    record: int
    title: str
    owner: str
    why: str
    score: float
    visible: bool


def find(entity: Entity, values: Mapping[str, Any], actor: Actor, *, besides: int | None = None) -> list[Likeness]:
    """At most five likely duplicates by name, phone or code, best first; asking is logged, whatever it finds."""
    scored: dict[str, dict[int, tuple[float, str]]] = {entity.key: {}}
    for key, raw in values.items():
        for other, theirs in compared(entity, key) if raw else ():
            if other is not entity and not _may_meet(other, theirs, actor):
                continue
            found = by_name(other, str(raw), actor) if theirs == other.title else by_value(other, theirs, raw, actor)
            best = scored.setdefault(other.key, {})
            for record, score in found.items():
                if (other is not entity or record != besides) and score > best.get(record, (0.0, ""))[0]:
                    best[record] = (score, str(entity.fields[key].label))
    ranked = [(registry.get(of), record, score) for of, found in scored.items() for record, score in found.items()]
    ranked = sorted(ranked, key=lambda each: -each[2][0])[:MOST]
    told: dict[tuple[str, int], Likeness] = {}
    for of in scored:
        best_of = [(record, score) for other, record, score in ranked if other.key == of]
        disclosure.log(of, [record for record, _score in best_of], actor, verb="similar")
        told |= {(of, each.record): each for each in _likenesses(registry.get(of), best_of, actor)}
    return [told[other.key, record] for other, record, _score in ranked if (other.key, record) in told]


def compared(entity: Entity, key: str) -> list[tuple[Entity, str]]:
    """With what a value of this field is compared: its own field where that tells records apart, and those the entity is `likened` by."""
    field = entity.fields.get(key)
    if field is None:
        return []
    own = [(entity, key)] if tells(entity, field) else []
    return own + [(registry.get(other), keys[key]) for other, keys in entity.likened.items() if key in keys]


def _may_meet(other: Entity, key: str, actor: Actor) -> bool:
    """Who writes here is told of those of another entity of which he may see some, by what he may read of them."""
    return actor.may(other.key, "view") and key in other.visible(actor) and actor.right(other.key, key) != "masked"


def tells(entity: Entity, field: Field) -> bool:
    """Whether records are compared by this field: a title that is claimed by one, numbers and addresses."""
    if field.key == entity.title:
        return any(u.field == field.key for u in entity.unique)
    return field.kind.name in COMPARED


def may_ask(actor: Actor) -> bool:
    """Whether this person, who is typing or sends a program, may ask now: the check names what he may not see, so he may not go on for ever.

    Writes and imports, which ask on their own, are not counted.
    """
    return tally.add("similar", actor.id, seconds=60) <= A_MINUTE


def by_name(entity: Entity, name: str, actor: Actor) -> dict[int, float]:
    """Records whose name means the same company, by score; creations that wait for review by minus the draft's number."""
    found: dict[int, float] = {}
    asked: list[list[list[int]]] = []
    for key in names.candidates_keys(name):
        alternatives = tokens.query(key.partition(":")[2], ["name"])
        if not alternatives or alternatives in asked:  # of a short name whole, core and beginning are the same
            continue
        asked.append(alternatives)
        rows = _called(entity, _holding(entity, alternatives, actor))
        found |= {record: score for record, called in rows if (score := max(names.same(name, each) for each in called)) >= THRESHOLD}
        if len(found) >= MOST:
            break
    return found


def _holding(entity: Entity, alternatives: Sequence[list[int]], actor: Actor) -> list[tuple[Any, ...]]:
    """Number and title of records, and of creations that wait, with all tokens of any alternative."""

    def make() -> statement.Statement:
        where = reduce(or_, [Q(tokens__contains=statement.Slot(f"tokens{n}")) for n in range(len(alternatives))])
        rows: Any = SearchEntry.objects.filter(where, _entries_within(actor), entity=entity.key).values_list("record", "title")
        waiting = _waiting(entity, where, actor).values_list("minus", "title")
        return statement.compiled(rows[:CANDIDATES].union(waiting[:CANDIDATES], all=True), plain=False)

    known = statement.kept(actor, ("alike", entity.key, len(alternatives)), make)
    return known.run(**{f"tokens{n}": alternative for n, alternative in enumerate(alternatives)})


def _called(entity: Entity, rows: list[tuple[Any, ...]]) -> list[tuple[int, list[str]]]:
    """Each candidate with all that it is called: its title, and what its `named` fields hold."""
    ids = [record for record, _title in rows if record > 0] if entity.named else []
    more = {record: called for record, *called in entity.rows_of(ids).values_list("id", *entity.named)} if ids else {}
    return [(record, [title, *(each for each in more.get(record, ()) if each)]) for record, title in rows]


def may_compare(entity: Entity, key: str, actor: Actor) -> bool:
    """Only who writes here may ask, and only about what he may read."""
    writes = actor.may(entity.key, "create") or actor.may(entity.key, "edit")
    return writes and key in entity.visible(actor) and actor.right(entity.key, key) != "masked"


def by_value(entity: Entity, key: str, raw: Any, actor: Actor) -> dict[int, float]:
    """Live records with exactly this phone, code or address, and creations that wait for review with it."""
    field = entity.fields[key]
    try:
        value = field.kind.parse(raw, Reader(actor))
    except ValueError:
        return {}
    if field.kind.is_blank(value):
        return {}
    alternatives = tokens.query(str(value), [field.search]) if key in entity.search and field.search else []
    # The columns have no index of their own: what may bear the value is found as a search would find it.
    bearing = _bearing(entity, alternatives, actor) if alternatives else None
    # What a pool closes is not told by asking either.
    closing = tuple(pool.id for pool in pools.of(entity) if key in pool.hidden | pool.masked) if entity.pooled else ()

    def make() -> statement.Statement:
        same = Q(**{str(field.column.path): statement.Slot("value")})
        rows: Any = entity.objects.filter(_within(actor, company_path(entity)), _stamped_now(entity, actor), same, deleted_at=None)
        if bearing is not None:
            rows = rows.filter(AnyOf(F("id"), statement.Slot("bearing")))
        if closing:
            rows = rows.exclude(pool_id__in=closing)
        drafts = _waiting(entity, Q(values__contains=statement.Slot("document")), actor)
        found = rows.order_by().values_list("id")[:MOST].union(drafts.values_list("minus")[:MOST], all=True)
        return statement.compiled(found, plain=False)

    known = statement.kept(actor, ("bearer", entity.key, key, bearing is None, closing), make)
    rows = known.run(value=value, bearing=bearing, document=Jsonb({key: field.kind.json(value)}))
    return dict.fromkeys((record for (record,) in rows), 1.0)


def _bearing(entity: Entity, alternatives: Sequence[list[int]], actor: Actor) -> list[int]:
    """Records with all tokens of any alternative."""

    def make() -> statement.Statement:
        held = reduce(or_, [Q(tokens__contains=statement.Slot(f"tokens{n}")) for n in range(len(alternatives))])
        return statement.compiled(SearchEntry.objects.filter(held, entity=entity.key).values_list("record")[:CANDIDATES], plain=False)

    known = statement.kept(actor, ("bearing", entity.key, len(alternatives)), make)
    return [record for (record,) in known.run(**{f"tokens{n}": alternative for n, alternative in enumerate(alternatives)})]


def _stamped_now(entity: Entity, actor: Actor) -> Q:
    return Q() if actor.within is None else of_now(entity)


def _entries_within(actor: Actor) -> Q:
    """Search entries of the company that the actor belongs to, by what they bear now."""
    return Q() if actor.within is None else _within(actor, "department") & Q(followed("record", "parent"))


def _within(actor: Actor, column: str) -> Q:
    """The duplicate check tells of what is out of sight, but not of what lies beyond the actor's company."""
    return Q() if actor.within is None else Q(AnyOf(F(column), actor.within))


def _waiting(entity: Entity, where: Q, actor: Actor) -> Any:
    """Creations that wait for review, each with minus its number: records have the numbers above zero."""
    if actor.within is not None:
        where &= Q(author__in=list(directory.colleagues(actor)))
    return Draft.objects.filter(where, entity=entity.key, verb="create", state="waiting").order_by().annotate(minus=-F("number"))


def _likenesses(entity: Entity, best: list[tuple[int, tuple[float, str]]], actor: Actor) -> list[Likeness]:
    told = disclosure.told(entity, [record for record, _score in best if record > 0], actor)
    return _likenesses_waiting(entity, best, actor) + [
        Likeness(entity, record, told[record].title, told[record].owner, why, score, told[record].visible)
        for record, (score, why) in best
        if record in told
    ]


def _likenesses_waiting(entity: Entity, best: list[tuple[int, tuple[float, str]]], actor: Actor) -> list[Likeness]:
    """Told as a record out of sight would be: the name veiled, but for the author, and who entered it."""
    numbers = {-record: (score, why) for record, (score, why) in best if record < 0}
    if not numbers:
        return []
    readable = actor.right(entity.key, entity.title) not in ("hidden", "masked")
    found = []
    for number, title, author in Draft.objects.filter(pk__in=list(numbers)).order_by("number").values_list("number", "title", "author"):
        score, why = numbers[number]
        name = title if readable and author == actor.id else disclosure.veil(title)
        words = _("%(why)s, waits for review") % {"why": why}
        found.append(Likeness(entity, -number, name, directory.person_name(author), words, score, False))
    return found

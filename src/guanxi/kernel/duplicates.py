"""Likely duplicates of what is being typed or imported: the same rules on every door.

A hit is disclosed on purpose even to those who may not see the record: the name as configured, and who owns it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from guanxi.kernel import disclosure, pools, tally
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import names, tokens
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import SearchEntry

MOST = 5
#: From this score on two names are taken for the same company; measured on the labelled set in tests/china.
THRESHOLD = names.SAME
CANDIDATES = 200
#: How often one person may ask.
A_MINUTE = 60


@dataclass(frozen=True)
class Likeness:
    """A likely duplicate: its name as the reader may know it, its owner, why, and whether he may open it."""

    record: int
    title: str
    owner: str
    why: str
    score: float
    visible: bool


def find(entity: Entity, values: Mapping[str, Any], actor: Actor, *, besides: int | None = None) -> list[Likeness]:
    """At most five likely duplicates by name, phone or code, best first; asking is logged, whatever it finds."""
    scored: dict[int, tuple[float, str]] = {}
    for key, raw in values.items():
        field = entity.fields.get(key)
        if field is None or not raw:
            continue
        if key == entity.title and any(u.field == key for u in entity.unique):
            found = by_name(entity, str(raw))
        elif field.kind.name in ("phone", "uscc", "resident_id", "email"):
            found = by_value(entity, key, raw, actor)
        else:
            continue
        for record, score in found.items():
            if record != besides and score > scored.get(record, (0.0, ""))[0]:
                scored[record] = (score, str(field.label))
    best = sorted(scored.items(), key=lambda item: -item[1][0])[:MOST]
    disclosure.log(entity.key, [record for record, _score in best], actor, verb="similar")
    return _likenesses(entity, best, actor)


def may_ask(actor: Actor) -> bool:
    """Whether this person, who is typing or sends a program, may ask now: the check names what he may not see, so he may not go on for ever.

    Writes and imports, which ask on their own, are not counted.
    """
    return tally.add("similar", actor.id, seconds=60) <= A_MINUTE


def by_name(entity: Entity, name: str) -> dict[int, float]:
    """Records whose name means the same company, by score."""
    found: dict[int, float] = {}
    for key in names.candidates_keys(name):
        where = Q()
        for alternative in tokens.query(key.partition(":")[2], ["name"]):
            where |= Q(tokens__contains=alternative)
        if not where:
            continue
        rows = SearchEntry.objects.filter(where, entity=entity.key).values_list("record", "title")[:CANDIDATES]
        found |= {record: score for record, title in rows if (score := names.same(name, title)) >= THRESHOLD}
        if len(found) >= MOST:
            break
    return found


def may_compare(entity: Entity, key: str, actor: Actor) -> bool:
    """Only who writes here may ask, and only about what he may read."""
    writes = actor.may(entity.key, "create") or actor.may(entity.key, "edit")
    return writes and key in entity.visible(actor) and actor.right(entity.key, key) != "masked"


def by_value(entity: Entity, key: str, raw: Any, actor: Actor) -> dict[int, float]:
    """Live records with exactly this phone, code or address."""
    field = entity.fields[key]
    try:
        value = field.kind.parse(raw, Reader(actor))
    except ValueError:
        return {}
    if field.kind.is_blank(value):
        return {}
    rows: Any = entity.model._default_manager.filter(deleted_at=None, **{str(field.column.path): value})
    alternatives = tokens.query(str(value), [field.search]) if key in entity.search and field.search else []
    if alternatives:  # the columns have no index of their own: what may bear the value is found as a search would find it
        held = reduce(or_, [Q(tokens__contains=alternative) for alternative in alternatives])
        rows = rows.filter(id__in=list(SearchEntry.objects.filter(held, entity=entity.key).values_list("record", flat=True)[:CANDIDATES]))
    if entity.pooled:  # what a pool closes is not told by asking either
        closing = [pool.id for pool in pools.of(entity) if key in pool.hidden | pool.masked]
        rows = rows.exclude(pool_id__in=closing)
    return dict.fromkeys(rows.values_list("id", flat=True)[:MOST], 1.0)


def _likenesses(entity: Entity, best: list[tuple[int, tuple[float, str]]], actor: Actor) -> list[Likeness]:
    told = disclosure.told(entity, [record for record, _score in best], actor)
    return [
        Likeness(record, told[record].title, told[record].owner, why, score, told[record].visible)
        for record, (score, why) in best
        if record in told
    ]

"""Likely duplicates of what is being typed or imported: the same rules on every door.

A hit is disclosed on purpose even to those who may not see the record: the name as configured, and who owns it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from guanxi.kernel import clock, directory
from guanxi.kernel.access import may_see
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import names, tokens
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import AccessLog, SearchEntry

MOST = 5
#: From this score on two names are taken for the same company; measured on the labelled set in tests/china.
THRESHOLD = names.SAME
CANDIDATES = 200


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
    """At most five likely duplicates by name, phone or code, best first; asking is logged."""
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
    if best:
        ids = [record for record, _score in best]
        AccessLog.objects.create(at=clock.now(), actor=actor.id, verb="similar", entity=entity.key, data={"found": ids})
    return [_likeness(entity, record, score, why, actor) for record, (score, why) in best]


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


def by_value(entity: Entity, key: str, raw: Any, actor: Actor) -> dict[int, float]:
    """Live records with exactly this phone, code or address."""
    field = entity.fields[key]
    try:
        value = field.kind.parse(raw, Reader(actor))
    except ValueError:
        return {}
    if field.kind.is_blank(value):
        return {}
    rows = entity.model._default_manager.filter(deleted_at=None, **{str(field.column.path): value})
    return dict.fromkeys(rows.values_list("id", flat=True)[:MOST], 1.0)


def _likeness(entity: Entity, record: int, score: float, why: str, actor: Actor) -> Likeness:
    row = entity.model._default_manager.filter(id=record).values_list(entity.title, "owner_id").first() or ("", None)
    readable = actor.right(entity.key, entity.title) not in ("hidden", "masked")
    visible = readable and may_see(entity, actor, record)
    title = str(row[0])
    shown = title if visible else veil(title)
    return Likeness(record, shown, directory.person_name(row[1]), why, score, visible)


def veil(name: str) -> str:
    """Enough of a name to recognise a customer one already knows: 杭州****有限公司."""
    if len(name) <= 4:
        return name[:1] + "**"
    return f"{name[:4]}****{name[-4:]}" if len(name) > 10 else f"{name[:2]}****{name[-2:]}"

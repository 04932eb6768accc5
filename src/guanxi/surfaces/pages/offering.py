"""What a picker offers for one field: the records that the field is meant for, and what each proposes for the rest of the form."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple

from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.fields.lookup import LookupKind
from guanxi.kernel.fields.money import BASE_CURRENCY
from guanxi.kernel.query import Rows
from guanxi.kernel.registry import registry


class Proposal(NamedTuple):
    """What a record puts into other fields of the form, as JSON, and how that reads."""

    values: str
    words: str


def asking(name: str, target: Entity) -> LookupKind | None:
    """The field that asks, `sales.opportunity.product`, if it refers to records of `target`."""
    key, _dot, field = name.rpartition(".")
    entity = next((e for e in registry if e.key == key), None)
    kind = entity.fields[field].kind if entity is not None and field in entity.fields else None
    return kind if isinstance(kind, LookupKind) and kind.target is target else None


def narrowed(rows: Rows, kind: LookupKind | None) -> Rows:
    """Those that the field is meant for; all where this person may not read what tells them apart."""
    if kind is None or not kind.offers:
        return rows
    try:
        return rows.where(kind.offers)
    except ConditionError:
        return rows


def proposals(kind: LookupKind | None, ids: Collection[int], reader: Reader) -> dict[int, Proposal]:
    """By record, what it proposes of the fields that this person reads; an amount in a foreign currency proposes nothing."""
    if kind is None or not kind.proposes or not ids:
        return {}
    target = kind.target
    visible = target.visible(reader.actor)
    sources = {
        key: visible[source]
        for key, source in kind.proposes.items()
        if source in visible and reader.actor.right(target.key, source) != "masked"
    }
    found = {}
    for record in target.rows(reader.actor).filter(id__in=list(ids)) if sources else ():
        fields = {key: field for key, field in sources.items() if _fits(record, field.key) and not field.kind.is_blank(field.value(record))}
        values = {key: field.kind.typed(field.value(record), reader) for key, field in fields.items()}
        if values:
            words = " · ".join(field.kind.text(field.value(record), reader) for field in fields.values())
            found[int(record.id)] = Proposal(json.dumps(values), words)
    return found


def _fits(record: object, key: str) -> bool:
    return getattr(record, f"{key}_currency", BASE_CURRENCY) == BASE_CURRENCY


__all__ = ["Proposal", "asking", "narrowed", "proposals"]

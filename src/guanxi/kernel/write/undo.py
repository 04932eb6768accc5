"""Undo: a new authorised write that replays the inverse of an earlier one, on keys still as that write left them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.history import Change, keys_since
from guanxi.kernel.registry import registry
from guanxi.kernel.write.errors import Refused
from guanxi.kernel.write.single import delete, locked, restore, update
from guanxi.kernel.write.unit import unit

#: Verbs that stand: what went to a pool may be somebody else's by now, and what was claimed has counted.
FINAL = ("claim", "assign", "release", "recycle")


@dataclass
class Undone:
    """How many records went back, and (entity, id, keys) of what people have edited since and so was kept."""

    records: int = 0
    kept: list[tuple[str, int, list[str]]] = field(default_factory=list)


def undo(changes: Iterable[Change], *, actor: Actor, door: str) -> Undone:
    """Take changes back, newest first. Rights are checked anew; what may not be undone is listed as kept."""
    result = Undone()
    with unit(actor, door, verb="undo"):
        for change in sorted(changes, key=lambda c: (c.at, c.version), reverse=True):
            entity = registry.get(change.entity)
            try:
                with transaction.atomic():
                    _one(entity, change, result, actor=actor, door=door)
            except Refused:
                result.kept.append((change.entity, change.record, sorted(change.diff)))
    return result


def _one(entity: Entity, change: Change, result: Undone, *, actor: Actor, door: str) -> None:
    if change.verb == "create":
        since = keys_since(change.record, change.version)
        if since:
            result.kept.append((change.entity, change.record, sorted(since)))
            return
        delete((entity, change.record), actor=actor, door=door)
    elif change.verb in FINAL:
        result.kept.append((change.entity, change.record, sorted(change.diff)))
        return
    elif change.verb == "delete":
        restore((entity, change.record), actor=actor, door=door)
    elif change.verb == "restore":
        delete((entity, change.record), actor=actor, door=door)
    else:
        _back(entity, change, result, actor=actor, door=door)
        return
    result.records += 1


def _back(entity: Entity, change: Change, result: Undone, *, actor: Actor, door: str) -> None:
    # Who may hand over but not edit may take a handover back.
    action = "transfer" if change.verb == "transfer" else "edit"
    row = locked(entity, change.record, actor=actor, action=action)
    by_column = {(f.column.path or f.key): f for f in entity.fields.values()}
    values: dict[str, Any] = {}
    kept: list[str] = []
    for column, (old, new) in change.diff.items():
        bound = by_column.get(column)
        if bound is None and column.endswith("_currency") and column.removesuffix("_currency") in entity.fields:
            same, value = getattr(row, column) == new, old
        elif bound is None or bound.computed:
            continue
        elif isinstance(bound.column, Linked):
            same, value = _links_back(bound.value(row), old or [], new or [])
        else:
            now, value = bound.kind.json(bound.value(row)), comparable(bound, old)
            if now == value:  # taking back another record of the same write has brought this one back too
                continue
            same = comparable(bound, new) == now
        if same:
            values[bound.key if bound else column] = value
        else:
            kept.append(bound.key if bound else column)
    if values:
        update(row, values, actor=actor, door=door, verb="undo", action=action)
        result.records += 1
    if kept:
        result.kept.append((change.entity, change.record, kept))


def _links_back(now: list[int], gone: list[int], came: list[int]) -> tuple[bool, list[int]]:
    """Links as they were: of links history holds what went and what came. Later moves of the same links win."""
    untouched = set(came) <= set(now) and not set(gone) & set(now)
    return untouched, [i for i in now if i not in came] + gone


def comparable(bound: Any, stored: Any) -> Any:
    """A value as history stored it (raw column JSON) in the form of `kind.json`."""
    kind = bound.kind
    if stored is None:
        return kind.json(kind.blank)
    if kind.name == "datetime":
        from datetime import datetime

        return kind.json(datetime.fromisoformat(stored))
    if kind.name in ("decimal", "money"):
        return kind.json(kind.from_json(stored).quantize(kind.from_json(f"1e-{kind.places}")))
    if kind.name in ("choice", "tags", "region"):
        return kind.json(stored)
    return stored


__all__ = ["Undone", "comparable", "undo"]

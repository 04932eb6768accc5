"""Undo: a new authorised write that replays the inverse of an earlier one, on keys still as that write left them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.history import Change, keys_since
from guanxi.kernel.merge import Merge
from guanxi.kernel.registry import registry
from guanxi.kernel.write import parting
from guanxi.kernel.write.errors import Refused
from guanxi.kernel.write.many import update_many
from guanxi.kernel.write.restoring import restore_many
from guanxi.kernel.write.single import delete, locked, restore, update
from guanxi.kernel.write.unit import unit

#: From so many changed records on, they go back together.
TOGETHER = 10
#: Verbs that stand: what went to a pool may be somebody else's by now, and what was claimed has counted.
FINAL = ("claim", "assign", "release", "recycle")


@dataclass
class Undone:
    """How many records went back, ids of those that somebody must agree to first, and (entity, id, keys) of what was edited since."""

    records: int = 0
    sent: list[int] = field(default_factory=list)
    kept: list[tuple[str, int, list[str]]] = field(default_factory=list)


def undo(changes: Iterable[Change], *, actor: Actor, door: str) -> Undone:
    """Take changes back, newest first. Rights are checked anew; what may not be undone is listed as kept."""
    result = Undone()
    with unit(actor, door, verb="undo"):
        rest = list(changes)
        for write_id in {c.write_id for c in rest if c.verb == "merge"}:
            rest = _part(parting.merges(write_id), rest, result, actor=actor)
        rest = _together(rest, result, actor=actor, door=door)
        for change in sorted(rest, key=lambda c: (c.at, c.version, c.number), reverse=True):
            entity = registry.get(change.entity)
            try:
                with transaction.atomic():
                    _one(entity, change, result, actor=actor, door=door)
            except Refused:
                result.kept.append((change.entity, change.record, sorted(change.diff)))
    return result


def _part(merges: list[Merge], changes: list[Change], result: Undone, *, actor: Actor) -> list[Change]:
    """Take a merge back as a whole; the changes that are left are those of other writes."""
    if not merges:
        return changes
    try:
        with transaction.atomic():
            records, kept = parting.part(merges, actor=actor)
            result.records += len(records)
            result.kept += kept
    except Refused:
        result.kept += [(each.entity, each.lost, ["merged_into"]) for each in merges]
    return [change for change in changes if change.write_id != merges[0].write_id]


def _together(changes: list[Change], result: Undone, *, actor: Actor, door: str) -> list[Change]:
    """Take back many changes of fields, and many deletions, in few statements, owners before what follows them; returns those that go one by one."""
    once = Counter(change.record for change in changes)
    alike: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        if change.verb not in ("create", "restore", *FINAL) and once[change.record] == 1:
            alike.setdefault((change.entity, "restore" if change.verb == "delete" else _action(change)), []).append(change)
    done: set[int] = set()
    for (key, action), group in sorted(alike.items(), key=lambda item: bool(registry.get(item[0][0]).parent)):
        if len(group) < TOGETHER:
            continue
        try:
            with transaction.atomic():
                if action == "restore":
                    _restored(registry.get(key), group, result, actor=actor, door=door)
                else:
                    _many_back(registry.get(key), action, group, result, actor=actor, door=door)
                done |= {change.record for change in group}
        except Refused:
            continue
    return [change for change in changes if change.record not in done]


def _restored(entity: Entity, changes: list[Change], result: Undone, *, actor: Actor, door: str) -> None:
    diffs = {change.record: change.diff for change in changes}
    outcome = restore_many(entity, list(diffs), actor=actor, door=door)
    result.records += len(outcome.written)
    result.sent += list(outcome.sent)
    result.kept += [(entity.key, record, sorted(diffs[record])) for record in outcome.refused]


def _many_back(entity: Entity, action: str, changes: list[Change], result: Undone, *, actor: Actor, door: str) -> None:
    ids = [change.record for change in changes]
    rows = {r.id: r for r in entity.rows(actor, action).select_for_update(of=("self",)).filter(id__in=ids).order_by("id")}
    values: dict[int, dict[str, Any]] = {}
    kept: list[tuple[str, int, list[str]]] = []
    for change in changes:
        if change.record not in rows:
            kept.append((change.entity, change.record, sorted(change.diff)))
            continue
        back, stays = _inverse(entity, change, rows[change.record])
        if back:
            values[change.record] = back
        if stays:
            kept.append((change.entity, change.record, stays))
    outcome = update_many(entity, values, actor=actor, door=door, verb="undo", action=action)
    result.records += len(outcome.written) + len(outcome.unchanged)
    result.sent += list(outcome.sent)
    result.kept += [*kept, *((entity.key, record, sorted(values[record])) for record in outcome.refused)]


def _one(entity: Entity, change: Change, result: Undone, *, actor: Actor, door: str) -> None:
    if change.verb == "create":
        since = keys_since(change.record, change.version)
        if since:
            result.kept.append((change.entity, change.record, sorted(since)))
            return
        back = delete((entity, change.record), actor=actor, door=door)
    elif change.verb in FINAL:
        result.kept.append((change.entity, change.record, sorted(change.diff)))
        return
    elif change.verb == "delete":
        back = restore((entity, change.record), actor=actor, door=door)
    elif change.verb == "restore":
        back = delete((entity, change.record), actor=actor, door=door)
    else:
        _back(entity, change, result, actor=actor, door=door)
        return
    _count(result, back)


def _count(result: Undone, back: Any) -> None:
    if isinstance(back, Draft):
        result.sent.append(back.record or 0)
    else:
        result.records += 1


def _back(entity: Entity, change: Change, result: Undone, *, actor: Actor, door: str) -> None:
    action = _action(change)
    row = locked(entity, change.record, actor=actor, action=action)
    values, kept = _inverse(entity, change, row)
    if values:
        _count(result, update(row, values, actor=actor, door=door, verb="undo", action=action))
    if kept:
        result.kept.append((change.entity, change.record, kept))


def _action(change: Change) -> str:
    """Who may hand over but not edit may take a handover back."""
    return "transfer" if change.verb == "transfer" else "edit"


def _inverse(entity: Entity, change: Change, row: Any) -> tuple[dict[str, Any], list[str]]:
    """The values that a record had before, as far as it still bears those of the change; and the keys that it does not."""
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
    return values, kept


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
    if kind.stored == "number":
        return kind.json(kind.from_json(stored).quantize(kind.from_json(f"1e-{kind.places}")))
    if kind.name in ("choice", "tags", "region", "secret"):
        return kind.json(stored)
    return stored


__all__ = ["Undone", "comparable", "undo"]

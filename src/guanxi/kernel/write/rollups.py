"""Roll-ups: recomputed set-based from the children, in the transaction that changed one of them; never incremented."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Max, Min, Sum

from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.condition import sql, tree
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.rollup import RollUp
from guanxi.kernel.registry import registry
from guanxi.kernel.write import columns
from guanxi.kernel.write.unit import Unit

HOW = {"sum": Sum, "count": Count, "max": Max, "min": Min}


def figures(rollups: Sequence[RollUp], ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Parent id → figure by field, from live children; all `rollups` count the same child by the same lookup."""
    child = registry.by_model_label(rollups[0].child)
    via = str(child.fields[rollups[0].via].column.path)
    rows = child.objects.filter(deleted_at=None, **{f"{via}__in": ids})
    asked = {f"figure_{r.field}": _aggregate(child, r) for r in rollups}
    return {row.pop(via): {r.field: row[f"figure_{r.field}"] for r in rollups} for row in rows.order_by().values(via).annotate(**asked)}


def _aggregate(child: Entity, rollup: RollUp) -> Any:
    where = sql.to_q(tree.parse(child, rollup.where, SYSTEM), SYSTEM) if rollup.where else None
    return HOW[rollup.how](rollup.of, filter=where)


def recompute(entity: Entity, ids: Iterable[int], child: str = "") -> None:
    """Bring the roll-ups of these records up to date: all of them, or those over one child entity.

    The parents are locked before the children are counted, so that of two writers the later one counts what the earlier wrote.
    """
    rollups = [r for r in entity.rollups if not child or r.child.lower() == child]
    wanted = sorted(ids)
    if not rollups or not wanted:
        return
    names = [r.field for r in rollups]
    rows = list(entity.objects.select_for_update().filter(id__in=wanted).order_by("id").only("id", *names))
    found: dict[int, dict[str, Any]] = {}
    for group in _groups(rollups):
        for parent, values in figures(group, wanted).items():
            found.setdefault(parent, {}).update(values)
    moved = [row for row in rows if _put(row, rollups, found.get(row.id, {}))]
    columns.save(entity, moved, names)


def _groups(rollups: Iterable[RollUp]) -> list[list[RollUp]]:
    """Roll-ups that one question answers."""
    groups: dict[tuple[str, str], list[RollUp]] = {}
    for rollup in rollups:
        groups.setdefault((rollup.child, rollup.via), []).append(rollup)
    return list(groups.values())


def _put(row: Any, rollups: Iterable[RollUp], values: dict[str, Any]) -> bool:
    """Set the figures (NULL without children); whether any differs from what was stored."""
    moved = False
    for rollup in rollups:
        value = values.get(rollup.field)
        if getattr(row, rollup.field) != value:
            setattr(row, rollup.field, value)
            moved = True
    return moved


def parents_of(entity: Entity) -> list[tuple[Entity, str]]:
    """(parent entity, lookup column here) for each parent that rolls this entity up."""
    found = []
    for parent in registry:
        for via in {r.via for r in parent.rollups if r.child.lower() == entity.key}:
            found.append((parent, str(entity.fields[via].column.path)))
    return found


def settle(unit: Unit) -> None:
    """Recompute what the unit touched; called once before it commits."""
    for (key, child), ids in unit.touched.items():
        entity = registry.get(key)
        recompute(entity, ids, child)
        if entity.pooled:
            unit.judge(key, ids)

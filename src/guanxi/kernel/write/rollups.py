"""Roll-ups: recomputed set-based from the children, in the transaction that changed one of them; never incremented."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Subquery, Sum

from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.condition import sql, tree
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.rollup import RollUp
from guanxi.kernel.registry import registry
from guanxi.kernel.write.unit import Unit

HOW = {"sum": Sum, "count": Count, "max": Max, "min": Min}


def expression(rollup: RollUp) -> Subquery:
    """The figure as a correlated subquery over live children that match."""
    child = registry.by_model_label(rollup.child)
    column = child.fields[rollup.via].column.path
    rows = child.model._default_manager.filter(deleted_at=None, **{str(column): OuterRef("id")})
    if rollup.where:
        rows = rows.filter(sql.to_q(tree.parse(child, rollup.where, SYSTEM), SYSTEM))
    figure: Any = HOW[rollup.how](rollup.of)
    return Subquery(rows.order_by().values(str(column)).annotate(figure=figure).values("figure"))


def recompute(entity: Entity, ids: Iterable[int]) -> None:
    """Bring every roll-up of these records up to date."""
    if entity.rollups:
        values = {r.field: expression(r) for r in entity.rollups}
        entity.model._default_manager.filter(id__in=list(ids)).update(**values)


def parents_of(entity: Entity) -> list[tuple[Entity, str]]:
    """(parent entity, lookup column here) for each parent that rolls this entity up."""
    found = []
    for parent in registry:
        for via in {r.via for r in parent.rollups if r.child.lower() == entity.key}:
            found.append((parent, str(entity.fields[via].column.path)))
    return found


def settle(unit: Unit) -> None:
    """Recompute what the unit touched; called once before it commits."""
    for key, ids in unit.touched.items():
        recompute(registry.get(key), ids)

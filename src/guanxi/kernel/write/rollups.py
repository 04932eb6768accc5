"""Roll-ups: recomputed set-based from the children, in the transaction that changed one of them; never incremented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Min, Q, Sum, Value
from django.db.models.functions import NullIf

from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.condition import sql, tree
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Kind
from guanxi.kernel.fields.number import DecimalKind
from guanxi.kernel.fields.rollup import RollUp
from guanxi.kernel.registry import registry
from guanxi.kernel.write import columns
from guanxi.kernel.write.unit import Unit

HOW = {"sum": Sum, "count": Count, "max": Max, "min": Min}
LATEST = "latest"
LARGEST = Decimal(10) ** 16


def figures(rollups: Sequence[RollUp], ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Parent id → figure by field, from live children; all `rollups` are about the same child by the same lookup."""
    child = registry.by_model_label(rollups[0].child)
    via = child.fields[rollups[0].via].column
    rows = child.objects.filter(via.any_of(ids), deleted_at=None).annotate(_above=via.expression())
    asked = {f"figure_{r.field}": _aggregate(child, r) for r in rollups if r.how != LATEST}
    counted = rows.order_by().values("_above").annotate(**asked) if asked else ()
    found = {row.pop("_above"): {name.removeprefix("figure_"): value for name, value in row.items()} for row in counted}
    for rollup in rollups:
        if rollup.how == LATEST:
            for parent, value in _latest(child, rollup, rows):
                found.setdefault(parent, {})[rollup.field] = value
    return found


def _aggregate(child: Entity, rollup: RollUp) -> Any:
    figure = HOW[rollup.how](_value(child, rollup), filter=_where(child, rollup))
    return NullIf(figure, Value(0)) if rollup.own and rollup.how == "count" else figure  # none of that sort is as none at all


def _latest(child: Entity, rollup: RollUp, rows: Any) -> Any:
    """(parent, value) of the newest child that says anything."""
    said = rows.filter(_where(child, rollup) or Q()).annotate(_said=_value(child, rollup)).exclude(_said=None)
    if child.fields[rollup.of].kind.blank == "":
        said = said.exclude(_said="")
    return said.order_by("_above", "-created_at", "-id").distinct("_above").values_list("_above", "_said")


def _value(child: Entity, rollup: RollUp) -> Any:
    """What is counted or compared: of a declared roll-up a column, of an own one a field; amounts in the currency of the house."""
    if not rollup.own or rollup.of == "id":
        return F(rollup.of)
    field = child.fields[rollup.of]
    return F(field.kind.sort_path(str(field.column.path))) if field.column.path else field.column.expression()


def _where(child: Entity, rollup: RollUp) -> Any:
    return sql.to_q(tree.parse(child, rollup.where, SYSTEM), SYSTEM) if rollup.where else None


def sound(rollup: RollUp) -> bool:
    """Whether an own roll-up makes sense still: it may speak of a field of the child that is no more. Then it stays as it is."""
    child = registry.by_model_label(rollup.child)
    if rollup.via not in child.fields:
        return False
    try:
        return not rollup.own or ((rollup.of == "id" or rollup.of in child.fields) and (_where(child, rollup) is not False))
    except tree.ConditionError:
        return False


def recompute(entity: Entity, ids: Iterable[int], child: str = "") -> int:
    """Bring the roll-ups of these records up to date: all of them, or those over one child entity; how many records moved.

    The parents are locked before the children are counted, so that of two writers the later one counts what the earlier wrote.
    """
    rollups = [r for r in entity.figures if (not child or r.child.lower() == child) and sound(r)]
    wanted = sorted(ids)
    if not rollups or not wanted:
        return 0
    names = list(dict.fromkeys("custom" if r.own else r.field for r in rollups))
    rows = list(entity.objects.select_for_update().filter(id__in=wanted).order_by("id").only("id", *names))
    found: dict[int, dict[str, Any]] = {}
    for group in _groups(rollups):
        for parent, values in figures(group, wanted).items():
            found.setdefault(parent, {}).update(values)
    moved = [row for row in rows if _put(entity, row, rollups, found.get(row.id, {}))]
    with _unsaid([r.field for r in rollups if r.own]):
        columns.save(entity, moved, names)
    return len(moved)


@contextmanager
def _unsaid(keys: Sequence[str]) -> Iterator[None]:
    """What these keys hold follows from other records and is no change of this one: history leaves it out."""
    if not keys:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('guanxi.unsaid', %s, true)", [",".join(keys)])
        yield
        cursor.execute("SELECT set_config('guanxi.unsaid', '', true)")


def _groups(rollups: Iterable[RollUp]) -> list[list[RollUp]]:
    """Roll-ups that one question answers."""
    groups: dict[tuple[str, str], list[RollUp]] = {}
    for rollup in rollups:
        groups.setdefault((rollup.child, rollup.via), []).append(rollup)
    return list(groups.values())


def _put(entity: Entity, row: Any, rollups: Iterable[RollUp], values: Mapping[str, Any]) -> bool:
    """Set the figures (NULL without children); whether any differs from what was stored."""
    wrong = [rollup for rollup in rollups if differs(entity, row, rollup, values.get(rollup.field))]
    for rollup in wrong:
        value = values.get(rollup.field)
        if rollup.own:
            field = entity.fields[rollup.field]
            field.set(row, fitted(field.kind, value))
        else:
            setattr(row, rollup.field, value)
    return bool(wrong)


def differs(entity: Entity, row: Any, rollup: RollUp, value: Any) -> bool:
    """Whether a record holds another figure than this."""
    if not rollup.own:
        return bool(getattr(row, rollup.field) != value)
    field = entity.fields[rollup.field]
    return bool(field.kind.json(field.value(row)) != field.kind.json(fitted(field.kind, value)))


def fitted(kind: Kind, value: Any) -> Any:
    """A figure as its own field keeps it; one that is too large for any number is none."""
    if value is None:
        return kind.blank
    if isinstance(kind, DecimalKind):
        value = Decimal(value)
        return value.quantize(Decimal(1).scaleb(-kind.places)) if abs(value) < LARGEST else None
    if kind.stored == "integer":
        return int(value) if abs(value) < LARGEST else None
    return kind.from_json(value) if isinstance(value, str) and kind.name in ("date", "datetime") else value


def parents_of(entity: Entity) -> list[tuple[Entity, Field]]:
    """(parent entity, lookup here) for each parent that rolls this entity up."""
    found = []
    for parent in registry:
        for via in {r.via for r in parent.figures if r.child.lower() == entity.key} & entity.fields.keys():
            found.append((parent, entity.fields[via]))
    return found


def settle(unit: Unit) -> None:
    """Recompute what the unit touched; called once before it commits."""
    for (key, child), ids in unit.touched.items():
        entity = registry.get(key)
        recompute(entity, ids, child)
        if entity.pooled:
            unit.judge(key, ids)

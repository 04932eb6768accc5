"""The second interpreter: a condition as a test of one record in memory. It agrees with SQL to the letter."""

from __future__ import annotations

from typing import Any

from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.condition.tree import Group, Node, Related, Test
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.fold import fold


def matches(node: Node, record: Any, actor: Actor) -> bool:
    """Whether the record satisfies the condition."""
    match node:
        case Group("not", (inner,)):
            return not matches(inner, record, actor)
        case Group("or", nodes) if nodes:
            return any(matches(n, record, actor) for n in nodes)
        case Group(_word, nodes):
            return all(matches(n, record, actor) for n in nodes)
        case Related():
            return _related(node, record, actor)
        case Test():
            primitive = node.primitive
            return holds(primitive, node.field.value(record), blank=node.field.kind.is_blank) != primitive.negate


def holds(primitive: Primitive, value: Any, *, blank: Any) -> bool:
    """Whether a value satisfies a form, the negation left aside."""
    if primitive.form == "blank":
        return bool(blank(value))
    if primitive.form == "superset":
        return set(primitive.args) <= set(value or ())
    if primitive.form == "overlap":
        return bool(set(primitive.args) & set(value or ()))
    if value is None:
        return False
    return _compare(primitive, value)


def _compare(primitive: Primitive, value: Any) -> bool:
    args = primitive.args
    match primitive.form:
        case "eq":
            return bool(value == args)
        case "in":
            return value in args
        case "above":
            return bool(value > args)
        case "range":
            return _within(value, *args)
        case "ranges":
            return any(low <= value <= high for low, high in args)
        case "folded_in":
            return fold(value) in args
        case "contains":
            return args in fold(value)
        case "starts":
            return fold(value).startswith(args)
    raise AssertionError(primitive.form)


def _within(value: Any, low: Any, high: Any, closed: bool) -> bool:
    if low is not None and value < low:
        return False
    return high is None or value < high or (closed and value == high)


def _related(node: Related, record: Any, actor: Actor) -> bool:
    """Related records are read from the database, within the actor's scope."""
    from guanxi.kernel.models import Link

    column, rows = node.via.column, node.target.rows(actor)
    if node.forward:
        value = column.get(record)
        ids = [i for i in (value if isinstance(value, list) else [value]) if i is not None]
        rows = rows.filter(id__in=ids) if ids else rows.none()
    elif isinstance(column, Linked):
        rows = rows.filter(id__in=Link.objects.filter(field=column.field, target=record.id).values("source"))
    else:
        rows = rows.filter(**{str(column.path): record.id})
    return any(matches(node.node, row, actor) for row in rows)

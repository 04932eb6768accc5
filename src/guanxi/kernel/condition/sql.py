"""The first interpreter: a condition as an ORM expression."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from guanxi.kernel.access import AnyOf
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.condition.tree import Group, Node, Related, Test
from guanxi.kernel.fields.column import Linked, Stored
from guanxi.kernel.fold import Folded, like


def to_q(node: Node, actor: Actor) -> Q:
    """Compile; `actor` scopes whatever lies behind a relation."""
    match node:
        case Group("not", (inner,)):
            return negation(to_q(inner, actor))
        case Group(word, nodes):
            parts = [to_q(n, actor) for n in nodes]
            if word == "or" and not all(parts):
                return Q()  # an empty group is true, and so is whatever stands beside it
            whole = Q()
            for part in parts:
                whole = whole | part if word == "or" else whole & part
            return whole
        case Related():
            return _related(node, actor)
        case Test():
            return _test(node)


def nothing() -> Q:
    """What no row matches. Not `pk__in=[]`, which Django refuses to negate inside an expression."""
    return Q(Exact(Value(1), Value(0)))


def negation(inner: Q) -> Q:
    """Two-valued NOT: what SQL calls unknown counts as false."""
    if not inner:
        return nothing()
    known = Coalesce(models.ExpressionWrapper(inner, output_field=models.BooleanField()), Value(False))
    return Q(Exact(known, Value(False)))


def _test(test: Test) -> Q:
    primitive = test.primitive
    if isinstance(test.field.column, Linked):
        q = _linked(test, primitive)
    else:
        q = _primitive(test, primitive)
    return negation(q) if primitive.negate else q


def _primitive(test: Test, primitive: Primitive) -> Q:
    column = test.field.column
    expression: Any = column.expression()
    if test.field.kind.stored == "list":
        return _list(test, primitive)
    match primitive.form:
        case "blank":
            blank = Q(IsNull(expression, True))
            return blank | Q(Exact(expression, Value(""))) if test.field.kind.blank == "" else blank
        case "eq":
            return Q(Exact(expression, _value(test, primitive.args)))
        case "in":
            return (
                _any([Exact(expression, _value(test, v)) for v in primitive.args]) if len(primitive.args) < 2 else _in(test, primitive.args)
            )
        case "folded_in":
            return _any([Exact(Folded(expression), Value(v)) for v in primitive.args])
        case "above":
            return Q(GreaterThan(expression, _value(test, primitive.args)))
        case "range":
            return _range(test, expression, primitive.args)
        case "ranges":
            return _any([_range(test, expression, (low, high, True)) for low, high in primitive.args])
        case "contains" | "starts":
            return _like(test, expression, primitive)
    raise AssertionError(primitive.form)


def _value(test: Test, value: Any) -> Any:
    """A parameter typed like the column, so that an index on it is used."""
    encoded = test.field.column.encode(value)
    if isinstance(test.field.column, Stored):
        model_field = next(f for f in test.entity.model._meta.local_fields if f.attname == test.field.column.path)
        target = getattr(model_field, "target_field", model_field)
        return Value(encoded, output_field=target)
    return Value(encoded)


def _in(test: Test, values: list[Any]) -> Q:
    if isinstance(test.field.column, Stored):
        return Q(**{f"{test.field.column.path}__in": values})
    return _any([Exact(test.field.column.expression(), _value(test, v)) for v in values])


def _range(test: Test, expression: Combinable, args: tuple[Any, Any, bool]) -> Q:
    low, high, closed = args
    q = Q()
    if low is not None:
        q &= Q(GreaterThanOrEqual(expression, _value(test, low)))
    if high is not None:
        q &= Q((LessThanOrEqual if closed else LessThan)(expression, _value(test, high)))
    return q


class _Like(models.Func):
    """`expression LIKE pattern`, the pattern escaped by us."""

    template = "%(expressions)s"
    arg_joiner = " LIKE "
    output_field = models.BooleanField()
    arity = 2


def _like(test: Test, expression: Combinable, primitive: Primitive) -> Q:
    pattern = like(primitive.args) + "%"
    if primitive.form == "contains":
        pattern = "%" + pattern
    folded = expression if test.field.kind.name == "phone" else Folded(expression)
    return Q(_Like(folded, Value(pattern)))


def _any(parts: list[Any]) -> Q:
    """OR of expressions; of none, nothing matches."""
    q = nothing()
    for index, part in enumerate(parts):
        q = Q(part) if index == 0 else q | Q(part)
    return q


def _list(test: Test, primitive: Primitive) -> Q:
    column = test.field.column
    if isinstance(column, Stored):
        match primitive.form:
            case "blank":
                return Q(**{f"{column.path}__len": 0})
            case "overlap":
                return Q(**{f"{column.path}__overlap": primitive.args})
            case _:
                return Q(**{f"{column.path}__contains": primitive.args})
    key = column.key  # type: ignore[attr-defined]
    if primitive.form == "blank":
        return Q(IsNull(KeyTransform(key, "custom"), True))
    parts = [Q(custom__contains={key: [value]}) for value in primitive.args or []]
    whole = Q()
    for part in parts:
        whole = whole | part if primitive.form == "overlap" else whole & part
    return whole if parts or primitive.form == "superset" else nothing()


def _linked(test: Test, primitive: Primitive) -> Q:
    from guanxi.kernel.models import Link

    rows = Link.objects.filter(field=test.field.column.field)  # type: ignore[attr-defined]
    if primitive.form == "blank":
        return negation(Q(AnyOf(F("id"), rows.values_list("source", flat=True))))
    return Q(AnyOf(F("id"), rows.filter(target__in=primitive.args).values_list("source", flat=True)))


def _related(node: Related, actor: Actor) -> Q:
    """`id = ANY(ARRAY(scoped rows that match))`: no oracle about rows out of scope, and OR-safe."""
    from guanxi.kernel.models import Link

    matching = node.target.rows(actor).filter(to_q(node.node, actor))
    column = node.via.column
    if isinstance(column, Linked):
        here, there = ("source", "target") if node.forward else ("target", "source")
        links = Link.objects.filter(AnyOf(F(there), matching.values_list("id", flat=True)), field=column.field)
        return Q(AnyOf(F("id"), links.values_list(here, flat=True)))
    if node.forward:
        return Q(AnyOf(column.expression(), matching.values_list("id", flat=True)))
    referring = matching.annotate(_refers=column.expression()).exclude(_refers=None)
    return Q(AnyOf(F("id"), referring.values_list("_refers", flat=True)))


__all__ = ["negation", "to_q"]

"""Own fields that are reckoned by a formula from others of the same record: on every write, and for all records when a formula changes.

A formula reads what people write and other formulas, never what the system counts by itself: that moves without a write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Right
from guanxi.kernel.china.width import fold
from guanxi.kernel.fields.base import Field, Kind
from guanxi.kernel.fields.boolean import BooleanKind
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.fields.dates import DateKind
from guanxi.kernel.fields.number import DecimalKind
from guanxi.kernel.fields.text import TextKind
from guanxi.kernel.formula import python, sql, tree
from guanxi.kernel.formula.tree import FormulaError, Named, Node, Type

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

KINDS: dict[str, Type] = {
    "integer": "number", "decimal": "number", "money": "number", "percent": "number", "rating": "number", "duration": "number",
    "text": "text", "email": "text", "url": "text", "date": "date", "boolean": "truth",
}  # fmt: skip
#: Of a number that a formula gives: digits before the point.
WHOLE = Decimal(10) ** 16


@dataclass(frozen=True)
class Formula:
    """A field with its tree."""

    key: str
    field: Field
    node: Node


def kind_of(options: dict[str, Any]) -> Kind:
    """The kind that shows what a formula gives."""
    kinds: dict[str, Kind] = {"text": TextKind(python.LONGEST), "date": DateKind(), "truth": BooleanKind()}
    return kinds.get(options.get("type", ""), DecimalKind(int(options.get("places", 2))))


def readable(entity: Entity) -> dict[str, Field]:
    """The fields that a formula may read."""
    return {k: f for k, f in entity.fields.items() if f.kind.name in KINDS and (not f.computed or f.formula)}


def compiled(entity: Entity, source: str) -> Node:
    """The tree of a formula whose brackets hold keys or names of fields. Raises FormulaError."""
    known = readable(entity)
    called: dict[str, str] = {}
    for key, field in known.items():
        for word in (str(field.label), *field.aliases, key):
            called.setdefault(fold(word).lower(), key)

    def find(word: str) -> Named | None:
        key = called.get(fold(word).lower())
        return Named(key, KINDS[known[key].kind.name]) if key else None

    return tree.parse(source, find)


def in_keys(entity: Entity, source: str) -> str:
    """A formula with keys in its brackets, so that a field may be called otherwise later."""
    return _renamed(
        source, {fold(word).lower(): key for key, f in reversed(readable(entity).items()) for word in (str(f.label), *f.aliases, key)}
    )


def in_words(entity: Entity, source: str) -> str:
    """A kept formula as people read it."""
    return _renamed(source, {key: str(f.label) for key, f in entity.fields.items()})


def _renamed(source: str, names: dict[str, str]) -> str:
    plain = source.replace("［", "[").replace("］", "]").replace("【", "[").replace("】", "]")
    return re.sub(r"\[([^\[\]]+)\]", lambda m: f"[{names.get(fold(m[1]).strip().lower(), m[1])}]", plain)


def of(entity: Entity) -> list[Formula]:
    """The formulas of an entity, each after those that it reads; one that cannot be understood any more gives nothing."""
    kept: list[Formula] | None = entity.__dict__.get("formulas")
    if kept is None:
        found: dict[str, Formula] = {}
        for key, field in entity.fields.items():
            if field.formula:
                try:
                    found[key] = Formula(key, field, compiled(entity, field.formula))
                except FormulaError:
                    continue
        kept = entity.__dict__["formulas"] = [
            found[key] for key in _ordered({k: tree.fields(f.node) & found.keys() for k, f in found.items()})
        ]
    return kept


def _ordered(needs: dict[str, set[str]]) -> Iterator[str]:
    """Keys, each after those it needs; those that need one another are left out."""
    rest = {key: set(wanted) for key, wanted in needs.items()}
    while ready := [key for key, wanted in rest.items() if not wanted]:
        yield from ready
        rest = {key: wanted - set(ready) for key, wanted in rest.items() if key not in ready}


def circle(entity: Entity, key: str, node: Node) -> bool:
    """Whether a formula for `key` would read itself, by whatever way."""
    seen, todo = set(), list(tree.fields(node))
    trees = {f.key: tree.fields(f.node) for f in of(entity)}
    while todo:
        one = todo.pop()
        if one == key:
            return True
        if one not in seen:
            seen.add(one)
            todo += trees.get(one, ())
    return False


def dependents(entity: Entity, key: str) -> list[Formula]:
    """The formula of a field and all that follow from it, in order."""
    moved, found = {key}, []
    for formula in of(entity):
        if formula.key == key or tree.fields(formula.node) & moved:
            moved.add(formula.key)
            found.append(formula)
    return found


def closed(rights: Mapping[tuple[str, str], Right]) -> dict[tuple[str, str], Right]:
    """Field rights with those of formulas: what is hidden or masked is not told by what is reckoned from it."""
    from guanxi.kernel.registry import registry

    found = dict(rights)
    for entity in registry if found else ():
        for formula in of(entity):
            said = [found.get((entity.key, key), "edit") for key in (formula.key, *tree.fields(formula.node))]
            for right in ("masked", "hidden"):
                if right in said:
                    found[entity.key, formula.key] = right
    return found


def settle(entity: Entity, record: Any) -> None:
    """Put what the formulas give on a record."""
    formulas = of(entity)
    if not formulas:
        return
    needed = {key for formula in formulas for key in tree.fields(formula.node)}
    values = {key: _read(entity.fields[key].value(record)) for key in needed}
    for formula in formulas:
        value = _fitted(formula.field.kind, python.evaluate(formula.node, values))
        formula.field.set(record, value)
        values[formula.key] = _read(value)


def _read(value: Any) -> Any:
    """A value as formulas reckon with it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return python.bounded(Decimal(value))
    if isinstance(value, Decimal):
        return python.bounded(value)
    return None if value == "" else value


def _fitted(kind: Kind, value: Any) -> Any:
    """A result as its field keeps it."""
    if isinstance(kind, DecimalKind):
        if value is None or abs(value) >= WHOLE:
            return None
        return python.EXACT.plus(python.EXACT.quantize(value, Decimal(1).scaleb(-kind.places)))
    if kind.name == "text":
        return " ".join((value or "").split())
    return value


def column(entity: Entity, key: str) -> str:
    """A field in SQL, as `_read` gives it."""
    field = entity.fields[key]
    name, kind = f"custom ->> '{key}'", KINDS[field.kind.name]
    if not isinstance(field.column, Keyed):
        name = f'"{field.column.path}"'
    casts = {"number": f"guanxi_bounded(({name})::numeric)", "text": f"nullif({name}, '')", "date": f"({name})::date"}
    return casts.get(kind, f"coalesce(({name})::boolean, false)")


def kept(entity: Entity, formula: Formula) -> tuple[str, list[Any]]:
    """What a formula gives, as the document keeps it (jsonb, NULL where empty), and its parameters."""
    expression, params = sql.compiled(formula.node, lambda key: column(entity, key))
    kind = formula.field.kind
    if isinstance(kind, DecimalKind):
        return f"(SELECT to_jsonb(round(r, {kind.places})::text) FROM (SELECT {expression} AS r) x WHERE abs(r) < 1e16)", params
    if kind.name == "text":
        return f"to_jsonb(nullif(btrim(regexp_replace({expression}, '\\s+', ' ', 'g')), ''))", params
    return f"to_jsonb({expression})", params


def recalculate(entity: Entity, formula: Formula, after: int, size: int) -> tuple[list[int], int | None]:
    """Reckon a portion anew, records above the id `after`: those that changed, and the last id looked at, None at the end."""
    table = entity.table
    given, params = kept(entity, formula)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{table}" WHERE id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE', [after, size])
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            f'WITH reckoned AS (SELECT id AS which, {given} AS value FROM "{table}" WHERE id = ANY(%s)) '
            f'UPDATE "{table}" SET custom = CASE WHEN value IS NULL THEN custom - %s::text '
            "ELSE custom || jsonb_build_object(%s::text, value) END, version = version + 1 "
            "FROM reckoned WHERE id = which AND custom -> %s::text IS DISTINCT FROM value RETURNING id",
            [*params, ids, formula.key, formula.key, formula.key],
        )
        return sorted(row[0] for row in cursor.fetchall()), ids[-1] if len(ids) == size else None


def told(error: FormulaError) -> str:
    """What is said of a formula that cannot be understood."""
    return _("Formula: %(why)s") % {"why": error}


__all__ = [
    "Formula",
    "circle",
    "closed",
    "compiled",
    "dependents",
    "in_keys",
    "in_words",
    "kind_of",
    "of",
    "readable",
    "recalculate",
    "settle",
]

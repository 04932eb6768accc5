"""The same formula as one SQL expression, for recalculating many records at once. Bounds and rounding are those of `python`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from guanxi.kernel.formula.python import FARTHEST, LONGEST
from guanxi.kernel.formula.tree import Call, Literally, Named, Node

#: Sign or function → its SQL over the SQL of its arguments, each once and in their order, as parameters stand in it.
_PLAIN = {
    "+": "guanxi_bounded({0} + {1})",
    "-": "guanxi_bounded({0} - {1})",
    "*": "guanxi_bounded({0} * {1})",
    "/": "guanxi_bounded(round({0}, 40) / nullif({1}, 0))",
    "negative": "guanxi_bounded(-{0})",
    "abs": "guanxi_bounded(abs({0}))",
    "floor": "guanxi_bounded(floor({0}))",
    "round": "guanxi_bounded(round({0}, {1}::int))",
    "days": "(-({0} - {1}))::numeric",
    "adddays": "guanxi_days_later({0}, {1})",
    "year": "date_part('year', {0})::numeric",
    "month": "date_part('month', {0})::numeric",
    "day": "date_part('day', {0})::numeric",
    "left": "nullif(left({0}, {1}::int), '')",
    "length": "length({0})::numeric",
    "text": "trim_scale({0})::text",
    "not": "(NOT {0})",
    "if": "CASE WHEN {0} THEN {1} ELSE {2} END",
}

FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION guanxi_bounded(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN abs($1) < 1e20 THEN round($1, 10) END $$;
CREATE OR REPLACE FUNCTION guanxi_days_later(date, numeric) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN abs(floor($2)) <= {FARTHEST} AND $1 + floor($2)::int BETWEEN '0001-01-01' AND '9999-12-31' THEN $1 + floor($2)::int END $$;
"""

#: The SQL of a field by its key.
Columns = Callable[[str], str]


def compiled(node: Node, column: Columns) -> tuple[str, list[Any]]:
    """The expression and its parameters, in order."""
    params: list[Any] = []
    return _spelt(node, column, params), params


def _spelt(node: Node, column: Columns, params: list[Any]) -> str:
    match node:
        case Literally(value):
            params.append(value)
            return "%s::numeric" if isinstance(value, Decimal) else "nullif(%s::text, '')"
        case Named(key):
            return column(key)
    args = [_spelt(arg, column, params) for arg in node.args]
    return f"({_called(node, args)})"


def _called(node: Call, args: list[str]) -> str:
    name = node.name
    if name in ("and", "or"):
        return f" {name.upper()} ".join(args)
    if name == "empty":
        return f"false AND {args[0]}" if node.args[0].type == "truth" else f"{args[0]} IS NULL"
    if name == "coalesce":
        return f"coalesce({', '.join(args)})"
    if name == "concat":
        return f"nullif(left(concat({', '.join(args)}), {LONGEST}), '')"
    if name in ("min", "max"):
        return f"{'least' if name == 'min' else 'greatest'}({', '.join(args)})"
    if name in ("=", "<>", "<", "<=", ">", ">="):
        collated = ' COLLATE "C"' if node.args[0].type == "text" else ""
        return f"coalesce({args[0]}{collated} {name} {args[1]}{collated}, false)"
    return _PLAIN[name].format(*args)

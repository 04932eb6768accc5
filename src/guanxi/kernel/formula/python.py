"""A formula evaluated over values. What is empty makes what is reckoned with it empty; a comparison with it is false."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Any

from guanxi.kernel.formula.tree import PLACES, Call, Literally, Named, Node

EXACT = Context(prec=120, rounding=ROUND_HALF_UP)
BOUND = Decimal(10) ** 20
#: Characters of a text, and days that a date may be moved.
LONGEST, FARTHEST = 1_000, 100_000
_STEP, _FINE = Decimal(1).scaleb(-PLACES), Decimal(1).scaleb(-40)


def evaluate(node: Node, values: Mapping[str, Any]) -> Any:
    """The value, None where it is empty."""
    match node:
        case Literally(value):
            return value if value != "" else None
        case Named(key):
            return values.get(key)
    if node.name == "if":
        return evaluate(node.args[1 if evaluate(node.args[0], values) else 2], values)
    args = [evaluate(arg, values) for arg in node.args]
    return _called(node, args)


def bounded(value: Decimal | None) -> Decimal | None:
    """Rounded half up to ten places; empty beyond twenty digits."""
    if value is None or abs(value) >= BOUND:
        return None
    return EXACT.plus(EXACT.quantize(value, _STEP))


def _called(node: Call, args: list[Any]) -> Any:
    name = node.name
    if name in ("and", "or"):
        return all(args) if name == "and" else any(args)
    if name == "not":
        return not args[0]
    if name == "empty":
        return args[0] is None or args[0] == ""
    if name == "coalesce":
        return next((arg for arg in args if arg is not None and arg != ""), None)
    if name == "concat":
        return "".join(arg or "" for arg in args)[:LONGEST] or None
    if name in ("=", "<>", "<", "<=", ">", ">="):
        return None not in args and _compared(name, *args)
    if name in ("min", "max"):
        there = [arg for arg in args if arg is not None]
        return (min if name == "min" else max)(there) if there else None
    return None if None in args else _reckoned(name, args)


def _compared(sign: str, one: Any, other: Any) -> bool:
    match sign:
        case "=":
            return bool(one == other)
        case "<>":
            return bool(one != other)
        case "<":
            return bool(one < other)
        case "<=":
            return bool(one <= other)
        case ">":
            return bool(one > other)
    return bool(one >= other)


def _reckoned(name: str, args: list[Any]) -> Any:
    first = args[0]
    match name:
        case "+":
            return bounded(EXACT.add(first, args[1]))
        case "-":
            return bounded(EXACT.subtract(first, args[1]))
        case "*":
            return bounded(EXACT.multiply(first, args[1]))
        case "/":
            return bounded(EXACT.quantize(EXACT.divide(first, args[1]), _FINE)) if args[1] else None
        case "negative":
            return bounded(-first)
        case "abs":
            return bounded(abs(first))
        case "floor":
            return bounded(first.to_integral_value(ROUND_FLOOR))
        case "round":
            return bounded(EXACT.quantize(first, Decimal(1).scaleb(-int(args[1]))))
        case "days":
            return Decimal((args[1] - first).days)
        case "adddays":
            return _moved(first, args[1])
        case "year" | "month" | "day":
            return Decimal(getattr(first, name))
        case "left":
            return first[: int(args[1])] or None
        case "length":
            return Decimal(len(first))
        case "text":
            return _plain(first)
    raise AssertionError(name)


def _moved(day: date, number: Decimal) -> date | None:
    """So many whole days later; empty where nobody plans."""
    days = number.to_integral_value(ROUND_FLOOR)
    if abs(days) > FARTHEST:
        return None
    try:
        moved = day + timedelta(int(days))
    except OverflowError:
        return None
    return moved if date(1, 1, 1) <= moved <= date(9999, 12, 31) else None


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"

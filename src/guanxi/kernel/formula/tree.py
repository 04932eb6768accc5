"""Tokens into a typed tree. There are no attributes, no loops and no names but fields and the functions listed here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from guanxi.kernel.formula.tokens import FormulaError, Token, tokens

Type = Literal["number", "text", "date", "truth"]
DEEPEST = 30
PLACES = 10


@dataclass(frozen=True)
class Literally:
    """A number or text as it was written."""

    value: Decimal | str
    type: Type


@dataclass(frozen=True)
class Named:
    """A field of the record."""

    key: str
    type: Type


@dataclass(frozen=True)
class Call:
    """A function or sign with its arguments."""

    name: str
    args: tuple[Node, ...]
    type: Type


Node = Literally | Named | Call

#: Signs and how tightly they bind.
SIGNS = {"=": 1, "<>": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4}
#: What people may call a function.
CALLED = {
    "如果": "if", "且": "and", "或": "or", "非": "not", "四舍五入": "round", "绝对值": "abs", "取整": "floor", "最小": "min", "最大": "max",
    "相差天数": "days", "加天数": "adddays", "年": "year", "月": "month", "日": "day", "拼接": "concat", "左取": "left", "长度": "length",
    "取非空": "coalesce", "为空": "empty", "文本": "text",
}  # fmt: skip
#: Function → types of its arguments (the last one repeats where the list ends in "…") and of its result; "any" is one type throughout.
FUNCTIONS: dict[str, tuple[Sequence[str], str]] = {
    "if": (("truth", "any", "any"), "any"),
    "and": (("truth", "…"), "truth"),
    "or": (("truth", "…"), "truth"),
    "not": (("truth",), "truth"),
    "round": (("number", "places"), "number"),
    "abs": (("number",), "number"),
    "floor": (("number",), "number"),
    "min": (("number", "…"), "number"),
    "max": (("number", "…"), "number"),
    "days": (("date", "date"), "number"),
    "adddays": (("date", "number"), "date"),
    "year": (("date",), "number"),
    "month": (("date",), "number"),
    "day": (("date",), "number"),
    "concat": (("text", "…"), "text"),
    "left": (("text", "places"), "text"),
    "length": (("text",), "number"),
    "text": (("number",), "text"),
    "coalesce": (("any", "…"), "any"),
    "empty": (("whatever",), "truth"),
}


def parse(source: str, field: Callable[[str], Named | None]) -> Node:
    """The tree of a formula; `field` finds what stands in brackets. Raises FormulaError."""
    reading = _Reading(tokens(source), field)
    node = reading.expression(0, 0)
    if reading.now.kind != "end":
        raise FormulaError(_("The formula ends before “%(rest)s”.") % {"rest": reading.now.text})
    return node


def fields(node: Node) -> set[str]:
    """The keys of the fields that a formula reads."""
    if isinstance(node, Call):
        return {key for arg in node.args for key in fields(arg)}
    return {node.key} if isinstance(node, Named) else set()


class _Reading:
    """Precedence climbing, with a floor to how deep it goes."""

    def __init__(self, found: list[Token], field: Callable[[str], Named | None]) -> None:
        self.tokens, self.place, self.field = found, 0, field

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def take(self, text: str = "") -> Token:
        token = self.now
        if text and (token.kind != "sign" or token.text != text):
            raise FormulaError(_("“%(sign)s” is missing before “%(rest)s”.") % {"sign": text, "rest": token.text})
        self.place += 1
        return token

    def expression(self, least: int, depth: int) -> Node:
        if depth > DEEPEST:
            raise FormulaError(_("The formula is nested too deep."))
        left = self.one(depth)
        steps = 0
        while self.now.kind == "sign" and SIGNS.get(self.now.text, -1) >= max(least, 1):
            steps += 1
            if steps > DEEPEST:
                raise FormulaError(_("The formula is nested too deep."))
            sign = self.take().text
            left = signed(sign, left, self.expression(SIGNS[sign] + 1, depth + 1))
        return left

    def one(self, depth: int) -> Node:
        token = self.take()
        match token.kind:
            case "number":
                return Literally(Decimal(token.text), "number")
            case "text":
                return Literally(token.text, "text")
            case "field":
                found = self.field(token.text.strip())
                if found is None:
                    raise FormulaError(_("No field “%(name)s” that a formula can read.") % {"name": token.text})
                return found
            case "name":
                return self.call(token.text, depth)
            case "sign" if token.text == "(":
                inner = self.expression(0, depth + 1)
                self.take(")")
                return inner
            case "sign" if token.text == "-":
                return _checked("negative", (self.expression(SIGNS["*"], depth + 1),), ("number",), "number")
        raise FormulaError(_("Something is missing before “%(rest)s”.") % {"rest": token.text or _("the end")})

    def call(self, called: str, depth: int) -> Node:
        name = CALLED.get(called, called.lower())
        if name not in FUNCTIONS:
            raise FormulaError(_("There is no function “%(name)s”.") % {"name": called})
        self.take("(")
        args = [self.expression(0, depth + 1)]
        while self.now == Token("sign", ","):
            self.take()
            args.append(self.expression(0, depth + 1))
        self.take(")")
        wanted, result = FUNCTIONS[name]
        return _checked(name, tuple(args), wanted, result)


def signed(sign: str, left: Node, right: Node) -> Node:
    """Two sides and the sign between them."""
    if sign in "+-*/":
        return _checked(sign, (left, right), ("number", "number"), "number")
    if sign == "&":
        return _checked("concat", (left, right), ("text", "…"), "text")
    if left.type != right.type or (left.type == "truth" and sign not in ("=", "<>")):
        raise FormulaError(_("The two sides of “%(sign)s” cannot be compared.") % {"sign": sign})
    return Call(sign, (left, right), "truth")


def _checked(name: str, args: tuple[Node, ...], wanted: Sequence[str], result: str) -> Node:
    """The call, if it has what it takes. Raises FormulaError."""
    many = wanted[-1] == "…"
    types = [*wanted[:-1], *[wanted[-2]] * (len(args) - len(wanted) + 1)] if many else list(wanted)
    if len(types) != len(args):
        raise FormulaError(_("“%(name)s” takes %(n)d values.") % {"name": name, "n": len(types)})
    same = {arg.type for arg, each in zip(args, types, strict=True) if each == "any"}
    for arg, each in zip(args, types, strict=True):
        whole = isinstance(arg, Literally) and isinstance(arg.value, Decimal) and arg.value == int(arg.value)
        most = PLACES if name == "round" else 200
        if each == "places" and not (whole and isinstance(arg, Literally) and int(arg.value) <= most):
            raise FormulaError(_("“%(name)s” takes a whole number up to %(most)d there.") % {"name": name, "most": most})
        if each in _WORDS and arg.type != each:
            raise FormulaError(_("“%(name)s” takes %(type)s there.") % {"name": name, "type": words()[each]})
    if len(same) > 1:
        raise FormulaError(_("The values of “%(name)s” are of different sorts.") % {"name": name})
    return Call(name, args, same.pop() if result == "any" else result)  # type: ignore[arg-type]


_WORDS = ("number", "text", "date", "truth")


def words() -> Mapping[str, str]:
    """What the types are called."""
    return {"number": _("a number"), "text": _("a text"), "date": _("a date"), "truth": _("a condition")}


__all__ = ["Call", "FormulaError", "Literally", "Named", "Node", "Type", "fields", "parse", "words"]

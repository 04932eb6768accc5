"""Whole numbers and decimals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, DecimalException
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from guanxi.kernel.china.width import fold
from guanxi.kernel.fields.base import Declared, Invalid, Kind, Label, Reader

COMPARISONS = ("is", "is_not", "lt", "lte", "gt", "gte", "between", "empty", "not_empty")


def decimal(raw: Any) -> Decimal:
    """Read a number as people type it: 1,234.50, full width, ¥, 万 and 亿."""
    if isinstance(raw, bool):
        raise Invalid(_("Give a number."))
    if isinstance(raw, (int, Decimal)):
        number = Decimal(raw)
    else:
        text = fold(str(raw)).replace(",", "").replace("¥", "").replace("元", "").replace(" ", "")
        factor = 1
        for word, times in (("万", 10_000), ("亿", 100_000_000)):
            if text.endswith(word):
                text, factor = text[:-1], times
        try:
            number = Decimal(text) * factor
        except DecimalException:
            raise Invalid(_("Give a number, such as 1280 or 1,280.50.")) from None
    if not number.is_finite():
        raise Invalid(_("Give a number, such as 1280 or 1,280.50."))
    return number


class IntegerKind(Kind):
    """A whole number that fits eight bytes, within the given bounds."""

    name = "integer"
    operators = COMPARISONS
    align = "num"
    control = "number"
    stored = "integer"
    foot = "sum"
    json_type = {"type": ["integer", "null"]}
    width = 100

    def __init__(self, least: int = -(2**53), most: int = 2**53) -> None:
        self.least, self.most = least, most

    def read(self, raw: Any, reader: Reader) -> int:
        number = decimal(raw)
        if number != number.to_integral_value():
            raise Invalid(_("Give a whole number."))
        if not self.least <= number <= self.most:
            raise Invalid(_("Give a number from %(least)s to %(most)s.") % {"least": self.least, "most": self.most})
        return int(number)

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else f"{value:,}"

    def typed(self, value: Any, reader: Reader) -> str:
        return "" if value is None else str(value)

    def export(self, value: Any, reader: Reader) -> Any:
        return value

    def samples(self) -> Iterable[Any]:
        return (max(self.least, 0), min(self.most, 12_345), "7")


class DecimalKind(Kind):
    """A decimal of at most `places` places, within the given bounds; `unit` may be typed behind it."""

    name = "decimal"
    operators = COMPARISONS
    align = "num"
    stored = "number"
    foot = "sum"
    json_type = {"type": ["string", "null"], "format": "decimal"}
    width = 110

    def __init__(self, places: int = 2, digits: int = 18, unit: str = "", least: int | None = None, most: int | None = None) -> None:
        self.places, self.digits, self.unit, self.least, self.most = places, digits, unit, least, most

    def read(self, raw: Any, reader: Reader) -> Decimal:
        if self.unit and isinstance(raw, str):
            raw = fold(raw).strip().removesuffix(self.unit)
        number = decimal(str(raw) if isinstance(raw, float) else raw)
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            raise Invalid(_("Give a number from %(least)s to %(most)s.") % {"least": self.least, "most": self.most})
        if abs(number) >= Decimal(10) ** (self.digits - self.places):
            raise Invalid(_("This number is too large."))
        rounded = number.quantize(Decimal(1).scaleb(-self.places))
        if rounded != number:
            raise Invalid(_("Give at most %(places)d decimal places.") % {"places": self.places})
        return rounded

    def text(self, value: Any, reader: Reader) -> str:
        if value is None:
            return ""
        text = f"{value:,.{self.places}f}"
        return f"{text.rstrip('0').rstrip('.') if self.unit == '%' and '.' in text else text}{self.unit}"

    def typed(self, value: Any, reader: Reader) -> str:
        return "" if value is None else str(value)

    def export(self, value: Any, reader: Reader) -> Any:
        return value

    def json(self, value: Any) -> Any:
        return None if value is None else str(value)

    def from_json(self, data: Any) -> Any:
        return Decimal(str(data))

    def samples(self) -> Iterable[Any]:
        return ("0", "12.5", "-3") if self.least is None else ("0", "12.5", "3")


class Integer(Declared, models.BigIntegerField):
    """A whole-number column."""

    def __init__(
        self,
        label: Label,
        *,
        least: int = -(2**53),
        most: int = 2**53,
        blank: bool = True,
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        **django: Any,
    ) -> None:
        super().__init__(verbose_name=label, blank=blank, null=True, **django)
        self.declare(IntegerKind(least, most), required=not blank, computed=computed, help=help, aliases=aliases)


class Decimals(Declared, models.DecimalField):
    """A decimal column."""

    def __init__(
        self,
        label: Label,
        *,
        places: int = 2,
        unit: str = "",
        least: int | None = None,
        most: int | None = None,
        blank: bool = True,
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        **django: Any,
    ) -> None:
        super().__init__(verbose_name=label, blank=blank, null=True, max_digits=18, decimal_places=places, **django)
        kind = DecimalKind(places, 18, unit, least, most)
        self.declare(kind, required=not blank, computed=computed, help=help, aliases=aliases)

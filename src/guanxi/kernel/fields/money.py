"""Money: an amount, its currency, and the amount in the company's currency by which it sorts and sums."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import get_language

from guanxi.kernel.fields.base import Declared, Label, Reader
from guanxi.kernel.fields.number import DecimalKind

BASE_CURRENCY = "CNY"
SIGNS = {"CNY": "¥", "USD": "US$", "EUR": "€", "HKD": "HK$", "JPY": "JP¥", "GBP": "£"}


def show_amount(value: Decimal, currency: str = BASE_CURRENCY) -> str:
    """¥1,286,000 or ¥96.50: cents only where there are any."""
    places = 0 if value == value.to_integral_value() else 2
    sign = "-" if value < 0 else ""
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{abs(value):,.{places}f}"


def show_short(value: Decimal) -> str:
    """¥128.6万 where space is short, ¥1.29M to who reads English."""
    chinese = (get_language() or "zh").startswith("zh")
    for unit, word, places in ((100_000_000, "亿", 2), (10_000, "万", 1)) if chinese else ((1_000_000, "M", 2), (1_000, "K", 1)):
        if abs(value) >= max(unit, 10_000):
            return f"¥{value / unit:,.{places}f}{word}".replace(f".{'0' * places}{word}", word)
    return show_amount(value)


class MoneyKind(DecimalKind):
    """An amount of money with two decimals."""

    name = "money"
    width = 130

    def __init__(self) -> None:
        super().__init__(places=2, digits=18)

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else show_amount(value)

    def html(self, value: Any, reader: Reader) -> str:
        return '<span class="sub nil">—</span>' if value is None else self.text(value, reader)


class CurrencyKind(MoneyKind):
    """An amount with its currency and base amount in columns beside it."""

    def companions(self, path: str) -> tuple[str, ...]:
        return (f"{path}_currency",)

    def sort_path(self, path: str) -> str:
        return f"{path}_base"

    def cell(self, values: Sequence[Any], reader: Reader) -> str:
        return '<span class="sub nil">—</span>' if values[0] is None else show_amount(values[0], values[1])


class Money(Declared, models.DecimalField):
    """An amount column; adds `<name>_currency` and `<name>_base` beside itself unless the amount is computed."""

    def __init__(
        self,
        label: Label,
        *,
        blank: bool = True,
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        **django: Any,
    ) -> None:
        super().__init__(verbose_name=label, blank=blank, null=True, max_digits=18, decimal_places=2, **django)
        self.declare(MoneyKind() if computed else CurrencyKind(), required=not blank, computed=computed, help=help, aliases=aliases)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only=private_only)
        if self.computed or cls._meta.abstract:
            return
        cls.add_to_class(f"{name}_currency", models.CharField(max_length=3, default=BASE_CURRENCY))
        cls.add_to_class(f"{name}_base", models.DecimalField(max_digits=18, decimal_places=2, null=True))

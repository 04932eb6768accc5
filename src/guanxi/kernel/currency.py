"""Currencies and their rates to the company's own, kept as a dictionary that administrators edit."""

from __future__ import annotations

from decimal import Decimal

from guanxi.kernel.dictionary import Fixed, Value

CURRENCIES = Fixed(
    "currency",
    CNY=Value("人民币", en="Chinese yuan", default=True, extra={"rate": "1"}),
    USD=Value("美元", en="US dollar", extra={"rate": "7.10"}),
    EUR=Value("欧元", en="Euro", extra={"rate": "7.90"}),
    HKD=Value("港币", en="Hong Kong dollar", extra={"rate": "0.91"}),
    JPY=Value("日元", en="Japanese yen", extra={"rate": "0.047"}),
    GBP=Value("英镑", en="Pound sterling", extra={"rate": "9.20"}),
)


def base_amount(amount: Decimal | None, currency: str) -> Decimal | None:
    """The amount in the company's currency, rounded to cents. Raises KeyError for an unknown currency."""
    if amount is None:
        return None
    item = CURRENCIES.by_code(currency)
    if item is None:
        raise KeyError(currency)
    return (amount * Decimal(str(item.extra.get("rate", "1")))).quantize(Decimal("0.01"))

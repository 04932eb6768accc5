"""How the value of a tag is written: amounts in Chinese capitals, money, plain numbers, dates, and a word for what is empty.

Knows neither Django nor fields, so the process that fills a stranger's Word file uses the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from guanxi.kernel.china.capitals import rmb_capitals

#: What people may call a format.
CALLED = {"大写": "capitals", "金额": "money", "数字": "number", "日期": "date", "缺省": "or", "默认": "or"}
SIGNS = {"CNY": "¥", "USD": "US$", "EUR": "€", "HKD": "HK$", "JPY": "JP¥", "GBP": "£"}
_MONTHS = "January February March April May June July August September October November December".split()
_DATE_PARTS = re.compile("YYYY|MM|M|DD|D|HH|mm")


@dataclass(frozen=True)
class Written:
    """A value on its way to the paper: its text so far, what it is, in which currency; what is closed to the reader is a text alone."""

    text: str
    raw: Any = None
    currency: str = "CNY"


def apply(name: str, argument: str, value: Written, language: str) -> str:
    """The text in this format; a value that it does not fit, or that cannot be written so, stays as it is."""
    name = CALLED.get(name, name)
    if name == "or":
        return value.text or argument
    for kinds, write in FORMATS[name]:
        if isinstance(value.raw, kinds) and not isinstance(value.raw, bool):
            return write(value, argument, language)
    return value.text


def _capitals(value: Written, argument: str, language: str) -> str:
    try:
        return rmb_capitals(Decimal(value.raw))
    except ValueError:
        return value.text


def _money(value: Written, argument: str, language: str) -> str:
    sign = SIGNS.get(value.currency, f"{value.currency} ")
    return f"{'-' if value.raw < 0 else ''}{sign}{abs(Decimal(value.raw)):,.2f}"


def _number(value: Written, argument: str, language: str) -> str:
    return f"{value.raw:f}" if isinstance(value.raw, Decimal) else str(value.raw)


def _date(value: Written, argument: str, language: str) -> str:
    """By a pattern of YYYY, MM or M, DD or D, HH and mm; else as the language writes a day."""
    day = value.raw
    if not argument:
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if language.startswith("en") else f"{day.year}年{day.month}月{day.day}日"
    hour, minute = (day.hour, day.minute) if isinstance(day, datetime) else (0, 0)
    parts = {"YYYY": f"{day.year:04}", "MM": f"{day.month:02}", "M": str(day.month), "DD": f"{day.day:02}", "D": str(day.day)}
    parts |= {"HH": f"{hour:02}", "mm": f"{minute:02}"}
    return _DATE_PARTS.sub(lambda found: parts[found[0]], argument)


#: Name → for values of which sort, and how they are written.
FORMATS: dict[str, list[tuple[Any, Callable[[Written, str, str], str]]]] = {
    "capitals": [((int, Decimal), _capitals)],
    "money": [((int, Decimal), _money)],
    "number": [((int, Decimal), _number)],
    "date": [(date, _date)],
    "or": [],
}

__all__ = ["CALLED", "FORMATS", "Written", "apply"]

"""What a value becomes in a workbook, so that Excel shows it, runs nothing, and loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any

from guanxi.surfaces.exchange.cells import EXACT_DIGITS, Cell, as_text
from guanxi.surfaces.exchange.formulas import neutralise

#: Excel counts UTF-16 units in a cell.
_LONGEST = 32_767
#: Excel's own largest number is a little below this.
_LARGEST = 9.99e307
_WIDEST, _NARROWEST = 50.0, 8.0
#: Characters that XML cannot carry; a lone surrogate is no character at all.
_IMPOSSIBLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")
#: Excel counts a 29 February 1900 that never was; dates before it would move by a day in other programs.
_FIRST_DAY = date(1900, 3, 1)


def plain_text(text: str) -> str:
    """Text without the characters that no file can hold."""
    return _IMPOSSIBLE.sub("", text)


def for_workbook(cell: Cell) -> Cell:
    """The value as a workbook can keep it. A moment is written as its own zone reads it."""
    if cell is None:
        return None
    convert = _BY_TYPE.get(type(cell))
    return convert(cell) if convert else for_workbook(_plain_type(cell))


def for_text_file(cell: Cell) -> str:
    """The value as csv keeps it; numbers keep their minus sign."""
    if cell is None:
        return ""
    return neutralise(plain_text(cell)) if isinstance(cell, str) else as_text(cell)


def _plain_type(cell: Cell) -> Cell:
    """A subclass (lazy or safe text, an enumeration) as what it is to a spreadsheet."""
    for kind, convert in ((str, str.__str__), (bool, bool), (int, int), (float, float)):
        if isinstance(cell, kind):
            return convert(cell)
    raise TypeError(f"A cell cannot hold {type(cell).__name__}.")


def _text(value: str) -> str:
    return _fitting(neutralise(plain_text(value)))


def _whole(value: int) -> Cell:
    return value if -(10**EXACT_DIGITS) < value < 10**EXACT_DIGITS else as_text(value)


def _real(value: float) -> Cell:
    if not isfinite(value):
        return None
    return float(f"{value:.{EXACT_DIGITS}g}") if abs(value) < _LARGEST else as_text(value)


def _day(value: date) -> Cell:
    return value if value >= _FIRST_DAY else as_text(value)


def _moment(value: datetime) -> Cell:
    moment = value.replace(tzinfo=None, microsecond=0)
    return moment if moment.date() >= _FIRST_DAY else as_text(moment)


def _number(value: Decimal) -> Cell:
    """A number when fifteen digits hold it, else its digits as text."""
    if not value.is_finite():
        return None
    digits = len(value.normalize().as_tuple().digits)
    return float(value) if digits <= EXACT_DIGITS and abs(value.adjusted()) < 100 else as_text(value)


def _fitting(text: str) -> str:
    if len(text) * 2 <= _LONGEST or len(text.encode("utf-16-le")) // 2 <= _LONGEST:
        return text
    return text.encode("utf-16-le")[: 2 * (_LONGEST - 1)].decode("utf-16-le", errors="ignore") + "…"


_BY_TYPE: dict[type, Callable[[Any], Cell]] = {
    str: _text,
    Decimal: _number,
    datetime: _moment,
    date: _day,
    time: as_text,
    int: _whole,
    float: _real,
    bool: lambda value: value,
}


@dataclass(slots=True)
class Column:
    """What the first pass over the rows learns about a column: kinds of all values, widths of the first ones."""

    name: str
    kinds: set[type] = field(default_factory=set)
    width: float = _NARROWEST

    def __post_init__(self) -> None:
        self.measure(self.name + "  ")

    def measure(self, cell: Cell) -> None:
        """Widen the column for a value, up to fifty letters; a Chinese character is as wide as two."""
        text = as_text(cell)[: int(_WIDEST)]
        letters = len(text) if text.isascii() else len(text.encode("gbk", errors="replace"))
        self.width = min(_WIDEST, max(self.width, letters + 1.0))

    @property
    def has_moments(self) -> bool:
        return datetime in self.kinds

    @property
    def is_temporal(self) -> bool:
        """Nothing but dates, moments and text."""
        return bool(self.kinds & {date, datetime}) and not self._has_numbers

    @property
    def needs_fitting(self) -> bool:
        """Whether values must give way to their neighbours."""
        return (date in self.kinds) + self.has_moments + self._has_numbers > 1

    @property
    def _has_numbers(self) -> bool:
        return bool(self.kinds & {int, float, bool})

    def fit(self, cell: Cell) -> Cell:
        """The value beside its neighbours: dates become moments among moments, and text among numbers."""
        if not isinstance(cell, date):
            return cell
        if self._has_numbers:
            # A workbook knows midnight as its day; so does the text that stands for it.
            return as_text(cell.date() if isinstance(cell, datetime) and cell.time() == time() else cell)
        if not isinstance(cell, datetime):
            return datetime(cell.year, cell.month, cell.day)
        return cell

"""What a value becomes in a workbook, so that Excel shows it, runs nothing, and loses nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from unicodedata import east_asian_width

from guanxi.surfaces.exchange.cells import EXACT_DIGITS, Cell, as_text
from guanxi.surfaces.exchange.formulas import neutralise

#: Excel counts UTF-16 units in a cell.
_LONGEST = 32_767
_WIDEST, _NARROWEST = 50.0, 8.0
#: Characters that XML cannot carry; a lone surrogate is no character at all.
_IMPOSSIBLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")
#: Excel counts a 29 February 1900 that never was; dates before it would move by a day in other programs.
_FIRST_DAY = date(1900, 3, 1)


def plain_text(text: str) -> str:
    """Text without the characters that no file can hold."""
    return _IMPOSSIBLE.sub("", text)


def for_workbook(cell: Cell) -> Cell:
    """The value as a workbook can keep it."""
    if isinstance(cell, str):
        return _fitting(neutralise(plain_text(cell)))
    if isinstance(cell, Decimal):
        return _number(cell)
    if isinstance(cell, datetime):
        moment = cell.replace(tzinfo=None, microsecond=0)
        return moment if moment.date() >= _FIRST_DAY else as_text(moment)
    if isinstance(cell, date):
        return cell if cell >= _FIRST_DAY else as_text(cell)
    if isinstance(cell, time):
        return as_text(cell)
    if isinstance(cell, float):
        return cell if isfinite(cell) else None
    return as_text(cell) if isinstance(cell, int) and abs(cell) >= 10**EXACT_DIGITS else cell


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


@dataclass(slots=True)
class Column:
    """What the first pass over the rows learns about a column."""

    name: str
    has_days: bool = False
    has_moments: bool = False
    has_numbers: bool = False
    width: float = field(default=_NARROWEST)

    def __post_init__(self) -> None:
        self.width = max(self.width, _shown_width(self.name) + 2)

    def learn(self, cell: Cell) -> None:
        """Note the kind of a value, and its width."""
        if isinstance(cell, str):
            if self.width < _WIDEST:
                self.width = min(_WIDEST, max(self.width, _shown_width(cell) + 1))
        elif isinstance(cell, datetime):
            self.has_moments, self.width = True, max(self.width, 19.0)
        elif isinstance(cell, date):
            self.has_days, self.width = True, max(self.width, 11.0)
        elif cell is not None:
            self.has_numbers = True

    @property
    def is_temporal(self) -> bool:
        """Nothing but dates, moments and text."""
        return (self.has_days or self.has_moments) and not self.has_numbers

    def fit(self, cell: Cell) -> Cell:
        """The value beside its neighbours: dates become moments among moments, and text among numbers."""
        if not isinstance(cell, date):
            return cell
        if self.has_numbers:
            return as_text(cell)
        if self.has_moments and not isinstance(cell, datetime):
            return datetime(cell.year, cell.month, cell.day)
        return cell


def _shown_width(text: str) -> float:
    """Widths of a Latin letter; a Chinese character takes two."""
    return float(sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text[: int(_WIDEST)]))

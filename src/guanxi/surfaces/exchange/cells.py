"""What one cell may hold, and the one form of emptiness: a blank text is no value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

Cell = str | int | float | Decimal | bool | date | datetime | time | None
Row = list[Cell]

#: Excel shows and keeps fifteen significant digits; more would be lost as a number.
EXACT_DIGITS = 15


def trimmed(row: Sequence[Cell]) -> Row:
    """The row with "" as None and without the empty cells at its end; a blank row is []."""
    cells: Row = [None if cell == "" else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def as_text(cell: Cell) -> str:
    """How a cell reads to a person: dates in ISO form, whole numbers without ".0", nothing as ""."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**EXACT_DIGITS else repr(cell)
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell)

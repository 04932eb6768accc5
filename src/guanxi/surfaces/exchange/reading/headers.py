"""Which row names the columns, and what the columns are called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.cells import Cell, Row, as_text

_LOOKED_AT = 20
_NUMBER_LIKE = re.compile(r"[\d\s.,:/+\-¥￥$%()年月日]+")
_LONGEST_NAME = 40


def guess_header(rows: Sequence[Row]) -> int:
    """Index of the row that names the columns, among the first twenty; the first row with a value when none stands out.

    A header is about as wide as the table, its cells are short texts, no two alike. Titles and notes above it are too
    narrow; rows of data hold numbers, dates or repetitions.
    """
    seen = rows[:_LOOKED_AT]
    widest = max((_filled(row) for row in seen), default=0)
    for index, row in enumerate(seen):
        if _filled(row) >= max(1, 0.6 * widest) and _names(row) >= 0.8:
            return index
    return next((index for index, row in enumerate(seen) if row), 0)


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row)


def _names(row: Row) -> float:
    """Share of the filled cells that could each be the name of a column."""
    texts = [cell.strip() for cell in row if isinstance(cell, str)]
    fit = {text.casefold() for text in texts if _is_name(text)}
    return len(fit) / _filled(row)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and not _NUMBER_LIKE.fullmatch(text) and "@" not in text


def header_names(row: Sequence[Cell], *, width: int) -> list[str]:
    """A name for each of `width` columns, all different: white space folded, blanks named by letter, repeats numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for index in range(max(width, len(row))):
        text = " ".join(as_text(row[index]).split()) if index < len(row) else ""
        name = _free(text or _("Column %(letter)s") % {"letter": column_letter(index)}, taken)
        taken.add(name)
        names.append(name)
    return names


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"


def column_letter(index: int) -> str:
    """Excel's name of a column: 0 is A, 26 is AA."""
    letters = ""
    rest = index + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return letters

"""Which row names the columns, and what the columns are called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.cells import Cell, Row, as_text

_LOOKED_AT = 20
_NUMBER_LIKE = re.compile(r"[\d\s.,:/+\-¥￥$%()年月日]+")
_LONGEST_NAME = 40


#: What stands for the index of the headings where a table has none.
NO_HEADER = -1


def guess_header(rows: Sequence[Row]) -> int:
    """Index of the row that names the columns, among the first twenty; the first row with a value when none stands out,
    and `NO_HEADER` when that row is plainly one of data.

    A header is about as wide as the table, its cells are short texts, most of them different. Titles and notes above it are too
    narrow; rows of data hold numbers, dates or repetitions.
    """
    seen = rows[:_LOOKED_AT]
    widest = max((_filled(row) for row in seen), default=0)
    for index, row in enumerate(seen):
        last = any(seen[:index]) and not any(rows[index + 1 :])
        if _filled(row) >= max(1, 0.6 * widest) and _names(row) >= 0.8 and not last:
            return _lowest(seen, index)
    first = next((index for index, row in enumerate(seen) if row), 0)
    return NO_HEADER if seen and _is_data(seen[first]) else first


def _lowest(rows: Sequence[Row], index: int) -> int:
    """The last row of headings in several rows: a name merged downwards stands in each, which a value never does."""
    below = rows[index + 1] if index + 1 < len(rows) else []
    merged = any(cell is not None and cell == above for cell, above in zip(below, rows[index], strict=False))
    full = _filled(below) >= _filled(rows[index]) and _names(below) >= 0.8 if merged else False
    return _lowest(rows, index + 1) if full else index


def _is_data(row: Row) -> bool:
    """Whether at least half of the filled cells are numbers, dates or addresses, which nobody calls a column."""
    filled = [cell for cell in row if cell is not None]
    values = [cell for cell in filled if not isinstance(cell, str) or _NUMBER_LIKE.fullmatch(cell.strip()) or "@" in cell]
    return bool(filled) and 2 * len(values) >= len(filled)


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row)


def _names(row: Row) -> float:
    """Share of the filled cells that could each be the name of a column; 0 when more than half of them repeat another."""
    texts = [cell.strip().casefold() for cell in row if isinstance(cell, str) and _is_name(cell.strip())]
    return len(texts) / _filled(row) if 2 * len(set(texts)) >= len(texts) and texts else 0.0


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

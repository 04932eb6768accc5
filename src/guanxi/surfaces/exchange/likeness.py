"""How much the values of a column look like a kind of field, from 0 (cannot be) over .5 (could be) to 1 (surely are).

A field kind may judge for itself (`MappableField.looks_like`); these are the judgements by the kind's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from stdnum.cn import ric, uscc

from guanxi.kernel.china import regions
from guanxi.surfaces.exchange.cells import Cell, as_text

Judge = Callable[[Sequence[Cell]], float]

_MOBILE = re.compile(r"(?:\+?86[- ]?|0086[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}")
_LANDLINE = re.compile(r"(?:\+?86[- ]?)?\(?0?[1-9]\d{1,2}\)?[- ]?[2-8]\d{6,7}(?:[-转 ]+\d{1,6})?|400[- ]?\d{3}[- ]?\d{4}")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]{2,}")
_URL = re.compile(r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|com\.cn)(?:/\S*)?", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d\d(?:[-/.年]\s?[01]?\d[-/.月]\s?[0-3]?\d日?|[01]\d[0-3]\d)(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?")
_NUMBER = re.compile(r"[+-]?[¥￥$]?\s?\d[\d,]*(?:\.\d+)?\s?[%元万]?")


def _share(pattern: re.Pattern[str]) -> Judge:
    return lambda cells: _mean(bool(pattern.fullmatch(as_text(cell).strip())) for cell in cells)


def _mean(hits: Iterable[object]) -> float:
    found = [bool(hit) for hit in hits]
    return sum(found) / len(found) if found else 0.5


def _phones(cells: Sequence[Cell]) -> float:
    texts = [re.split(r"[,，;；/、]", as_text(cell))[0].strip() for cell in cells]
    return _mean(_MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text) for text in texts)


def _dates(cells: Sequence[Cell]) -> float:
    return _mean(isinstance(cell, date) or _DATE.fullmatch(as_text(cell).strip()) for cell in cells)


def _numbers(cells: Sequence[Cell]) -> float:
    return _mean(
        (isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool)) or _NUMBER.fullmatch(as_text(cell).strip())
        for cell in cells
    )


JUDGES: dict[str, Judge] = {
    "phone": _phones,
    "email": _share(_EMAIL),
    "url": _share(_URL),
    "uscc": lambda cells: _mean(uscc.is_valid(as_text(cell).strip()) for cell in cells),
    "resident_id": lambda cells: _mean(ric.is_valid(as_text(cell).strip()) for cell in cells),
    "region": lambda cells: _mean(regions.leading(as_text(cell).strip())[0] for cell in cells),
    "date": _dates,
    "datetime": _dates,
    "integer": _numbers,
    "decimal": _numbers,
    "money": _numbers,
}

#: Kinds whose values betray them without a header.
TELLING = frozenset({"phone", "email", "uscc", "resident_id"})


def likeness(kind: str, samples: Sequence[Cell]) -> float:
    """How much the values that are not empty look like this kind; .5 when there are none or the kind shows no shape."""
    cells = [cell for cell in samples if cell is not None]
    judge = JUDGES.get(kind)
    return judge(cells) if cells and judge else 0.5

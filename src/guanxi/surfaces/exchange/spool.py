"""Rows on disk as lines of JSON, so that a table of any length passes through in bounded memory.

JSON and not pickle: the file may have been written by the process that parsed a stranger's workbook.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any, TextIO

from guanxi.surfaces.exchange.cells import Cell, Row

#: Rows on one line: enough to make the encoder's own cost vanish, few enough to hold in memory.
_BATCH = 200


def _tagged(value: Any) -> dict[str, str]:
    """Kinds that JSON lacks, as {tag: text}; datetime before date, of which it is a subclass."""
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return {"c": value.isoformat()}
    if isinstance(value, Decimal):
        return {"n": str(value)}
    raise TypeError(f"A cell cannot hold {type(value).__name__}.")


_KINDS = {"t": datetime.fromisoformat, "d": date.fromisoformat, "c": time.fromisoformat, "n": Decimal}


def _untagged(value: dict[str, str]) -> Any:
    ((tag, text),) = value.items()
    return _KINDS[tag](text)


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_tagged).encode
_decode = json.JSONDecoder(object_hook=_untagged).decode


def write_rows(spool: TextIO, rows: Iterable[Sequence[Cell]]) -> int:
    """Append rows, a batch to the line; returns their number. Raises TypeError for a value that is no cell."""
    count = 0
    stream = iter(rows)
    while batch := list(islice(stream, _BATCH)):
        spool.write(_encode(batch) + "\n")
        count += len(batch)
    return count


def read_rows(spool: TextIO) -> Iterator[Row]:
    """Every row of the spool, from where it stands."""
    for line in spool:
        yield from _decode(line)

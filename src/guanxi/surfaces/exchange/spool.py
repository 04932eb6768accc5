"""Rows on disk as lines of JSON, so that a table of any length passes through in bounded memory.

JSON and not pickle: the file may have been written by the process that parsed a stranger's workbook.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TextIO

from guanxi.surfaces.exchange.cells import Cell, Row


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


def write_row(spool: TextIO, row: Sequence[Cell]) -> None:
    """Append one row; raises TypeError for a value that is no cell."""
    spool.write(_encode(row) + "\n")


def read_rows(spool: TextIO) -> Iterator[Row]:
    """Every row of the spool, from where it stands."""
    for line in spool:
        yield _decode(line)

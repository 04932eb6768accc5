"""Rows become xlsx or csv files: streamed, formula-safe, and readable by our own import to the same values.

A workbook is written in two passes over a spool on disk. Only after the first is known how many sheets it takes, which
columns hold dates, and how wide they are; and the writer takes a column's kind from its first value (a date before a
number makes the number a date; a date before a clock time loses the time), so mixed columns must be known beforehand.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _
from rustpy_xlsxwriter import Format, write_worksheets

from guanxi.surfaces.exchange.cells import Cell
from guanxi.surfaces.exchange.outgoing import Column, for_text_file, for_workbook
from guanxi.surfaces.exchange.reading.headers import header_names
from guanxi.surfaces.exchange.spool import read_rows, write_rows

#: Rows that Excel holds on a sheet, the header included.
SHEET_ROWS = 1_048_576

#: Rows whose texts decide how wide a column is.
_MEASURED = 200

_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


def write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write UTF-8 with a mark, so that Excel reads Chinese, and CRLF; returns the number of rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([for_text_file(header) for header in headers])
        for row in rows:
            writer.writerow([for_text_file(cell) for cell in row])
            count += 1
    return count


def write_xlsx(
    path: Path,
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str = "",
    sheet_rows: int = SHEET_ROWS,
) -> int:
    """Write a workbook, continued on further sheets where one is full; returns the number of rows.

    Dates before March 1900 and exact numbers of more than fifteen digits are written as text: Excel has no other way
    to keep them. Floating-point numbers are written to fifteen digits.
    Text beyond Excel's 32,767 characters is cut, ending in an ellipsis. Headers that repeat are numbered.
    """
    names = header_names(headers, width=len(headers))
    columns = [Column(for_text_file(name)) for name in names]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        count = write_rows(spool, _prepared(rows, columns))
        spool.seek(0)
        _write_sheets(path, sheet or _("Export"), _records(spool, columns), columns, count=count, room=sheet_rows - 1)
    return count


def _prepared(rows: Iterable[Sequence[Cell]], columns: Sequence[Column]) -> Iterator[list[Cell]]:
    """First pass: rows as they can stand in a workbook, all of one length; each column learns what it holds."""
    kinds = [column.kinds for column in columns]
    blank: list[Cell] = [None] * len(columns)
    for number, row in enumerate(rows):
        cells = [for_workbook(cell) for cell in row[: len(columns)]]
        cells += blank[len(cells) :]
        for known, cell in zip(kinds, cells, strict=True):
            known.add(type(cell))
        if number < _MEASURED:
            for column, cell in zip(columns, cells, strict=True):
                column.measure(cell)
        yield cells


def _records(spool: TextIO, columns: Sequence[Column]) -> Iterator[dict[str, Cell]]:
    """Second pass: rows as the writer takes them, every key always there."""
    names = [column.name for column in columns]
    mixed = [(index, column) for index, column in enumerate(columns) if column.needs_fitting]
    for row in read_rows(spool):
        for index, column in mixed:
            row[index] = column.fit(row[index])
        yield dict(zip(names, row, strict=True))


def _write_sheets(path: Path, title: str, records: Iterator[dict[str, Cell]], columns: Sequence[Column], *, count: int, room: int) -> None:
    sheets = max(1, -(-count // room))
    titles = [title if number == 1 else f"{title} {number}" for number in range(1, sheets + 1)]
    if count == 0:
        records = iter([{column.name: None for column in columns}])
    write_worksheets(
        [(name, islice(records, room)) for name in titles],
        str(path),
        bold_headers=True,
        datetime_format=_MOMENT,
        freeze_panes={"general": {"row": 1, "col": 0}},
        column_widths={name: {column.name: column.width for column in columns} for name in titles},
        column_formats={name: _formats(columns) for name in titles},
    )


def _formats(columns: Sequence[Column]) -> dict[str, Format]:
    """A date format for the columns that hold nothing but dates or moments."""
    return {column.name: Format().set_num_format(_MOMENT if column.has_moments else _DAY) for column in columns if column.is_temporal}


def write_texts(path: Path, sheets: Mapping[str, tuple[Sequence[str], Sequence[Sequence[str]]]]) -> None:
    """Write a small workbook of texts: by the title of each sheet its headings and rows, which may be shorter than them."""
    written: list[tuple[str, Any]] = []
    widths: dict[str, Any] = {}
    for title, (headers, rows) in sheets.items():
        columns = [Column(for_text_file(name)) for name in header_names(headers, width=len(headers))]
        prepared = list(_prepared(rows, columns))
        names = [column.name for column in columns]
        written.append((title, iter([dict(zip(names, row, strict=True)) for row in prepared])))
        widths[title] = {column.name: column.width for column in columns}
    frozen = {"general": {"row": 1, "col": 0}}
    write_worksheets(written, str(path), bold_headers=True, freeze_panes=frozen, column_widths=widths)


def write_errors(path: Path, headers: Sequence[str], rows_with_errors: Iterable[tuple[Sequence[Cell], str]]) -> int:
    """Write the rows that were not imported, as they came, with the reason in a last column; returns their number.

    The file can be corrected and imported again as it is.
    """
    width = len(headers)
    padding: list[Cell] = [None] * width
    rows = ([*row[:width], *padding[len(row) :], reason] for row, reason in rows_with_errors)
    return write_xlsx(path, [*headers, _("Why it was not imported")], rows, sheet=_("Not imported"))

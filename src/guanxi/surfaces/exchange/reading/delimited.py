"""Rows of a text file: whatever the delimiter, the quotes and the line ends, one record at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.cells import Row, trimmed
from guanxi.surfaces.exchange.delimiter import find_delimiter
from guanxi.surfaces.exchange.formulas import restore
from guanxi.surfaces.exchange.reading.limits import Limits
from guanxi.surfaces.exchange.reading.reasons import too_wide
from guanxi.surfaces.exchange.refusal import Refused


class Lines:
    """The lines of a file for `csv.reader`, of bounded length, remembering those of the record under way."""

    def __init__(self, path: Path, encoding: str, *, limit: int) -> None:
        self._file = path.open(encoding=encoding, newline="")
        self._limit = limit
        self.record: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        with self._file as file:
            while line := file.readline(self._limit):
                self.number += 1
                if len(line) == self._limit:
                    raise Refused(_("Line %(line)s is too long for a table. Choose an xlsx or csv file.") % {"line": self.number})
                self.record.append(line)
                yield line

    def start_record(self) -> None:
        """Forget the lines of the record that has just been read."""
        self.record.clear()


def read_delimited(path: Path, encoding: str, *, limits: Limits) -> Iterator[Row]:
    """Rows as text cells; blank rows between others are [], those at the end are left out."""
    delimiter, declared = find_delimiter(path, encoding)
    blank = 0
    for row in _records(path, encoding, delimiter, limits=limits):
        if declared:
            declared = False
        elif not row:
            blank += 1
        else:
            yield from ([] for _blank in range(blank))
            blank = 0
            yield row


def _records(path: Path, encoding: str, delimiter: str, *, limits: Limits) -> Iterator[Row]:
    lines = Lines(path, encoding, limit=limits.line)
    reader = csv.reader(lines, delimiter=delimiter)
    last: list[str] = []
    try:
        for raw in reader:
            row = trimmed([restore(cell) for cell in raw])
            if len(row) > limits.columns:
                raise too_wide(limits.columns)
            last = lines.record.copy() if len(lines.record) > 1 or '"' in lines.record[0] else []
            yield row
            lines.start_record()
    except csv.Error:
        raise _unclosed(lines.number) from None
    if last and _ends_inside_quotes(last, delimiter):
        raise _unclosed(lines.number - len(last) + 1)


def _unclosed(line: int) -> Refused:
    return Refused(
        _("At line %(line)s a quotation mark is opened and not closed, so the rows after it cannot be told apart. Close or delete it.")
        % {"line": line}
    )


def _ends_inside_quotes(lines: list[str], delimiter: str) -> bool:
    """Whether the record is open at its end; `csv` says so only when it is strict."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False

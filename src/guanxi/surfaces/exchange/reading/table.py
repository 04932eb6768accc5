"""One table out of any file that people send: its sheets, and the rows of a sheet as a stream."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.cells import Row
from guanxi.surfaces.exchange.reading import sandbox
from guanxi.surfaces.exchange.reading.archive import inspect
from guanxi.surfaces.exchange.reading.cards import read_cards
from guanxi.surfaces.exchange.reading.delimited import read_delimited
from guanxi.surfaces.exchange.reading.encoding import find_encoding
from guanxi.surfaces.exchange.reading.limits import LIMITS, Limits
from guanxi.surfaces.exchange.reading.recognition import Form, recognise
from guanxi.surfaces.exchange.refusal import Refused
from guanxi.surfaces.exchange.spool import read_rows


class _Source(Protocol):
    """Where the rows come from."""

    sheets: tuple[str, ...]

    def rows(self, sheet: str) -> Iterator[Row]: ...

    def close(self) -> None: ...


class Table:
    """An opened file. A context manager: leaving it removes what was unpacked."""

    def __init__(self, name: str, source: _Source) -> None:
        self.name = name
        self._source = source

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the visible sheets; a text file has one, with the file's name."""
        return self._source.sheets

    def rows(self, sheet: str | None = None) -> Iterator[Row]:
        """Rows of a sheet (the first unless named), from the top each time it is called.

        The first row yielded is row 1 as Excel numbers it: blank rows between others are [], those at the end are
        left out, as are empty cells at the end of a row. Raises Refused, also while rows are being read.
        """
        name = self.sheets[0] if sheet is None else sheet
        if name not in self.sheets:
            raise Refused(_("The file has no sheet named “%(sheet)s”.") % {"sheet": name})
        return self._source.rows(name)

    def close(self) -> None:
        """Remove what was unpacked; safe to call twice."""
        self._source.close()

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Text:
    """csv, tsv, txt: read in place."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self._encoding = find_encoding(path)
        self.sheets: tuple[str, ...] = (Path(name).stem or name,)

    def rows(self, sheet: str) -> Iterator[Row]:
        return read_delimited(self._path, self._encoding, limits=self._limits)

    def close(self) -> None:
        """Nothing was unpacked."""


class _Cards:
    """vcf: read in place, as a table."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self.sheets: tuple[str, ...] = (Path(name).stem or name,)

    def rows(self, sheet: str) -> Iterator[Row]:
        return read_cards(self._path)

    def close(self) -> None:
        """Nothing was unpacked."""


class _Workbook:
    """xlsx, xlsm, xls, xlsb, ods: each sheet is converted once, the one that is wanted when the book is opened, others when first read."""

    def __init__(self, path: Path, sheet: str, limits: Limits) -> None:
        suffix = inspect(path, limits=limits)
        self._folder = tempfile.TemporaryDirectory(prefix="guanxi-table-")
        self._path, self._limits = Path(self._folder.name) / f"book{suffix}", limits
        self._path.symlink_to(path.resolve())
        self._spools: dict[str, Path] = {}
        self.sheets = self._convert(sheet)
        if not self.sheets:
            raise Refused(_("The workbook has no visible sheet. Show the sheet you need in Excel and save the file."))

    def rows(self, sheet: str) -> Iterator[Row]:
        if sheet not in self._spools:
            self._convert(sheet)
        return self._read(self._spools[sheet])

    def _convert(self, sheet: str) -> tuple[str, ...]:
        spool = Path(self._folder.name) / str(len(self._spools))
        sheets, converted = sandbox.convert(self._path, sheet, spool, limits=self._limits)
        if converted is not None:
            self._spools[converted] = spool
        return sheets

    def _read(self, path: Path) -> Iterator[Row]:
        """A method, so that the folder lives as long as the rows are being read."""
        with path.open(encoding="utf-8") as spool:
            yield from read_rows(spool)

    def close(self) -> None:
        self._folder.cleanup()


def open_table(path: Path, *, name: str, sheet: str = "", limits: Limits = LIMITS) -> Table:
    """Open a file that was sent under `name` (shown only; what it is, its content tells). Raises Refused.

    `sheet` says which one will be read, "" the first: a workbook is then opened once for its names and its rows.
    """
    form = recognise(path)
    if form is Form.WORKBOOK:
        return Table(name, _Workbook(path, sheet, limits))
    if form is Form.CARDS:
        return Table(name, _Cards(path, name))
    return Table(name, _Text(path, name, limits))

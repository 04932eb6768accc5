"""The columns of a table of the organisation, and the rows of a file that says it has them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.kernel.fields.base import Label
from guanxi.kernel.fold import fold
from guanxi.kernel.write import Invalidated
from guanxi.surfaces.exchange.cells import Row as Cells
from guanxi.surfaces.exchange.cells import as_text
from guanxi.surfaces.exchange.reading import open_table
from guanxi.surfaces.exchange.refusal import Refused

#: Rows of one file, bytes of it, and how far down its headings are looked for.
MOST, LARGEST, HEAD = 5_000, 10 * 1024 * 1024, 20
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Column:
    """One column: its heading, and what else people call it."""

    key: str
    label: Label
    aliases: tuple[str, ...] = ()

    def answers_to(self) -> frozenset[str]:
        """Its names in every language, folded."""
        found = {fold(alias) for alias in self.aliases}
        for language in LANGUAGES:
            with translation.override(language):
                found.add(fold(str(self.label)))
        return frozenset(found)


@dataclass(frozen=True)
class Row:
    """One line of a file, by the number that a spreadsheet gives it; a column that the file lacks is no key of it."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.cells.get(key, "")

    def says(self, key: str) -> bool:
        """Whether the file has this column."""
        return key in self.cells

    def truth(self, key: str) -> bool | None:
        """A yes or no; None for nothing. Raises Invalidated."""
        text = fold(self[key])
        if text in _YES | _NO:
            return text in _YES
        if text:
            raise Invalidated({key: _("“%(text)s” is neither yes nor no.") % {"text": self[key]}})
        return None


_YES, _NO = frozenset(("yes", "y", "true", "1", "是")), frozenset(("no", "n", "false", "0", "否"))


def yes_or_no(value: bool) -> str:
    """As a cell says it."""
    return _("yes") if value else _("no")


def read(upload: UploadedFile, columns: Sequence[Column], *, needed: str) -> list[Row]:
    """The rows of a file, by the reader of hostile ones. Raises Refused."""
    if (upload.size or 0) > LARGEST:
        raise Refused(_("The file is larger than %(most)d MB. Leave only the sheet that you need.") % {"most": LARGEST // 1024**2})
    with tempfile.TemporaryDirectory(prefix="guanxi-organisation-") as folder:
        place = Path(folder) / "table"
        with place.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        with open_table(place, name=upload.name or _("table")) as table:
            return _under_headings(table.rows(table.sheets[0]), columns, needed)


def _under_headings(lines: Iterator[Cells], columns: Sequence[Column], needed: str) -> list[Row]:
    """The rows below the first line that has the needed heading."""
    names = {name: column.key for column in columns for name in column.answers_to()}
    headings: dict[int, str] = {}
    found: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if needed not in headings.values():
            if number > HEAD:
                break
            headings = _headings(line, names)
        elif any(line):
            found.append(_row(number, line, headings))
            if len(found) > MOST:
                raise Refused(_("The file has more than %(most)d rows. Import it in several parts.") % {"most": MOST})
    if needed not in headings.values():
        heading = next(column.label for column in columns if column.key == needed)
        raise Refused(_("The file has no column “%(heading)s”. Export the list and fill in that file.") % {"heading": heading})
    if not found:
        raise Refused(_("There are no rows in this file. Choose the file that holds your rows."))
    return found


def _headings(line: Cells, names: Mapping[str, str]) -> dict[int, str]:
    """Which cell is of which column; of several of one name the first."""
    found: dict[int, str] = {}
    for at, cell in enumerate(line):
        key = names.get(fold(" ".join(as_text(cell).split())))
        if key and key not in found.values():
            found[at] = key
    return found


def _row(number: int, line: Cells, headings: Mapping[int, str]) -> Row:
    text = lambda at: " ".join(as_text(line[at]).replace("\x00", "").split()) if at < len(line) else ""
    return Row(number, {key: text(at) for at, key in headings.items()})

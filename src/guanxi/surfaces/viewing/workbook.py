"""Workbooks, new and old: their visible sheets as rows of what the cells show."""

from __future__ import annotations

from pathlib import Path

from guanxi.surfaces.exchange.cells import as_text, trimmed
from guanxi.surfaces.exchange.workbook_child import as_cell, sheet_names
from guanxi.surfaces.viewing.paper import Full, Paper

_SHEETS = 50
#: Rows shown of each sheet, so that the first does not take the room of all others.
_ROWS = 1_000


def workbook(path: Path, paper: Paper) -> None:
    """Read xlsx, xls, xlsb or ods. Raises Full and what the parser raises."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    names = sheet_names(book)
    shortened = len(names) > _SHEETS
    for name in names[:_SHEETS]:
        paper.part(name)
        blank = shown = 0
        for raw in book.get_sheet_by_name(name).iter_rows():
            cells = [as_text(cell) for cell in trimmed([as_cell(value) for value in raw])]
            blank = 0 if cells else blank + 1
            if blank > 1 or not (cells or shown):
                continue
            if shown == _ROWS:
                shortened = True
                break
            paper.row(cells)
            shown += 1
    if shortened:
        raise Full


__all__ = ["workbook"]

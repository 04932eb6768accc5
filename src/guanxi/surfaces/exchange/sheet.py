"""A small table as a workbook to keep, for pages that are no list of records."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.http import FileResponse, HttpResponse

from guanxi.kernel import clock
from guanxi.surfaces.exchange.cells import Cell
from guanxi.surfaces.exchange.writing import write_xlsx


def workbook(name: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """The table as an attachment called `name` and the day."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "table.xlsx"
        write_xlsx(place, headers, rows, sheet=name[:31])
        body = place.open("rb")  # open files outlive their folder
    answer: HttpResponse = FileResponse(body, as_attachment=True, filename=f"{name} {clock.today():%Y-%m-%d}.xlsx")  # type: ignore[assignment]
    return answer

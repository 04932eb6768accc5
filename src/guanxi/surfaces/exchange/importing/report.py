"""The rows that were not imported, in the shape of the file that they came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.models import Q

from guanxi.surfaces.exchange.models import ImportRow, ImportRun
from guanxi.surfaces.exchange.writing import write_errors

NAME = "not-imported.xlsx"


def refused(run: ImportRun) -> Any:
    """Rows refused by the plan or at the commit."""
    return ImportRow.objects.filter(Q(action="error") | Q(result__in=("error", "changed")), run=run).order_by("number")


def write(run: ImportRun, path: Path) -> int:
    """Write the workbook; returns the number of rows. It can be corrected and imported again."""
    rows = refused(run).values_list("cells", "message").iterator(chunk_size=2_000)
    return write_errors(path, run.headers, rows)

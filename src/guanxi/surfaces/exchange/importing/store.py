"""Plan rows go to the database by COPY: a plan is as long as the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from guanxi.surfaces.exchange.cells import Cell, as_text
from guanxi.surfaces.exchange.models import ImportRow

_COLUMNS = (
    "run_id",
    "number",
    "cells",
    "title",
    "action",
    "target",
    "version",
    "leader",
    "values",
    "children",
    "message",
    "result",
    "record",
)
_DOCUMENTS = frozenset({"cells", "values", "children"})


def cells(row: Sequence[Cell]) -> list[Any]:
    """Cells as JSON keeps them; dates and exact numbers as text."""
    return [cell if cell is None or isinstance(cell, (str, int, float, bool)) else as_text(cell) for cell in row]


def copy(rows: Sequence[ImportRow]) -> None:
    """Store plan rows."""
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY surfaces_importrow ({names}) FROM STDIN") as target:
        for row in rows:
            target.write_row([_value(row, name) for name in _COLUMNS])


def results(rows: Sequence[ImportRow]) -> None:
    """Store what became of rows: one statement however many, where an ORM update would cost more than the records."""
    columns: list[Any] = [[r.pk for r in rows], [r.result for r in rows], [r.record for r in rows], [r.message for r in rows]]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE surfaces_importrow r SET result = n.result, record = n.record, message = n.message "
            "FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[]) AS n(id, result, record, message) WHERE r.id = n.id",
            columns,
        )
        below = [r for r in rows if r.children]
        if below:
            cursor.execute(
                "UPDATE surfaces_importrow r SET children = n.children::jsonb "
                "FROM unnest(%s::bigint[], %s::text[]) AS n(id, children) WHERE r.id = n.id",
                [[r.pk for r in below], [json.dumps(r.children, ensure_ascii=False) for r in below]],
            )


def _value(row: ImportRow, name: str) -> Any:
    value = getattr(row, name)
    if name in _DOCUMENTS:
        return json.dumps(value, ensure_ascii=False, default=str).replace("\\u0000", "")
    return value.replace("\0", "") if isinstance(value, str) else value

"""The process that opens a stranger's workbook: limits first, then the parser, then rows as JSON lines.

Run as `python -m guanxi.surfaces.exchange.workbook_child LIMITS FILE` (list the sheets) or `... LIMITS FILE NAME SPOOL`
(convert one). It answers one line of JSON on standard output: {"sheets": [...]}, {"rows": n} or {"refused": code}.
Whatever happens to it, a crash or a kill, is a refusal for the parent. Imports neither Django nor settings.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from guanxi.surfaces.exchange.cells import Cell, Row, trimmed
from guanxi.surfaces.exchange.formulas import restore
from guanxi.surfaces.exchange.spool import write_row


class TooWide(Exception):
    """A row reaches beyond the last column that an import takes."""


def confine(*, memory: int, seconds: int, disk: int) -> None:
    """Cap memory and disk (bytes) and processor time (seconds) of this process, and leave no core file."""
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def as_cell(value: Any) -> Cell:
    """A parsed value as a cell: whole numbers as int, others to the fifteen digits that Excel shows."""
    if isinstance(value, str):
        return restore(value.replace("\0", ""))
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 10**15 else float(f"{value:.15g}")
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, (bool, int, date, datetime, time)):
        return value
    return None if value is None else str(value)


def _duration(value: timedelta) -> Cell:
    """Less than a day is a clock time; more is text such as 30:15:00, as Excel shows it."""
    total = round(value.total_seconds())
    hours, minutes, seconds = total // 3600, total // 60 % 60, total % 60
    return time(hours, minutes, seconds) if 0 <= total < 86_400 else f"{hours}:{minutes:02}:{seconds:02}"


def tidy(rows: Iterable[list[Any]], *, columns: int) -> Iterator[Row]:
    """Rows trimmed on the right and at the end; blank rows between stay, so that row numbers are those seen in Excel."""
    blank = 0
    for raw in rows:
        row = trimmed([as_cell(value) for value in raw])
        if not row:
            blank += 1
            continue
        if len(row) > columns:
            raise TooWide
        yield from ([] for _ in range(blank))
        blank = 0
        yield row


def sheet_names(book: Any) -> list[str]:
    """The visible worksheets, in order."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def answer(limits: dict[str, int], path: str, sheet: str | None, spool: str | None) -> dict[str, Any]:
    """What was asked for, or the code of the refusal."""
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_path(path)
        if sheet is None or spool is None:
            return {"sheets": sheet_names(book)}
        count = 0
        with open(spool, "w", encoding="utf-8") as out:
            for row in tidy(book.get_sheet_by_name(sheet).iter_rows(), columns=limits["columns"]):
                write_row(out, row)
                count += 1
        return {"rows": count}
    except PasswordError:
        return {"refused": "password"}
    except TooWide:
        return {"refused": "wide"}
    except MemoryError:
        return {"refused": "memory"}
    except OSError as error:
        return {"refused": "disk" if error.errno in (27, 28) else "corrupt"}
    except BaseException:  # A panic of the parser is no Exception.
        return {"refused": "corrupt"}


def main(arguments: list[str]) -> None:
    """Entry point; see the module's docstring."""
    limits = json.loads(arguments[0])
    confine(memory=limits["memory"], seconds=limits["seconds"], disk=limits["disk"])
    sheet, spool = (arguments[2], arguments[3]) if len(arguments) > 3 else (None, None)
    sys.stdout.write(json.dumps(answer(limits, arguments[1], sheet, spool)))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

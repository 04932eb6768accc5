"""The process that opens a stranger's workbook: limits first, then the parser, then rows as JSON lines.

Run as `python -m guanxi.surfaces.exchange.workbook_child LIMITS FILE NAME SPOOL`: it lists the sheets and writes the rows
of the one named, of the first where none is, into the spool, so that a book is opened once for both. It answers one line
of JSON on standard output: {"sheets": [...], "sheet": name}, without the name where there is no such sheet, or {"refused": code}.
Whatever happens to it, a crash or a kill, is a refusal for the parent. Imports neither Django nor settings.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import time, timedelta
from typing import Any

from guanxi.surfaces.exchange.cells import Cell, Row, trimmed
from guanxi.surfaces.exchange.formulas import restore
from guanxi.surfaces.exchange.spool import write_rows

_Range = tuple[tuple[int, int], tuple[int, int]]


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
    convert = _BY_TYPE.get(type(value))
    return convert(value) if convert else value


def _text(value: str) -> Cell:
    return restore(value.replace("\0", "")) or None


def _number(value: float) -> Cell:
    return int(value) if value.is_integer() and abs(value) < 10**15 else float(f"{value:.15g}")


def _duration(value: timedelta) -> Cell:
    """Less than a day is a clock time; more is text such as 30:15:00, as Excel shows it."""
    total = round(value.total_seconds())
    hours, minutes, seconds = total // 3600, total // 60 % 60, total % 60
    return time(hours, minutes, seconds) if 0 <= total < 86_400 else f"{hours}:{minutes:02}:{seconds:02}"


_BY_TYPE: dict[type, Callable[[Any], Cell]] = {str: _text, float: _number, timedelta: _duration}


def tidy(rows: Iterable[list[Any]], *, indent: int, columns: int) -> Iterator[Row]:
    """Rows trimmed on the right and at the end, numbered and lettered as in Excel.

    Blank rows between others stay, and `indent` empty columns, which the parser leaves out, come back.
    """
    margin: Row = [None] * indent
    blank = 0
    for raw in rows:
        row = trimmed([as_cell(value) for value in raw])
        if not row:
            blank += 1
            continue
        if indent + len(row) > columns:
            raise TooWide
        yield from ([] for _ in range(blank))
        blank = 0
        yield margin + row


def filled_down(rows: Iterable[list[Any]], ranges: Sequence[_Range], *, start: tuple[int, int]) -> Iterator[list[Any]]:
    """Rows in which a text of cells merged downwards stands in each of their rows, as it reads on the sheet.

    Texts only: a company beside its three contacts belongs to each of them, an amount would be counted three times.
    """
    begins: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in ranges:
        if bottom > top:
            begins.setdefault(top - start[0], []).append((left - start[1], bottom - start[0]))
    under: dict[int, tuple[int, str]] = {}
    for number, row in enumerate(rows):
        for column, (_last, text) in under.items():
            if column < len(row) and row[column] == "":
                row[column] = text
        under = {column: kept for column, kept in under.items() if kept[0] > number}
        for column, last in begins.get(number, ()):
            if column < len(row) and isinstance(row[column], str) and row[column]:
                under[column] = (last, row[column])
        yield row


def sheet_names(book: Any) -> list[str]:
    """The visible worksheets, in order."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def answer(limits: dict[str, int], path: str, wanted: str, spool: str) -> dict[str, Any]:
    """What was asked for, or the code of the refusal."""
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_path(path)
        names = sheet_names(book)
        sheet = next((name for name in names if wanted in ("", name)), None)
        if sheet is None:
            return {"sheets": names}
        page = book.get_sheet_by_name(sheet)
        start = page.start or (0, 0)
        # The parser numbers rows from the top of the sheet, and columns from the first that is used.
        whole = filled_down(page.iter_rows(), page.merged_cell_ranges or (), start=(0, start[1]))
        rows = tidy(whole, indent=start[1], columns=limits["columns"])
        with open(spool, "w", encoding="utf-8") as out:
            write_rows(out, rows)
        return {"sheets": names, "sheet": sheet}
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
    sys.stdout.write(json.dumps(answer(limits, *arguments[1:])))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

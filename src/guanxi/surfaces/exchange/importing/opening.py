"""A file arrives: it is kept, its head is read, and a mapping is proposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.surfaces.exchange.cells import Cell, Row
from guanxi.surfaces.exchange.importing import targets
from guanxi.surfaces.exchange.mapping import column_samples
from guanxi.surfaces.exchange.models import ImportRun
from guanxi.surfaces.exchange.reading import open_table
from guanxi.surfaces.exchange.reading.headers import NO_HEADER, guess_header, header_names
from guanxi.surfaces.exchange.refusal import Refused

HEAD = 60
POLICIES = ("skip", "update", "fill")


@dataclass(frozen=True)
class Head:
    """The beginning of a table: its sheets, first rows, headings and values by column."""

    sheets: tuple[str, ...]
    sheet: str
    rows: list[Row]
    header: int
    headers: list[str]
    samples: dict[int, list[Cell]]


def keep(entity: Entity, actor: Actor, upload: UploadedFile) -> ImportRun:
    """Store an upload and read its head. Raises Refused, leaving nothing behind."""
    place = Path("imports") / uuid4().hex
    path = Path(settings.MEDIA_ROOT) / place
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    name = Path(upload.name or _("table")).name[:255]
    run = ImportRun(entity=entity.key, actor_id=actor.id or 0, name=name, path=str(place))
    try:
        read(run, entity, actor)
    except Refused:
        path.unlink(missing_ok=True)
        raise
    run.save()
    return run


def read(run: ImportRun, entity: Entity, actor: Actor, *, sheet: str = "", header: int | None = None) -> Head:
    """Read the head, choose sheet and heading row, and propose mapping and options on the run (not saved)."""
    found = head(run, sheet=sheet, header=header)
    run.sheet, run.header, run.headers = found.sheet, found.header, found.headers
    propose(run, entity, actor, found)
    return found


def head(run: ImportRun, *, sheet: str = "", header: int | None = None) -> Head:
    """The first rows of the sheet that was asked for, or of the first that holds anything."""
    with open_table(file_of(run), name=run.name, sheet=sheet) as table:
        for name in [sheet] if sheet else table.sheets:
            rows = list(islice(table.rows(name), HEAD))
            if any(rows):
                break
        else:
            raise Refused(_("There are no rows in this file. Choose the file that holds your rows."))
        at = guess_header(rows) if header is None else min(max(header, NO_HEADER), len(rows) - 1)
        body = rows[at + 1 :]
        if not any(body):
            raise Refused(_("Nothing stands below the headings. Fill in rows, or write a line of headings above what is there."))
        width = max(len(row) for row in rows)
        names = header_names(rows[at] if at != NO_HEADER else [], width=width)
        return Head(table.sheets, name, rows, at, names, column_samples(body, width=width))


def propose(run: ImportRun, entity: Entity, actor: Actor, found: Head) -> None:
    """Last time's mapping where these headings were seen before, otherwise a guess."""
    goals = targets.targets(entity, actor)
    known = targets.remembered(entity, actor, found.headers) if found.header != NO_HEADER else None
    if known is not None:
        run.mapping = {c: k for c, k in known.mapping.items() if k in goals}
        run.options = {**defaults(), **targets.lasting(known.options)}
        return
    guessed = targets.guess(entity, found.headers, found.samples, goals)
    run.mapping = {str(column): guess.field for column, guess in guessed.items()}
    run.options = defaults()
    keys = targets.match_keys(entity, goals, set(run.mapping.values()))
    run.options["match"] = targets.usual_match(entity, keys, goals)


def defaults() -> dict[str, Any]:
    """Options of a file that was never seen: nothing that exists is touched."""
    return {"policy": "skip", "match": [], "lookups": "refuse", "owner": None, "erase": False, "words": {}}


def file_of(run: ImportRun) -> Path:
    """Where the uploaded file lies."""
    return Path(settings.MEDIA_ROOT) / run.path


def body(run: ImportRun, *, after: int = 0) -> Iterator[tuple[int, Row]]:
    """(row number as Excel counts, cells) of every row below the headings that holds something, beyond row `after`."""
    first = max(run.header + 1, after)
    with open_table(file_of(run), name=run.name, sheet=run.sheet) as table:
        for number, row in enumerate(islice(table.rows(run.sheet), first, None), start=first + 1):
            if row:
                yield number, row


def discard(run: ImportRun) -> None:
    """Remove the file; the run stays."""
    file_of(run).unlink(missing_ok=True)


__all__ = ["Head", "body", "defaults", "discard", "file_of", "head", "keep", "propose", "read"]

"""Names that the file itself brings: a subsidiary whose parent stands in another row waits until that row is in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import jobs
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Invalid
from guanxi.kernel.fields.lookup import LookupKind
from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange.cells import Row, as_text
from guanxi.surfaces.exchange.importing import opening
from guanxi.surfaces.exchange.importing.lookups import Names
from guanxi.surfaces.exchange.models import ImportRow, ImportRun

#: The result of a row that waits for another.
LATER = "later"
#: Names of other rows that are kept in mind, and rows looked at in one transaction.
_MOST, _BATCH = 200_000, 1_000


def gather(run: ImportRun) -> tuple[int, frozenset[str]]:
    """How many rows the file has, and the names among its references to its own kind that are titles of its own rows."""
    entity = registry.get(run.entity)
    columns = [int(column) for column, key in run.mapping.items() if key in references(entity)]
    titles = [int(column) for column, key in run.mapping.items() if key == entity.title]
    count = 0
    wanted: set[str] = set()
    for _number, row in opening.body(run):
        count += 1
        if titles and len(wanted) < _MOST:
            wanted |= set(_texts(row, columns))
    if not wanted:
        return count, frozenset()
    return count, frozenset(text for _number, row in opening.body(run) for text in _texts(row, titles) if text in wanted)


def references(entity: Entity) -> dict[str, LookupKind]:
    """Fields of an entity that name one record of the same."""
    return {
        key: bound.kind
        for key, bound in entity.fields.items()
        if isinstance(bound.kind, LookupKind) and bound.kind.name == "lookup" and bound.kind.target is entity
    }


def _texts(row: Row, columns: list[int]) -> Iterator[str]:
    for column in columns:
        if column < len(row) and (text := as_text(row[column]).strip()):
            yield text


def waits(values: Mapping[str, Any]) -> bool:
    """Whether a planned row names another row."""
    return any(isinstance(value, dict) and "row" in value for value in values.values())


class Waiting:
    """Rows that wait for others, by the name that each waits for: a row is looked at again only when its name has been written."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        self.run, self.entity = run, registry.get(run.entity)
        self.kinds = {key: Names(kind, actor, create=False) for key, kind in references(self.entity).items()}
        self.titles = [int(column) for column, key in run.mapping.items() if key == self.entity.title]
        #: Name → ids of the rows that wait for it; nothing until all have been looked at once.
        self.waiters: dict[str, list[int]] | None = None
        self.fresh: set[str] = set()

    def wrote(self, rows: Sequence[ImportRow]) -> None:
        """Take note of the names that these rows bear."""
        if self.waiters:
            for row in rows:
                named = {row.title, str(row.values.get(self.entity.title, "")), *_texts(row.cells, self.titles)}
                self.fresh |= named & self.waiters.keys()

    def release(self, progress: jobs.Progress) -> bool:
        """Let rows go on whose other row is in by now; says whether any does. When none goes on, the rest is refused."""
        return self._next(progress) or self._all(progress, refuse=False) or self._all(progress, refuse=True)

    def _next(self, progress: jobs.Progress) -> bool:
        """Rows that wait for what has been written since."""
        fresh, self.fresh = self.fresh, set()
        if self.waiters is None or not fresh:
            return False
        ids = sorted({number for name in fresh for number in self.waiters.pop(name, ())})
        freed = False
        for place in range(0, len(ids), _BATCH):
            batch = list(_rows(self.run).filter(id__in=ids[place : place + _BATCH]))
            with progress.slice():
                freed = bool(self._settle(batch)[0]) or freed
        return freed

    def _all(self, progress: jobs.Progress, *, refuse: bool) -> bool:
        """Every row that waits: at first, and when nothing that was written frees any, for the name may have come from elsewhere."""
        self.waiters = {}
        freed, last = False, 0
        while batch := list(_rows(self.run).filter(number__gt=last).order_by("number")[:_BATCH]):
            last = batch[-1].number
            with progress.slice():
                free, stuck = self._settle(batch)
                freed = freed or bool(free)
                if refuse:
                    _refuse(stuck, progress)
            for row in stuck if not refuse else ():
                for name in _named(row, self.kinds):
                    self.waiters.setdefault(name, []).append(row.pk)
        return freed

    def _settle(self, batch: Sequence[ImportRow]) -> tuple[list[ImportRow], list[ImportRow]]:
        """(rows that go on, which are saved; rows that do not)."""
        for key, names in self.kinds.items():
            names.prepare([name for row in batch for name in _named(row, [key])])
        free: list[ImportRow] = []
        stuck: list[ImportRow] = []
        for row in batch:
            (free if _resolve(row, self.kinds) else stuck).append(row)
        for row in free:
            row.result = ""
        ImportRow.objects.bulk_update(free, ["values", "result"])
        return free, stuck


def _rows(run: ImportRun) -> Any:
    return ImportRow.objects.filter(run=run, result=LATER).only("id", "number", "values")


def _named(row: ImportRow, keys: Iterable[str]) -> list[str]:
    """The names of other rows that a row waits for."""
    return [row.values[key]["row"] for key in keys if waits({key: row.values.get(key)})]


def _refuse(rows: Sequence[ImportRow], progress: jobs.Progress) -> None:
    for row in rows:
        row.result = "error"
        progress.error(row.number, row.message)
    ImportRow.objects.bulk_update(rows, ["result", "message"])
    progress.advance(len(rows), **({"error": len(rows)} if rows else {}))


def _resolve(row: ImportRow, kinds: Mapping[str, Names]) -> bool:
    """Put the ids of the other rows' records into the plan, if all are there; otherwise say which is not."""
    found = dict(row.values)
    for key, names in kinds.items():
        for name in _named(row, [key]):
            try:
                found[key] = names.find(name).id
            except Invalid:
                row.message = _("“%(name)s” of this file, to which this row refers, was not imported.") % {"name": name}
                return False
    row.values = found
    return True

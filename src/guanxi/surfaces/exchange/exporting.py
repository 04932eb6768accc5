"""Rows out: what the list shows, within the grant to export, streamed into a file that our import reads back unchanged."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from guanxi.kernel import clock, jobs, plan, pooled, pools, query, statement
from guanxi.kernel.access import AnyOf
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import AccessLog
from guanxi.kernel.query import Rows
from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange.card_writing import write_cards
from guanxi.surfaces.exchange.cells import Cell, Row
from guanxi.surfaces.exchange.writing import write_csv, write_xlsx
from guanxi.surfaces.pages import listing, strip, views

KIND = "export"
#: So many rows are answered at once; more become a job.
AT_ONCE = 2_000
BATCH = 1_000
#: Of a column with more different values than this, the cells of the others are made each time.
FEW = 2_000
TABLES = ("xlsx", "csv")
CARDS = "vcf"


@dataclass(frozen=True)
class Wish:
    """What somebody wants exported: a view and condition of the list, or chosen records; columns in their order."""

    entity: str
    view: str = ""
    where: Any = None
    sort: str = ""
    ids: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    format: str = "xlsx"
    pool: int | None = None

    @staticmethod
    def of(spec: dict[str, Any]) -> Wish:
        """Out of a job's document."""
        return Wish(**{**spec, "ids": tuple(spec["ids"]), "columns": tuple(spec["columns"])})

    def document(self) -> dict[str, Any]:
        """As a job keeps it."""
        return asdict(self)


class Export:
    """A wish on its way into a file. Raises ConditionError for a condition that cannot be read."""

    def __init__(self, wish: Wish, actor: Actor) -> None:
        pool = pools.get(wish.pool)
        if pool is not None:
            actor = pooled.through(actor.person, pool.slug)
        self.wish, self.actor = wish, actor
        plain = registry.get(wish.entity)
        self.entity: Entity = pooled.face(plain, pool) if pool is not None else plain
        self.reader = Reader(actor)
        self.plan = plan.compile(self.entity, self._columns(), actor)
        tabs = strip.tabs_of(self.entity, views.arrangement(self.entity, actor), actor)
        self.tab = next((t for t in tabs if t.code == wish.view), None)

    def _columns(self) -> Sequence[str]:
        """What was chosen; a card takes its own fields, and none that is masked: half a number is no number."""
        everything = exportable(self.entity, self.actor)
        if self.wish.format != CARDS:
            return self.wish.columns or everything
        plain = [k for k in everything if self.actor.right(self.entity.key, k) != "masked"]
        return [k for k in dict.fromkeys(self.entity.card.values()) if k in plain]

    def rows(self) -> Rows:
        """The records, within the scope of the grant to export. Raises ConditionError where the view is gone."""
        if self.wish.ids:
            return self.entity.rows(self.actor, "export").filter(id__in=self.wish.ids)  # type: ignore[return-value]
        if self.wish.view and self.tab is None:
            raise ConditionError(listing.gone())
        rows = listing.entity_rows(self.entity, self.tab, self.actor, "export") if self.tab else self.entity.rows(self.actor, "export")
        return rows.where(self.wish.where) if self.wish.where else rows

    def sort(self, rows: Rows) -> query.Sort:
        """The order of the file. Raises ConditionError for a field that the actor may not sort by."""
        return rows.sort(self.wish.sort or (self.tab.sort if self.tab else query.default_sort(self.entity, self.actor)))

    def headers(self) -> list[str]:
        """Labels of the columns, and of the id that lets the file find its records again."""
        return [*(str(c.field.label) for c in self.plan.columns), _("Record ID")]

    def cells(self, rows: Rows) -> Iterator[Row]:
        """Every row as cells. Which and in what order is settled at the start, eight bytes a row: what others change while
        the file is written neither repeats nor hides a record."""
        ids = self._order(rows)
        scoped = self.entity.rows(self.actor, "export").filter(AnyOf(F("id"), statement.Slot("ids")))
        read = statement.compiled(scoped.values_list("id", "version", *self.plan.paths))
        cells = [self._cell_of(column) for column in self.plan.columns]
        for start in range(0, len(ids), BATCH):
            wanted = list(ids[start : start + BATCH])
            found = {row[0]: row for row in self.plan.attach(read.run(ids=wanted))}
            for record in wanted:
                if record in found:
                    row = found[record]
                    yield [*(cell(row) for cell in cells), str(record)]

    def _order(self, rows: Rows) -> array[int]:
        sort = self.sort(rows)
        by = F(sort.path) if isinstance(sort.path, str) else sort.path
        order = by.desc(nulls_last=True) if sort.descending else by.asc(nulls_last=True)
        return array("q", rows.order_by(order, "-id" if sort.descending else "id").values_list("id", flat=True).iterator(chunk_size=10_000))

    def _cell_of(self, column: plan.Column) -> Callable[[Sequence[Any]], Cell]:
        """What makes the cells of a column: each of few different values once."""
        start, stop = column.start, column.start + column.span
        made: dict[Any, Cell] = {}

        def cell(row: Sequence[Any]) -> Cell:
            value = column.export(row, self.reader)
            return value if value != "" else None

        def repeated(row: Sequence[Any]) -> Cell:
            values = row[start:stop]
            if values not in made:
                if len(made) >= FEW:
                    return cell(row)
                made[values] = cell(row)
            return made[values]

        return repeated if column.repeats else cell

    def write(self, path: Path, cells: Iterator[Row]) -> int:
        """The file; returns its rows."""
        if self.wish.format == CARDS:
            return write_cards(path, self.entity.card, [c.field.key for c in self.plan.columns], cells)
        if self.wish.format == "csv":
            return write_csv(path, self.headers(), cells)
        return write_xlsx(path, self.headers(), cells, sheet=str(self.entity.label_plural)[:31])

    def filename(self) -> str:
        """What the file is called."""
        return f"{self.entity.label_plural} {clock.today().isoformat()}.{self.wish.format}"

    def log(self, count: int) -> None:
        """Who took how much of what."""
        data = {"rows": count, "columns": [c.field.key for c in self.plan.columns], "where": self.wish.where, "view": self.wish.view}
        AccessLog.objects.create(at=clock.now(), actor=self.actor.id, verb="export", entity=self.entity.key, data=data)


def formats(entity: Entity) -> tuple[str, ...]:
    """In what its records can be taken along."""
    return (*TABLES, CARDS) if entity.card else TABLES


def exportable(entity: Entity, actor: Actor) -> list[str]:
    """All columns that a file can carry."""
    return [k for k, f in entity.visible(actor).items() if f.kind.name != "attachment"]


def begin(export: Export, total: int) -> jobs.Job:
    """Start a job for a file that takes longer than a page."""
    title = _("Export of %(entity)s") % {"entity": export.entity.label_plural}
    spec = {"wish": export.wish.document(), "filename": export.filename()}
    return jobs.start(KIND, title, export.actor, spec, jobs.BULK, total=total)


@jobs.runner(KIND)
def run(progress: jobs.Progress) -> None:
    """Write the file; a killed run begins anew, for half a workbook is none."""
    export = Export(Wish.of(progress.spec["wish"]), progress.actor)
    progress.done = 0
    path = progress.folder() / f"export.{export.wish.format}"
    count = export.write(path, _watched(export.cells(export.rows()), progress))
    if progress.cancelled():
        path.unlink(missing_ok=True)
        return
    progress.result = f"jobs/{progress.job.pk}/{path.name}"
    progress.total = progress.done
    with progress.slice():
        export.log(count)


def _watched(cells: Iterator[Row], progress: jobs.Progress) -> Iterator[Row]:
    """The rows, saying how far it is every thousand; ends when somebody cancels."""
    while batch := list(islice(cells, BATCH)):
        yield from batch
        progress.advance(len(batch))
        progress.save()
        if progress.cancelled():
            return

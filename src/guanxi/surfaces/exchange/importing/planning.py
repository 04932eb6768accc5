"""The preview: every row of the file becomes a stored plan, batch by batch, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import duplicates, jobs
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.fields.lookup import LookupKind
from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange.cells import Row
from guanxi.surfaces.exchange.importing import opening, store, targets, within
from guanxi.surfaces.exchange.importing.below import Below
from guanxi.surfaces.exchange.importing.deciding import Decider, Planned
from guanxi.surfaces.exchange.importing.ending import ending_as, require
from guanxi.surfaces.exchange.importing.lookups import Names
from guanxi.surfaces.exchange.importing.matching import Claims
from guanxi.surfaces.exchange.importing.parsing import Column, Columns
from guanxi.surfaces.exchange.importing.standing_in import StandIns
from guanxi.surfaces.exchange.models import ImportClaim, ImportRow, ImportRun

KIND = "import.plan"
BATCH = 1_000
#: New records that are compared with what is alike; comparing all would take longer than importing them.
LOOKED_AT = 100


class Planner:
    """Everything that planning a batch needs, built once a run."""

    def __init__(self, run: ImportRun, actor: Actor, *, names: Collection[str] = ()) -> None:
        self.run, self.actor = run, actor
        self.entity = registry.get(run.entity)
        self.reader = Reader(actor)
        self.columns = columns_of(run, self.reader, within=names)
        self.claims = Claims(run.pk)
        self.lacking = StandIns(self.entity, run.options.get("words", {}), self.reader)
        self.decider = Decider(self.entity, run.options, self.reader, self.claims, self.lacking)
        mapped = {c.target.key.split(".")[0] for c in self.columns.columns if c.target.via}
        below = [b for b in targets.children(self.entity, actor) if b[0] in mapped]
        self.below = [Below(name, child, via, run.options, self.reader, self.claims) for name, child, via in below]

    def batch(self, rows: Sequence[tuple[int, Row]]) -> list[ImportRow]:
        """Plans of these rows, not saved."""
        self.columns.prepare([cells for _number, cells in rows])
        planned = [Planned(number, cells, self.columns.read(cells)) for number, cells in rows]
        erase = bool(self.run.options.get("erase"))
        for row in planned:
            row.blanks = self.columns.blank(row.cells) if erase else []
        self.decider.decide(planned)
        for below in self.below:
            below.decide(planned)
        return [self._row(row) for row in planned]

    def unknown(self) -> dict[str, dict[str, int]]:
        """What a person may settle once for all rows: words that nothing is called, and under "" values that are missing."""
        return together(self.columns.unknown(), self.lacking.found)

    def _row(self, row: Planned) -> ImportRow:
        action = row.action
        if action == "skip" and any(c["action"] != "skip" for c in row.children):
            action = "child"
        return ImportRow(
            run_id=self.run.pk,
            number=row.number,
            cells=store.cells(row.cells),
            title=row.title[:200],
            action=action,
            target=row.target,
            version=row.version,
            leader=row.leader,
            values=row.values if action in ("create", "update") else {},
            children=row.children if action != "error" else [],
            message=row.message,
            result=within.LATER if action in ("create", "update") and within.waits(row.values) else "",
            record=None,
        )


def columns_of(run: ImportRun, reader: Reader, *, within: Collection[str] = ()) -> Columns:
    """The mapped columns; what the person may no longer set is left out. `within` are names that the file itself brings."""
    entity = registry.get(run.entity)
    goals = targets.targets(entity, reader.actor)
    found = []
    for index, key in sorted((int(i), k) for i, k in run.mapping.items()):
        if key in goals:
            kind = goals[key].field.kind if goals[key].field else None  # type: ignore[union-attr]
            names = None
            if isinstance(kind, LookupKind):
                own = within if kind.target is entity and kind.name == "lookup" else ()
                names = Names(kind, reader.actor, create=run.options.get("lookups") == "create", within=own)
            found.append(Column(index, goals[key], reader, words=run.options.get("words", {}).get(key, {}), names=names))
    return Columns(found)


def begin(run: ImportRun, actor: Actor) -> jobs.Job:
    """Start the preview, from nothing; the caller has saved mapping and options."""
    ImportRow.objects.filter(run=run).delete()
    ImportClaim.objects.filter(run=run).delete()
    entity = registry.get(run.entity)
    title = _("Preview of “%(file)s” for %(entity)s") % {"file": run.name, "entity": entity.label_plural}
    job = jobs.start(KIND, title, actor, {"run": run.pk, "url": f"/{entity.slug}/import/{run.pk}/"}, jobs.BULK)
    run.state, run.plan_job, run.counts, run.unknown = "planning", job.pk, {}, {}
    run.save()
    return job


@jobs.runner(KIND, final=True)
def plan(progress: jobs.Progress) -> None:
    """Plan what is not planned yet; the run is `planned` when the file has been read to its end."""
    run = ImportRun.objects.get(pk=progress.spec["run"])
    if run.plan_job != progress.job.pk:
        return
    with ending_as(run, "draft"):
        _plan(run, progress)


def _plan(run: ImportRun, progress: jobs.Progress) -> None:
    require(run, progress.actor)
    total, names = within.gather(run)
    if not progress.total:
        progress.total = total
        progress.save()
    planner = Planner(run, progress.actor, names=names)
    last = ImportRow.objects.filter(run=run).order_by("-number").values_list("number", flat=True).first() or 0
    for batch in batched(opening.body(run, after=last), BATCH):
        if progress.cancelled():
            ImportRun.objects.filter(pk=run.pk).update(state="draft")
            return
        with progress.slice():
            rows = planner.batch(batch)
            store.copy(rows)
            planner.claims.save()
            progress.advance(len(rows), **figures(rows))
            for row in rows:
                if row.action == "error":
                    progress.error(row.number, row.message)
            unknown = together(run.unknown, planner.unknown())
            ImportRun.objects.filter(pk=run.pk).update(unknown=unknown, counts=progress.counts)
    with progress.slice():
        _warn(run, planner)
        ImportRun.objects.filter(pk=run.pk).update(state="planned", counts=progress.counts)


def _warn(run: ImportRun, planner: Planner) -> None:
    """Say of the first new records what they look like: names alike are no error, but somebody should look."""
    rows = ImportRow.objects.filter(run=run, action="create").order_by("number")
    asked = {planner.entity.title, *(k for k in planner.run.mapping.values() if "." not in k)}
    for row in rows[:LOOKED_AT]:
        found = duplicates.find(planner.entity, {k: v for k, v in row.values.items() if k in asked}, planner.actor)
        if found:
            words = {"name": found[0].title, "owner": found[0].owner or _("nobody (public pool)")}
            row.message = _("Similar to “%(name)s”, owned by %(owner)s.") % words
            row.save(update_fields=["message"])


def figures(rows: Iterable[ImportRow]) -> dict[str, int]:
    """How many rows of each action, and how many records below them."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.action] = found.get(row.action, 0) + 1
        for child in row.children:
            if child["action"] != "skip":
                found[child["back"]] = found.get(child["back"], 0) + 1
    return found


def together(before: dict[str, dict[str, int]], now: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Counted words of both, by target; the later count of the same word holds."""
    return {key: {**before.get(key, {}), **now.get(key, {})} for key in {*before, *now}}


def batched(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Lists of `size`, the last one shorter."""
    while batch := list(islice(rows, size)):
        yield batch

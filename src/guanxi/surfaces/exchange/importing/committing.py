"""The commit executes the stored plan, slice by slice: what a slice wrote and that it did so commit together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.kernel import jobs
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Refused
from guanxi.surfaces.exchange.importing import report, store, within
from guanxi.surfaces.exchange.importing.ending import ending_as, require
from guanxi.surfaces.exchange.importing.writing import Slice
from guanxi.surfaces.exchange.models import ImportRow, ImportRun

KIND = "import.commit"
#: Rows of a slice: it begins small, grows while slices are quick, and shrinks when they are not.
FEWEST, FIRST, MOST = 50, 200, 1_000
QUICK, SLOW = 1.0, 2.0
ACTIONS = ("create", "update", "child")


def begin(run: ImportRun, actor: Actor) -> jobs.Job:
    """Start the commit of what is planned and not yet done."""
    entity = registry.get(run.entity)
    title = _("Import of “%(file)s” into %(entity)s") % {"file": run.name, "entity": entity.label_plural}
    total = outstanding(run).count()
    job = jobs.start(KIND, title, actor, {"run": run.pk, "url": f"/{entity.slug}/import/{run.pk}/"}, jobs.BULK, total=total)
    run.state, run.commit_jobs = "committing", [*run.commit_jobs, job.pk]
    run.save()
    return job


def waiting(run: ImportRun) -> Any:
    """Rows that the plan would write and that have no result."""
    return ImportRow.objects.filter(run=run, action__in=ACTIONS, result="").order_by("number")


def outstanding(run: ImportRun) -> Any:
    """These, and those that wait for one of them."""
    return ImportRow.objects.filter(run=run, action__in=ACTIONS, result__in=("", within.LATER))


@jobs.runner(KIND, final=True)
def commit(progress: jobs.Progress) -> None:
    """Write slices until none is left, or somebody cancels."""
    run = ImportRun.objects.get(pk=progress.spec["run"])
    if run.state != "committing" or run.commit_jobs[-1] != progress.job.pk:
        return
    with ending_as(run, "cancelled"):
        require(run, progress.actor)
        _slices(run, progress)
        _end(run, progress)


def _slices(run: ImportRun, progress: jobs.Progress) -> None:
    size, later = FIRST, within.Waiting(run, progress.actor)
    while not progress.cancelled():
        began = time.monotonic()
        rows = list(waiting(run)[:size])
        if not rows:
            if not later.release(progress):
                break
            continue
        with progress.slice():
            settle(run, progress, rows)
        later.wrote(rows)
        took = time.monotonic() - began
        size = min(MOST, size * 2) if took < QUICK else max(FEWEST, size // 2) if took > SLOW else size


def settle(run: ImportRun, progress: jobs.Progress, rows: Sequence[ImportRow]) -> None:
    """Write some rows; when the database refuses them together they are halved until the refusing row stands alone."""
    try:
        with transaction.atomic():
            work = Slice(run, progress.actor, rows)
            work.write()
    except (DatabaseError, Refused) as problem:
        if len(rows) > 1:
            middle = len(rows) // 2
            settle(run, progress, [_fresh(r) for r in rows[:middle]])
            settle(run, progress, [_fresh(r) for r in rows[middle:]])
            return
        rows[0].result, rows[0].message = "error", _refusal(problem)
    store.results(rows)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.result] = counts.get(row.result, 0) + 1
        for child in row.children:
            if child.get("result") in ("created", "updated"):
                counts[child["back"]] = counts.get(child["back"], 0) + 1
        if row.result in ("error", "changed"):
            progress.error(row.number, row.message)
    progress.advance(len(rows), **counts)


def _fresh(row: ImportRow) -> ImportRow:
    """The row as planned: a refused attempt may have left marks on it."""
    row.result, row.record, row.message = "", None, ""
    for child in row.children:
        child.pop("result", None)
        child.pop("record", None)
    return row


def _refusal(problem: Exception) -> str:
    return (
        str(problem) if isinstance(problem, Refused) else _("Somebody else wrote the same record this very moment. Import this row again.")
    )


def _end(run: ImportRun, progress: jobs.Progress) -> None:
    cancelled = outstanding(run).exists()
    state = "cancelled" if cancelled else "done"
    with progress.slice():
        ImportRun.objects.filter(pk=run.pk).update(state=state, ended_at=timezone.now())
    if report.refused(run).exists():
        path = progress.folder() / report.NAME
        report.write(run, path)
        progress.result = f"jobs/{progress.job.pk}/{report.NAME}"
    done = {k: progress.counts.get(k, 0) for k in ("created", "updated")}
    text = _("%(created)d created, %(updated)d updated.") % done
    if waiting_now := progress.counts.get("sent", 0):
        text += " " + _("%(n)d sent for review.") % {"n": waiting_now}
    progress.message = _("Cancelled. Until then: %(figures)s") % {"figures": text} if cancelled else text
    progress.save()

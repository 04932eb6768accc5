"""Long work: enqueued with the transaction that asked for it, run in slices, resumed by another worker when one dies.

The `Job` row is the truth about a job; the queue only says that somebody should look at it. A run owns the row by the
instant at which it began: whatever it commits, it commits together with its progress and only while the row still bears
that instant, so a run that was given up for dead can never write beside its successor.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.models import Job
from guanxi.kernel.write import set_request

TASK = "guanxi.job"
BULK = "bulk"
#: Errors kept on the row for people to watch; the whole list is the runner's own business.
ERRORS_KEPT = 100
BEAT_EVERY, DEAD_AFTER = 5.0, timedelta(seconds=20)
#: A worker says every ten seconds that it lives; one that has been silent for so long does not.
SILENT_AFTER = timedelta(seconds=60)

Runner = Callable[["Progress"], object]
RUNNERS: dict[str, Runner] = {}
#: Kinds of which a job that ended halfway is over: whatever it works for says how that goes on.
FINAL: set[str] = set()
_people: list[Callable[[int], Actor]] = []
log = logging.getLogger(__name__)


class Lost(Exception):
    """Another run has taken this job over; what the present one was about to commit must not be."""


def runner(kind: str, *, final: bool = False) -> Callable[[Runner], Runner]:
    """Register the function that does the work of a kind. It may be started again at any time and continues.

    That is offered to its person, too, when it has failed or he has stopped it, unless the kind is `final`.
    """

    def register(function: Runner) -> Runner:
        RUNNERS[kind] = function
        if final:
            FINAL.add(kind)
        return function

    return register


def resolve_people_with(resolver: Callable[[int], Actor]) -> None:
    """Called by the floor that knows people: how an id becomes an actor with the rights of this moment."""
    _people[:] = [resolver]


def resolved(user: int) -> Actor:
    """Somebody with the rights of this moment."""
    return _people[0](user)


def start(kind: str, title: str, actor: Actor, spec: Mapping[str, Any], queue: str = "default", *, total: int = 0) -> Job:
    """Enqueue a job; it becomes visible and runs when the surrounding transaction commits, or not at all.

    Of the bulk queue one job a person runs at a time; the next one waits.
    """
    whom = {"language": translation.get_language() or "", "zone": timezone.get_current_timezone_name()}
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=title, actor=actor.id or 0, spec={**spec, "for": whom}, total=total, created_at=timezone.now()
        )
        _enqueue(job, queue)
    return job


def _enqueue(job: Job, queue: str) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    lock = f"{BULK}:{job.actor or None}" if queue == BULK else None
    own = app.with_connector(DjangoConnector(alias="default"))
    own.configure_task(TASK, queue=queue, lock=lock, allow_unknown=True).defer(job=job.pk)


def stopped(job: Job) -> bool:
    """Whether a job failed or was stopped, and can be started again."""
    return job.kind in RUNNERS.keys() - FINAL and job.state in ("failed", "cancelled") and job.ended_at is not None


def resume(job: Job) -> bool:
    """Have a job that is `stopped` go on where it stopped; whether it was still to be had."""
    if not stopped(job):
        return False
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, state=job.state)
        if not mine.update(state="waiting", cancel=False, message="", started_at=None, beat_at=None, ended_at=None):
            return False
        _enqueue(job, BULK)
    job.refresh_from_db()
    return True


def cancel(job: Job) -> None:
    """Ask a job to stop: one that waits is over at once, one that runs ends with its present slice."""
    now = timezone.now()
    if not Job.objects.filter(pk=job.pk, state="waiting").update(state="cancelled", cancel=True, ended_at=now):
        Job.objects.filter(pk=job.pk, state="running").update(cancel=True)


def folder(job_id: int) -> Path:
    """Where a job keeps the files it made; readable for its owner only, through the job centre."""
    place = Path(settings.MEDIA_ROOT) / "jobs" / str(job_id)
    place.mkdir(parents=True, exist_ok=True)
    return place


class Part:
    """What one of several slices under way adds to a job."""

    def __init__(self) -> None:
        self.done = 0
        self.counts: dict[str, int] = {}
        self.errors: list[dict[str, Any]] = []

    def advance(self, rows: int = 1, **counts: int) -> None:
        """So many rows further; `counts` are added to the job's figures."""
        self.done += rows
        for name, number in counts.items():
            self.counts[name] = self.counts.get(name, 0) + number

    def error(self, row: int, message: str) -> None:
        """A row that was refused, for people to watch."""
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append({"row": row, "message": message})


class Progress(Part):
    """What a runner is given: whose job it is, and where it says how far it is."""

    def __init__(self, job: Job, actor: Actor) -> None:
        self.job, self.actor = job, actor
        self.spec: dict[str, Any] = dict(job.spec)
        self.done, self.total = job.done, job.total
        self.counts: dict[str, int] = dict(job.counts)
        self.errors: list[dict[str, Any]] = list(job.errors)
        self.message, self.result = job.message, job.result

    def save(self) -> None:
        """Store progress. Raises Lost when this run is no longer the one that owns the job."""
        kept = Job.objects.filter(pk=self.job.pk, state="running", started_at=self.job.started_at).update(
            done=self.done,
            total=max(self.total, self.done),
            counts=self.counts,
            errors=self.errors,
            message=self.message,
            result=self.result,
            beat_at=timezone.now(),
        )
        if not kept:
            raise Lost(f"job {self.job.pk} was taken over")

    @contextmanager
    def slice(self) -> Iterator[None]:
        """A few seconds of work that commits as a whole, together with the progress it made."""
        before = (self.done, dict(self.counts), list(self.errors))
        try:
            with transaction.atomic():
                yield
                self.save()
        except BaseException:
            self.done, self.counts, self.errors = before
            raise

    @contextmanager
    def part(self, place: int) -> Iterator[Part]:
        """A slice that may run beside others: it commits as a whole, with what it adds to the progress and its place in `parts`."""
        part = Part()
        with transaction.atomic():
            yield part
            mine = Job.objects.select_for_update().filter(pk=self.job.pk, state="running", started_at=self.job.started_at)
            row = mine.first()  # the last lock of the transaction: whoever has it waits for nobody
            if row is None:
                raise Lost(f"job {self.job.pk} was taken over")
            row.parts.append(place)
            row.done += part.done
            row.counts = {name: row.counts.get(name, 0) + part.counts.get(name, 0) for name in {**row.counts, **part.counts}}
            row.errors = [*row.errors, *part.errors][:ERRORS_KEPT]
            row.beat_at, row.total = timezone.now(), max(self.total, row.done)
            row.save(update_fields=["parts", "done", "counts", "errors", "beat_at", "total"])

    def gather(self) -> None:
        """Take in what the parts have added."""
        self.job.refresh_from_db(fields=["parts", "done", "counts", "errors"])
        self.done, self.counts, self.errors = self.job.done, dict(self.job.counts), list(self.job.errors)

    def cancelled(self) -> bool:
        """Whether somebody asked to stop: look between slices."""
        return Job.objects.filter(pk=self.job.pk, cancel=True).exists()

    def folder(self) -> Path:
        """Where to put files; name the one to download in `result`."""
        return folder(self.job.pk)


def run(job_id: int) -> None:
    """Do a job to its end, or from where the last run of it stopped. Failures are told on the row, never raised."""
    job = _claim(job_id)
    if job is None:
        return
    stop = threading.Event()
    threading.Thread(target=_beat, args=(job.pk, job.started_at, stop), daemon=True).start()
    try:
        with _for_whom(job):
            _work(job)
    finally:
        stop.set()


def _claim(job_id: int) -> Job | None:
    """Take the job over if it waits, or if whoever ran it has not been heard of for a while."""
    now = timezone.now()
    free = Q(state="waiting") | Q(state="running", beat_at__lt=now - DEAD_AFTER)
    if not Job.objects.filter(free, pk=job_id).update(state="running", started_at=now, beat_at=now):
        return None
    return Job.objects.get(pk=job_id)


@contextmanager
def _for_whom(job: Job) -> Iterator[None]:
    whom = job.spec.get("for", {})
    set_request(f"job:{job.pk}")
    try:
        with (
            translation.override(whom.get("language") or settings.LANGUAGE_CODE),
            timezone.override(ZoneInfo(whom.get("zone") or settings.TIME_ZONE)),
        ):
            yield
    finally:
        set_request("")


def _work(job: Job) -> None:
    progress = None
    try:
        actor = _people[0](job.actor) if job.actor else SYSTEM
        progress = Progress(job, actor)
        RUNNERS[job.kind](progress)
        _end(progress, "cancelled" if progress.cancelled() and progress.done < progress.total else "done")
    except Lost:
        log.warning("job %s went on elsewhere", job.pk)
    except Exception as problem:
        log.exception("job %s failed", job.pk)
        reason = getattr(problem, "reason", "") or _("Something went wrong; what was done until then is kept. Try again or ask for help.")
        mine = Job.objects.filter(pk=job.pk, started_at=job.started_at)
        mine.update(state="failed", message=reason, ended_at=timezone.now())


def _end(progress: Progress, state: str) -> None:
    progress.save()
    Job.objects.filter(pk=progress.job.pk, started_at=progress.job.started_at).update(state=state, ended_at=timezone.now())


def _beat(job_id: int, started_at: datetime, stop: threading.Event) -> None:
    """Say every few seconds that this process lives, also while a file is being unpacked."""
    try:
        while not stop.wait(BEAT_EVERY):
            Job.objects.filter(pk=job_id, state="running", started_at=started_at).update(beat_at=timezone.now())
    finally:
        connection.close()


def revive() -> int:
    """Put back what the queue believes is being done though nobody does it; returns how many.

    A run is dead when its job has not beaten for a while. A job that has ended, or never began, may also have lost its worker
    between two statements: it is looked at once more and keeps nobody's turn.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REVIVE, {"task": TASK, "before": timezone.now() - DEAD_AFTER})
        return int(cursor.rowcount)


_REVIVE = """
UPDATE procrastinate_jobs q SET status = 'todo', worker_id = NULL FROM kernel_job j
WHERE q.task_name = %(task)s AND q.status = 'doing' AND j.id = (q.args->>'job')::bigint
AND (j.state <> 'running' OR j.beat_at < %(before)s)
AND NOT EXISTS (SELECT FROM procrastinate_events e WHERE e.job_id = q.id AND e.type = 'started' AND e.at > %(before)s)
"""


def release() -> int:
    """Give up turns that died with their worker: what comes around by itself would wait for them for ever; returns how many.

    A worker is dead when it has not been heard of for a while. What it had in hand is over; the next round looks at what is left.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, {"task": TASK, "before": timezone.now() - SILENT_AFTER})
        return int(cursor.rowcount)


_RELEASE = """
UPDATE procrastinate_jobs q SET status = 'failed', worker_id = NULL
WHERE q.task_name <> %(task)s AND q.status = 'doing' AND q.lock IS NOT NULL
AND NOT EXISTS (SELECT FROM procrastinate_workers w WHERE w.id = q.worker_id AND w.last_heartbeat > %(before)s)
AND NOT EXISTS (SELECT FROM procrastinate_events e WHERE e.job_id = q.id AND e.type = 'started' AND e.at > %(before)s)
"""

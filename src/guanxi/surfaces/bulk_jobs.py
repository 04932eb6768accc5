"""Many records at once as a job: counted first, done on the word of who asked, taken back as a whole.

Which records are meant is settled when they are counted and kept in a file beside the job, eight bytes a record, so that
what is done is what was counted, and a run that is started again goes on where the last one stopped.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.kernel import clock, history, jobs, parallel, pooled, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import AccessLog, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.window import Window
from guanxi.kernel.write import Invalidated
from guanxi.surfaces import bulk, handing
from guanxi.surfaces.bulk import Wish
from guanxi.surfaces.exchange.writing import write_csv

REHEARSAL, KIND, UNDO = "bulk.rehearsal", "bulk", "bulk.undo"
#: Records in one transaction.
SLICE = 1_000

Doing = Callable[[Wish, Entity, Sequence[int], Actor], write.Outcome]


def begin(wish: Wish, entity: Entity, conditions: Sequence[Any], among: str, *, total: int, actor: Actor) -> Job:
    """Start counting what the wish would do to everything that a list shows."""
    words = {"verb": wish.label(entity), "n": f"{total:,}", "entities": entity.label_plural}
    spec = {"wish": wish.document(), "conditions": list(conditions), "among": among, "title": _("%(verb)s: %(n)s × %(entities)s") % words}
    return jobs.start(REHEARSAL, _("Counting first: %(title)s") % spec, actor, spec, jobs.BULK, total=total)


def go_ahead(rehearsal: Job, *, actor: Actor) -> Job:
    """Start what was counted. Raises Invalidated when it was not, or was done already."""
    if not may_go_ahead(rehearsal):
        raise Invalidated({"job": _("This can no longer be started: count again.")})
    spec = {"wish": rehearsal.spec["wish"], "rehearsal": rehearsal.pk}
    return jobs.start(KIND, rehearsal.spec["title"], actor, spec, jobs.BULK, total=rehearsal.total)


def may_go_ahead(job: Job) -> bool:
    """Whether a job has counted something that is not done yet."""
    return _counted(job) and not followed([job])


def may_take_back(job: Job) -> bool:
    """Whether a job has changed something that can be taken back as a whole."""
    return _changed(job) and not followed([job])


def followed(found: Sequence[Job]) -> set[int]:
    """Which of these jobs another one has done or taken back, or is about to; one query for all of them, none where nothing could have been.

    Taking back that failed or was stopped can be gone on with; of doing, that is offered at what was stopped itself.
    """
    asked = [job.pk for job in found if _counted(job) or _changed(job)]
    if not asked:
        return set()
    after = Job.objects.filter(actor__in={job.actor for job in found}, id__gt=min(asked))
    taken = after.filter(Q(kind=KIND, spec__rehearsal__in=asked) | Q(kind=UNDO, spec__job__in=asked, state__in=handing.UNDER_WAY))
    return {spec["rehearsal"] if kind == KIND else spec["job"] for kind, spec in taken.values_list("kind", "spec")}


def _counted(job: Job) -> bool:
    return job.kind == REHEARSAL and job.state == "done" and bool(job.counts.get("will") or job.counts.get("sent"))


def _changed(job: Job) -> bool:
    plain = job.kind == KIND and job.spec["wish"]["verb"] in bulk.VERBS and bool(job.counts.get("done"))
    return plain and job.ended_at is not None and clock.now() - job.created_at <= handing.RETURN_WITHIN


def _at_most(slug: str, total: int) -> bool:
    """Whether fewer may be done than were counted: what one may take from a pool is counted from nothing in each slice."""
    return total > SLICE and pooled.by_slug(slug) is not None


def take_back(job: Job, *, actor: Actor) -> Job:
    """Start taking a job back, or go on with what stopped. Raises Invalidated."""
    if not may_take_back(job):
        raise Invalidated({"job": _("This can no longer be taken back.")})
    before = Job.objects.filter(kind=UNDO, actor=job.actor, spec__job=job.pk).order_by("-id").first()
    if before is not None and jobs.resume(before):
        return before
    title = _("Take back: %(title)s") % {"title": job.title}
    return jobs.start(UNDO, title, actor, {"job": job.pk}, jobs.BULK, total=job.counts.get("done", 0))


@jobs.runner(REHEARSAL)
def count(progress: jobs.Progress) -> None:
    """What would change, what not and why, exactly; nothing is changed."""
    spec, actor, entity = progress.spec, *_where(progress)
    kept = progress.folder() / "ids"
    if not kept.exists():
        rows = Window(entity, actor, "view", tuple(spec["conditions"]), spec["among"]).rows().order_by("id")
        ids = array("q", rows.values_list("id", flat=True).iterator(chunk_size=10_000))
        fresh = kept.with_suffix(".new")
        fresh.write_bytes(ids.tobytes())
        fresh.replace(kept)
    _through(progress, entity, actor, _ids(kept), bulk.rehearse)
    progress.message = _("Nothing has been changed yet.")
    if _at_most(spec["wish"]["slug"], progress.total):
        progress.message = _("Nothing has been changed yet. It will be fewer where that is more than one person may take from the pool.")


@jobs.runner(KIND)
def do(progress: jobs.Progress) -> None:
    """Slice by slice, each with the progress it made."""
    actor, entity = _where(progress)
    _through(progress, entity, actor, _ids(jobs.folder(progress.spec["rehearsal"]) / "ids"), bulk.perform)


def _where(progress: jobs.Progress) -> tuple[Actor, Entity]:
    """Through whose eyes and on what; a pool that is closed by now is an error."""
    slug = progress.spec["wish"]["slug"]
    entity = registry.by_slug(slug)
    if entity is None:
        raise write.NotFound()
    return pooled.through(progress.actor, slug), entity


def _ids(kept: Path) -> array[int]:
    found = array("q")
    found.frombytes(kept.read_bytes())
    return found


def _through(progress: jobs.Progress, entity: Entity, actor: Actor, ids: array[int], doing: Doing) -> None:
    wish, before = Wish(**progress.spec["wish"]), doing is bulk.rehearse
    progress.total = len(ids)

    def slice_at(start: int) -> None:
        part = list(ids[start : start + SLICE])
        with progress.part(start) as done:
            outcome = _done(wish, entity, part, actor, doing)
            refused = bulk.refusals(entity, outcome, Reader(actor), "export")
            for record, _title, why in refused:
                done.error(record, why)
            kept = progress.folder() / f"refused-{start:012d}"
            kept.unlink(missing_ok=True)  # of a try that was taken back
            if refused:
                kept.write_text(json.dumps(refused), encoding="utf-8")
            done.advance(len(part), **bulk.figures(outcome, before=before))

    parts = progress.job.parts
    before_parts = 0 if parts else progress.done  # begun by a version that knew no parts
    left = [start for start in range(0, len(ids), SLICE) if start not in parts and start >= before_parts]
    parallel.each(slice_at, takewhile(lambda _start: not progress.cancelled(), left))
    progress.gather()
    _list_refused(progress, entity, actor)


def _done(wish: Wish, entity: Entity, part: Sequence[int], actor: Actor, doing: Doing) -> write.Outcome:
    """What is refused as a whole is refused record by record."""
    try:
        return doing(wish, entity, part, actor)
    except write.Invalidated as refusal:
        return write.Outcome(refused=dict.fromkeys(part, refusal.errors))
    except write.Refused as refusal:
        return write.Outcome(refused={record: {"": str(refusal)} for record in part})


def _list_refused(progress: jobs.Progress, entity: Entity, actor: Actor) -> None:
    """All that was refused in one file to download: by name to who may export, and then on record as any export is."""
    parts = sorted(progress.folder().glob("refused-*"))
    if not parts:
        return
    rows: Iterator[Sequence[Any]] = (row for part in parts for row in json.loads(part.read_text(encoding="utf-8")))
    record, title, why = _("Record ID"), _("Record"), _("Why it was refused")
    path = progress.folder() / "refused.csv"
    if actor.may(entity.key, "export"):
        count = write_csv(path, [record, title, why], ([str(i), t, w] for i, t, w in rows))
        data = {"rows": count, "columns": [entity.title], "job": progress.job.pk}
        AccessLog.objects.create(at=clock.now(), actor=actor.id, verb="export", entity=entity.key, data=data)
    else:
        write_csv(path, [record, why], ([str(i), w] for i, _title, w in rows))
    progress.result = f"jobs/{progress.job.pk}/refused.csv"


@jobs.runner(UNDO)
def undo(progress: jobs.Progress) -> None:
    """Newest write first; what has been changed since stays and is counted."""
    request, place = f"job:{progress.spec['job']}", 0
    writes = history.writes_of(request)
    progress.total = sum(number for _write, number in writes)
    for write_id, number in writes:
        if place + number <= progress.done:
            place += number
            continue
        changes = history.of_write(write_id)
        for start in range(0, len(changes), SLICE):
            part = changes[start : start + SLICE]
            place += len(part)
            if place <= progress.done:
                continue
            if progress.cancelled():
                return
            _part_back(progress, part)


def _part_back(progress: jobs.Progress, part: list[history.Change]) -> None:
    handed = {c.entity for c in part if c.verb == "transfer"}
    with progress.slice():
        outcome = write.undo(part, actor=handing.returning(progress.actor, handed), door=bulk.DOOR)
        kept, waiting = len(outcome.kept), {"sent": len(outcome.sent)} if outcome.sent else {}
        for _entity, record, _keys in outcome.kept:
            progress.error(record, _("Changed since, or no longer yours to change."))
        progress.advance(len(part), undone=outcome.records, **({"kept": kept} if kept else {}), **waiting)


def offers(found: Sequence[Job]) -> dict[int, list[Mapping[str, str]]]:
    """What the person can do with each of these ended jobs: have it done, or have it taken back."""
    gone = followed(found)
    offered: dict[int, list[Mapping[str, str]]] = {}
    for job in found:
        if job.pk not in gone and _counted(job):
            offered[job.pk] = [_doing(job)]
        elif job.pk not in gone and _changed(job):
            offered[job.pk] = [{"label": _("Take back"), "url": f"/jobs/{job.pk}/back/", "icon": "arrow-back-up", "kind": "btns"}]
    return offered


def _doing(job: Job) -> Mapping[str, str]:
    n = {"n": f"{job.counts.get('will', 0) + job.counts.get('sent', 0):,}"}
    most = _at_most(job.spec["wish"]["slug"], job.total)
    label = _("Do it: at most %(n)s records") % n if most else _("Do it: %(n)s records") % n
    return {"label": label, "url": f"/jobs/{job.pk}/go/", "icon": "player-play", "kind": "btnp"}


__all__ = ["KIND", "REHEARSAL", "UNDO", "begin", "go_ahead", "offers", "take_back"]

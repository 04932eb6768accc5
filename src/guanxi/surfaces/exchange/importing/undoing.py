"""Taking an import back: newest write first, each write a slice; what people have edited since stays and is listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.kernel import history, jobs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.history import Change
from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange.importing.ending import ending_as
from guanxi.surfaces.exchange.models import ImportRow, ImportRun

KIND = "import.undo"
DOOR = "import"
#: Changes taken back in one transaction.
SLICE = 250


def begin(run: ImportRun, actor: Actor) -> jobs.Job:
    """Start the undo of everything that the run has committed."""
    entity = registry.get(run.entity)
    title = _("Undo of the import of “%(file)s”") % {"file": run.name}
    spec = {"run": run.pk, "url": f"/{entity.slug}/import/{run.pk}/"}
    job = jobs.start(KIND, title, actor, spec, jobs.BULK, total=sum(len(ids) for _w, ids in _writes(run)))
    run.state, run.undo_job = "undoing", job.pk
    run.options = {**run.options, "undone": []}
    run.save()
    return job


@jobs.runner(KIND, final=True)
def undo(progress: jobs.Progress) -> None:
    """Take back writes that are not taken back yet; which are is committed with them."""
    run = ImportRun.objects.get(pk=progress.spec["run"])
    if run.state != "undoing" or run.undo_job != progress.job.pk:
        return
    with ending_as(run, "done"):
        _all(run, progress)


def _all(run: ImportRun, progress: jobs.Progress) -> None:
    mine = {f"job:{number}" for number in run.commit_jobs}
    finished = {str(w) for w in run.options.get("undone", [])}
    for write_id, _ids in _writes(run):
        changes = iter(c for c in history.of_write(write_id) if c.request in mine)
        place = 0
        while part := list(islice(changes, SLICE)):
            place += 1
            mark = f"{write_id}:{place}"
            if mark in finished:
                continue
            if progress.cancelled():
                _end(run, progress, "done")
                return
            with progress.slice():
                kept = take_back(part, mine, progress.actor)
                _note(run, part, kept, progress)
                finished.add(mark)
                run.options = {**run.options, "undone": sorted(finished)}
                ImportRun.objects.filter(pk=run.pk).update(options=run.options)
    _end(run, progress, "undone")


def _end(run: ImportRun, progress: jobs.Progress, state: str) -> None:
    progress.message = _("%(undone)d records went back, %(kept)d were kept because people have worked on them since.") % {
        "undone": progress.counts.get("undone", 0),
        "kept": progress.counts.get("kept", 0),
    }
    with progress.slice():
        ImportRun.objects.filter(pk=run.pk).update(state=state, ended_at=timezone.now())


def _writes(run: ImportRun) -> list[tuple[UUID, list[int]]]:
    """(write, records) of the run's commits, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT write_id, array_agg(DISTINCT record) FROM change WHERE request = ANY(%s) AND request LIKE 'job:%%' GROUP BY write_id ORDER BY max(id) DESC",
            [[f"job:{number}" for number in run.commit_jobs]],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def take_back(changes: Sequence[Change], requests: set[str], actor: Actor) -> dict[int, str]:
    """Undo some changes; returns why records were kept. Untouched new records go to the recycle bin set-based."""
    kept: dict[int, str] = {}
    created: dict[str, list[Change]] = {}
    rest: list[Change] = []
    for change in changes:
        if change.verb == "create":
            created.setdefault(change.entity, []).append(change)
        else:
            rest.append(change)
    for key, group in created.items():
        _bin(registry.get(key), group, requests, actor, kept)
    undone = write.undo(rest, actor=actor, door=DOOR)
    for key, record, fields in undone.kept:
        kept[record] = _words(registry.get(key), fields)
    kept.update(dict.fromkeys(undone.sent, _("Sent for review")))
    return kept


def _bin(entity: Entity, changes: Sequence[Change], requests: set[str], actor: Actor, kept: dict[int, str]) -> None:
    ids = [c.record for c in changes]
    for record, fields in _edited(ids, requests).items():
        kept[record] = _words(entity, fields)
    for record, child in _parents(entity, [i for i in ids if i not in kept]).items():
        kept[record] = _("It has %(children)s by now.") % {"children": child.label_plural}
    outcome = write.delete_many(entity, [i for i in ids if i not in kept], actor=actor, door=DOOR)
    for record in outcome.refused:
        kept[record] = outcome.refused[record][""]
    kept.update(dict.fromkeys(outcome.sent, _("Sent for review")))


def _edited(ids: Iterable[int], requests: set[str]) -> dict[int, list[str]]:
    """Records that somebody else has changed, with the columns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record, array_agg(DISTINCT k) FROM change LEFT JOIN LATERAL jsonb_object_keys(diff::jsonb) k ON true "
            "WHERE record = ANY(%s) AND request <> ALL(%s) GROUP BY record",
            [list(ids), sorted(requests)],
        )
        return {record: [k for k in keys if k] for record, keys in cursor.fetchall()}


def _parents(entity: Entity, ids: Sequence[int]) -> dict[int, Entity]:
    """Records that others hang on; children of the same import are gone by now, being younger."""
    found: dict[int, Entity] = {}
    for child, via in registry.children(entity):
        column = child.fields[via].column.path
        if column:
            rows = child.objects.filter(deleted_at=None, **{f"{column}__in": ids})
            found.update(dict.fromkeys(rows.values_list(column, flat=True).distinct(), child))
    return found


def _words(entity: Entity, columns: Iterable[str]) -> str:
    labels = {(f.column.path or k): str(f.label) for k, f in entity.fields.items()} | {k: str(f.label) for k, f in entity.fields.items()}
    names = "、".join(dict.fromkeys(labels[c] for c in columns if c in labels))
    return _("Edited since: %(fields)s.") % {"fields": names} if names else _("Edited since.")


def _note(run: ImportRun, changes: Sequence[Change], kept: dict[int, str], progress: jobs.Progress) -> None:
    """Say on the rows of the plan what became of them."""
    ids = {c.record for c in changes}
    rows = ImportRow.objects.filter(run=run, record__in=ids, result__in=("created", "updated", "undone"))
    rows.exclude(record__in=list(kept)).update(result="undone")
    for row in rows.filter(record__in=list(kept)):
        ImportRow.objects.filter(pk=row.pk).update(result="kept", message=kept[row.record or 0])
        progress.error(row.number, f"{row.title}: {kept[row.record or 0]}")
    progress.advance(len(ids), undone=len(ids) - len(kept), kept=len(kept))

"""What one has handed over in the last days and can still take back: by the wizard, by a job of many, by the dialogue of a selection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory, history, jobs
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.surfaces import bulk, bulk_jobs, handing

SHOWN = 30


@dataclass(frozen=True)
class Given:
    """One handover; `back` is the address that takes it back."""

    title: str
    at: datetime
    records: int
    back: str


def of(actor: Actor) -> list[Given]:
    """All of them, the newest first."""
    wizard = [Given(j.title, j.created_at, j.done, f"/handover/{j.pk}/back/") for j in handing.returnable(actor.id or 0)]
    many = [Given(j.title, j.created_at, j.counts["done"], f"/jobs/{j.pk}/back/") for j in _jobs(actor)]
    return sorted([*wizard, *many, *selections(actor)], key=lambda each: each.at, reverse=True)[:SHOWN]


def _jobs(actor: Actor) -> list[Job]:
    since = clock.now() - handing.RETURN_WITHIN
    found = Job.objects.filter(kind=bulk_jobs.KIND, actor=actor.id or 0, created_at__gte=since, spec__wish__verb="transfer")
    ended = list(found.filter(state__in=handing.ENDED).order_by("-id")[:SHOWN])
    gone = bulk_jobs.followed(ended)
    return [job for job in ended if job.pk not in gone and job.counts.get("done")]


def selections(actor: Actor, write_id: UUID | None = None) -> list[Given]:
    """What was handed over as a selection, or by this write; not what is being taken back."""
    since = clock.now() - handing.RETURN_WITHIN
    found: dict[UUID, tuple[datetime, list[str], set[str], int]] = {}
    for write, at, key, owner, records in history.handed(actor.id or 0, bulk.DOOR, since, write_id):
        at, what, whom, total = found.get(write, (at, [], set(), 0))
        entity = registry.get(key)
        found[write] = (at, [*what, f"{entity.label_plural} {records:,}"], whom | {directory.person_name(owner)}, total + records)
    under_way = Job.objects.filter(kind=handing.UNDO, actor=actor.id or 0, created_at__gte=since, state__in=handing.UNDER_WAY)
    gone = set(under_way.filter(spec__has_key="write").values_list("spec__write", flat=True)) if found else set()
    return [
        Given(
            _("%(what)s to %(name)s") % {"what": " · ".join(what), "name": "、".join(sorted(whom))}, at, total, f"/handover/{write}/back/"
        )
        for write, (at, what, whom, total) in found.items()
        if str(write) not in gone
    ]


def take_back(write_id: UUID, *, actor: Actor) -> Job:
    """Start taking back what was handed over as a selection, or go on with what stopped. Raises Invalidated."""
    found = selections(actor, write_id)
    if not found:
        raise Invalidated({"write": _("This handover can no longer be taken back.")})
    before = Job.objects.filter(kind=handing.UNDO, actor=actor.id or 0, spec__write=str(write_id)).order_by("-id").first()
    if before is not None and jobs.resume(before):
        return before
    title = _("Take back: %(title)s") % {"title": found[0].title}
    spec = {"write": str(write_id), "url": "/handover/"}
    return jobs.start(handing.UNDO, title, actor, spec, jobs.BULK, total=found[0].records)


__all__ = ["Given", "of", "selections", "take_back"]

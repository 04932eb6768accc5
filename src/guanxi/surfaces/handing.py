"""One person's work passes to another: what there is, the job that hands it over, and the job that takes it back.

Everything goes by `write.transfer`, so history and stages stay and what lies below a record follows it. The job works
for whoever started it, within his grant to hand over; a run that is started again goes on where the last one stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.kernel import attached, clock, directory, history, jobs, write
from guanxi.kernel.actor import SCOPES, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Job, Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated

KIND, UNDO = "handover", "handover.undo"
DOOR = "handover"
#: Records handed over, or taken back, in one transaction.
SLICE = 500
#: So long a handover can be taken back as a whole.
RETURN_WITHIN = timedelta(days=7)
#: A job that has ended, in whichever way; one that keeps others from doing the same.
ENDED, UNDER_WAY = ("done", "cancelled", "failed"), ("waiting", "running", "done")


@dataclass(frozen=True)
class Holding:
    """What somebody owns of one entity, within reach of who asks; `below` counts what comes along, by entity."""

    entity: Entity
    count: int
    below: Sequence[tuple[Entity, int]]


def owned(entity: Entity, person: int, actor: Actor) -> Any:
    """His records that the actor may hand over: those that do not follow a parent."""
    rows = entity.rows(actor, "transfer").filter(owner=person)
    return rows.filter(**{f"{entity.fields[entity.parent].column.path}__isnull": True}) if entity.parent else rows


def holdings(person: int, actor: Actor) -> list[Holding]:
    """Everything that would pass, entity by entity; entities of which there is nothing are left out."""
    found = []
    for entity in registry:
        if not actor.may(entity.key, "transfer"):
            continue
        count = owned(entity, person, actor).count()
        if count:
            found.append(Holding(entity, count, _below(entity, person, actor)))
    return found


def _below(entity: Entity, person: int, actor: Actor) -> list[tuple[Entity, int]]:
    """Children follow their parent; counted as far as the actor may see them."""
    found = []
    for child, key in attached.below(entity) if not entity.parent else ():
        if actor.may(child.key, "view"):
            count = child.rows(actor).filter(**{f"{key}__isnull": False}).filter(owner=person).count()
            if count:
                found.append((child, count))
    return found


def participations(person: int, actor: Actor) -> Any:
    """Where he takes part in what others own and the actor may hand over."""
    reached = Q(pk__in=[])
    for entity in registry:
        if actor.may(entity.key, "transfer"):
            reached |= Q(entity=entity.key, record__in=entity.rows(actor, "transfer").values("id"))
    return Share.objects.filter(reached, to="person", grantee=person)


def begin(giver: int, taker: int, keys: Sequence[str], *, shares: bool, actor: Actor, reason: str = "") -> Job:
    """Start the job. Raises Invalidated."""
    people = directory.colleagues(actor)
    errors = {}
    if giver not in people:
        errors["giver"] = _("Choose whose work passes on.")
    if taker not in people or not people[taker].active or taker == giver:
        errors["taker"] = _("Choose a colleague who takes it over.")
    held = {h.entity.key: h.count for h in holdings(giver, actor)} if not errors else {}
    chosen = [key for key in keys if key in held]
    passing = participations(giver, actor).count() if shares and not errors else 0
    if not errors and not chosen and not passing:
        errors["keys"] = _("There is nothing to hand over. Choose at least one kind of record that he owns.")
    if errors:
        raise Invalidated(errors)
    words = {"giver": people[giver].name, "taker": people[taker].name}
    spec = {"giver": giver, "taker": taker, "entities": chosen, "shares": shares, "reason": reason, "url": "/handover/"}
    total = sum(held[key] for key in chosen) + passing
    return jobs.start(KIND, _("Handover from %(giver)s to %(taker)s") % words, actor, spec, jobs.BULK, total=total)


@jobs.runner(KIND)
def hand_over(progress: jobs.Progress) -> None:
    """Slice by slice: what is handed over no longer belongs to the giver, so what is left is what still does."""
    giver, taker = progress.spec["giver"], progress.spec["taker"]
    for key in progress.spec["entities"]:
        entity, refused = registry.get(key), set[int]()
        while not progress.cancelled():
            ids = list(owned(entity, giver, progress.actor).exclude(id__in=refused).order_by("id").values_list("id", flat=True)[:SLICE])
            if not ids:
                break
            with progress.slice():
                outcome = write.transfer(entity, ids, taker, actor=progress.actor, door=DOOR, reason=progress.spec.get("reason", ""))
                for record, errors in outcome.refused.items():
                    progress.error(record, " ".join(errors.values()))
                waiting = {"sent": len(outcome.sent)} if outcome.sent else {}
                progress.advance(len(ids), **{entity.slug: len(outcome.written), "refused": len(outcome.refused)}, **waiting)
            refused |= set(ids) - set(outcome.written)
    if progress.spec["shares"]:
        _pass_shares(giver, taker, progress)
    progress.message = _("Can be taken back for seven days.")


def _pass_shares(giver: int, taker: int, progress: jobs.Progress) -> None:
    """His successor takes part where he did; what the successor has already is left as it is."""
    while not progress.cancelled():
        rows = list(participations(giver, progress.actor).order_by("id")[:SLICE])
        if not rows:
            return
        with progress.slice():
            write.succeed(giver, taker, rows, actor=progress.actor, door=DOOR)
            progress.advance(len(rows), written=len(rows))


def returnable(person: int) -> list[Job]:
    """A person's handovers that can still be taken back, also those that ended halfway, the newest first."""
    mine = Job.objects.filter(actor=person, created_at__gte=clock.now() - RETURN_WITHIN)
    ended = mine.filter(kind=KIND, state__in=ENDED, done__gt=0).order_by("-id")
    undone = set(mine.filter(kind=UNDO, state__in=UNDER_WAY).values_list("spec__job", flat=True))
    return [job for job in ended if job.pk not in undone]


def offers(found: Sequence[Job]) -> dict[int, list[Mapping[str, str]]]:
    """Taking back, at the handovers among these jobs of one person that still can be."""
    mine = [job for job in found if job.kind == KIND and job.state in ENDED]
    able = {job.pk for job in returnable(mine[0].actor)} if mine else set()
    return {
        job.pk: [{"label": _("Take back"), "url": f"/handover/{job.pk}/back/", "icon": "arrow-back-up", "kind": "btns"}]
        for job in mine
        if job.pk in able
    }


def take_back(job_id: int, *, actor: Actor) -> Job:
    """Start taking a handover back, or go on with what stopped. Raises Invalidated when it is not one's own, too old or taken back already."""
    job = next((j for j in returnable(actor.id or 0) if j.pk == job_id), None)
    if job is None:
        raise Invalidated({"job": _("This handover can no longer be taken back.")})
    before = Job.objects.filter(kind=UNDO, actor=actor.id or 0, spec__job=job.pk).order_by("-id").first()
    if before is not None and jobs.resume(before):
        return before
    return jobs.start(
        UNDO, _("Take back: %(title)s") % {"title": job.title}, actor, {"job": job.pk, "url": "/handover/"}, jobs.BULK, total=job.done
    )


def given(changes: Sequence[history.Change]) -> set[str]:
    """Entities of which these changes handed something over, within the days in which that can be taken back."""
    since = clock.now() - RETURN_WITHIN
    return {c.entity for c in changes if c.verb == "transfer" and c.at >= since}


def returning(actor: Actor, entities: set[str]) -> Actor:
    """The same person with reach over what he gave away himself: it may have gone where he hands nothing over any more."""
    reach = {(key, action): SCOPES["all"] for key in entities for action in ("view", "transfer") if actor.may(key, "transfer")}
    return replace(actor, grants={**actor.grants, **reach})


@jobs.runner(UNDO)
def undo(progress: jobs.Progress) -> None:
    """Give back what is still with whom it was handed to; what has moved on since stays and is counted."""
    write_id = progress.spec.get("write")
    found = history.of_write(UUID(write_id)) if write_id else history.of_request(f"job:{progress.spec['job']}")
    changes = [c for c in found if c.verb == "transfer"]
    progress.total = len(changes)
    giver = returning(progress.actor, {c.entity for c in changes})
    while progress.done < len(changes) and not progress.cancelled():
        part = changes[progress.done : progress.done + SLICE]
        with progress.slice():
            outcome = write.undo(part, actor=giver, door=DOOR)
            kept, waiting = len(outcome.kept), {"sent": len(outcome.sent)} if outcome.sent else {}
            progress.advance(len(part), undone=len(part) - kept - len(outcome.sent), kept=kept, **waiting)

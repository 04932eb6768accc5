"""Out of the recycle bin, many at once: the same life as of a single record, in a bounded number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.write import after, review
from guanxi.kernel.write.errors import Invalidated, Refused
from guanxi.kernel.write.many import Outcome, refuse_taken
from guanxi.kernel.write.race import lost_is_refused
from guanxi.kernel.write.single import restore
from guanxi.kernel.write.unit import Unit, unit


def restore_many(entity: Entity, ids: Sequence[int], *, actor: Actor, door: str) -> Outcome:
    """Take records out of the recycle bin; those out of scope are refused like missing ones, those whose unique value is taken by name.

    What was merged is parted record by record. Raises Invalidated where somebody took a unique value this very moment.
    """
    outcome = Outcome()
    with unit(actor, door, verb="restore") as u, lost_is_refused(entity):
        found = entity.rows(actor, "delete", deleted=True).select_for_update(of=("self",)).filter(id__in=list(ids)).order_by("id")
        rows = {row.id: row for row in found}
        outcome.written = {i: row for i, row in rows.items() if row.merged_into is None}
        refuse_taken(entity, outcome, actor)
        _send(u, entity, outcome, actor)
        _bring_back(u, entity, list(outcome.written.values()), actor=actor, door=door)
        _part(entity, [i for i, row in rows.items() if row.merged_into is not None], outcome, actor=actor, door=door)
    settled = {*outcome.written, *outcome.sent, *outcome.refused}
    outcome.refused |= {i: {"": _("This record does not exist, or you may not change it.")} for i in ids if i not in settled}
    return outcome


def _send(u: Unit, entity: Entity, outcome: Outcome, actor: Actor) -> None:
    """What somebody must agree to first becomes drafts."""
    bound = review.bound(entity, "delete", actor, outcome.written)
    twice = review.already(entity, bound, "restore")
    outcome.send(u, actor, entity, {i: review.standing(entity, outcome.written[i], "restore") for i in sorted(bound - twice)})
    for i in twice:
        outcome.refused[i] = {"": review.again_words()}
        del outcome.written[i]


def _bring_back(u: Unit, entity: Entity, records: Sequence[Any], *, actor: Actor, door: str) -> None:
    if not records:
        return
    ids = [record.id for record in records]
    entity.objects.filter(id__in=ids).update(deleted_at=None, deleted_by=None, version=F("version") + 1)
    for record in records:
        record.deleted_at = record.deleted_by = None
        record.version += 1
    after.index(entity, records)
    after.touch_parents(u, entity, records)
    after.announce(u, entity, ids, "restored")
    entity.follow(records, creating=False, changed={"deleted_at"}, actor=actor, door=door)


def _part(entity: Entity, ids: Iterable[int], outcome: Outcome, *, actor: Actor, door: str) -> None:
    for i in ids:
        try:
            with transaction.atomic():
                outcome.written[i] = restore((entity, i), actor=actor, door=door)
        except Invalidated as refusal:
            outcome.refused[i] = refusal.errors
        except Refused as refusal:
            outcome.refused[i] = {"": str(refusal)}


__all__ = ["restore_many"]

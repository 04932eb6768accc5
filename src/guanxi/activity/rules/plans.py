"""When a customer, opportunity or lead is spoken to next: what its follow-ups plan, unless a person has said otherwise since.

The plan is worked out from the follow-ups that stand and from the history, whether they are new, many at once, changed, deleted
or brought back, so that it is as if each had always been as it is now. Of several, the one that happened last plans; one that
was written down late, when a later one was known already, plans nothing. One without a plan settles what was due, and leaves
what lies ahead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from guanxi.kernel import clock, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry

#: Entity of follow-ups → what they are about: its lookup → the entity that is planned.
TARGETS: Mapping[str, Mapping[str, str]] = {
    "activity.followup": {"customer": "customers.customer", "opportunity": "sales.opportunity"},
    "activity.leadfollowup": {"lead": "sales.lead"},
}
#: What, changed on any follow-up, moves plans; and what it is about does.
MOVING = frozenset({"next_at", "happened_at", "deleted_at"})


def in_order(record: Any, changed: set[str], errors: dict[str, str]) -> None:
    """A talk happened now unless said otherwise, and the next one lies after it."""
    if record.happened_at is None:
        record.happened_at = clock.now()
    if "next_at" in changed and record.next_at and record.next_at < record.happened_at:
        errors.setdefault("next_at", _("The next follow-up lies before this one."))


def follow(entity: Entity, records: Sequence[Any], *, creating: bool, changed: set[str], door: str) -> None:
    """Plan anew what these follow-ups are about, if that was created or changed which plans follow from."""
    about = set(TARGETS[entity.key])
    if creating or changed & (MOVING | about):
        work_out(entity, records, moved=not creating and bool(changed & about), door=door)


def work_out(entity: Entity, records: Sequence[Any], *, moved: bool, door: str) -> None:
    """Plan anew what these follow-ups are about, and with `moved` what they were about before."""
    for lookup, key in TARGETS[entity.key].items():
        target = registry.get(key)
        about = {i for r in records if (i := getattr(r, f"{lookup}_id"))}
        if moved:
            about |= _formerly(f"{lookup}_id", [r.id for r in records])
        if about:
            _write(target, differing(entity, target, lookup, sorted(about)), door=door)


def differing(entity: Entity, target: Entity, lookup: str, ids: Sequence[int]) -> dict[int, datetime | None]:
    """The right plan by id, of those records that bear another one."""
    sql = _PLANS.format(talks=entity.table, target=target.table, lookup=f"{lookup}_id")
    with connection.cursor() as cursor:
        cursor.execute(sql, [entity.key, list(ids)])
        return {row[0]: right for row in cursor.fetchall() if (right := _standing(*row[2:])) != row[1]}


def _standing(
    planned: datetime | None,
    planned_by: int | None,
    said: datetime | None,
    said_by: int | None,
    settled: datetime | None,
    settled_by: int | None,
    together: bool | None,
) -> datetime | None:
    """The later of what the newest plan and what a person said, unless a later follow-up without a plan found it due.

    Follow-ups written `together` count in the order in which they happened, not in that of the rows.
    """
    said_last = (said_by or 0) > (planned_by or 0)
    at, by = (said, said_by) if said_last else (planned, planned_by)
    afterwards = (settled_by or 0) > (by or 0) or (bool(together) and not said_last)
    return None if at is not None and settled is not None and afterwards and at <= settled else at


def _write(target: Entity, plans: dict[int, Any], *, door: str) -> None:
    if plans:
        write.update_many(target, {i: {"next_follow_up_at": at} for i, at in plans.items()}, actor=SYSTEM, door=door, verb="planned")


def _formerly(column: str, ids: Sequence[int]) -> set[int]:
    sql = "SELECT DISTINCT (diff -> %s ->> 0)::bigint FROM change WHERE record = ANY(%s) AND diff ? %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [column, list(ids), column])
        return {row[0] for row in cursor.fetchall() if row[0]}


# `change.id` grows with time. A change of the date in the same write as a follow-up is that follow-up's doing, not a person's.
_PLANS = """
SELECT t.id, t.next_follow_up_at, plan.next_at, planned.id, said.at, said.id, settled.at, settled.id, settled.write_id = planned.write_id
FROM {target} t
LEFT JOIN LATERAL (
    SELECT f.id, f.happened_at, f.next_at FROM {talks} f
    WHERE f.{lookup} = t.id AND f.deleted_at IS NULL AND f.next_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM {talks} n
        WHERE n.{lookup} = t.id AND n.deleted_at IS NULL AND n.happened_at > f.happened_at AND n.id < f.id
          AND (SELECT c.write_id FROM change c WHERE c.record = n.id AND c.op = 'create' LIMIT 1)
            IS DISTINCT FROM (SELECT c.write_id FROM change c WHERE c.record = f.id AND c.op = 'create' LIMIT 1)
    )
    ORDER BY f.happened_at DESC, f.id DESC LIMIT 1
) plan ON true
LEFT JOIN LATERAL (
    SELECT c.id, c.write_id FROM change c WHERE c.record = plan.id AND c.diff ? 'next_at' ORDER BY c.id DESC LIMIT 1
) planned ON true
LEFT JOIN LATERAL (
    SELECT c.id, (c.diff -> 'next_follow_up_at' ->> 1)::timestamptz AS at FROM change c
    WHERE c.record = t.id AND c.diff ? 'next_follow_up_at'
      AND (c.op = 'create' OR NOT EXISTS (SELECT FROM change w WHERE w.write_id = c.write_id AND w.entity = %s))
    ORDER BY c.id DESC LIMIT 1
) said ON true
LEFT JOIN LATERAL (
    SELECT f.id FROM {talks} f
    WHERE f.{lookup} = t.id AND f.deleted_at IS NULL AND f.next_at IS NULL
      AND (plan.id IS NULL OR (f.happened_at, f.id) > (plan.happened_at, plan.id))
    ORDER BY f.id DESC LIMIT 1
) bare ON true
LEFT JOIN LATERAL (
    SELECT c.id, c.at, c.write_id FROM change c WHERE c.record = bare.id AND (c.op = 'create' OR c.diff ? 'next_at') ORDER BY c.id DESC LIMIT 1
) settled ON true
WHERE t.id = ANY(%s)
"""

__all__ = ["MOVING", "TARGETS", "differing", "follow", "work_out"]

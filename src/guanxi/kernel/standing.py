"""How one person stands to one record: the arms of `kernel.access` on rows in memory, for explanations and as their definition.

The SQL scope and this must agree for every organisation, grant, share and record (property-tested).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from guanxi.kernel import clock
from guanxi.kernel.actor import COMPANYWIDE, Actor, Arm
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Lag, Share


@dataclass(frozen=True)
class Opened:
    """A special grant that reaches a person: on the record itself or on its parent."""

    record: int
    to: str
    grantee: int
    edit: bool
    part: str


def opened(entity: Entity, row: Any, actor: Actor) -> list[Opened]:
    """The special grants in force on a record and its parent that reach this person."""
    places = [(entity.key, row.id)]
    if entity.parent:
        parent = entity.fields[entity.parent]
        if parent.value(row):
            places.append((parent.kind.target.key, parent.value(row)))  # type: ignore[attr-defined]
    found = []
    for key, record in places:
        for share in Share.objects.filter(entity=key, record=record):
            if share.part == "basic" and key != entity.key:
                continue  # the record alone, without what lies below it
            if _names(share, actor) and (share.until is None or share.until > clock.now()):
                found.append(Opened(record, share.to, share.grantee, share.edit, share.part))
    return found


def _names(share: Share, actor: Actor) -> bool:
    if share.to == "person":
        return bool(share.grantee == actor.id)
    if share.to in COMPANYWIDE and share.company != actor.company:
        return False
    return share.grantee in (actor.departments if share.to == "department" else actor.circles.get(share.to, ()))


def arms(entity: Entity, row: Any, actor: Actor, shares: Iterable[Opened], action: str) -> frozenset[Arm]:
    """Every arm through which this person reaches this record for `action`, whatever he was granted."""
    place = entity.fields[entity.lies_in].value(row) if entity.lies_in else row.department_id
    inside = actor.within is None or place in actor.within
    held: set[Arm] = {"all"} if actor.within is None else {"company"} if inside else set()
    if actor.id and row.owner_id == actor.id:
        held.add("own")
    if actor.id and entity.author_sees and row.created_by_id == actor.id:
        held.add("author")
    if row.owner_id in actor.reports:
        held.add("reports")
    if row.department_id in actor.departments:
        held.add("department")
    if row.department_id in actor.tree:
        held.add("tree")
    if row.department_id in actor.named.get((entity.key, action), ()):
        held.add("named")
    if any(lowest <= (_region(entity, row) or 0) <= highest for lowest, highest in actor.territory):
        held.add("territory")
    if not inside:  # what a company sees of others is its people's own, or opened to them
        held &= set() if entity.lies_in else {"own"}
    if _behind(entity, row):
        held &= {"all", "company"}
    if any(_opens(s, action) for s in shares):
        held |= {"involved", "granted"}
    return frozenset(held)


def _behind(entity: Entity, row: Any) -> bool:
    """Whether a child still bears what its parent bore before a great handover: nobody goes by that (`living.settled`)."""
    if not entity.parent:
        return False
    parent = entity.fields[entity.parent]
    lag = Lag.objects.filter(record=parent.value(row) or 0).first()
    if lag is None:
        return False
    rows: Any = parent.kind.target.objects  # type: ignore[attr-defined]
    now = rows.filter(id=lag.record).values_list("owner_id", "department_id").first()
    return lag.under is not None or now != (row.owner_id, row.department_id)


def _region(entity: Entity, row: Any) -> int | None:
    """Where the record is, by its own place or by its parent's."""
    value: Any = row
    for step in entity.region_path.split("__") if entity.region_path else ():
        value = getattr(value, step, None)
    return value if isinstance(value, int) else None


def _opens(share: Opened, action: str) -> bool:
    return action == "view" or (share.edit and (action == "edit" or share.part == "co_owner"))


def reaches(entity: Entity, row: Any, actor: Actor, action: str = "view") -> bool:
    """The scope as a plain definition: whether some granted arm holds."""
    return bool(actor.arms(entity.key, action) & arms(entity, row, actor, opened(entity, row, actor), action))

"""Coming and leaving: one row a person and day, by the server's clock, whatever is pressed how often and in how many tabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import IntegrityError

from guanxi.kernel import clock, directory, write
from guanxi.kernel.actor import SCOPES, SYSTEM, Actor
from guanxi.kernel.write import NotFound, unit
from guanxi.people import hours
from guanxi.people.entities.attendance import STATE, AttendanceEntity

ENTITY = AttendanceEntity.instance
DOOR = "clock"
LONGEST = 200


def today(actor: Actor) -> Any | None:
    """The actor's own row of the day that is under way for him, if he has pressed."""
    return ENTITY.rows(actor).filter(owner=actor.id, day=hours.of(actor.id).today).first()


def press(which: str, place: str, *, actor: Actor) -> Any:
    """He comes ("in": the first press counts) or leaves ("out": the last one does). Raises NotFound for who has no attendance."""
    if actor.id is None or which not in ("in", "out") or not actor.may(ENTITY.key, "view"):
        raise NotFound()
    said = " ".join(place.replace("\x00", "").split())[:LONGEST]
    found = {"came": clock.now(), "came_at": said} if which == "in" else {"gone": clock.now(), "gone_at": said}
    day = hours.of(actor.id).today
    try:
        return enter(actor.id, day, found, actor=actor, door=DOOR, keep_first=True)
    except IntegrityError:  # another tab was faster: its row is there now
        return enter(actor.id, day, found, actor=actor, door=DOOR, keep_first=True)


def enter(person: int, day: date, values: Mapping[str, Any], *, actor: Actor, door: str, keep_first: bool = False) -> Any:
    """Put times on somebody's day. `keep_first` leaves the time of coming alone where there is one. Raises IntegrityError in a race."""
    with unit(actor, door):
        row = _locked(person, day)
        new = {key: value for key, value in values.items() if value is not None}
        if row is None:
            row = write.create(ENTITY, {"name": title(person, day), "owner": person}, actor=_writing(actor), door=door)
            new["day"] = day
        elif keep_first and row.came is not None and "came" in new:
            return row
        came, gone = new.get("came", row.came), new.get("gone", row.gone)
        return write.decide((ENTITY, row.id), {**new, "state": _state(person, day, came, gone)}, actor=actor, door=door)


def judge_again(person: int, first: date, last: date, *, actor: Actor, door: str) -> None:
    """After a leave was agreed: days with presses may be in order now."""
    with unit(actor, door):
        for row in ENTITY.rows(SYSTEM).filter(owner=person, day__range=(first, last)).order_by("day"):
            write.decide((ENTITY, row.id), {"state": _state(person, row.day, row.came, row.gone)}, actor=actor, door=door)


def close_days() -> int:
    """Days that are over and lack a press say so; how many."""
    open_states = [STATE.id("present"), STATE.id("late")]
    rows = ENTITY.rows(SYSTEM).filter(day__lt=clock.today(), gone=None, state__in=open_states)
    found = list(rows.order_by("id").values_list("id", "owner_id", "day", "came")[:5_000])
    over = [row for row in found if row[2] < hours.of(row[1]).today]  # a night shift may be under way still
    for number, person, day, came in over:
        write.decide((ENTITY, number), {"state": _state(person, day, came, None)}, actor=SYSTEM, door="rule")
    return len(over)


def title(person: int, day: date) -> str:
    """What the row is called: whose day, and which."""
    return f"{directory.person_name(person)} {day.isoformat()}"


def _locked(person: int, day: date) -> Any | None:
    return ENTITY.rows(SYSTEM).select_for_update(of=("self",)).filter(owner=person, day=day).first()


def _state(person: int, day: date, came: Any, gone: Any) -> int | None:
    from guanxi.people import absence

    away = absence.agreed([person], day, day).get((person, day), ())
    table = hours.of(person)
    return STATE.id(hours.judge(day, came, gone, table, away, over=day < table.today))


def _writing(actor: Actor) -> Actor:
    """The same person, allowed to begin a row of attendance: what stands in it is not his to choose."""
    rights = {place: right for place, right in actor.rights.items() if place[0] != ENTITY.key}
    return replace(actor.at_once(), grants={**actor.grants, (ENTITY.key, "create"): SCOPES["all"]}, rights=rights)

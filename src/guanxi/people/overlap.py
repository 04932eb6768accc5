"""Nobody is away twice at once: requests of one person that wait or were agreed to never cover the same half of a day.

A constraint over halves of days holds it at every door and in every race; what is asked before the save gives the refusal
its words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.org.models import User
from guanxi.people.entities.leave import ONCE, PART, SORT, STATE, UNTIL, Leave, LeaveEntity

ENTITY = LeaveEntity.instance
STANDS = ("sent", "agreed")
#: The last range that PostgreSQL names: the halves of the request that was there before.
_THERE = re.compile(r"\[(\d+),(\d+)\)\)[^\[]*$")


def span(record: Any) -> tuple[int, int] | None:
    """The halves of days that a request takes: the first, and the one after the last. None where it takes none."""
    standing = record.state in {STATE.id(code) for code in STANDS}
    if record.sort != SORT.id("leave") or not standing or record.first_day is None or record.last_day is None:
        return None
    begins = 2 * record.first_day.toordinal() + (record.first_part == PART.id("pm"))
    ends = 2 * record.last_day.toordinal() + (1 if record.last_part == UNTIL.id("am") else 2)
    return (begins, ends) if begins < ends else None


def settle(record: Any) -> None:
    """Store them, for the constraint."""
    record.half_from, record.half_until = span(record) or (None, None)


def queue(records: Sequence[Any]) -> None:
    """Requests of one person are stored one after another: two that met in the constraint would each wait for the other.

    Nothing is stored, so nothing waits, where an import only plans.
    """
    people = sorted({record.owner_id for record in records if record.owner_id and span(record)})
    if people and connection.in_atomic_block:
        list(User.objects.select_for_update(no_key=True).filter(id__in=people).order_by("id").values_list("id"))


def collisions(records: Sequence[Any], actor: Actor) -> dict[int, dict[str, str]]:
    """By place: which other request, stored or earlier among these, covers the same time. Two queries for any number."""
    spans = {place: halves for place, record in enumerate(records) if record.owner_id and (halves := span(record))}
    if not spans:
        return {}
    before, found = _there(records, spans), dict[int, Any]()
    for place, (begins, ends) in spans.items():
        known = before.setdefault(records[place].owner_id, [])
        other = next((each for each in known if each.half_from < ends and begins < each.half_until), None)
        if other is not None:
            found[place] = other
        else:
            settle(records[place])
            known.append(records[place])
    open_ = _open([other.id for other in found.values() if not other._state.adding], actor)
    return {
        place: {"first_day": _words(other.half_from, other.half_until, str(other) if other._state.adding or other.id in open_ else "")}
        for place, other in found.items()
    }


def _there(records: Sequence[Any], spans: Mapping[int, tuple[int, int]]) -> dict[int, list[Any]]:
    """Standing requests by person, of those whom these are for and about the same time."""
    lowest, highest = min(begins for begins, _ends in spans.values()), max(ends for _begins, ends in spans.values())
    rows = Leave._default_manager.filter(deleted_at=None, half_from__lt=highest, half_until__gt=lowest)
    rows = rows.filter(owner__in={records[place].owner_id for place in spans}).exclude(
        id__in=[r.id for r in records if not r._state.adding]
    )
    found: dict[int, list[Any]] = {}
    for row in rows.order_by("half_from"):
        found.setdefault(row.owner_id or 0, []).append(row)
    return found


def _open(ids: Sequence[int], actor: Actor) -> set[int]:
    """Those whose name this actor may read: who may change one request of a person need not see the next."""
    if not ids or ENTITY.title not in ENTITY.visible(actor) or actor.right(ENTITY.key, ENTITY.title) == "masked":
        return set()
    return set(ENTITY.rows(actor).filter(id__in=ids).values_list("id", flat=True))


def broken(error: BaseException) -> dict[str, str]:
    """The same when somebody else was faster, of which the database tells no more than when."""
    if ONCE not in str(error):
        return {}
    found = _THERE.search(str(error).strip())
    return {"first_day": _words(int(found[1]), int(found[2]), "") if found else _("Another request covers this time already.")}


def _words(begins: int, ends: int, title: str) -> str:
    last = ends - 1
    first_part = PART.by_code("pm" if begins % 2 else "am")
    last_part = UNTIL.by_code("pm" if last % 2 else "am")
    said = {
        "title": title,
        "first": f"{date.fromordinal(begins // 2)} {first_part.label if first_part else ''}".strip(),
        "last": f"{date.fromordinal(last // 2)} {last_part.label if last_part else ''}".strip(),
    }
    if title:
        text = _("“%(title)s” covers this time already, from %(first)s to %(last)s. Change or withdraw that request first.")
    else:
        text = _("Another request covers this time already, from %(first)s to %(last)s. Change or withdraw that one first.")
    return text % said


__all__ = ["broken", "collisions", "queue", "settle", "span"]

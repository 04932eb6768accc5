"""Who decides a draft, in today's company: one's superior, or whoever holds a role. See `kernel.deciding`.

Kept per process like the directory, and forgotten with it whenever people or roles change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from guanxi.kernel import clock, directory
from guanxi.kernel.deciding import ROLE, SUPERIOR
from guanxi.org.models import Assignment, Department, TeamRole, User


class Company(NamedTuple):
    """Person → department and manager; who works here; department → the one above and its head; role → holders, until when."""

    people: Mapping[int, tuple[int | None, int | None]]
    active: frozenset[int]
    departments: Mapping[int, tuple[int | None, int | None]]
    holders: Mapping[str, Sequence[tuple[int, datetime | None]]]


_known: dict[str, Company] = {}
_led: dict[int, set[int]] = {}


def who(asks: Sequence[str], author: int) -> frozenset[int]:
    """The people asked; never the author himself, and nobody who has left."""
    company = _company()
    found: set[int] = set()
    if SUPERIOR in asks and (superior := superior_of(author)):
        found.add(superior)
    for word in asks:
        held = company.holders.get(word.removeprefix(ROLE), ()) if word.startswith(ROLE) else ()
        found |= {person for person, until in held if until is None or until > clock.now()}
    return frozenset(p for p in found & company.active - {author} if _beside(author, p))


def _beside(author: int, other: int | None) -> bool:
    """Whether both are of the same company: a dealer's people are judged by nobody beyond, and judge nobody beyond."""
    one, two = directory.people().get(author), directory.people().get(other or 0)
    return one is not None and two is not None and one.company == two.company


def superior_of(person: int) -> int | None:
    """His manager; else the head of his department, else of the one above it, and so on, within his company."""
    company = _company()
    place, manager = company.people.get(person, (None, None))
    if manager in company.active and manager != person and _beside(person, manager):
        return manager
    seen: set[int] = set()
    while place is not None and place in company.departments and place not in seen:
        seen.add(place)
        above, head = company.departments[place]
        if head in company.active and head != person and _beside(person, head):
            return head
        place = above
    return None


def reports_of(person: int) -> frozenset[int]:
    """Everybody whose superior he is, directly or further down; who has left still stands between those below him and his own manager."""
    led = _led_by()
    found: set[int] = set()
    wave = {person}
    while wave:
        wave = {below for one in wave for below in led.get(one, ())} - found - {person}
        found |= wave
    return frozenset(found)


def _led_by() -> Mapping[int, set[int]]:
    """Person → those whose superior or manager he is."""
    if not _led:
        for person, (_department, manager) in _company().people.items():
            for above in {manager, superior_of(person)} - {None}:
                _led.setdefault(above or 0, set()).add(person)
    return _led


def clear() -> None:
    """Forget what is kept in this process."""
    _known.clear()
    _led.clear()


def _company() -> Company:
    known = _known.get("company")
    if known is None:
        rows = list(User.objects.values_list("id", "department_id", "manager_id", "is_active"))
        holders: dict[str, list[tuple[int, datetime | None]]] = {}
        for code, person, until in Assignment.objects.filter(role__active=True).values_list("role__code", "user_id", "until"):
            holders.setdefault(code, []).append((person, until))
        members = TeamRole.objects.filter(role__active=True, team__active=True, team__members__isnull=False)
        for code, person in members.values_list("role__code", "team__members__user"):
            holders.setdefault(code, []).append((person, None))
        known = _known["company"] = Company(
            {person: (department, manager) for person, department, manager, _active in rows},
            frozenset(person for person, _department, _manager, active in rows if active),
            {d: (above, head) for d, above, head in Department.objects.values_list("id", "parent_id", "head_id")},
            holders,
        )
    return known


__all__ = ["clear", "reports_of", "superior_of", "who"]

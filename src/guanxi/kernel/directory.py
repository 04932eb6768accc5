"""Names of people, departments, teams, positions and roles, supplied by `org`: the kernel knows only their ids.

What somebody may choose from is asked with his name: `colleagues`, `branches`, `grantees`. The whole lists are for names that
stand somewhere already, and for what the system does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from guanxi.kernel.actor import COMPANYWIDE, Actor
from guanxi.kernel.whole import whole


@dataclass(frozen=True)
class Entry:
    """A person, department, team, position or role as lists and pickers show it; `code` is the login or the department's code.

    `company` is the department at the head of the company in which a person works or a department stands; None outside of any.
    """

    id: int
    name: str
    code: str = ""
    department: int | None = None
    active: bool = True
    parent: int | None = None
    company: int | None = None
    #: The version of a person's picture, empty for none.
    picture: str = ""


class Provider(Protocol):
    """What `org` registers."""

    def people(self) -> Mapping[int, Entry]:
        """Everybody, inactive ones included."""
        ...

    def departments(self) -> Mapping[int, Entry]:
        """All departments."""
        ...

    def circles(self) -> Mapping[str, Mapping[int, Entry]]:
        """What else a special grant may name: teams, positions and roles, closed ones included, by "team", "position" and "role"."""
        ...

    def teammates(self) -> Mapping[int, frozenset[int]]:
        """The people of each team."""
        ...

    def holders(self) -> Mapping[int, frozenset[int]]:
        """Who holds each position."""
        ...


_provider: list[Provider] = []


def register(provider: Provider) -> None:
    """Called once by `org` when the apps are ready."""
    _provider[:] = [provider]


def people() -> Mapping[int, Entry]:
    """Everybody by id."""
    return _provider[0].people()


def departments() -> Mapping[int, Entry]:
    """All departments by id."""
    return _provider[0].departments()


def named(to: str) -> Mapping[int, Entry]:
    """Those of one kind whom a special grant may name: "person", "department", "team", "position", "role"; none of an unknown kind."""
    if to == "person":
        return people()
    return departments() if to == "department" else _provider[0].circles().get(to, {})


def colleagues(actor: Actor) -> Mapping[int, Entry]:
    """Whom this person may choose, ask for and hand to: everybody, or the people of his company."""
    if actor.within is None:
        return people()
    return {i: e for i, e in people().items() if e.department in actor.within}


def branches(actor: Actor) -> Mapping[int, Entry]:
    """The departments that this person may choose: all, or those of his company."""
    if actor.within is None:
        return departments()
    return {i: e for i, e in departments().items() if i in actor.within}


def grantees(to: str, actor: Actor) -> Mapping[int, Entry]:
    """Those of one kind to whom this person may open a record: of a company nobody beyond it, hence no role and no mixed team.

    A position is the same word everywhere, so of a company those that one of its people holds: others would tell of others.
    """
    if actor.within is None:
        return named(to)
    if to in ("person", "department"):
        return colleagues(actor) if to == "person" else branches(actor)
    inside = frozenset(i for i, e in colleagues(actor).items() if e.active or to == "team")
    if to == "position":
        held = _provider[0].holders()
        return {i: e for i, e in named(to).items() if inside & held.get(i, frozenset())}
    if to != "team":
        return {}
    members = _provider[0].teammates()
    return {i: e for i, e in named(to).items() if members.get(i) and members[i] <= inside}


def grantee_name(to: str, grantee: int) -> str:
    """The name of whom a special grant reaches, empty for nobody."""
    entry = named(to).get(grantee)
    return entry.name if entry else ""


def grantee_told(to: str, grantee: int, actor: Actor, company: int = 0) -> str:
    """The same as this reader may know it: who of another company takes part is not told.

    `company` says in which one the holders of a position or role are meant.
    """
    name = grantee_name(to, grantee)
    if actor.within is None:
        return f"{name}（{department_name(company)}）" if company else name
    own = company == actor.company if to in COMPANYWIDE else grantee in grantees(to, actor)
    return name if own else _("Another company")


def positions(actor: Actor) -> Mapping[int, Entry]:
    """The positions that this person may choose for somebody or look for: whoever looks after people needs them all."""
    return named("position") if actor.keeps else grantees("position", actor)


def person_name(user: int | None) -> str:
    """The name of a person, empty for nobody."""
    entry = people().get(user) if user else None
    return entry.name if entry else ""


def picture(user: int | None, actor: Actor) -> str:
    """The address of a person's picture, empty for none and for whom this reader is not to know: people of another company than his."""
    entry = people().get(user) if user else None
    if entry is None or not entry.picture or (actor.within is not None and entry.department not in actor.within):
        return ""
    return f"/_picture/{entry.id}/{entry.picture}/"


def department_name(department: int | None) -> str:
    """The name of a department, empty for none."""
    entry = departments().get(department) if department else None
    return entry.name if entry else ""


def find(entries: Mapping[int, Entry], raw: object) -> Entry | None:
    """The entry meant by an id, a login or code, or a name that only one has."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return entries.get(raw)
    text = str(raw).strip()
    number = whole(text)
    if number is not None and number in entries:
        return entries[number]
    by_code = [e for e in entries.values() if e.code and e.code.lower() == text.lower()]
    if by_code:
        return by_code[0]
    by_name = [e for e in entries.values() if e.name == text and e.active]
    return by_name[0] if len(by_name) == 1 else None


def head_of_company(departments_: Mapping[int, Entry], department: int | None) -> int | None:
    """The department at the head of the company in which a department stands: its own entry says it."""
    entry = departments_.get(department) if department else None
    return entry.company if entry else None


def same_company(departments_: Mapping[int, Entry], roots: frozenset[int]) -> frozenset[int]:
    """The departments `roots` and everything below them that belongs to the same company as they do."""
    return frozenset(
        inside for root in roots for inside in below(departments_, frozenset({root}))
        if head_of_company(departments_, inside) == head_of_company(departments_, root)
    )  # fmt: skip


def above(ids: frozenset[int]) -> set[int]:
    """These departments and everything above them."""
    found, known, ahead = set(ids), departments(), list(ids)
    while ahead:
        entry = known.get(ahead.pop())
        if entry is not None and entry.parent is not None and entry.parent not in found:
            found.add(entry.parent)
            ahead.append(entry.parent)
    return found


def below(departments_: Mapping[int, Entry], roots: frozenset[int]) -> frozenset[int]:
    """The departments `roots` and everything below them."""
    found = set(roots)
    grew = True
    while grew:
        more = {e.id for e in departments_.values() if e.parent in found} - found
        found |= more
        grew = bool(more)
    return frozenset(found)

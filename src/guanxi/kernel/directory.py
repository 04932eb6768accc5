"""Names of people and departments, supplied by `org`: the kernel knows only their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from guanxi.kernel.whole import whole


@dataclass(frozen=True)
class Entry:
    """A person or department as lists and pickers show it; `code` is the login or the department's code."""

    id: int
    name: str
    code: str = ""
    department: int | None = None
    active: bool = True
    parent: int | None = None


class Provider(Protocol):
    """What `org` registers."""

    def people(self) -> Mapping[int, Entry]:
        """Everybody, inactive ones included."""
        ...

    def departments(self) -> Mapping[int, Entry]:
        """All departments."""
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


def person_name(user: int | None) -> str:
    """The name of a person, empty for nobody."""
    entry = people().get(user) if user else None
    return entry.name if entry else ""


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


def below(departments_: Mapping[int, Entry], roots: frozenset[int]) -> frozenset[int]:
    """The departments `roots` and everything below them."""
    found = set(roots)
    grew = True
    while grew:
        more = {e.id for e in departments_.values() if e.parent in found} - found
        found |= more
        grew = bool(more)
    return frozenset(found)

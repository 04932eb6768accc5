"""The figures of the story before they are written: customers with their contacts, follow-ups and opportunities."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(eq=False)
class Figure:
    """A record to be: the values that the write will be given, when and by whom it was created, and its id once it has one."""

    values: dict[str, Any]
    born: datetime
    by: int
    id: int = 0


@dataclass(eq=False)
class Move:
    """A change of a record at a moment."""

    at: datetime
    figure: Figure
    values: dict[str, Any]


@dataclass(eq=False)
class Contact(Figure):
    """A person at a customer."""

    customer: Client | None = None
    further: list[Client] = field(default_factory=list)


@dataclass(eq=False)
class Chance(Figure):
    """An opportunity with the moments at which it entered each stage; `product` is the name of what it is about."""

    customer: Client | None = None
    product: str = ""
    contacts: list[Contact] = field(default_factory=list)


@dataclass(eq=False)
class Talk(Figure):
    """A follow-up; `about` and `with_whom` are known by their figures until they have ids."""

    customer: Client | None = None
    with_whom: Contact | None = None
    about: Chance | None = None


@dataclass(eq=False)
class Client(Figure):
    """A customer. `tempo` says how long ago it was last spoken to, `weight` how much it is worth."""

    tempo: str = ""
    status: str = "potential"
    industry: str = "manufacturing"
    weight: float = 1.0
    last: date | None = None
    parent: Client | None = None
    brand: str = ""
    contacts: list[Contact] = field(default_factory=list)
    chances: list[Chance] = field(default_factory=list)


@dataclass(eq=False)
class Story:
    """Everything that happened, ready to be written in order."""

    clients: list[Client] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    chances: list[Chance] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

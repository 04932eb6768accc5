"""How a write can fail. After any of these nothing has changed and nothing is queued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


class Refused(Exception):
    """A write that did not happen; `str()` is fit to be shown."""


class NotFound(Refused):
    """There is no such record for this actor: the same answer whether it is missing or out of scope."""

    def __str__(self) -> str:
        return _("This record does not exist, or you may not see it.")


class Forbidden(Refused):
    """The actor may see the record but not do this to it."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else _("You may view this record but not change it. Ask its owner.")


class Outdated(Refused):
    """What was decided on is not what was read."""

    def __str__(self) -> str:
        return _("Somebody has changed this since you opened it. Read it again, then decide.")


class Invalidated(Refused):
    """Values were refused: messages by field key; `rivals` are ids of records of `entity` that hold a unique value."""

    def __init__(self, errors: dict[str, str], rivals: list[int] | None = None, entity: str = "") -> None:
        super().__init__(errors)
        self.errors, self.rivals, self.entity = errors, rivals or [], entity

    def __str__(self) -> str:
        return " ".join(self.errors.values())


@dataclass(frozen=True)
class Clash:
    """One field that somebody else changed meanwhile: its value then, theirs now, mine; and so the currencies of an amount."""

    key: str
    old: Any
    theirs: Any
    mine: Any
    currencies: tuple[str, str, str] | None = None


class Conflict(Refused):
    """The record moved on in the very fields of this write."""

    def __init__(self, clashes: list[Clash], version: int) -> None:
        super().__init__(clashes)
        self.clashes, self.version = clashes, version

    def __str__(self) -> str:
        return _("Somebody else changed the same fields meanwhile. Choose which values to keep.")

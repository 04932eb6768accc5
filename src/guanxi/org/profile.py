"""What a person may change about himself, kept by whichever area keeps people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from guanxi.kernel.actor import Actor
from guanxi.org.models import User

#: Name, department, manager and roles belong to administrators.
OWN = ("phone", "email", "address")


class Keeper(Protocol):
    """Where the profile of an account is kept."""

    def read(self, user: User) -> dict[str, str]:
        """The values of `OWN`, as a form shows them."""
        ...

    def change(self, user: User, values: Mapping[str, str], *, actor: Actor) -> None:
        """Set some of `OWN`. Raises Invalidated."""
        ...


KEEPERS: list[Keeper] = []


def keeper() -> Keeper:
    """The one that registered last."""
    return KEEPERS[-1]

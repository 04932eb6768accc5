"""Secrets of programs: made here, shown once to who asked for them, kept as their row keeps them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from guanxi.kernel.actor import Actor
from guanxi.kernel.write import unit
from guanxi.org.duty import DOOR, administering

PREFIX = "gxs_"
#: A secret as it is kept: its digest, or itself under a seal.
Keeping = Callable[[str], str]


def give(row: Any, column: str, keeping: Keeping) -> str:
    """A secret for a row that somebody is about to store."""
    secret = PREFIX + secrets.token_urlsafe(32)
    setattr(row, column, keeping(secret))
    return secret


def renew(row: Any, column: str, keeping: Keeping, *, actor: Actor) -> str:
    """Another secret for a row that is there; the former one is void. Raises Forbidden."""
    administering(actor)
    with unit(actor, DOOR):
        secret = give(row, column, keeping)
        row.save(update_fields=[column])
    return secret


__all__ = ["PREFIX", "Keeping", "give", "renew"]

"""Rules for all accounts that are one value: read and set by their code, every change in the trail of administration."""

from __future__ import annotations

from typing import Any

from guanxi.kernel.actor import Actor
from guanxi.kernel.write import unit
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Policy


def value(code: str, default: Any = None) -> Any:
    """What administrators have set, or the default."""
    found = Policy.objects.filter(code=code).values_list("value", flat=True).first()
    return default if found is None else found


def number(code: str, default: int) -> int:
    """The same for a whole number."""
    found = value(code, default)
    return found if isinstance(found, int) else default


def put(code: str, value: Any, *, actor: Actor) -> None:
    """Set it. Raises Forbidden."""
    administering(actor)
    with unit(actor, DOOR):
        Policy.objects.update_or_create(code=code, defaults={"value": value})

"""The first hour: a few steps to make the product one's own, each ticked off by what the person has really done since he first saw them.

Areas bring their steps, as they bring their tiles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label
from guanxi.org import preferences
from guanxi.org.models import User
from guanxi.surfaces.exchange.models import ImportRun

#: How many steps one person is shown.
MOST = 5
#: Under which word a person's preferences keep it: {"since": instant, "off": whether he has put it away}.
KEPT = "guide"

Done = Callable[[Actor, datetime], bool]


@dataclass(frozen=True)
class Step:
    """One step: what to do, why, where; `done` says whether this person has done it since an instant; `needs` is (entity, right)."""

    code: str
    label: Label
    about: Label
    icon: str
    url: str
    done: Done
    needs: tuple[str, str] = ("", "")
    order: int = 50
    shown: Callable[[Actor], bool] = field(default=lambda actor: True)

    def for_(self, actor: Actor) -> bool:
        """Whether the person may do it at all."""
        return (not self.needs[0] or actor.may(*self.needs)) and self.shown(actor)


_steps: dict[str, Step] = {}


def register(*steps: Step) -> None:
    """Called by an area when it is loaded."""
    _steps.update({step.code: step for step in steps})


def of(actor: Actor) -> list[Step]:
    """The steps of this person in their order; asks no database."""
    return sorted((s for s in _steps.values() if s.for_(actor)), key=lambda s: s.order)[:MOST]


def wanted(user: User, actor: Actor) -> bool:
    """Whether the workbench shows the guide to him."""
    return not user.preferences.get(KEPT, {}).get("off") and bool(of(actor))


def progress(user: User, actor: Actor) -> list[tuple[Step, bool]]:
    """Each step and whether it is done; the first call is the instant from which on what he does counts."""
    kept = user.preferences.get(KEPT, {})
    if "since" not in kept:
        kept = {**kept, "since": clock.now().isoformat()}
        preferences.keep(user, KEPT, kept)
    since = datetime.fromisoformat(kept["since"])
    return [(step, step.done(actor, since)) for step in of(actor)]


def put_away(user: User, *, off: bool) -> None:
    """Hide the guide, or bring it back as it was."""
    preferences.keep(user, KEPT, {**user.preferences.get(KEPT, {}), "off": off})


def imported(entity: str, actor: Actor, since: datetime) -> bool:
    """Whether he has brought in a list of his own."""
    return ImportRun.objects.filter(actor=actor.id or 0, entity=entity, state="done", created_at__gte=since).exists()


def created(entity: Entity, actor: Actor, since: datetime) -> bool:
    """Whether he has made one that is his."""
    if not actor.may(entity.key, "view"):
        return False
    return bool(entity.rows(actor).filter(owner=actor.id, created_by=actor.id, created_at__gte=since).exists())


__all__ = ["Step", "created", "imported", "of", "progress", "put_away", "register", "wanted"]

"""Public pools as the kernel knows them: who belongs to one, what is closed there, what may be taken, and what falls in.

A record of an entity declared `pooled` lies in a pool when it bears one: it then has no owner. The pools themselves are
records of an area, which registers how they are read; like the directory they are kept while `access_version` stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from guanxi.kernel.actor import Actor

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


@dataclass(frozen=True)
class Rule:
    """What falls in: a record that matches `where` and of which `since` (a clock of the entity) is `days` ago."""

    id: int
    label: str
    since: str
    days: int
    where: tuple[Any, ...] = field(default=(), hash=False)


@dataclass(frozen=True)
class Assignment:
    """Who gets what comes in: records that match `where` go to these people, in turn or, `by_load`, to whoever holds least."""

    id: int
    label: str
    where: tuple[Any, ...] = field(default=(), hash=False)
    people: tuple[int, ...] = ()
    by_load: bool = False


@dataclass(frozen=True)
class Pool:
    """A pool of one entity. Without people and departments everybody belongs who may see any such record and is of no company."""

    id: int
    name: str
    entity: str
    people: frozenset[int] = frozenset()
    departments: frozenset[int] = frozenset()
    managers: frozenset[int] = frozenset()
    hidden: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    story: bool = False
    claims_a_day: int | None = None
    most_held: int | None = None
    cooling_days: int = 0
    warning_days: int = 0
    recycles: bool = False
    spared: tuple[Any, ...] = field(default=(), hash=False)
    rules: tuple[Rule, ...] = ()
    assigns: bool = False
    assignments: tuple[Assignment, ...] = ()
    rank: int = 1_000

    @property
    def slug(self) -> str:
        """The address under which its records are seen."""
        return f"pool-{self.id}"

    @property
    def of_all(self) -> bool:
        """Whether it belongs to everybody who belongs to no company of his own."""
        return not self.people and not self.departments

    def includes(self, actor: Actor) -> bool:
        """Whether the actor takes part: as a member or as one who manages it."""
        if actor.id is None or not actor.may(self.entity, "view"):
            return False
        return (
            (self.of_all and actor.within is None)
            or actor.id in self.people
            or bool(actor.departments & self.departments)
            or self.led_by(actor)
        )

    def led_by(self, actor: Actor) -> bool:
        """Whether the actor manages it: by name, or because he may hand over any record of the entity."""
        return actor.id in self.managers or "all" in actor.arms(self.entity, "transfer")

    def members(self, everybody: Mapping[int, Any]) -> set[int]:
        """Ids of the active people who belong to it, out of the directory."""
        inside = lambda e: (self.of_all and e.company is None) or e.id in self.people or e.department in self.departments
        return {e.id for e in everybody.values() if e.active and inside(e)}


_provider: list[Callable[[], Sequence[Pool]]] = []
_kept: dict[str, dict[int, Pool]] = {}


def register(provider: Callable[[], Sequence[Pool]]) -> None:
    """Called once by the area whose records the pools are. It gives them in the order in which they stand."""
    _provider[:] = [provider]


def clear() -> None:
    """Forget what is cached in this process."""
    _kept.clear()


def everywhere() -> dict[int, Pool]:
    """All pools by id."""
    if "pools" not in _kept:
        _kept["pools"] = {pool.id: pool for pool in (_provider[0]() if _provider else ())}
    return _kept["pools"]


def get(pool: int | None) -> Pool | None:
    """A pool by id."""
    return everywhere().get(pool) if pool else None


def of(entity: Entity) -> list[Pool]:
    """The pools of an entity."""
    return [pool for pool in everywhere().values() if pool.entity == entity.key]


def joined(entity: Entity, actor: Actor) -> list[Pool]:
    """The pools of an entity that the actor belongs to."""
    return [pool for pool in of(entity) if pool.includes(actor)]


def usual(entity: Entity) -> Pool | None:
    """The pool that takes what nobody has chosen another one for."""
    return min(of(entity), key=lambda pool: (pool.rank, pool.id), default=None)


def rule(number: int | None) -> Rule | None:
    """A rule by id."""
    return next((rule for pool in everywhere().values() for rule in pool.rules if rule.id == number), None) if number else None


__all__ = ["Assignment", "Pool", "Rule", "everywhere", "get", "joined", "of", "register", "rule", "usual"]

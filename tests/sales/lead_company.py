"""Pools and leads for the tests: a pool of leads with what a test says of it, leads that were spoken to so long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from guanxi.kernel import clock, recycling, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.pools import Pool
from guanxi.kernel.registry import registry
from tests import samples
from tests.customers import pool_company
from tests.customers.pool_company import again, gives  # noqa: F401 - tests of leads give rules like those of customers
from tests.people import Cast


def leads() -> Entity:
    return registry.get("sales.lead")


def pool(**values: Any) -> Pool:
    """A pool of leads with these values, before all others."""
    return pool_company.pool(holds="sales.lead", **values)


def rule(into: Pool, since: str = "follow_up", days: int = 7, where: Any = None) -> Pool:
    """Give a pool a rule."""
    return pool_company.rule(into, since, days, where)


def switch(of: Pool, **values: Any) -> Pool:
    """Change a pool."""
    write.update((registry.get("customers.pool"), of.id), values, actor=SYSTEM, door="test")
    recycling.stamp(leads())
    return again(of)


def owned(owner: Actor, days: int = 0, **values: Any) -> Any:
    """A lead that its owner got so many days ago and has not spoken to since."""
    with clock.frozen(clock.now() - timedelta(days=days)):
        return samples.make(leads(), actor=owner, **values)


def lying(cast: Cast, into: Pool, count: int = 1, **values: Any) -> list[int]:
    """Leads that lie in a pool and that nobody of the cast has owned but the director."""
    ids = [samples.make(leads(), actor=cast.director, **values).id for _ in range(count)]
    outcome = write.release(leads(), ids, into, "moved away", actor=cast.director, door="test")
    assert not outcome.refused
    return ids


def talk(owner: Actor, lead: int, **values: Any) -> Any:
    """Write down a talk with a lead."""
    return write.create(registry.get("activity.leadfollowup"), {"lead": lead, "summary": "spoke", **values}, actor=owner, door="test")


def fresh(record: int) -> Any:
    return leads().model._default_manager.get(id=record)


def status(record: int) -> str:
    """The code of a lead's status."""
    return str(leads().fields["status"].kind.json(fresh(record).status))

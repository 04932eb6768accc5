"""Pools and customers for the tests: a pool with what a test says of it, customers that were spoken to so long ago."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from guanxi.kernel import clock, pools, recycling, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.pools import Pool
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast


def customers() -> Entity:
    return registry.get("customers.customer")


def pool(**values: Any) -> Pool:
    """A pool with these values, before all others."""
    record = samples.make(registry.get("customers.pool"), **{"rank": 1, "recycles": False, **values})
    found = pools.get(record.id)
    assert found is not None
    return found


def rule(into: Pool, since: str = "follow_up", days: int = 15, where: Any = None) -> Pool:
    """Give a pool a rule."""
    text = json.dumps(where) if where else ""
    values = {"name": f"{days} days", "pool": into.id, "since": since, "days": days, "where": text}
    write.create(registry.get("customers.poolrule"), values, actor=SYSTEM, door="test")
    return again(into)


def gives(into: Pool, people: list[int | None], where: Any = None, how: str = "turn", rank: int = 1) -> Pool:
    """Give a pool an assignment rule."""
    values = {
        "name": f"Rule {rank}",
        "pool": into.id,
        "people": people,
        "how": how,
        "rank": rank,
        "where": json.dumps(where) if where else "",
    }
    write.create(registry.get("customers.assignmentrule"), values, actor=SYSTEM, door="test")
    return again(into)


def again(of: Pool) -> Pool:
    found = pools.get(of.id)
    assert found is not None
    return found


def switch(of: Pool, **values: Any) -> Pool:
    """Change a pool."""
    write.update((registry.get("customers.pool"), of.id), values, actor=SYSTEM, door="test")
    recycling.stamp(customers())
    return again(of)


def owned(owner: Actor, days: int = 0, **values: Any) -> Any:
    """A customer that its owner got so many days ago and has not spoken to since."""
    with clock.frozen(clock.now() - timedelta(days=days)):
        return samples.make(customers(), actor=owner, **values)


def lying(cast: Cast, into: Pool, count: int = 1) -> list[int]:
    """Customers that lie in a pool and that nobody of the cast has owned but the director."""
    ids = [samples.make(customers(), actor=cast.director).id for _ in range(count)]
    outcome = write.release(customers(), ids, into, "moved away", actor=cast.director, door="test")
    assert not outcome.refused
    return ids


def fresh(record: int) -> Any:
    return customers().model._default_manager.get(id=record)

"""Public pools that are in use: what colleagues have handed back, and what will fall in unless somebody picks up the phone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from random import Random

from guanxi.customers.presets import DOOR, SPARED
from guanxi.demo.cast import Client, Story
from guanxi.demo.days import Days
from guanxi.demo.telling import CUSTOMER
from guanxi.kernel import clock, pools, recycling, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.registry import registry
from guanxi.org import actors
from guanxi.org.models import Department, User

REASONS = (
    "客户今年没有预算，明年再看",
    "联系人离职，新负责人一直约不上",
    "已选择竞品，合同期两年",
    "多次拜访无进展，换个同事试试",
    "客户搬到外省，不在我的区域",
    "需求太小，暂不投入",
)
#: Of the customers of an owner one in so many was handed back.
ONE_IN = 25


def add(story: Story, people: Mapping[str, User], days: Days) -> None:
    """The pool of a department beside the default one, what lies in both, and every countdown."""
    chance = Random("pools")
    east = _east(people)
    usual = pools.usual(CUSTOMER)
    side = Department.objects.get(code="east")
    given = {c.id for c in story.clients if c.parent is not None} | {c.parent.id for c in story.clients if c.parent is not None}
    by_owner: dict[int, list[Client]] = {}
    for client in story.clients:
        if client.status in ("abandoned", "potential") and not client.chances and client.id not in given and client.tempo != "never":
            by_owner.setdefault(client.by, []).append(client)
    for owner, clients in by_owner.items():
        user = next(u for u in people.values() if u.pk == owner)
        pool = pools.get(east) if user.department_id == side.pk and chance.random() < 0.6 else usual
        share = chance.sample(clients, min(len(clients), max(1, len(clients) // ONE_IN * 3)))
        for client in share:
            with clock.frozen(days.now - timedelta(days=chance.randint(1, 24), hours=chance.randint(0, 8))):
                if pool is not None:
                    write.release(CUSTOMER, [client.id], pool, chance.choice(REASONS), actor=actors.resolve(user), door="web")
    recycling.stamp(CUSTOMER)


def _east(people: Mapping[str, User]) -> int:
    """A pool of the eastern department with its own manager, masks and a rule at work; its id."""
    values = {
        "name": "华东公海",
        "description": "华东一部的共享客户，超过 100 天未跟进自动收回。",
        "rank": 2,
        "departments": [Department.objects.get(code="east").pk],
        "managers": [people["manager"].pk],
        "masked": ["phone", "email"],
        "claims_a_day": 10,
        "most_held": 300,
        "cooling_days": 30,
        "warning_days": 5,
        "recycles": True,
        "spared": json.dumps(SPARED),
        "story": True,
    }
    pool = write.create(registry.get("customers.pool"), values, actor=SYSTEM, door=DOOR)
    rule = {"pool": pool.id, "name": "100 天未跟进", "since": "follow_up", "days": 100, "where": ""}
    write.create(registry.get("customers.poolrule"), rule, actor=SYSTEM, door=DOOR)
    return int(pool.id)

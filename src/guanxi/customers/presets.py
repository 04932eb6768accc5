"""The default pool with the rules that are ready to be switched on: added where there is no pool yet, never overwritten."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from guanxi.customers.entities.customer import CustomerEntity
from guanxi.customers.entities.pool import HOLDS, AssignmentRuleEntity, Pool, PoolEntity, PoolRuleEntity
from guanxi.customers.rules import pooling
from guanxi.kernel import install, pools, versions, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.entity import Entity

DOOR = "install"
SPARED = ["or", ["status", "is", "signed"], ["won_amount", "gt", 0], ["open_count", "gt", 0], ["locked", "is", True]]
POOL = {
    "name": "公司公海",
    "description": "没有负责人的客户都在这里，领取后即归本人跟进。",
    "rank": 1,
    "masked": ["phone", "email", "resident_id"],
    "claims_a_day": 20,
    "most_held": 200,
    "cooling_days": 30,
    "warning_days": 3,
    "spared": json.dumps(SPARED),
}
#: (name, since, days, level)
RULES = (
    ("A 级客户 15 天未跟进", "follow_up", 15, "A"),
    ("B 级客户 30 天未跟进", "follow_up", 30, "B"),
    ("C 级客户 60 天未跟进", "follow_up", 60, "C"),
    ("90 天未成交", "deal", 90, ""),
)


def watch() -> None:
    """Who belongs to a pool is part of what people may see."""
    for entity in (PoolEntity.instance, PoolRuleEntity.instance, AssignmentRuleEntity.instance):
        versions.watch(entity.table, "access")


def sync() -> None:
    """The default pool, and a pool for every customer that has no owner."""
    provide(CustomerEntity.instance, POOL, [_rule(*each) for each in RULES])


def provide(entity: Entity, pool: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> None:
    """A pool of an entity with its rules where there is none, and a pool for every record that has no owner."""
    if not Pool._default_manager.filter(holds=HOLDS.id(entity.key)).exists():
        made = write.create(PoolEntity.instance, {"holds": entity.key, **pool}, actor=SYSTEM, door=DOOR)
        pools.clear()
        write.create_many(PoolRuleEntity.instance, [{"pool": made.id, **rule} for rule in rules], actor=SYSTEM, door=DOOR)
    pools.clear()
    usual = pools.usual(entity)
    if usual is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{entity.table}" SET pool_id = %s, pooled_at = updated_at, department_id = NULL '
                "WHERE owner_id IS NULL AND pool_id IS NULL",
                [usual.id],
            )


def _rule(name: str, since: str, days: int, level: str) -> dict[str, object]:
    where = json.dumps(["level", "is", level]) if level else ""
    return {"name": name, "since": since, "days": days, "where": where}


install.STEPS += [watch, sync]

__all__ = ["pooling", "provide", "sync", "watch"]

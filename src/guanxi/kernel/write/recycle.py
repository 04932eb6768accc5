"""The nightly run: everything that is due falls into its pool, by rule, with the reason in its history.

It works in chunks that commit each for itself. Running twice is harmless: what has fallen has no owner any more.
"""

from __future__ import annotations

import threading
from itertools import count, takewhile

from django.db import connection

from guanxi.kernel import clock, parallel, patience, pools, recycling
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.write.pooling import let_go
from guanxi.kernel.write.unit import unit

CHUNK = 2_500


def recycle(entity: Entity, *, actor: Actor = SYSTEM, door: str = "rule", pool: int | None = None) -> int:
    """Stamp anew what falls when, and let go what is due today (of one pool, if given); returns how many records fell."""
    sum(recycling.catch_up(entity))

    dry = threading.Event()

    def chunk(_number: int) -> int:
        found = _chunk(entity, actor, door, pool)
        if not found:
            dry.set()
        return found

    return sum(parallel.each(chunk, takewhile(lambda _number: not dry.is_set(), count())))


def _chunk(entity: Entity, actor: Actor, door: str, pool: int | None) -> int:
    table = entity.model._meta.db_table
    labels = {rule.id: rule.label for each in pools.of(entity) for rule in each.rules}
    with unit(actor, door, verb="recycle") as u, connection.cursor() as cursor:
        patience.unhurried()
        cursor.execute(
            f'SELECT id, falls_to_id, falls_why FROM "{table}" WHERE falls_on <= %s AND deleted_at IS NULL AND owner_id IS NOT NULL '
            "AND (%s::bigint IS NULL OR falls_to_id = %s) ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
            [clock.today(), pool, pool, CHUNK],
        )
        falling = {i: (to, labels.get(why, "")) for i, to, why in cursor.fetchall()}
        return len(let_go(u, entity, falling))


__all__ = ["recycle"]

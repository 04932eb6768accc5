"""The nightly run: everything that is due falls into its pool, by rule, with the reason in its history.

It works in chunks that commit each for itself. Running twice is harmless: what has fallen has no owner any more.
"""

from __future__ import annotations

from django.db import connection

from guanxi.kernel import clock, parallel, patience, pools, recycling
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.write.pooling import let_go
from guanxi.kernel.write.unit import unit

CHUNK = 2_500
_DUE = "falls_on <= %s AND deleted_at IS NULL AND owner_id IS NOT NULL"


def recycle(entity: Entity, *, actor: Actor = SYSTEM, door: str = "rule", pool: int | None = None) -> int:
    """Stamp anew what falls when, and let go what is due today (of one pool, if given); returns how many records fell."""
    sum(recycling.catch_up(entity))
    fell = 0
    while due := _due(entity, pool):
        parts = (due[start : start + CHUNK] for start in range(0, len(due), CHUNK))
        once = sum(parallel.each(lambda part: _chunk(entity, part, actor, door), parts))
        fell += once
        if not once:  # somebody holds what is left
            break
    return fell


def _due(entity: Entity, pool: int | None) -> list[int]:
    """Ids of what falls today; read once, for to look for the next chunk among what has fallen would cost more with each."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id FROM "{entity.table}" WHERE {_DUE} AND (%s::bigint IS NULL OR falls_to_id = %s) ORDER BY id',
            [clock.today(), pool, pool],
        )
        return [row[0] for row in cursor.fetchall()]


def _chunk(entity: Entity, ids: list[int], actor: Actor, door: str) -> int:
    """Those of these that are due still and that nobody holds."""
    labels = {rule.id: rule.label for each in pools.of(entity) for rule in each.rules}
    with unit(actor, door, verb="recycle") as u, connection.cursor() as cursor:
        patience.unhurried()
        cursor.execute(
            f'SELECT id, falls_to_id, falls_why FROM "{entity.table}" WHERE {_DUE} AND id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED',
            [clock.today(), ids],
        )
        falling = {i: (to, labels.get(why, "")) for i, to, why in cursor.fetchall()}
        return len(let_go(u, entity, falling))


__all__ = ["recycle"]

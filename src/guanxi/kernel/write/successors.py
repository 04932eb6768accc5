"""Whatever was attached to a record while somebody merged it goes with it.

A write that refers to a record and a merge of that record may run at the same time. The writer holds what he refers to
before he commits; whoever comes second sees what the first has done, so that nothing is left at a record that is gone.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.kernel.write.unit import Unit

#: So many merges one after the other are followed.
FURTHEST = 20


def follow(u: Unit) -> bool:
    """Lead what this write attached to merged records to those that they became; whether there was any."""
    found = False
    for key, ids in list(u.referred.items()):
        entity = registry.get(key)
        for lost in _merged(entity, sorted(ids)):
            found |= _lead_on(u, entity, lost)
    return found


def _merged(entity: Entity, ids: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id, merged_into FROM "{entity.table}" WHERE id = ANY(%s::bigint[]) ORDER BY id FOR KEY SHARE', [ids])
        return [record for record, into in cursor.fetchall() if into is not None]


def _lead_on(u: Unit, entity: Entity, lost: int) -> bool:
    from guanxi.kernel.write import repointing

    keep = final(entity, lost)
    if keep is None:
        return False
    moved = repointing.repoint(u, entity, lost, keep, (lost, keep.id))
    repointing.tell_followers(moved, u)
    return bool(moved)


def final(entity: Entity, lost: int) -> Any:
    """The record that a merged one has become in the end, held until this write is done."""
    row: Any = None
    for _step in range(FURTHEST):
        row = entity.rows_of([lost]).select_for_update(of=("self",), no_key=True).first()
        if row is None or row.merged_into is None:
            return row
        lost = row.merged_into
    return row


__all__ = ["final", "follow"]

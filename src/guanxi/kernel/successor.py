"""Where the address of a merged record leads: to what it has become, for those who may see that."""

from __future__ import annotations

from django.db import connection

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity


def successor(entity: Entity, actor: Actor, record: int) -> int | None:
    """The live record that this one was merged into, over however many merges, if the actor may see it."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN.format(table=entity.table), [record])
        row = cursor.fetchone()
    if row is None or not entity.rows(actor).filter(id=row[0]).exists():
        return None
    return int(row[0])


#: UNION, not UNION ALL, ends where a record is met again.
_CHAIN = """
WITH RECURSIVE way (id) AS (
    SELECT merged_into FROM "{table}" WHERE id = %s AND merged_into IS NOT NULL
    UNION SELECT t.merged_into FROM "{table}" t JOIN way ON t.id = way.id WHERE t.merged_into IS NOT NULL
)
SELECT way.id FROM way JOIN "{table}" t ON t.id = way.id WHERE t.merged_into IS NULL AND t.deleted_at IS NULL LIMIT 1
"""

__all__ = ["successor"]

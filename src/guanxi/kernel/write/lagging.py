"""What bears the owner and department of a record comes along when these change: of a few at once, of many soon after.

A customer has children and search entries of his own and of theirs, in the mean six rows in thirty indexes. Where hundreds are
handed over together, the transaction that does it only notes them as lagging, and a task brings along what hangs on them, in
portions. Until then nobody reaches that by the stamps of before: `access` and `search` ask for what is `living.settled`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from procrastinate.exceptions import AlreadyEnqueued

from guanxi.kernel import clock, parallel, patience, search
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Lag
from guanxi.kernel.registry import registry

TASK = "guanxi.bring_along"
#: So many records take along what hangs on them in the transaction that changes them.
FEW = 300
#: Records whose children and entries follow in one transaction.
PORTION = 1_000


def bring_along(entity: Entity, ids: Sequence[int]) -> None:
    """Give what hangs on these records, their search entries included, the owner and department that the records have now."""
    if not ids:
        return
    if len(ids) > FEW and not entity.parent:
        _lag(entity, ids)
        transaction.on_commit(wake)
        return
    restamp(entity, ids)
    search.restamp(entity, ids)
    _followed(ids)


def wake() -> None:
    """Ask the queue to bring along what lags, unless it knows."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    own = app.with_connector(DjangoConnector(alias="default"))
    try:
        own.configure_task(TASK, queueing_lock=TASK, allow_unknown=True).defer(timestamp=0)
    except AlreadyEnqueued:
        return


def catch_up() -> int:
    """Bring along what lags, in portions that commit each for itself; of how many records. Others may do the same beside it."""

    def lane(_number: int) -> int:
        followed = 0
        while done := _portion():
            followed += done
        return followed

    return sum(parallel.each(lane, range(parallel.LANES)))


def _portion() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        patience.unhurried()
        cursor.execute(
            "SELECT record, entity FROM kernel_lag WHERE under IS NULL ORDER BY record LIMIT %s FOR UPDATE SKIP LOCKED", [PORTION]
        )
        lagging: dict[str, list[int]] = {}
        for record, key in cursor.fetchall():
            lagging.setdefault(key, []).append(record)
        with search.gathered():
            for key, ids in lagging.items():
                entity = registry.get(key)
                # Whoever gives one of them away in this moment ends before, or waits: what follows is what they are then.
                cursor.execute(f'SELECT id FROM "{_table(entity)}" WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE', [ids])
                restamp(entity, ids)
                search.restamp(entity, ids)
        return _followed([record for ids in lagging.values() for record in ids])


def _followed(ids: Sequence[int]) -> int:
    Lag.objects.filter(Q(record__in=ids) | Q(under__in=ids)).delete()
    return len(ids)


def restamp(entity: Entity, ids: Sequence[int]) -> None:
    """Give children, and theirs in turn, the owner and department of their parents, in rows and search entries, set-based."""
    if not ids:
        return
    for child, column in _children(entity):
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{_table(child)}" c SET owner_id = p.owner_id, department_id = p.department_id FROM "{_table(entity)}" p '
                f'WHERE c."{column}" = p.id AND p.id = ANY(%s) RETURNING c.id',
                [list(ids)],
            )
            below = [row[0] for row in cursor.fetchall()]
            if child.search:
                cursor.execute(
                    "UPDATE kernel_searchentry s SET owner = p.owner_id, department = p.department_id "
                    f'FROM "{_table(entity)}" p WHERE s.parent = p.id AND s.entity = %s AND p.id = ANY(%s)',
                    [child.key, list(ids)],
                )
        restamp(child, below)


def _lag(entity: Entity, ids: Sequence[int]) -> None:
    """Note these records, and among their children those that have children in turn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_lag (record, entity, since) SELECT i, %s, %s FROM unnest(%s::bigint[]) i ON CONFLICT DO NOTHING",
            [entity.key, clock.now(), list(ids)],
        )
        for child, column in _children(entity):
            for below, through in _children(child):
                cursor.execute(
                    "INSERT INTO kernel_lag (record, entity, since, under) "
                    f'SELECT DISTINCT c.id, %s, %s::timestamptz, c."{column}" FROM "{_table(child)}" c '
                    f'JOIN "{_table(below)}" b ON b."{through}" = c.id WHERE c."{column}" = ANY(%s) ON CONFLICT DO NOTHING',
                    [child.key, clock.now(), list(ids)],
                )


def _children(entity: Entity) -> list[tuple[Entity, str]]:
    """What bears the stamps of this entity's records, and by which column it hangs on them."""
    found = [(child, child.fields[child.parent]) for child in registry if child.parent]
    return [(child, str(field.column.path)) for child, field in found if getattr(field.kind, "target", None) is entity]


def _table(entity: Entity) -> Any:
    return entity.model._meta.db_table

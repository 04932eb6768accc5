"""What bears the owner and department of a record comes along when these change: of a few at once, of many soon after.

A customer has children and search entries of his own and of theirs, in the mean six rows in thirty indexes. Where hundreds are
handed over together, the transaction that does it only notes them as lagging, and a task brings along what hangs on them, in
portions. Until then nobody reaches that by the stamps of before: `access` and `search` ask for what is `living.settled`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from django.db import OperationalError, connection, transaction
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
PORTION = 250
#: Portions of one run, seconds before the next when somebody was in the way, and before which other tasks of its queue it comes.
MOST, PAUSE, FIRST = 20_000, 0.05, 10


def bring_along(entity: Entity, ids: Sequence[int]) -> None:
    """Give what hangs on these records, their search entries included, the owner and department that the records have now."""
    if not ids:
        return
    if len(ids) > FEW and not entity.parent:
        _lag(entity, ids)
        transaction.on_commit(wake)
        return
    search.restamp(entity, ids)
    settle(entity, ids)


def settle(entity: Entity, ids: Sequence[int]) -> None:
    """The same of a few whose own search entries are right."""
    restamp(entity, ids)
    _followed(ids)


def wake() -> None:
    """Ask the queue to bring along what lags, unless it knows."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    own = app.with_connector(DjangoConnector(alias="default"))
    try:
        own.configure_task(TASK, lock=TASK, queueing_lock=TASK, priority=FIRST, allow_unknown=True).defer(timestamp=0)
    except AlreadyEnqueued:
        return


def catch_up() -> int:
    """Bring along what lags, in portions that commit each for itself; of how many records. Others may do the same beside it.

    A portion never makes a person wait long: it leaves out what somebody holds, and gives up what it cannot have at once.
    """
    dry = threading.Event()

    def portion(_number: int) -> int:
        try:
            found = _portion()
        except OperationalError as error:
            if not patience.is_busy(error):
                raise
            time.sleep(PAUSE)
            return 0
        if not found:
            dry.set()
        return found

    return sum(parallel.each(portion, takewhile(lambda _number: not dry.is_set(), range(MOST))))


def _portion() -> int:
    """The records first, then what names them, in the order in which everybody locks them."""
    with transaction.atomic(), connection.cursor() as cursor:
        patience.unhurried()
        patience.hardly_wait()
        for key in Lag.objects.filter(under=None).order_by("entity").values_list("entity", flat=True).distinct():
            entity = next((each for each in registry if each.key == key), None)
            if entity is None:
                Lag.objects.filter(entity=key).delete()
                continue
            cursor.execute(_NEXT.format(table=_table(entity)), [key, PORTION])
            ids = [row[0] for row in cursor.fetchall()]
            if ids:
                search.restamp(entity, ids)
                settle(entity, ids)
                return len(ids)
    return 0


#: What somebody holds at this moment is left to him, or to the next round; the note of it is held as well, lest a second lane
#: that looked before the first one was done takes the same again.
_NEXT = """
SELECT t.id FROM kernel_lag l JOIN "{table}" t ON t.id = l.record WHERE l.entity = %s AND l.under IS NULL
ORDER BY t.id LIMIT %s FOR NO KEY UPDATE OF t, l SKIP LOCKED
"""


def _followed(ids: Sequence[int]) -> None:
    Lag.objects.filter(Q(record__in=ids) | Q(under__in=ids)).delete()


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
    """Note these records, and their children that may have children in turn, which would go by what those bear."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_lag (record, entity, since) SELECT i, %s, %s FROM unnest(%s::bigint[]) i ON CONFLICT DO NOTHING",
            [entity.key, clock.now(), list(ids)],
        )
        for child, column in _children(entity):
            if _children(child):
                cursor.execute(
                    f'INSERT INTO kernel_lag (record, entity, since, under) SELECT c.id, %s, %s, c."{column}" '
                    f'FROM "{_table(child)}" c WHERE c."{column}" = ANY(%s) ON CONFLICT DO NOTHING',
                    [child.key, clock.now(), list(ids)],
                )


def _children(entity: Entity) -> list[tuple[Entity, str]]:
    """What bears the stamps of this entity's records, and by which column it hangs on them."""
    found = [(child, child.fields[child.parent]) for child in registry if child.parent]
    return [
        (child, str(field.column.path)) for child, field in found if getattr(getattr(field.kind, "target", None), "key", "") == entity.key
    ]


def _table(entity: Entity) -> Any:
    return entity.table

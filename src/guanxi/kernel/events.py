"""The outbox read side: each subscriber drains what is older than the oldest running transaction, at least once.

Reading by plain id would lose rows: a slow transaction commits a smaller id later.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

from guanxi.kernel.models import Event, EventCursor

SUBSCRIBERS: dict[str, Callable[[list[Event]], None]] = {}


def subscriber(name: str) -> Callable[[Callable[[list[Event]], None]], Callable[[list[Event]], None]]:
    """Register a function that is given batches of events in order; it must be harmless when given one twice."""

    def register(function: Callable[[list[Event]], None]) -> Callable[[list[Event]], None]:
        SUBSCRIBERS[name] = function
        return function

    return register


def drain(name: str, *, batch: int = 500) -> int:
    """Hand the next events to a subscriber and move its cursor in the same transaction; returns how many."""
    with transaction.atomic():
        EventCursor.objects.get_or_create(subscriber=name)
        cursor = EventCursor.objects.select_for_update().get(subscriber=name)
        rows = list(
            Event.objects.extra(
                where=["(tx, id) > (%s, %s)", "tx < txid_snapshot_xmin(txid_current_snapshot())"], params=[cursor.tx, cursor.event]
            ).order_by("tx", "id")[:batch]
        )
        if rows:
            SUBSCRIBERS[name](rows)
            cursor.tx, cursor.event = rows[-1].tx, rows[-1].id
            cursor.save()
    return len(rows)


def oldest_running() -> int:
    """The transaction id below which everything has been decided."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_snapshot_xmin(txid_current_snapshot())")
        return int(cursor.fetchone()[0])

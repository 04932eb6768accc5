"""Automatic numbers such as KH-202611-0001: gap-free, given under the row lock of their counter."""

from __future__ import annotations

from django.db import connection

from guanxi.kernel import clock
from guanxi.kernel.fields.code import NumberKind


def take(kind: NumberKind, count: int = 1) -> list[str]:
    """The next `count` numbers; the counter stays locked until the transaction ends, so none is ever skipped."""
    period = {"month": f"{clock.today():%Y%m}", "year": f"{clock.today():%Y}"}.get(kind.reset, "")
    name = "-".join(part for part in (kind.prefix, period) if part)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_counter (name, value) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET value = kernel_counter.value + excluded.value RETURNING value",
            [name, count],
        )
        last = cursor.fetchone()[0]
    return [f"{name}-{n:0{kind.digits}d}" for n in range(last - count + 1, last + 1)]

"""How often something has happened lately, counted by the database: exact however many processes count at once."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import connection

from guanxi.kernel import clock

#: How many outlived tallies go with each new one, so that no job needs to sweep.
SWEPT = 100


def name_of(*about: object) -> str:
    """The stored name of what is counted: what people typed may be long, odd or private, so only its digest is kept."""
    return hashlib.sha256("\n".join(map(str, about)).encode("utf-8", "surrogatepass")).hexdigest()


def add(*about: object, seconds: int) -> int:
    """Count one more; returns how many there were in the window of `seconds` that the first of them opened."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"name": name_of(*about), "now": now, "until": now + timedelta(seconds=seconds)})
        count = int(cursor.fetchone()[0])
        if count == 1:
            cursor.execute(_SWEEP, [now, SWEPT])
    return count


def take_back(*about: object) -> None:
    """Count one less: it turned out not to be what is counted."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_tally SET count = count - 1 WHERE name = %s AND count > 0", [name_of(*about)])


def forget(*about: object) -> None:
    """Begin anew."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_tally WHERE name = %s", [name_of(*about)])


_ADD = """
INSERT INTO kernel_tally AS known (name, count, until) VALUES (%(name)s, 1, %(until)s)
ON CONFLICT (name) DO UPDATE SET
    count = CASE WHEN known.until <= %(now)s THEN 1 ELSE known.count + 1 END,
    until = CASE WHEN known.until <= %(now)s THEN excluded.until ELSE known.until END
RETURNING count
"""
_SWEEP = """
DELETE FROM kernel_tally WHERE name IN (SELECT name FROM kernel_tally WHERE until <= %s LIMIT %s FOR UPDATE SKIP LOCKED)
"""

__all__ = ["add", "forget", "name_of", "take_back"]

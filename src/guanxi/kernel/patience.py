"""How long a figure may take: what adds up a whole list gives up in time and says so, rather than holding a worker and failing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

#: Milliseconds that a sum over a list may take.
FIGURES = 2_500
#: What PostgreSQL says of a statement that it cancelled for its time.
CANCELLED = "57014"
#: What it answers where waiting helps: cancelled for its time, a lock not had in time, a deadlock with somebody else.
BUSY = (CANCELLED, "55P03", "40P01")
#: Milliseconds that a rehearsal waits for a record that somebody is saving.
REHEARSAL = 300


class TooMuch(Exception):
    """What was asked for would have taken longer than it may."""


def is_busy(error: BaseException) -> bool:
    """Whether an error of the database says no more than that it is busy now."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") in BUSY


def hardly_wait() -> None:
    """Wait for locks hardly at all until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(REHEARSAL)])


def unhurried() -> None:
    """Let the statements of this transaction take longer than a page may."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")


@contextmanager
def within(milliseconds: int = 0) -> Iterator[None]:
    """Read for at most so long, usually `FIGURES`. Raises TooMuch; nothing that is written inside remains."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds or FIGURES)])
            yield
            # The limit ends with the transaction, and with a savepoint only when that is rolled back.
            transaction.set_rollback(True)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != CANCELLED:
            raise
        raise TooMuch from error


__all__ = ["FIGURES", "TooMuch", "hardly_wait", "is_busy", "unhurried", "within"]

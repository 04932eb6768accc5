"""Work of a job that PostgreSQL does, on two connections at once: one transaction is prepared while another is carried out."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import OperationalError, connection
from django.utils import timezone, translation

T = TypeVar("T")
R = TypeVar("R")
#: PostgreSQL works on each connection with one processor.
LANES = 2 if (os.cpu_count() or 1) > 1 else 1
#: So often is tried what meets another in a deadlock, of which PostgreSQL lets one go on.
ATTEMPTS = 4
DEADLOCK = "40P01"


def each(do: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Do something, a transaction, with each item, two at a time; what came of each, in no order.

    Inside a transaction, which other connections would not see, one follows the other. When a call raises, no further item is
    taken, and it is raised once those under way have ended.
    """
    if LANES == 1 or connection.in_atomic_block:
        return [do(item) for item in items]
    source, caller = _Source(iter(items)), _Caller()
    with ThreadPoolExecutor(LANES, thread_name_prefix="lane") as lanes:
        running = [lanes.submit(copy_context().run, caller.lane, do, source) for _lane_number in range(LANES)]
    return [each for lane in running for each in lane.result()]


class _Source(Iterator[T]):
    """An iterator that several threads read."""

    def __init__(self, items: Iterator[T]) -> None:
        self._items, self._lock, self.dry = items, threading.Lock(), False

    def __next__(self) -> T:
        with self._lock:
            if self.dry:
                raise StopIteration
            return next(self._items)


class _Caller:
    """In which language and zone the caller works, which belong to his thread."""

    def __init__(self) -> None:
        self.language, self.zone = translation.get_language(), timezone.get_current_timezone()

    def lane(self, do: Callable[[T], R], source: _Source[T]) -> list[R]:
        """What one thread does, on a connection of its own."""
        try:
            with translation.override(self.language), timezone.override(self.zone):
                return [_done(do, item) for item in source]
        except BaseException:
            source.dry = True
            raise
        finally:
            connection.close()


def _done(do: Callable[[T], R], item: T) -> R:
    for _attempt in range(ATTEMPTS - 1):
        try:
            return do(item)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
                raise
    return do(item)

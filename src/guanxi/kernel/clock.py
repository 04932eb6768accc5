"""One clock for everything that asks what time it is.

"Now" is frozen once a request so that every condition of a page sees the same instant; the demo loader is the only
other code that sets it, to write two years of history in a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("guanxi_now", default=None)


def now() -> datetime:
    """The current instant, aware, frozen for the duration of a request."""
    return _frozen.get() or timezone.now()


def today() -> date:
    """The company's day: `settings.TIME_ZONE` decides it, never the person's own zone."""
    return _day(now())


@lru_cache(maxsize=8)
def _day(moment: datetime) -> date:
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def day_start(day: date) -> datetime:
    """The instant at which `day` begins in the company's zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def day_end(day: date) -> datetime:
    """The first instant after `day` in the company's zone."""
    return day_start(day + timedelta(days=1))


@contextmanager
def frozen(at: datetime | None = None) -> Iterator[datetime]:
    """Hold the clock at `at` (default: now) inside the block."""
    moment = at or timezone.now()
    token = _frozen.set(moment)
    try:
        yield moment
    finally:
        _frozen.reset(token)

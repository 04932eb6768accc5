"""How often a token may ask: so many requests a minute, counted in the process and told to the database in steps.

A process adds what it has counted to the common figure once in `STEPS` parts of the limit, and learns of the others then.
So a program that asks seldom costs no write at all, and several processes together let through a few per cent more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from guanxi.kernel import tally

WINDOW, STEPS = 60, 50
#: Tokens that a process remembers; beyond that all of them are forgotten, and the common figure is asked again.
REMEMBERED = 10_000


@dataclass
class Window:
    """One token's minute as this process knows it."""

    minute: int
    told: int = 0
    mine: int = 0


@dataclass(frozen=True)
class Rate:
    """What a request learns; `limit` 0: nobody counts."""

    limit: int
    remaining: int
    reset: int
    over: bool


_windows: dict[int, Window] = {}
FREE = Rate(0, 0, 0, False)


def count(who: int) -> Rate:
    """One request more of this token or application."""
    limit = settings.GUANXI_API_RATE
    if not limit:
        return FREE
    minute, second = divmod(int(time.time()), WINDOW)
    window = _windows.get(who)
    if window is None or window.minute != minute:
        if len(_windows) >= REMEMBERED:
            _windows.clear()
        window = _windows[who] = Window(minute)
    if window.told + window.mine >= limit:
        return Rate(limit, 0, WINDOW - second, True)
    window.mine += 1
    if window.mine >= max(1, limit // STEPS):
        window.told, window.mine = _share(who, minute, window.mine), 0
    used = window.told + window.mine
    return Rate(limit, max(0, limit - used), WINDOW - second, used > limit)


def _share(who: int, minute: int, mine: int) -> int:
    """Add to what all processes have counted; the sum."""
    now = datetime.fromtimestamp(minute * WINDOW, UTC)
    name = tally.name_of("api", who, minute)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_tally AS known (name, count, until) VALUES (%s, %s, %s) "
            "ON CONFLICT (name) DO UPDATE SET count = known.count + excluded.count RETURNING count",
            [name, mine, now + timedelta(seconds=WINDOW)],
        )
        return int(cursor.fetchone()[0])


def tell(request: HttpRequest, response: HttpResponseBase) -> None:
    """The headers, where somebody counts."""
    rate: Rate = getattr(request, "rate", FREE)
    if rate.limit:
        response["RateLimit-Limit"] = str(rate.limit)
        response["RateLimit-Remaining"] = str(rate.remaining)
        response["RateLimit-Reset"] = str(rate.reset)


__all__ = ["Rate", "count", "tell"]

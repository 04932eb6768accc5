"""What looks unusual in the logs: somebody takes much away, comes at night, guesses passwords or addresses.

A hint is no verdict: thresholds are low enough to be read daily, and each says what was counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, Max, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, ExtractHour, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import clock, tally
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.org import arrivals

#: Rows exported, numbers revealed, passwords wrong within a day; addresses denied within an hour.
ROWS, NUMBERS, GUESSES, DENIALS = 5_000, 50, 5, 30
#: From so many o'clock to so many somebody who signs in works at night.
NIGHT = (0, 5)
DENIED = "denied_often"
DAYS = 30

KINDS = {
    "export": gettext_lazy("Took much away"),
    "reveal": gettext_lazy("Looked up many numbers"),
    "night": gettext_lazy("Signed in at night"),
    "guess": gettext_lazy("Guessed passwords"),
    "denied": gettext_lazy("Was refused often"),
}


@dataclass(frozen=True)
class Hint:
    """Something unusual: its kind, the latest instant, who (nobody for an unknown login) and what was counted."""

    kind: str
    at: datetime
    person: int | None
    said: str


def denied(actor: Actor) -> None:
    """Count that somebody asked for a record that is not there for him; the thirtieth within an hour is kept."""
    if actor.id and tally.add("denied", actor.id, seconds=3_600) == DENIALS:
        AccessLog.objects.create(at=clock.now(), actor=actor.id, verb=DENIED, data={"count": DENIALS})


def found(days: int = DAYS) -> list[Hint]:
    """Everything unusual of so many days, the latest first: one grouped query a kind."""
    since = clock.now() - timedelta(days=days)
    rows = AccessLog.objects.filter(at__gte=since)
    hints = [*_taken(rows), *_revealed(rows), *_nightly(rows), *_guessed(rows), *_denied(rows)]
    return sorted(hints, key=lambda hint: hint.at, reverse=True)


def _daily(rows: Any, *by: str) -> Any:
    return rows.annotate(day=TruncDate("at")).values("day", *by).order_by()


def _taken(rows: Any) -> Iterator[Hint]:
    exports = _daily(rows.filter(verb="export"), "actor").annotate(n=Sum(Cast(KT("data__rows"), BigIntegerField())), last=Max("at"))
    for row in exports.filter(n__gte=ROWS):
        yield Hint("export", row["last"], row["actor"], _("%(n)s rows in a day") % {"n": f"{row['n']:,}"})


def _revealed(rows: Any) -> Iterator[Hint]:
    for row in _daily(rows.filter(verb="reveal"), "actor").annotate(n=Count("id"), last=Max("at")).filter(n__gte=NUMBERS):
        yield Hint("reveal", row["last"], row["actor"], _("%(n)s numbers in a day") % {"n": f"{row['n']:,}"})


def _nightly(rows: Any) -> Iterator[Hint]:
    came = rows.filter(verb=arrivals.IN).annotate(hour=ExtractHour("at")).filter(hour__gte=NIGHT[0], hour__lt=NIGHT[1])
    for row in _daily(came, "actor").annotate(n=Count("id"), last=Max("at")):
        yield Hint("night", row["last"], row["actor"], _("between %(first)s and %(last)s o'clock") % {"first": NIGHT[0], "last": NIGHT[1]})


def _guessed(rows: Any) -> Iterator[Hint]:
    wrong = rows.filter(Q(verb=arrivals.WRONG) | Q(verb=arrivals.PAUSED)).annotate(login=KT("data__login"))
    for row in _daily(wrong, "login").annotate(n=Count("id"), last=Max("at")).filter(n__gte=GUESSES):
        words = {"n": f"{row['n']:,}", "login": row["login"]}
        yield Hint("guess", row["last"], None, _("%(n)s wrong passwords for “%(login)s” in a day") % words)


def _denied(rows: Any) -> Iterator[Hint]:
    for row in _daily(rows.filter(verb=DENIED), "actor").annotate(n=Count("id"), last=Max("at")):
        yield Hint(
            "denied", row["last"], row["actor"], _("asked for %(n)s records that are closed to him or do not exist") % {"n": DENIALS}
        )

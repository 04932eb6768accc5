"""The days that a calendar shows: which span, from which Monday on, what each is called, and whether people are at work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.china import calendar
from guanxi.kernel.fields.base import Invalid
from guanxi.kernel.fields.dates import read_date

SPANS = ("month", "week", "day")
WEEK = timedelta(days=7)
#: Far enough from the ends of what a date can be that a month more does no harm.
FIRST, LAST = date(1900, 1, 1), date(2900, 12, 31)


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last`; `on` is the day that was asked for."""

    name: str
    on: date
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def neighbour(self, step: int) -> date:
        """A day of the span before (-1) or after (1)."""
        if self.name == "month":
            edge = self.on.replace(day=1)
            return (edge - timedelta(days=1)).replace(day=1) if step < 0 else (edge + timedelta(days=32)).replace(day=1)
        return self.on + step * (WEEK if self.name == "week" else timedelta(days=1))

    @property
    def title(self) -> str:
        """What it is called: 2026-11, 2026-11-23 – 11-29, or the day."""
        if self.name == "month":
            return month_words(self.on)
        if self.name == "day":
            return self.on.isoformat()
        return f"{self.first.isoformat()} – {self.last:%m-%d}"


def span_of(name: str, on: str) -> Span:
    """The span of an address; this month where nothing sensible is asked. Weeks begin on Monday."""
    try:
        day = min(max(read_date(on), FIRST), LAST) if on else clock.today()
    except Invalid:
        day = clock.today()
    name = name if name in SPANS else "month"
    if name == "day":
        return Span(name, day, day, day)
    first, last = (
        (day, day) if name == "week" else (day.replace(day=1), (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1))
    )
    first -= timedelta(days=first.weekday())
    last += timedelta(days=6 - last.weekday())
    return Span(name, day, first, last)


def month_words(day: date) -> str:
    """2026年11月, 2026-11 to who reads English."""
    return _("%(year)d-%(month)s") % {"year": day.year, "month": f"{day.month:02d}"}


def day_words(day: date) -> dict[str, str | bool]:
    """What a calendar says of a day beside its records: off or at work against the week's custom, and the holiday."""
    working, weekday = calendar.is_workday(day), day.weekday() < 5
    holiday = calendar.holiday_name(day) or "" if (get_language() or "zh").startswith("zh") else ""
    mark = "" if working == weekday else (pgettext("calendar", "at work") if working else _("day off"))
    return {"off": not working, "mark": mark, "holiday": holiday}


__all__ = ["SPANS", "Span", "day_words", "month_words", "span_of"]

"""Period words of conditions: 今日, 本周, 本季, the last 30 days. They resolve when the condition is evaluated.

Weeks start on Monday; quarters are those of the calendar year; the company's zone decides the day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guanxi.kernel import clock

WORDS = {
    "today": gettext_lazy("Today"),
    "yesterday": gettext_lazy("Yesterday"),
    "tomorrow": gettext_lazy("Tomorrow"),
    "this_week": gettext_lazy("This week"),
    "last_week": gettext_lazy("Last week"),
    "next_week": gettext_lazy("Next week"),
    "this_month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "next_month": gettext_lazy("Next month"),
    "this_quarter": gettext_lazy("This quarter"),
    "last_quarter": gettext_lazy("Last quarter"),
    "this_year": gettext_lazy("This year"),
    "last_year": gettext_lazy("Last year"),
}
#: How many months a period has that can be told by its first day.
MONTHS = {"month": 1, "quarter": 3, "year": 12}
_OFFSET = re.compile(r"([+-])(\d{1,4})d")


@dataclass(frozen=True)
class Word:
    """A period word, an offset such as `-30d` (the day thirty days ago) or an ISO day."""

    word: str

    def days(self) -> tuple[date, date]:
        """First and last day of the period, both included."""
        return resolve(self.word)

    def label(self) -> str:
        """The word as a person reads it."""
        if self.word in WORDS:
            return str(WORDS[self.word])
        match = _OFFSET.fullmatch(self.word)
        if not match:
            return self.word
        n = int(match[2])
        if match[1] == "-":
            return ngettext("%(n)d day ago", "%(n)d days ago", n) % {"n": n}
        return ngettext("in %(n)d day", "in %(n)d days", n) % {"n": n}


def is_word(text: str) -> bool:
    """Whether a text is a period word or offset."""
    return text in WORDS or bool(_OFFSET.fullmatch(text))


def resolve(word: str) -> tuple[date, date]:
    """The first and last day that a word means today."""
    today = clock.today()
    match = _OFFSET.fullmatch(word)
    if match:
        day = today + timedelta(days=int(match[1] + match[2]))
        return day, day
    if word in ("today", "yesterday", "tomorrow"):
        day = today + timedelta(days={"today": 0, "yesterday": -1, "tomorrow": 1}[word])
        return day, day
    which, _underscore, unit = word.partition("_")
    step = {"this": 0, "last": -1, "next": 1}.get(which)
    if step is None:
        day = date.fromisoformat(word)
        return day, day
    if unit == "week":
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return first, first + timedelta(days=6)
    span = MONTHS[unit]
    month = (today.month - 1) // span * span + span * step
    first = _month(today.year, month)
    return first, _month(today.year, month + span) - timedelta(days=1)


def last_day(unit: str, first: date) -> date:
    """The last day of the month, quarter or year that begins on `first`."""
    return _month(first.year, first.month - 1 + MONTHS[unit]) - timedelta(days=1)


def _month(year: int, zero_based: int) -> date:
    """The first day of a month counted from January of `year`, beyond either end."""
    return date(year + zero_based // 12, zero_based % 12 + 1, 1)


def choices() -> list[dict[str, str]]:
    """What the filter builder offers besides a calendar day."""
    offsets = [("-7d", 7), ("-15d", 15), ("-30d", 30), ("-90d", 90)]
    named = [{"value": code, "label": str(label)} for code, label in WORDS.items()]
    return named + [{"value": code, "label": _("%(n)d days ago") % {"n": n}} for code, n in offsets]

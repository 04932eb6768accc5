"""Days as forms give them, and what lies between two of them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date


def day_of(text: str) -> date | None:
    """The day of a date field; None for none and for what is no day."""
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def close_of(day: date) -> datetime:
    """The last instant of a day."""
    return timezone.make_aware(datetime.combine(day, time.max))


def between(rows: Any, given: Any) -> Any:
    """The rows whose `at` lies from the day `since` to the end of the day `until`, where these are given."""
    if since := day_of(given.get("since", "")):
        rows = rows.filter(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
    if until := day_of(given.get("until", "")):
        rows = rows.filter(at__lte=close_of(until))
    return rows


def last_day(text: str) -> datetime | None:
    """Until when something holds: the end of a day, None for good; what is no day lies in the past, so that it is refused in words."""
    day = day_of(text)
    if day is None or day.year > 2999:
        return timezone.make_aware(datetime(1970, 1, 1)) if text.strip() else None
    return close_of(day)

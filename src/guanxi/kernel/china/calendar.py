"""Working days in China, with the holidays and make-up days the State Council announces each November for the year after.

Announced years come from chinesecalendar; for a year not announced yet Monday to Friday are working days.
"""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

__all__ = ["add_workdays", "holiday_name", "is_workday"]

_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def is_workday(day: date) -> bool:
    """Whether people are at work: make-up Sundays count, holidays do not."""
    try:
        known: bool = chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5
    return known


def add_workdays(day: date, count: int) -> date:
    """The day `count` working days later (earlier when negative); the day itself is not counted, and 0 returns it."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_workday(day):
            day += step
    return day


def holiday_name(day: date) -> str | None:
    """The holiday a day off belongs to, in Chinese (春节); None on working days, plain weekends and in unannounced years."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return _NAMES.get(name, name) if off and name else None

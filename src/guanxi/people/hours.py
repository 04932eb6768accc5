"""When people are expected at work: the hours and days that administrators set, and how a day with its presses compares to them.

One time table holds for everybody, in the company's time zone; a department may have one of its own, which holds for those
below it that have none. A shift that ends after midnight counts to the day on which it began. Public holidays and the working
weekends in exchange follow the State Council's calendar while that is switched on, after dates that a table names itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_time

from guanxi.kernel import clock, directory, versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import calendar
from guanxi.kernel.write import unit
from guanxi.org import policies
from guanxi.org.duty import DOOR

POLICY, BY_DEPARTMENT = "working_hours", "working_hours_by_department"
DAY = 24 * 60
#: Minutes that a shift may last: more is a mistake in the times.
LONGEST = 16 * 60


@dataclass(frozen=True)
class Hours:
    """A time table; what is earlier than the start is of the next day.

    `grace` are minutes that nobody counts; `off` and `on` are dates of its own, ISO.
    """

    start: str = "09:00"
    noon: str = "12:00"
    back: str = "13:30"
    end: str = "18:00"
    grace: int = 0
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    national: bool = True
    off: tuple[str, ...] = field(default=())
    on: tuple[str, ...] = field(default=())

    def works(self, day: date) -> bool:
        """Whether people are expected on this day."""
        if day.isoformat() in self.on or day.isoformat() in self.off:
            return day.isoformat() in self.on
        if self.national and calendar.holiday_name(day):
            return False
        return day.weekday() in self.weekdays or (self.national and day.weekday() >= 5 and calendar.is_workday(day))

    def minute(self, word: str) -> int:
        """Minutes from the midnight on which the day begins to "start", "noon", "back" or "end" of its shift."""
        found, start = _minutes(getattr(self, word)), _minutes(self.start)
        return found if word == "start" or found > start else found + DAY

    @property
    def in_order(self) -> bool:
        """Whether work begins, breaks, goes on and ends, within a length that people can bear."""
        start, noon, back, end = (self.minute(word) for word in ("start", "noon", "back", "end"))
        return start < noon <= back < end <= start + LONGEST

    @property
    def over_midnight(self) -> bool:
        """Whether the shift ends at midnight or on the day after it began."""
        return self.minute("end") >= DAY

    def expected(self, away: Collection[str]) -> tuple[int, int] | None:
        """From when to when, in minutes of the day, somebody is expected who is away for these halves ("am", "pm"); None for not at all."""
        if {"am", "pm"} <= set(away):
            return None
        return self.minute("back" if "am" in away else "start"), self.minute("noon" if "pm" in away else "end")

    def day_at(self, moment: datetime) -> date:
        """The day to which a press at this instant counts: after a night shift, the one before, until half-way to the next shift."""
        day, minute = _local(moment)
        turn = (self.minute("end") - DAY + self.minute("start")) // 2 if self.over_midnight else 0
        return day - timedelta(days=1) if minute < turn else day

    @property
    def today(self) -> date:
        """The day that is under way."""
        return self.day_at(clock.now())


_kept: dict[int | None, tuple[Hours, dict[int, Hours]]] = {}


def current() -> Hours:
    """The time table for everybody."""
    return _tables()[0]


def of_department(department: int | None) -> Hours:
    """The table that holds in a department: its own, that of the nearest one above, or the one for everybody."""
    default, own = _tables()
    places, seen = directory.departments(), set[int]()
    while own and department is not None and department in places and department not in seen:
        if department in own:
            return own[department]
        seen.add(department)
        department = places[department].parent
    return default


def of(person: int | None) -> Hours:
    """The table of the department in which somebody works."""
    entry = directory.people().get(person or 0)
    return of_department(entry.department if entry else None)


def departments() -> dict[int, Hours]:
    """Departments with a table of their own."""
    return dict(_tables()[1])


def _tables() -> tuple[Hours, dict[int, Hours]]:
    """Kept per process until the shape of things has changed."""
    shape = versions.shape()
    if shape not in _kept:
        _kept.clear()
        own = policies.value(BY_DEPARTMENT, {})
        tables = {int(key): _read(table) for key, table in own.items() if key.isdecimal()} if isinstance(own, Mapping) else {}
        _kept[shape] = (_read(policies.value(POLICY)), tables)
    return _kept[shape]


def _read(found: Any) -> Hours:
    if not isinstance(found, Mapping):
        return Hours()
    known: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in found.items() if key in Hours.__dataclass_fields__
    }
    return Hours(**known)


def put(hours: Hours | None, department: int | None = None, *, actor: Actor) -> None:
    """Set the table for everybody, or that of a department, which inherits again with None: days already judged stay so. Raises Forbidden."""
    with unit(actor, DOOR):
        if department is None:
            policies.put(POLICY, asdict(hours or Hours()), actor=actor)
        else:
            own = {str(key): asdict(table) for key, table in departments().items() if key != department}
            policies.put(BY_DEPARTMENT, {**own, str(department): asdict(hours)} if hours else own, actor=actor)
        versions.bump("shape")
    forget()


def forget() -> None:
    """Read it anew when it is next asked for."""
    _kept.clear()


def judge(day: date, came: datetime | None, gone: datetime | None, hours: Hours, away: Collection[str] = (), *, over: bool) -> str:
    """The code of a day's state; `over` says that the day has ended, so that what is missing will not come any more."""
    span = hours.expected(away) if hours.works(day) else None
    if span is None:
        return "extra"
    if came is None or gone is None:
        return "missing" if over or came is None else _arrival(day, came, span[0], hours)
    late, early = _after(day, came) > span[0] + hours.grace, _after(day, gone) < span[1] - hours.grace
    return {(True, True): "both", (True, False): "late", (False, True): "early"}.get((late, early), "normal")


def _arrival(day: date, came: datetime, start: int, hours: Hours) -> str:
    return "late" if _after(day, came) > start + hours.grace else "present"


def _after(day: date, moment: datetime) -> int:
    """Minutes since the midnight on which the day began; seconds are nobody's business."""
    there, minute = _local(moment)
    return (there - day).days * DAY + minute


def _local(moment: datetime) -> tuple[date, int]:
    """The company's date and minute of the day."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return local.date(), local.hour * 60 + local.minute


def _minutes(text: str) -> int:
    """09:00 as minutes; midnight for what is no time."""
    try:
        found = parse_time(text)
    except ValueError:
        found = None
    return found.hour * 60 + found.minute if found else 0

"""The calendar: any date of an entity as a month, a week or a day, in the company's zone.

One query reads the first records of each day and how many there are in all, so that a month costs the same however full it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateField, DateTimeField, F, Window
from django.db.models.functions import Cast, RowNumber, TruncDate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from guanxi.kernel import clock, patience, plan, statement
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.dates import WEEKDAYS_EN
from guanxi.surfaces.pages import almanac, shapes
from guanxi.surfaces.pages.almanac import Span
from guanxi.surfaces.pages.board import address
from guanxi.surfaces.pages.frame import actor_of, reader_of

if TYPE_CHECKING:
    from guanxi.kernel import window as records
    from guanxi.kernel.query import Rows
    from guanxi.surfaces.pages.listing import State

#: How many records of a day are shown.
SHOWN = {"month": 3, "week": 40, "day": 200}
SPAN_WORDS = {"month": pgettext_lazy("span", "Month"), "week": pgettext_lazy("span", "Week"), "day": pgettext_lazy("span", "Day")}
#: At which hour something begins that was put on a day.
MORNING = "T09:00"


@dataclass(frozen=True)
class Days:
    """A calendar as this person sees it."""

    entity: Entity
    field: Field
    span: Span
    reader: Reader
    compiled: plan.Plan

    @property
    def timed(self) -> bool:
        """Whether the field knows the hour."""
        return self.field.kind.name == "datetime"

    def read(self, window: records.Window) -> list[tuple[Any, ...]]:
        """(id, value, the plan's paths, version, day, how many that day) of the first records of each day. Raises TooMuch."""
        key = ("days", self.field.key, self.span.name, self.span.first, self.span.last, self.compiled.keys)
        with patience.within():
            return window.read(key, self._firsts)

    def _firsts(self, rows: Rows) -> statement.Statement:
        value, day = self._value()
        inside = {"_value__gte": self.span.first, "_value__lte": self.span.last}
        if self.timed:
            inside = {"_value__gte": clock.day_start(self.span.first), "_value__lt": clock.day_end(self.span.last)}
        path = self.field.column.path
        narrowed = (
            rows.filter(**{k.replace("_value", path): v for k, v in inside.items()}) if path else rows.alias(_value=value).filter(**inside)
        )
        numbered = narrowed.order_by().annotate(
            _at=value,
            _day=day,
            _place=Window(RowNumber(), partition_by=day, order_by=[value, F("id")]),
            _count=Window(Count("id"), partition_by=day),
            _version=F("version"),
        )
        wanted = numbered.values_list("id", "_at", *self.compiled.paths, "_version", "_day", "_count", "_place")
        return statement.first_of_each(wanted, "_place", "_day", SHOWN[self.span.name])

    def _value(self) -> tuple[Any, Any]:
        """The value and its day as expressions."""
        stored = self.field.column.expression()
        if self.field.column.path is None:
            stored = Cast(stored, DateTimeField() if self.timed else DateField())
        return stored, TruncDate(stored, tzinfo=timezone.get_default_timezone()) if self.timed else stored


def render_calendar(request: HttpRequest, state: State) -> dict[str, Any]:
    """The context of `pages/calendar.html`. Raises ConditionError."""
    from guanxi.surfaces.pages import listing

    entity, reader = state.entity, reader_of(request)
    span = almanac.span_of(request.GET.get("span", ""), request.GET.get("on", ""))
    shown = Days(entity, entity.fields[state.by], span, reader, plan.compile(entity, look_of(entity, reader, state.by), reader.actor))
    try:
        rows, too_much = shown.read(listing.window_of(state, reader.actor)), False
    except patience.TooMuch:
        rows, too_much = [], True
    found = by_day(shown, rows)
    return {
        "calendar": shown,
        "calendar_days": [one_day(request, state, shown, day, found.get(day, ([], 0))) for day in span.days],
        "calendar_weekdays": [_(day) for day in WEEKDAYS_EN],
        "calendar_too_much": too_much,
        "calendar_move": f"/{entity.slug}/_day/?{address(request, by=state.by)}" if movable(shown) else "",
        **around(request, state, shown),
    }


def around(request: HttpRequest, state: State, shown: Days) -> dict[str, Any]:
    """What stands above the days: which span, and the ways to others."""
    span = shown.span
    return {
        "calendar_title": span.title,
        "calendar_steps": ["?" + address(request, on=span.neighbour(step).isoformat()) for step in (-1, 1)],
        "calendar_today": "?" + address(request, on=""),
        "calendar_spans": [(str(words), "?" + address(request, span=name), name == span.name) for name, words in SPAN_WORDS.items()],
        "calendar_by": shown.field.label,
        "calendar_fields": [
            (f.label, "?" + address(request, by=k, layout="calendar"), k == state.by)
            for k, f in shapes.dates(shown.entity, actor_of(request)).items()
        ],
    }


def movable(shown: Days) -> bool:
    """Whether this person may set the date at all."""
    actor = shown.reader.actor
    return shown.field.key in shown.entity.writable(actor) and actor.may(shown.entity.key, "edit")


def look_of(entity: Entity, reader: Reader, by: str) -> Sequence[str]:
    """What is shown of a record: its title, and the choice that colours it."""
    choices = shapes.choices(entity, reader.actor)
    tone = next((k for k in (entity.stage, *entity.chips, *choices) if k in choices and k != by), "")
    return [k for k in (entity.title, tone) if k]


def by_day(shown: Days, rows: list[tuple[Any, ...]]) -> dict[date, tuple[list[dict[str, Any]], int]]:
    """The records of each day and how many there are."""
    found: dict[date, tuple[list[dict[str, Any]], int]] = {}
    width = 2 + len(shown.compiled.paths)
    for row in rows:
        version, day, count = row[width : width + 3]
        found.setdefault(day, ([], count))[0].append(event(shown, row[:width], version))
    return found


def event(shown: Days, row: tuple[Any, ...], version: int) -> dict[str, Any]:
    """One record on its day."""
    made: dict[str, Any] = {"id": row[0], "version": version, "url": f"/{shown.entity.slug}/{row[0]}/", "tone": "", "tag": ""}
    made["title"] = f"{shown.entity.label} {row[0]}"
    at = row[1]
    made["time"] = timezone.localtime(at, timezone.get_default_timezone()).strftime("%H:%M") if isinstance(at, datetime) else ""
    for bound in shown.compiled.columns:
        value = bound.values(row)[0]
        if bound.field.key == shown.entity.title:
            made["title"] = value or made["title"]
        elif value is not None and not bound.masked:
            item = bound.field.kind.dictionary.by_id(value)  # type: ignore[attr-defined]
            made["tone"], made["tag"] = (item.colour, item.label) if item else ("", "")
    return made


def one_day(request: HttpRequest, state: State, shown: Days, day: date, found: tuple[list[dict[str, Any]], int]) -> dict[str, Any]:
    """A day with its records, what is beyond them, and where one begins a new one."""
    events, count = found
    entity, today = shown.entity, clock.today()
    creating = day.isoformat() + (MORNING if shown.timed else "")
    may = shown.reader.actor.may(entity.key, "create") and shown.field.key in entity.writable(shown.reader.actor)
    quick = "quick=1&" if entity.quick else ""
    return {
        "date": day.isoformat(),
        "number": day.day,
        "short": f"{day.month}-{day.day}",
        "weekday": _(WEEKDAYS_EN[day.weekday()]),
        "outside": shown.span.name == "month" and day.month != shown.span.on.month,
        "today": day == today,
        "past": day < today,
        **almanac.day_words(day),
        "events": events,
        "count": count,
        "more": count - len(events),
        "open": "?" + address(request, span="day", on=day.isoformat(), layout="calendar", by=state.by),
        "new": f"/{entity.slug}/new/?{quick}{shown.field.key}={creating}" if may else "",
        "quick": bool(quick),
    }


__all__ = ["Days", "render_calendar"]

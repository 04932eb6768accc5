"""Days and instants. The company's zone decides every day; a person's zone only renders clock times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import get_language, gettext_noop, ngettext, pgettext
from django.utils.translation import gettext as _
from markupsafe import escape

from guanxi.kernel import clock
from guanxi.kernel.china.width import fold
from guanxi.kernel.condition import period
from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.fields.base import Declared, Invalid, Kind, Label, Reader

OPERATORS = ("is", "before", "after", "between", "is_not", "empty", "not_empty")
#: A countdown of at most so many days is coloured.
SOON = 3
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def read_date(raw: Any) -> date:
    """Read 2026-11-22, 2026/11/2, 2026.11.2, 2026年11月2日, 20261122 and the dates of a workbook."""
    if isinstance(raw, datetime):
        return timezone.localtime(raw, timezone.get_default_timezone()).date() if timezone.is_aware(raw) else raw.date()
    if isinstance(raw, date):
        return raw
    text = fold(str(raw)).replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    text = text.split(" ")[0].split("t")[0].rstrip("-")
    if len(text) == 8 and text.isdecimal():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    parts = text.split("-")
    if len(parts) == 3 and all(p.isdecimal() for p in parts) and len(parts[0]) == 4 and max(map(len, parts[1:])) <= 2:
        text = f"{parts[0]}-{int(parts[1]):02d}-{int(parts[2]):02d}"
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1800 <= day.year <= 2999:
        raise Invalid(_("Give a date such as 2026-11-22."))
    return day


def read_instant(raw: Any) -> datetime:
    """Read a date with a clock time; without one, the start of the day in the company's zone."""
    if isinstance(raw, datetime):
        moment = raw
    elif isinstance(raw, date):
        return clock.day_start(raw)
    else:
        text = str(raw).strip().replace("/", "-")
        try:
            found = parse_datetime(text) if len(text) > 10 else None
        except ValueError:
            found = None
        head, _space, tail = fold(text).replace("t", " ").partition(" ")
        moment = found or datetime.combine(read_date(head), _read_time(tail))
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    if not 1800 <= moment.year <= 2999:
        raise Invalid(_("Give a date such as 2026-11-22."))
    return moment.astimezone(UTC)


def _read_time(text: str) -> time:
    if not text:
        return time()
    try:
        return time.fromisoformat(text if ":" in text[:3] and len(text.split(":", maxsplit=1)[0]) == 2 else f"0{text}")
    except ValueError:
        raise Invalid(_("Give a time such as 14:30.")) from None


class DateKind(Kind):
    """A day; never shifts between zones. `style` is plain, due (colours what is late) or countdown (how long until then)."""

    name = "date"
    operators = OPERATORS
    control = "date"
    json_type = {"type": ["string", "null"], "format": "date"}
    width = 110

    def __init__(self, style: str = "plain") -> None:
        self.style = style

    def read(self, raw: Any, reader: Reader) -> date:
        return read_date(raw)

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        """A day, or a period word such as `this_month` or `-30d` kept as a word until evaluation."""
        if isinstance(raw, str) and period.is_word(raw) and op in ("is", "is_not", "before", "after"):
            return period.Word(raw)
        return super().operand(op, raw, reader)

    def test(self, op: str, operand: Any) -> Primitive:
        if op in ("is", "before", "after") and not isinstance(operand, period.Word):
            forms = {"is": ("eq", operand), "before": ("range", (None, operand, False)), "after": ("above", operand)}
            return Primitive(*forms[op])  # type: ignore[arg-type]
        if op in ("is", "before", "after"):
            first, last = operand.days()
            return self.within(op, first, last)
        return super().test(op, operand)

    def within(self, op: str, first: date, last: date) -> Primitive:
        """A whole period as a test."""
        spans = {"is": ("range", (first, last, True)), "before": ("range", (None, first, False)), "after": ("above", last)}
        return Primitive(*spans[op])  # type: ignore[arg-type]

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else str(value.isoformat())

    def html(self, value: Any, reader: Reader) -> str:
        if value is None:
            return '<span class="sub nil">—</span>'
        if self.style == "countdown":
            near = "due" if value <= clock.today() + timedelta(days=SOON) else ""
            return f'<span class="{near}" title="{value.isoformat()}">{escape(countdown(value))}</span>'
        if self.style != "due":
            return str(value.isoformat())
        late = value < clock.today()
        return f'<span class="{"due" if late else ""}" title="{value.isoformat()}">{escape(day_words(value, late_as_overdue=True))}</span>'

    def typed(self, value: Any, reader: Reader) -> str:
        return "" if value is None else value.isoformat()

    def export(self, value: Any, reader: Reader) -> Any:
        return value

    def json(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def from_json(self, data: Any) -> Any:
        return date.fromisoformat(data)

    def samples(self) -> Iterable[Any]:
        return ("2026-11-22", "2024-02-29", "2026-01-31", "1999-12-31")


class DateTimeKind(DateKind):
    """An instant; `style` is plain, due (colours what is late) or ago (how long since)."""

    name = "datetime"
    control = "datetime-local"
    json_type = {"type": ["string", "null"], "format": "date-time"}
    moves = True
    width = 130

    def read(self, raw: Any, reader: Reader) -> datetime:
        return read_instant(raw)

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        """Comparing with a day means the whole day, so a bare date becomes a one-day period."""
        if isinstance(raw, str) and op in ("is", "is_not", "before", "after") and len(raw.strip()) <= 10 and not period.is_word(raw):
            return period.Word(read_date(raw).isoformat())
        if op == "between" and isinstance(raw, list) and len(raw) == 2 and len(str(raw[1]).strip()) <= 10:
            return [self.read(raw[0], reader), clock.day_end(read_date(raw[1])) - timedelta(microseconds=1)]
        return super().operand(op, raw, reader)

    def within(self, op: str, first: date, last: date) -> Primitive:
        start, end = clock.day_start(first), clock.day_end(last)
        spans = {"is": (start, end, False), "before": (None, start, False), "after": (end, None, False)}
        return Primitive("range", spans[op])

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else stamp(timezone.localtime(value))

    def html(self, value: Any, reader: Reader) -> str:
        if value is None:
            return '<span class="sub nil">—</span>'
        local = value.astimezone(timezone.get_current_timezone())
        if self.style == "ago":
            return f'<span class="sub" title="{stamp(local)}">{escape(_ago(local))}</span>'
        if self.style == "due":
            late = value < clock.now()
            return f'<span class="{"due" if late else ""}" title="{stamp(local)}">{escape(_due(local))}</span>'
        return stamp(local)

    def typed(self, value: Any, reader: Reader) -> str:
        return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")

    def export(self, value: Any, reader: Reader) -> Any:
        return None if value is None else timezone.localtime(value, timezone.get_default_timezone()).replace(tzinfo=None, microsecond=0)

    def json(self, value: Any) -> Any:
        return None if value is None else f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"

    def from_json(self, data: Any) -> Any:
        return datetime.fromisoformat(data)

    def samples(self) -> Iterable[Any]:
        return ("2026-11-22 14:00", "2026-11-30T23:59:00+08:00", "2024-02-29 00:00")


def stamp(local: datetime) -> str:
    """2026-11-22 14:05."""
    return local.isoformat(" ", "minutes")[:16]


def day_words(day: date, *, late_as_overdue: bool = False) -> str:
    """今天, 明天, 昨天, a weekday within the week, the date otherwise; overdue counted in days where asked."""
    return _day_words(day, (day - clock.today()).days, late_as_overdue, get_language())


@lru_cache(maxsize=2_000)
def _day_words(day: date, gap: int, late_as_overdue: bool, language: str) -> str:
    if late_as_overdue and gap < -1:
        return ngettext("overdue %(days)d day", "overdue %(days)d days", -gap) % {"days": -gap}
    named = {0: pgettext("day", "Today"), 1: pgettext("day", "Tomorrow"), -1: pgettext("day", "Yesterday")}.get(gap)
    if named:
        return named
    if abs(gap) < 180:
        return f"{day:%m-%d} {_(WEEKDAYS_EN[day.weekday()])}"
    return day.isoformat()


def countdown(day: date) -> str:
    """How long until then: today, tomorrow, in so many days."""
    gap = (day - clock.today()).days
    if gap <= 0:
        return pgettext("day", "Today")
    return ngettext("in %(n)d day", "in %(n)d days", gap) % {"n": gap}


WEEKDAYS_EN = (
    gettext_noop("Mon"),
    gettext_noop("Tue"),
    gettext_noop("Wed"),
    gettext_noop("Thu"),
    gettext_noop("Fri"),
    gettext_noop("Sat"),
    gettext_noop("Sun"),
)


def due(value: datetime) -> str:
    """When something falls due: 今天 14:00, 昨天, 逾期 4 天."""
    return _due(timezone.localtime(value))


def _due(local: datetime) -> str:
    words = day_words(local.date(), late_as_overdue=True)
    near = -1 < (local.date() - clock.today()).days < 2
    return f"{words} {local:%H:%M}" if near and (local.hour or local.minute) else words


def ago(value: datetime) -> str:
    """How long since: 刚刚, 5 分钟前, 2 小时前, 昨天 17:20, 3 天前, the date."""
    return _ago(timezone.localtime(value))


def _ago(local: datetime) -> str:
    days = (clock.today() - local.date()).days
    if days > 1:
        return _since("day", days, get_language()) if days < 60 else local.date().isoformat()
    gap = clock.now() - local
    if gap < timedelta(minutes=1):
        return _("just now")
    if gap < timedelta(hours=1):
        return _since("minute", gap.seconds // 60, get_language())
    if days == 0:
        return _since("hour", gap.seconds // 3600, get_language())
    return f"{pgettext('day', 'Yesterday')} {local:%H:%M}"


@lru_cache(maxsize=500)
def _since(unit: str, n: int, language: str) -> str:
    words = {
        "day": ngettext("%(n)d day ago", "%(n)d days ago", n),
        "hour": ngettext("%(n)d hour ago", "%(n)d hours ago", n),
        "minute": ngettext("%(n)d minute ago", "%(n)d minutes ago", n),
    }
    return words[unit] % {"n": n}


class Date(Declared, models.DateField):
    """A day column."""

    def __init__(
        self,
        label: Label,
        *,
        style: str = "plain",
        blank: bool = True,
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        **django: Any,
    ) -> None:
        super().__init__(verbose_name=label, blank=blank, null=True, **django)
        self.declare(DateKind(style), required=not blank, computed=computed, help=help, aliases=aliases)


class DateTime(Declared, models.DateTimeField):
    """An instant column."""

    def __init__(
        self,
        label: Label,
        *,
        style: str = "plain",
        blank: bool = True,
        null: bool = True,
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        **django: Any,
    ) -> None:
        super().__init__(verbose_name=label, blank=blank, null=null, **django)
        self.declare(DateTimeKind(style), required=not blank, computed=computed, help=help, aliases=aliases)

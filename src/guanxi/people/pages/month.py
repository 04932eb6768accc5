"""The month table of attendance, its export, and the press that makes its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanxi.kernel import clock, directory
from guanxi.kernel.china import calendar
from guanxi.kernel.models import AccessLog
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Refused
from guanxi.people import clocking, hours, month, tiles
from guanxi.surfaces.exchange.outgoing import for_text_file
from guanxi.surfaces.exchange.sheet import workbook
from guanxi.surfaces.pages.frame import actor_of, fragment, page, signed_in, toast
from guanxi.surfaces.ui.environment import query

SIZE = 50
PLACE = "/attendance/month/"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FIRST_YEAR, LAST_YEAR = 2000, 2999


def asked(request: HttpRequest) -> date:
    """The month of `?m=2026-11`; this one where nothing sensible is asked."""
    year, _dash, number = request.GET.get("m", "").partition("-")
    found, of_year = whole(year), whole(number)
    if found and of_year and FIRST_YEAR <= found <= LAST_YEAR and of_year <= 12:
        return date(found, of_year, 1)
    return clock.today().replace(day=1)


@signed_in
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Fifty people a page; on a phone one's own month comes first, as a calendar."""
    actor, first = actor_of(request), asked(request)
    if not month.shown(actor):
        raise Http404
    q = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    number = max(1, min(whole(request.GET.get("page")) or 1, 10_000))
    start = (number - 1) * SIZE
    found = list(month.people(actor, first, q=q)[start : start + SIZE + 1])
    rows = month.rows_of(found[:SIZE], first, actor)
    own = next((row for row in rows if row.person == actor.id), None) or _own(request, first)
    turn = lambda to: f"{PLACE}?{query({'m': f'{first:%Y-%m}', 'q': q, 'page': to})}"
    context = {
        "first": first,
        "days": [_day(day) for day in month.days_of(first)],
        "rows": rows,
        "own": own,
        "blank": first.weekday(),
        "q": q,
        "marks": [(short, tone, words) for short, tone, words in month.MARKS.values() if words],
        "before": f"{PLACE}?{query({'m': _beside(first, -1), 'q': q})}",
        "after": f"{PLACE}?{query({'m': _beside(first, 1), 'q': q})}",
        "export": f"{PLACE}export/?{query({'m': f'{first:%Y-%m}', 'q': q})}" if actor.may(month.ENTITY.key, "export") else "",
        "summary": month.summary,
        "counted": _counted(),
        "department": directory.department_name,
        "extent": f"{start + 1:,}–{start + len(rows):,}" if rows else "0",
        "previous": turn(number - 1) if number > 1 else "",
        "next": turn(number + 1) if len(found) > SIZE else "",
        "alone": len(rows) == 1 and number == 1 and own is not None and not q,
        "month": month_words(first),
    }
    return page(request, "people/month.html", context, title=_("Attendance of %(month)s") % {"month": month_words(first)})


def month_words(first: date) -> str:
    """2026年11月, November by number elsewhere."""
    return _("%(year)d-%(month)s") % {"year": first.year, "month": f"{first.month:02d}"}


def _own(request: HttpRequest, first: date) -> month.Row | None:
    actor = actor_of(request)
    mine = list(month.people(actor, first).filter(account=actor.id)[:1])
    return next(iter(month.rows_of(mine, first, actor)), None)


def _day(day: date) -> dict[str, Any]:
    return {
        "number": day.day,
        "weekday": _(WEEKDAYS[day.weekday()]),
        "off": not hours.current().works(day),
        "today": day == clock.today(),
        "holiday": calendar.holiday_name(day) or "",
    }


def _beside(first: date, step: int) -> str:
    other = first + timedelta(days=32) if step > 0 else first - timedelta(days=1)
    return f"{other:%Y-%m}"


@signed_in
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """The whole table as a workbook, or as text with `?as=csv`; that it was taken away is itself kept."""
    actor, first = actor_of(request), asked(request)
    if not month.shown(actor) or not actor.may(month.ENTITY.key, "export"):
        raise Http404
    q = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    found = list(month.people(actor, first, action="export", q=q))
    AccessLog.objects.create(
        at=clock.now(),
        actor=actor.id,
        verb="export",
        entity=month.ENTITY.key,
        data={"rows": len(found), "month": f"{first:%Y-%m}"},
    )
    lines = _lines(month.rows_of(found, first, actor, action="export"))
    headings = [_("Name"), _("Department"), *(str(day.day) for day in month.days_of(first)), *_counted()]
    name = _("Attendance of %(month)s") % {"month": month_words(first)}
    return _text(name, headings, lines) if request.GET.get("as") == "csv" else workbook(name, headings, lines)


def _counted() -> list[str]:
    return [label for label, _count in month.summary(month.Row(0, "", None, ()))]


def _lines(rows: list[month.Row]) -> Iterator[list[Any]]:
    for row in rows:
        marks = [cell.words if cell.mark not in ("off", "ahead") else "" for cell in row.cells]
        yield [row.name, directory.department_name(row.department), *marks, *(count for _label, count in month.summary(row))]


def _text(name: str, headings: list[str], lines: Iterator[list[Any]]) -> HttpResponse:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for line in (headings, *lines):
        writer.writerow([for_text_file(cell) for cell in line])
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f"attachment; filename=\"attendance.csv\"; filename*=UTF-8''{_quoted(name)}.csv"
    return answer


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")


@signed_in
@require_POST
@never_cache
def press(request: HttpRequest) -> HttpResponse:
    """`which` is in or out; the tile answers with what stands there now."""
    try:
        row = clocking.press(request.POST.get("which", ""), request.POST.get("place", ""), actor=actor_of(request))
    except Refused as refusal:
        raise Http404 from refusal
    came = request.POST.get("which") == "in"
    words = _("Came at %(time)s") if came else _("Left at %(time)s")
    answer = fragment(request, "pages/home_tile.html", tiles.context(actor_of(request)))
    return toast(answer, words % {"time": month.clock_time(row.came if came else row.gone)})


urls = [path("attendance/month/", show), path("attendance/month/export/", export), path("attendance/press/", press)]

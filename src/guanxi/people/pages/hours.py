"""The time table for everybody and those of departments, set by administrators."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import directory
from guanxi.kernel.fields.base import Invalid
from guanxi.kernel.fields.dates import read_date
from guanxi.kernel.whole import whole
from guanxi.people import hours
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, administering
from guanxi.surfaces.pages.frame import actor_of, go, page

ADDRESS = "/admin/hours/"
PLACES.append(
    Place(
        ADDRESS,
        "alarm",
        gettext_lazy("Working hours"),
        gettext_lazy("When people are expected at work, and which days are off: what attendance is judged by."),
        PEOPLE,
        "考勤 上班 下班 工作时间 节假日 调休 迟到 夜班 排班 attendance hours holidays night shift",
    )
)
TIMES = {
    "start": gettext_lazy("Work begins"),
    "noon": gettext_lazy("Noon break from"),
    "back": gettext_lazy("Noon break to"),
    "end": gettext_lazy("Work ends"),
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_GRACE, MOST_DAYS = 120, 400
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@administering
def show(request: HttpRequest) -> HttpResponse:
    """The table of `?department=`, or the one for everybody; POST sets it, or lets the department inherit again."""
    errors: dict[str, str] = {}
    department = _department(request)
    table = hours.of_department(department)
    if request.method == "POST":
        table, errors = _read(request)
        inherits = department is not None and request.POST.get("then") == "inherit"
        if inherits or not errors:
            hours.put(None if inherits else table, department, actor=actor_of(request))
            return go(request, ADDRESS if inherits or department is None else f"{ADDRESS}?department={department}", _("Saved"))
    own = hours.departments()
    context = {
        "department": directory.department_name(department),
        "own": department in own,
        "tables": [(entry, own[entry.id]) for entry in directory.departments().values() if entry.id in own],
        "others": [entry for entry in directory.departments().values() if entry.active and entry.id not in own],
        "address": ADDRESS,
        "table": table,
        "times": TIMES,
        "weekdays": [(place, _(word), place in table.weekdays) for place, word in enumerate(WEEKDAYS)],
        "off": "\n".join(table.off),
        "on": "\n".join(table.on),
        "errors": errors,
    }
    return page(request, "people/hours.html", context, title=_("Working hours"), status=422 if errors else 200)


def _department(request: HttpRequest) -> int | None:
    """The department that is meant, None for everybody. Raises Http404 for one that there is not."""
    given = request.GET.get("department", "")
    number = whole(given)
    if given and number not in directory.departments():
        raise Http404
    return number


def _read(request: HttpRequest) -> tuple[hours.Hours, dict[str, str]]:
    errors: dict[str, str] = {}
    times: dict[str, Any] = {key: request.POST.get(key, "").strip() for key in TIMES}
    for key, text in times.items():
        if not _TIME.fullmatch(text):
            errors[key] = _("Give a time such as 14:30.")
            times[key] = getattr(hours.Hours, key)
    if not errors and not hours.Hours(**times).in_order:
        errors["end"] = _("Work begins, breaks, goes on and ends, one after the other and within 16 hours.")
    grace = whole(request.POST.get("grace")) or 0
    if grace > MOST_GRACE:
        errors["grace"] = _("At most %(n)d minutes.") % {"n": MOST_GRACE}
    dates: dict[str, Any] = {}
    for key in ("off", "on"):
        try:
            dates[key] = _dates(request.POST.get(key, ""))
        except Invalid as refusal:
            dates[key], errors[key] = (), str(refusal)
    weekdays = tuple(n for n in range(7) if str(n) in request.POST.getlist("weekday"))
    return hours.Hours(
        **times, grace=min(grace, MOST_GRACE), weekdays=weekdays, national=bool(request.POST.get("national")), **dates
    ), errors


def _dates(text: str) -> tuple[str, ...]:
    """One date a line, or several with blanks between them. Raises Invalid."""
    words = text.replace("\x00", "").replace(",", " ").replace("，", " ").split()
    if len(words) > MOST_DAYS:
        raise Invalid(_("At most %(n)d days.") % {"n": MOST_DAYS})
    return tuple(sorted({read_date(word).isoformat() for word in words}))


urls = [path("admin/hours/", show)]

"""Clear old lines of the logs: a job writes them to a file, and only then do they go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import clock, directory, jobs
from guanxi.kernel.models import AccessLog
from guanxi.kernel.write import Invalidated
from guanxi.org import clearing
from guanxi.surfaces.admin.places import PLACES, TRAILS, Place, administering
from guanxi.surfaces.days import day_of
from guanxi.surfaces.exchange.writing import write_csv
from guanxi.surfaces.pages.frame import actor_of, go, page

PLACES.append(
    Place(
        "/admin/clearing/",
        "archive",
        gettext_lazy("Clear logs"),
        gettext_lazy("Old lines of the logs are written to a file and then removed; that they went is logged."),
        TRAILS,
        "日志清理 归档 log clear archive",
    )
)
KIND = "clear"
_BATCH = 2_000


@administering
def show(request: HttpRequest) -> HttpResponse:
    """Which log and before which day; POST starts the job."""
    actor = actor_of(request)
    given = {"log": request.POST.get("log", "signins"), "before": request.POST.get("before", "")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        day = day_of(given["before"])
        start = timezone.make_aware(datetime(day.year, day.month, day.day)) if day else None
        try:
            before = clearing.check(given["log"], start, actor=actor)
            title = _("Clear: %(log)s before %(day)s") % {"log": clearing.LOGS[given["log"]], "day": given["before"]}
            spec = {"log": given["log"], "before": before.isoformat(), "filename": f"{given['log']} {given['before']}.csv"}
            jobs.start(KIND, title, actor, spec, jobs.BULK, total=clearing.rows(given["log"], before).count())
            return go(request, "/jobs/", _("The old lines are written to a file, then removed. You find the file here."))
        except Invalidated as refusal:
            errors = refusal.errors
    done = [_line(row) for row in AccessLog.objects.filter(verb="clear").order_by("-id")[:20]]
    latest = (clock.now() - clearing.KEPT).date().isoformat()
    context = {"given": given, "errors": errors, "logs": clearing.LOGS, "latest": latest, "done": done}
    return page(request, "admin/clearing.html", context, title=_("Clear logs"), status=422 if errors else 200)


def _line(row: AccessLog) -> dict[str, Any]:
    return {
        "at": timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M"),
        "who": directory.person_name(row.actor),
        "log": clearing.LOGS.get(row.entity, row.entity),
        "lines": row.data.get("lines", 0),
        "before": str(row.data.get("before", ""))[:10],
    }


@jobs.runner(KIND)
def run(progress: jobs.Progress) -> None:
    """Write the file whole, then remove what is in it; a killed run begins anew, for nothing went before the file was whole."""
    log, before = (
        progress.spec["log"],
        clearing.check(progress.spec["log"], datetime.fromisoformat(progress.spec["before"]), actor=progress.actor),
    )
    progress.done = 0
    file = progress.folder() / "log.csv"
    count = write_csv(file, _heads(log), _written(log, before, progress))
    if progress.cancelled():
        file.unlink(missing_ok=True)
        return
    progress.result = f"jobs/{progress.job.pk}/{file.name}"
    with progress.slice():
        clearing.clear(log, before, count, actor=progress.actor)


def _heads(log: str) -> list[str]:
    if log == "operations":
        return [_("When"), _("By whom"), _("How"), _("What"), _("Number"), _("Door"), _("Request"), _("What changed")]
    return [_("When"), _("By whom"), _("How"), _("What"), _("Number"), _("Details")]


def _written(log: str, before: datetime, progress: jobs.Progress) -> Iterator[list[str]]:
    for number, row in enumerate(clearing.rows(log, before).iterator(chunk_size=_BATCH), start=1):
        line = [row.at.isoformat(), directory.person_name(row.actor), row.verb]
        if log == "operations":
            line += [row.subject, str(row.subject_id), row.door, row.request, json.dumps(row.diff, ensure_ascii=False)]
        else:
            line += [row.entity, str(row.record or ""), json.dumps(row.data, ensure_ascii=False)]
        yield line
        if number % _BATCH == 0:
            progress.advance(_BATCH)
            progress.save()
            if progress.cancelled():
                return


urls = [path("admin/clearing/", show)]

"""The job centre: long work with its progress, its errors as they come, a way to stop it and what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import clock, jobs
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages.chrome import PLACES, Place
from guanxi.surfaces.pages.frame import actor_of, fragment, page, signed_in, toast, triggers

SHOWN = 50
ERRORS_SHOWN = 200
#: Without a sign of life for so long, work counts as lost (seconds).
SILENCE = 120

Offers = Mapping[int, list[Mapping[str, str]]]
#: What can be done with each of some ended jobs, asked for all that are shown at once; filled by the pages that answer it.
OFFERS: list[Callable[[Sequence[Job]], Offers]] = []

STATES = {
    "waiting": (gettext_lazy("Waiting"), ""),
    "running": (gettext_lazy("Running"), "b"),
    "done": (gettext_lazy("Done"), "g"),
    "failed": (gettext_lazy("Failed"), "r"),
    "cancelled": (gettext_lazy("Cancelled"), "a"),
}
COUNTS = {
    "created": gettext_lazy("created"),
    "updated": gettext_lazy("updated"),
    "unchanged": gettext_lazy("unchanged"),
    "skipped": gettext_lazy("skipped"),
    "refused": gettext_lazy("refused"),
    "written": gettext_lazy("written"),
    "will": gettext_lazy("Would change"),
    "done": gettext_lazy("Records changed"),
    "sent": gettext_lazy("Sent for review"),
    "create": gettext_lazy("To create"),
    "update": gettext_lazy("To update"),
    "child": gettext_lazy("Only adds below"),
    "skip": gettext_lazy("Skipped"),
    "error": gettext_lazy("Error"),
    "changed": gettext_lazy("Changed meanwhile"),
    "undone": gettext_lazy("Taken back"),
    "kept": gettext_lazy("Kept"),
    "waiting": gettext_lazy("Not done"),
}


def drawn(found: Sequence[Job]) -> list[dict[str, Any]]:
    """Jobs as pages draw them."""
    offered = [offers([job for job in found if not _live(job)]) for offers in OFFERS]
    return [_drawn(job, [offer for given in offered for offer in given.get(job.pk, [])]) for job in found]


def _live(job: Job) -> bool:
    return job.ended_at is None and job.state in ("waiting", "running")


def _drawn(job: Job, offers: list[Mapping[str, str]]) -> dict[str, Any]:
    label, tone = STATES.get(job.state, (job.state, ""))
    live = _live(job)
    silent = live and job.beat_at is not None and (clock.now() - job.beat_at).total_seconds() > SILENCE
    return {
        "id": job.pk,
        "url": f"/jobs/{job.pk}/",
        "title": job.title,
        "state": str(label),
        "tone": tone,
        "bar": {"done": "g", "failed": "r"}.get(job.state, ""),
        "live": live,
        "silent": silent,
        "stopping": live and job.cancel,
        "done": job.done,
        "total": job.total,
        "percent": min(100, job.done * 100 // job.total) if job.total else (100 if job.state == "done" else 0),
        "counts": [(counted(k), f"{v:,}" if isinstance(v, int) else v) for k, v in job.counts.items()],
        "errors": [error_words(e) for e in job.errors[:ERRORS_SHOWN]],
        "errors_more": max(0, len(job.errors) - ERRORS_SHOWN),
        "message": job.message,
        "result": f"/jobs/{job.pk}/result/" if job.result and not live else "",
        "offers": offers,
        "refusals": job.result.endswith("refused.csv"),
        "created": ago(job.created_at),
        "exact": timezone.localtime(job.created_at).strftime("%Y-%m-%d %H:%M"),
        "took": took(job),
    }


def counted(code: str) -> str:
    """What a figure of a job counts; records below are counted under the address of their entity."""
    entity = registry.by_slug(code)
    return str(COUNTS.get(code, entity.label_plural if entity else code))


def error_words(error: Any) -> tuple[str, str]:
    """(where, what) of an error: a text, a pair, or a document with `row` and `message`."""
    if isinstance(error, dict):
        messages = error.get("message") or error.get("errors") or ""
        if isinstance(messages, dict):
            messages = " ".join(str(m) for m in messages.values())
        return str(error.get("row", "")), str(messages)
    if isinstance(error, (list, tuple)) and len(error) == 2:
        return str(error[0]), str(error[1])
    return "", str(error)


def took(job: Job) -> str:
    """How long it ran so far or in all: 3:05."""
    if job.started_at is None:
        return ""
    seconds = int(((job.ended_at or clock.now()) - job.started_at).total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}" if seconds >= 3600 else f"{seconds // 60}:{seconds % 60:02d}"


def own(request: HttpRequest, job_id: int) -> Job:
    """One's own job; nobody else's exists."""
    job = Job.objects.filter(id=job_id, actor=actor_of(request).id or 0).first()
    if job is None:
        raise Http404
    return job


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """My jobs, the latest first; the list reads itself anew while something runs."""
    found = drawn(list(Job.objects.filter(actor=actor_of(request).id or 0).order_by("-id")[:SHOWN]))
    context = {"jobs": found, "live": any(job["live"] for job in found)}
    if request.headers.get("HX-Target") == "jobs":
        return fragment(request, "pages/jobs_list.html", context)
    return page(request, "pages/jobs.html", context, title=_("Jobs"))


@signed_in
def detail(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job; the fragment polls each second until it has ended."""
    [job] = drawn([own(request, job_id)])
    if request.headers.get("HX-Target") == f"job-{job_id}":
        return fragment(request, "pages/job_card.html", {"job": job, "whole": True})
    return page(request, "pages/job.html", {"job": job, "whole": True}, title=job["title"])


@signed_in
@require_POST
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask a job to stop; it does at its next step, and what it had done so far stays or goes as it says itself."""
    job = own(request, job_id)
    if job.ended_at is not None:
        return toast(HttpResponse(status=409), _("This job has already ended."), level="info")
    jobs.cancel(job)
    job.refresh_from_db()
    response = fragment(request, "pages/job_card.html", {"job": drawn([job])[0], "whole": True})
    return triggers(toast(response, _("Stopping…"), level="info"), jobs__changed="")


@signed_in
def result(request: HttpRequest, job_id: int) -> Any:
    """What came out, to its owner only."""
    job = own(request, job_id)
    try:
        body = default_storage.open(job.result) if job.result and job.ended_at else None
    except (FileNotFoundError, OSError):
        body = None
    if body is None:
        raise Http404
    name = str(job.spec.get("filename") or job.result.rsplit("/", 1)[-1])
    response = FileResponse(body, as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


PLACES.append(Place("jobs", "/jobs/", "clipboard-list", lambda: _("Jobs")))
urls = [
    path("jobs/", show),
    path("jobs/<int:job_id>/", detail),
    path("jobs/<int:job_id>/cancel/", cancel),
    path("jobs/<int:job_id>/result/", result),
]

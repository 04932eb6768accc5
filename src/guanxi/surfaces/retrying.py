"""A job that failed or was stopped goes on where it stopped, unless another one has done its work or taken it back meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.kernel import clock, jobs
from guanxi.kernel.models import Job
from guanxi.kernel.write import Invalidated
from guanxi.surfaces import handing

#: What a job says of the one that it continues or takes back.
ABOUT = ("job", "rehearsal", "write")


def may(job: Job) -> bool:
    """Whether a job can go on."""
    return job.pk in open_to([job])


def open_to(found: Sequence[Job]) -> set[int]:
    """Which of these can go on; one query for all of them, none where nothing has stopped."""
    since = clock.now() - handing.RETURN_WITHIN
    halted = {job.pk: job for job in found if jobs.stopped(job) and job.created_at >= since}
    if not halted:
        return set()
    about = [*halted, *(job.spec[key] for job in halted.values() for key in ABOUT if key in job.spec)]
    concerned = Q(spec__job__in=about) | Q(spec__rehearsal__in=about) | Q(spec__write__in=about)
    later = Job.objects.filter(concerned, actor__in={job.actor for job in halted.values()}, id__gt=min(halted))
    for number, kind, state, spec in later.values_list("pk", "kind", "state", "spec"):
        others = {i for i, job in halted.items() if i < number and job.kind == kind and _subject(job.spec) == _subject(spec)}
        gone = {_subject(spec)} | (others if state in handing.UNDER_WAY else set())
        halted = {i: job for i, job in halted.items() if i not in gone}
    return set(halted)


def _subject(spec: Mapping[str, object]) -> object:
    return next((spec[key] for key in ABOUT if key in spec), None)


def again(job: Job) -> Job:
    """Have it go on. Raises Invalidated."""
    if not may(job) or not jobs.resume(job):
        raise Invalidated({"job": _("This can no longer be tried again.")})
    return job


def offers(found: Sequence[Job]) -> dict[int, list[Mapping[str, str]]]:
    """The button on what can go on."""
    words = {"failed": _("Try again"), "cancelled": _("Go on")}
    able = open_to(found)
    return {
        job.pk: [{"label": words[job.state], "url": f"/jobs/{job.pk}/again/", "icon": "refresh", "kind": "btns"}]
        for job in found
        if job.pk in able
    }


__all__ = ["again", "may", "offers", "open_to"]

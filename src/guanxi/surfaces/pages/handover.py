"""Handover: choose whose work passes to whom, see the counts, start; take the latest ones back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.kernel.write.transferring import LONGEST
from guanxi.surfaces import given as given_away
from guanxi.surfaces import handing
from guanxi.surfaces.pages.chrome import PLACES, Place
from guanxi.surfaces.pages.frame import actor_of, go, page, signed_in


def may(actor: Actor) -> bool:
    """Whoever may hand over anything at all."""
    return any(actor.may(e.key, "transfer") for e in registry)


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The form with the counts of the chosen person; POST starts the job."""
    actor = actor_of(request)
    if not may(actor):
        raise Http404
    given: Any = request.POST if request.method == "POST" else request.GET
    giver, taker = whole(given.get("giver")) or 0, whole(given.get("taker")) or 0
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            job = handing.begin(
                giver, taker, given.getlist("entity"), shares="shares" in given, actor=actor, reason=given.get("reason", "")
            )
            return go(request, f"/jobs/{job.pk}/")
        except Invalidated as refusal:
            errors = refusal.errors
    people = sorted(directory.colleagues(actor).values(), key=lambda e: (not e.active, e.name))
    giver = giver if giver in directory.colleagues(actor) else 0
    held = handing.holdings(giver, actor) if giver else []
    context = {
        "givers": people,
        "takers": [e for e in people if e.active and e.id != giver],
        "giver": giver,
        "taker": taker,
        "held": held,
        "chosen": given.getlist("entity") if request.method == "POST" else [h.entity.key for h in held],
        "shares": handing.participations(giver, actor).count() if giver else 0,
        "reason": given.get("reason", ""),
        "longest": LONGEST,
        "errors": errors,
        "past": [{"title": one.title, "when": ago(one.at), "done": one.records, "back": one.back} for one in given_away.of(actor)],
    }
    return page(request, "pages/handover.html", context, title=_("Handover"), status=422 if errors else 200)


@signed_in
@require_POST
def take_back(request: HttpRequest, job_id: int) -> HttpResponse:
    """Start taking a handover back."""
    return _taking_back(request, lambda: handing.take_back(job_id, actor=actor_of(request)))


@signed_in
@require_POST
def take_selection_back(request: HttpRequest, write_id: UUID) -> HttpResponse:
    """The same of a selection."""
    return _taking_back(request, lambda: given_away.take_back(write_id, actor=actor_of(request)))


def _taking_back(request: HttpRequest, start: Callable[[], Job]) -> HttpResponse:
    try:
        job = start()
    except Invalidated as refusal:
        return go(request, "/handover/", " ".join(refusal.errors.values()))
    return go(request, f"/jobs/{job.pk}/")


PLACES.append(Place("handover", "/handover/", "transfer", lambda: _("Handover"), may))
urls = [
    path("handover/", show),
    path("handover/<int:job_id>/back/", take_back),
    path("handover/<uuid:write_id>/back/", take_selection_back),
]

"""What came in by the collection forms that one answers for: what became a record, and what waits for a decision."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated, NotFound
from guanxi.surfaces.collecting import settling, shelf
from guanxi.surfaces.collecting.models import Submission
from guanxi.surfaces.pages.chrome import PLACES, Place
from guanxi.surfaces.pages.frame import actor_of, go, page, signed_in

SIZE = 30
PLACE = "/collected/"
PLACES.append(Place("collected", PLACE, "inbox", lambda: _("Received by forms"), shelf.answers))


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """That of all forms that one answers for."""
    rows = Submission.objects.filter(form__person=actor_of(request).id or 0)
    return page(request, "pages/collected.html", listed(request, rows, PLACE), title=_("Received by forms"))


def listed(request: HttpRequest, rows: QuerySet[Submission], address: str) -> dict[str, Any]:
    """Context of a page of submissions: the newest first, `?only=waiting` those without a record, thirty from `?from=` on."""
    only = request.GET.get("only", "")
    waiting = rows.filter(state="waiting")
    before = max(0, min(whole(request.GET.get("from")) or 0, 100_000))
    found = list((waiting if only == "waiting" else rows).select_related("form__person").order_by("-pk")[before : before + SIZE + 1])
    turn = lambda at: f"{address}?only={only}&from={at}" if only == "waiting" else f"{address}?from={at}"
    return {
        "lines": settling.drawn(found[:SIZE], actor_of(request)),
        "tabs": [
            {"label": _("All"), "url": address, "on": only != "waiting"},
            {"label": _("To be settled"), "url": f"{address}?only=waiting", "on": only == "waiting", "count": waiting.count()},
        ],
        "here": f"{address}?only=waiting" if only == "waiting" else address,
        "previous": turn(max(0, before - SIZE)) if before else "",
        "next": turn(before + SIZE) if len(found) > SIZE else "",
        "range": f"{before + 1}–{before + len(found[:SIZE])}" if found else "0",
    }


@signed_in
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Try once more to make the record."""
    try:
        settling.again(number, actor=actor_of(request))
    except NotFound as missing:
        raise Http404 from missing
    except Invalidated as refusal:
        return go(request, _back(request), _("It waits still. %(why)s") % {"why": refusal})
    return go(request, _back(request), _("The record is made."))


@signed_in
@require_POST
def dismiss(request: HttpRequest, number: int) -> HttpResponse:
    """Nothing will come of it."""
    try:
        settling.dismiss(number, actor=actor_of(request))
    except NotFound as missing:
        raise Http404 from missing
    return go(request, _back(request), _("Dismissed. What was sent is kept for half a year."))


@signed_in
@require_POST
def reveal(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """The whole telephone number of what waits."""
    try:
        dialled, shown = settling.number_of(number, key, actor=actor_of(request))
    except NotFound as missing:
        raise Http404 from missing
    return JsonResponse({"number": dialled, "shown": shown})


def _back(request: HttpRequest) -> str:
    to = request.POST.get("to", "")
    return to if to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None) else PLACE


urls = [
    path("collected/", show),
    path("collected/<int:number>/again/", again),
    path("collected/<int:number>/dismiss/", dismiss),
    path("collected/<int:number>/reveal/<slug:key>/", reveal),
]

"""Where one is signed in, in one's own settings; and whether one still is, for a form that took long to fill."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanxi.kernel.write import NotFound
from guanxi.org import arrivals, origins, presences
from guanxi.org.models import Presence, User
from guanxi.surfaces.pages.frame import go, page, signed_in
from guanxi.surfaces.pages.settings import person

PLACE = "/settings/sessions/"


@signed_in
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Every open session, this one marked."""
    context = {"lines": lines(person(request), request.session.session_key)}
    return page(request, "pages/sessions.html", context, title=_("Signed in at"))


def lines(user: User, here: str | None = None) -> list[dict[str, Any]]:
    """Open sessions in words."""
    found = [_line(row, here) for row in presences.of(user)]
    return sorted(found, key=lambda line: not line["here"])


def _line(row: Presence, here: str | None) -> dict[str, Any]:
    clock = lambda moment: timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
    return {
        "id": row.pk,
        "device": row.device or _("Unknown device"),
        "phone": any(word in row.device for word in ("Android", "iOS", "HarmonyOS")),
        "address": row.address,
        "place": origins.place(row.address),
        "since": clock(row.since),
        "seen": clock(row.seen),
        "here": row.session_key == here,
    }


@signed_in
@require_POST
def end(request: HttpRequest, presence_id: int) -> HttpResponse:
    """End one of one's own."""
    try:
        presences.end(person(request), presence_id)
    except NotFound as missing:
        raise Http404 from missing
    arrivals.note(request, arrivals.ENDED, user=person(request))
    return go(request, PLACE, _("The session has ended."))


@signed_in
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all but this one."""
    presences.end_others(request, person(request))
    arrivals.note(request, arrivals.ENDED, user=person(request))
    return go(request, PLACE, _("All other sessions have ended."))


@never_cache
def here(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the token for his forms: asked before a form is sent that has stood open for long."""
    if getattr(request, "actor", None) is None:
        return JsonResponse({}, status=401)
    return JsonResponse({"person": request.user.pk, "token": get_token(request)})


urls = [
    path("settings/sessions/", show),
    path("settings/sessions/others/", end_others),
    path("settings/sessions/<int:presence_id>/", end),
    path("_here/", here),
]

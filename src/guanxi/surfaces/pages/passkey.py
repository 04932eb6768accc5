"""Passkeys: instead of the password, after it, and looked after in one's own settings."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanxi.kernel import tally
from guanxi.kernel.write import Refused
from guanxi.org import arrivals, factors, passkeys, passwords, waiting
from guanxi.org.address import client_address
from guanxi.surfaces.pages.frame import SECOND_PAGE, actor_of, go, signed_in
from guanxi.surfaces.pages.second import drawn, told
from guanxi.surfaces.pages.session import FROM_ONE_PLACE, PAUSE, draw, let_in, wanted
from guanxi.surfaces.pages.settings import person


@require_POST
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """Without a password: first what the browser needs, then what the device has signed."""
    where = ("login from", client_address(request))
    if tally.add(*where, seconds=PAUSE) > FROM_ONE_PLACE:
        arrivals.note(request, arrivals.PAUSED)
        return draw(request, error=_("Too many attempts. Wait five minutes, then try again."), status=429)
    if "credential" not in request.POST:
        return JsonResponse(passkeys.begin())
    user = passkeys.shown(request.POST["credential"])
    if user is None:
        arrivals.note(request, arrivals.SECOND_WRONG)
        return draw(request, error=_("This passkey opens no account here."), status=422)
    tally.take_back(*where)
    return let_in(request, user, to=wanted(request))


@require_POST
@never_cache
def second(request: HttpRequest) -> HttpResponse:
    """After the right password: what the browser needs to show a passkey of this person."""
    user = waiting.held(request)
    if user is None or not passkeys.of(user).exists():
        raise Http404
    return JsonResponse(passkeys.begin(user))


@signed_in
@require_POST
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """First the password, answered with what the browser needs; then the key it made."""
    user = person(request)
    try:
        if "credential" not in request.POST:
            if objection := passwords.objection(user, request.POST.get("password", "")):
                return JsonResponse({"message": objection}, status=422)
            return JsonResponse(passkeys.begin_adding(request, user))
        codes = passkeys.add(request, user, request.POST.get("name", ""), request.POST["credential"], actor=actor_of(request))
    except Refused as refusal:
        return (
            JsonResponse({"message": str(refusal)}, status=422)
            if "credential" not in request.POST
            else drawn(request, {"name": str(refusal)})
        )
    arrivals.note(request, arrivals.SECOND_SET, user=user)
    return told(request, codes) if codes else go(request, SECOND_PAGE, _("The passkey is added."))


@signed_in
@require_POST
def remove(request: HttpRequest, key_id: int) -> HttpResponse:
    """One of one's own."""
    user = person(request)
    which = passkeys.of(user).filter(pk=key_id)
    if not which.exists():
        raise Http404
    if objection := passwords.objection(user, request.POST.get("password", "")):
        return drawn(request, {"password": objection})
    try:
        factors.give_up(user, which, actor=actor_of(request))
    except Refused as refusal:
        return drawn(request, {"password": str(refusal)})
    arrivals.note(request, arrivals.SECOND_GONE, user=user)
    return go(request, SECOND_PAGE, _("The passkey is removed."))


urls = [
    path("login/passkey/", enter),
    path("login/second/passkey/", second),
    path("settings/second/passkeys/", add),
    path("settings/second/passkeys/<int:key_id>/remove/", remove),
]

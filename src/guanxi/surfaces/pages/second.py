"""The second factor: asked for after the password, and looked after in one's own settings."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanxi.kernel import tally
from guanxi.kernel.write import Refused
from guanxi.org import arrivals, factors, passkeys, passwords, waiting
from guanxi.org.address import client_address
from guanxi.org.models import User
from guanxi.surfaces.pages.frame import SECOND_PAGE, actor_of, go, page, signed_in
from guanxi.surfaces.pages.session import FROM_ONE_PLACE, PAUSE, TRIES, let_in, wanted
from guanxi.surfaces.pages.settings import person


@never_cache
def step(request: HttpRequest) -> HttpResponse:
    """After the right password: the code of the phone, or a recovery code."""
    user = waiting.held(request)
    if user is None:
        return HttpResponseRedirect("/login/")
    translation.activate(user.language)
    if request.method != "POST":
        return _asked(request, user)
    whom, where = ("second", user.pk), ("login from", client_address(request))
    if tally.add(*whom, seconds=PAUSE) > TRIES or tally.add(*where, seconds=PAUSE) > FROM_ONE_PLACE:
        arrivals.note(request, arrivals.PAUSED, login=user.login)
        return _asked(request, user, _("Too many attempts. Wait five minutes, then try again."), status=429)
    if not _passes(request, user):
        arrivals.note(request, arrivals.SECOND_WRONG, login=user.login)
        return _asked(request, user, _("This code is wrong or was used already. The app shows a new one every half minute."), status=422)
    tally.forget(*whom)
    tally.take_back(*where)
    return let_in(request, user, to=wanted(request))


def _passes(request: HttpRequest, user: User) -> bool:
    if "credential" in request.POST:
        return passkeys.shown(request.POST["credential"], user) is not None
    return factors.passes(user, request.POST.get("code", "")[:40])


def _asked(request: HttpRequest, user: User, error: str = "", *, status: int = 200) -> HttpResponse:
    lang = translation.get_language()
    context = {"lang": lang, "form_error": error, "next": wanted(request), "page_title": _("Second factor"), "theme": "auto"}
    context |= {"app": factors.app(user).exists(), "passkey": passkeys.of(user).exists()}
    return render(request, "ui/second.html", context, status=status)


@signed_in
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Set up, moved to another phone, or looked at; POST sets up."""
    user = person(request)
    if request.method != "POST":
        return drawn(request)
    given = request.POST.get("password", "")
    if objection := passwords.objection(user, given):
        return drawn(request, {"password": objection})
    try:
        codes = factors.set_up(user, factors.propose(request), request.POST.get("code", "")[:40], actor=actor_of(request))
    except Refused as refusal:
        return drawn(request, getattr(refusal, "errors", {"code": str(refusal)}))
    factors.settle(request)
    arrivals.note(request, arrivals.SECOND_SET, user=user)
    return told(request, codes)


def drawn(request: HttpRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    """The page, with what was refused."""
    user, actor = person(request), actor_of(request)
    context: dict[str, Any] = {
        "user": user,
        "guarded": actor.guarded,
        "asks_password": user.has_usable_password(),
        "errors": errors or {},
        "left": factors.codes_left(user) if user.second else 0,
        "app": factors.app(user).exists(),
        "passkeys": [{"id": key.pk, "name": str(key), "since": key.created_at, "used": key.last_used_at} for key in passkeys.of(user)],
        "moving": "move" in request.GET or "code" in request.POST,
    }
    if not context["app"] or context["moving"]:
        secret = factors.propose(request)
        square = b64encode(factors.picture(user, secret).encode()).decode()
        context |= {
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "picture": f"data:image/svg+xml;base64,{square}",
        }
    return page(request, "pages/second.html", context, title=_("Second factor"), status=422 if errors else 200)


def told(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """The recovery codes, which nobody can see again."""
    user = person(request)
    text = "\n".join([_("Guanxi recovery codes of %(login)s. Each is good once.") % {"login": user.login}, "", *codes, ""])
    file = "data:text/plain;charset=utf-8;base64," + b64encode(text.encode("utf-8-sig")).decode()
    return page(request, "pages/recovery_codes.html", {"codes": codes, "file": file}, title=_("Recovery codes"))


@signed_in
@require_POST
@never_cache
def codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, shown once."""
    user = person(request)
    if objection := passwords.objection(user, request.POST.get("password", "")):
        return drawn(request, {"password": objection})
    try:
        fresh = factors.renew_codes(user, actor=actor_of(request))
    except Refused as refusal:
        return drawn(request, {"password": str(refusal)})
    arrivals.note(request, arrivals.CODES, user=user)
    return told(request, fresh)


@signed_in
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """The password alone from now on."""
    user = person(request)
    if objection := passwords.objection(user, request.POST.get("password", "")):
        return drawn(request, {"password": objection})
    try:
        factors.give_up(user, factors.app(user), actor=actor_of(request))
    except Refused as refusal:
        return drawn(request, {"password": str(refusal)})
    arrivals.note(request, arrivals.SECOND_GONE, user=user)
    return go(request, SECOND_PAGE, _("The second factor is removed."))


urls = [
    path("login/second/", step),
    path("settings/second/", show),
    path("settings/second/codes/", codes),
    path("settings/second/remove/", remove),
]

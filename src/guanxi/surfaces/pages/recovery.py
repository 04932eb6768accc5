"""The way back in by mail. Whatever is typed, the answer and the work are the same: who has an account is nobody's business."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guanxi.kernel import tally
from guanxi.org import arrivals, recovery
from guanxi.org.address import client_address
from guanxi.org.models import User
from guanxi.surfaces import letters

#: Letters for one name, and requests from one address, in a window of so many seconds.
LETTERS, FROM_ONE_PLACE, WINDOW = 3, 30, 3600


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """For the login or the address; where there is no mail, whom to ask instead."""
    if request.method != "POST" or not letters.possible():
        return _drawn(request, "ask", possible=letters.possible())
    asked = request.POST.get("asked", "").replace("\x00", "").strip()[:254]
    if tally.add("recovery from", client_address(request), seconds=WINDOW) > FROM_ONE_PLACE:
        return _drawn(request, "ask", status=429, possible=True, error=_("Too many attempts. Try again in an hour."))
    if tally.add("recovery", asked.lower(), seconds=WINDOW) <= LETTERS:
        letters.later("recovery", asked=asked)
    arrivals.note(request, arrivals.RECOVERY, login=asked)
    return _drawn(request, "asked")


@letters.writer("recovery")
def write(asked: str) -> None:
    """The letter, where there is an account to write to."""
    for user in recovery.meant(asked):
        letters.send(user, user.email, lambda user=user: _letter(user))  # type: ignore[misc]


def _letter(user: User) -> tuple[str, list[str], str, str]:
    lines = [
        _("Somebody, hopefully you, wants to set a new password for the account %(login)s.") % {"login": user.login},
        _("The link is good once, for 30 minutes. If it was not you, do nothing: your password stays as it is."),
    ]
    return _("Set a new password"), lines, _("Set a new password"), f"/recover/{user.pk}/{recovery.token(user)}/"


@never_cache
def renew(request: HttpRequest, user_id: int, token: str) -> HttpResponse:
    """The new password, twice."""
    user = recovery.bearer(user_id, token)
    if user is None:
        return _drawn(request, "void", status=410)
    if request.method != "POST":
        return _drawn(request, "renew", login=user.login, errors={})
    errors: dict[str, str] = {}
    new = request.POST.get("new", "")
    if new != request.POST.get("again", ""):
        errors["again"] = _("The two new passwords differ.")
    try:
        password_validation.validate_password(new, user)
    except ValidationError as refusal:
        errors["new"] = " ".join(refusal.messages)
    if errors:
        return _drawn(request, "renew", status=422, login=user.login, errors=errors)
    recovery.renew(user, new)
    arrivals.note(request, arrivals.RECOVERED, user=user)
    return _drawn(request, "renewed", login=user.login)


def _drawn(request: HttpRequest, step: str, *, status: int = 200, **context: Any) -> HttpResponse:
    base = {"lang": get_language(), "theme": "auto", "step": step, "page_title": _("Forgot the password")}
    return render(request, "ui/recovery.html", {**base, **context}, status=status)


urls = [path("recover/", ask), path("recover/<int:user_id>/<str:token>/", renew)]

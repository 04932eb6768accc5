"""Log in, log out, change the password."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, password_validation, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanxi.kernel import tally
from guanxi.org import arrivals, licences, passwords, presences, single, waiting
from guanxi.org.address import client_address
from guanxi.org.models import User
from guanxi.surfaces.pages.frame import go, page, signed_in

#: Attempts per login and per address in a window of so many seconds; an office shares one address.
TRIES, FROM_ONE_PLACE, PAUSE = 10, 100, 300
#: Links that the login offers beside the forgotten password: (address, label) or None for not now.
ASIDES: list[Callable[[], tuple[str, str] | None]] = []


@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """The login page; a wrong password and an unknown login get the same answer."""
    if request.method != "POST":
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            return HttpResponseRedirect(wanted(request))
        return draw(request)
    name = request.POST.get("username", "").replace("\x00", "").strip()[:100]
    whom, where = ("login", name.lower()), ("login from", client_address(request))
    # Counted before the password is looked at, so that attempts at the same moment count too.
    if tally.add(*whom, seconds=PAUSE) > TRIES or tally.add(*where, seconds=PAUSE) > FROM_ONE_PLACE:
        arrivals.note(request, arrivals.PAUSED, login=name)
        return draw(request, name, _("Too many attempts. Wait five minutes, then try again."), status=429)
    user = authenticate(request, username=name, password=request.POST.get("password", ""))
    if not isinstance(user, User):
        arrivals.note(request, arrivals.WRONG, login=name)
        return draw(request, name, _("The user name or the password is wrong."), status=422)
    tally.forget(*whom)
    tally.take_back(*where)
    return answered(request, user, to=wanted(request))


def answered(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    """Who has shown that it is he: in, or on to the second factor."""
    if user.second:
        waiting.hold(request, user)
        return HttpResponseRedirect("/login/second/?" + urlencode({"next": to}))
    return let_in(request, user, to=to)


def let_in(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    """Signed in, with a session of a new name; to the page that was wanted, or to what comes before all others."""
    waiting.settle(request)
    with licences.place(user) as free:
        if free:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            request.session.save()  # whoever counts places next finds it
            presences.begin(request, user)
    if not free:
        arrivals.note(request, arrivals.FULL, user=user)
        return draw(request, user.login, licences.words(), status=409)
    arrivals.note(request, arrivals.IN, user=user)
    return HttpResponseRedirect("/settings/password/" if user.must_change_password else to)


def wanted(request: HttpRequest) -> str:
    """Where somebody was going when he was asked who he is."""
    to = request.POST.get("next") or request.GET.get("next") or "/"
    return to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) else "/"


def draw(request: HttpRequest, name: str = "", error: str = "", *, status: int = 200) -> HttpResponse:
    demo = User.objects.filter(demo=True, is_active=True, login__in=DEMO).values_list("login", "name")
    order = {login: n for n, login in enumerate(DEMO)}
    context = {
        "lang": get_language(),
        "username": name or request.GET.get("login", ""),
        "form_error": error,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "providers": single.active(),
        "asides": [found for aside in ASIDES if (found := aside())],
        "logins": [{"login": lo, "label": f"{lo} {na}"} for lo, na in sorted(demo, key=lambda p: order[p[0]])],
        "page_title": _("Log in"),
        "theme": "auto",
    }
    return render(request, "ui/login.html", context, status=status)


DEMO = (
    "sales",
    "manager",
    "director",
    "business",
    "admin",
    "sales2",
    "finance",
    "service",
    "readonly",
    "dealer-admin",
    "dealer-manager",
    "dealer-lead",
    "dealer-sales",
)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, User):
        arrivals.note(request, arrivals.OUT, user=request.user)
    logout(request)
    return HttpResponseRedirect("/login/")


@signed_in
@never_cache
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: old, new, confirm; other sessions end because the session hash changes."""
    user = request.user
    assert isinstance(user, User)
    errors: dict[str, str] = {}
    if request.method == "POST":
        new = request.POST.get("new", "")
        if objection := passwords.objection(user, request.POST.get("old", "")):
            errors["old"] = objection
        if new != request.POST.get("again", ""):
            errors["again"] = _("The two new passwords differ.")
        try:
            password_validation.validate_password(new, user)
        except ValidationError as refusal:
            errors["new"] = " ".join(refusal.messages)
        if not errors:
            user.set_password(new)
            user.must_change_password = False
            User.objects.filter(pk=user.pk).update(password=user.password, must_change_password=False, demo=False)
            update_session_auth_hash(request, user)
            arrivals.note(request, arrivals.PASSWORD, user=user)
            return go(request, "/settings/", _("The password has been changed. Other sessions have ended."))
    return page(request, "pages/password.html", {"errors": errors}, title=_("Change password"), status=422 if errors else 200)


urls = [path("login/", enter), path("logout/", leave), path("settings/password/", password)]

"""Personal settings: what a person may change about himself."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings as django_settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Invalidated
from guanxi.org import mailboxes, preferences, preview, profile, single
from guanxi.org.models import User
from guanxi.surfaces import guide
from guanxi.surfaces.pages import mailbox
from guanxi.surfaces.pages.frame import actor_of, go, page, signed_in

THEMES = ("light", "dark", "auto")
DENSITIES = ("comfortable", "compact")
ZONES = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Urumqi",
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "UTC",
)


def person(request: HttpRequest) -> User:
    """The signed-in person."""
    user = request.user
    assert isinstance(user, User)
    return user


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Mail, phone, address, time zone; name, login and department belong to the administrator."""
    user = person(request)
    errors: dict[str, str] = {}
    values = {**profile.keeper().read(user), "time_zone": user.time_zone}
    if request.method == "POST":
        values = {key: request.POST.get(key, values[key]).strip() for key in values}
        errors, waiting = save(user, values, actor_of(request))
        if not errors:
            sent = _("Saved. A link was sent to %(address)s: the address changes once you open it.") % {"address": values["email"]}
            return go(request, "/settings/", sent if waiting else _("Saved"))
    return drawn(request, errors, values)


def drawn(request: HttpRequest, errors: dict[str, str], values: dict[str, str] | None = None) -> HttpResponse:
    """The page, with what was refused."""
    actor, user = actor_of(request), person(request)
    context = {
        "user": user,
        "face": directory.picture(user.pk, actor),
        "parts": {"middle": _("the middle"), "start": _("the upper or left part"), "end": _("the lower or right part")},
        "values": values or {**profile.keeper().read(user), "time_zone": user.time_zone},
        "errors": errors,
        "department": directory.department_name(actor.department),
        "roles": sorted(user.assignments.values_list("role__zh" if translation.get_language() != "en" else "role__en", flat=True)),
        "zones": ZONES,
        "may_preview": preview.possible(actor),
        "single": bool(single.active()),
        "guide": bool(guide.of(actor)) and not guide.wanted(user, actor),
    }
    return page(request, "pages/settings.html", context, title=_("Settings"), status=422 if errors else 200)


def save(user: User, values: dict[str, str], actor: Actor) -> tuple[dict[str, str], bool]:
    """Keep what a person may change about himself; messages by field of what was refused, and whether the address has to be proved."""
    errors: dict[str, str] = {}
    own: tuple[str, ...] = profile.OWN
    waiting = False
    if values["time_zone"] not in available_timezones():
        errors["time_zone"] = _("Choose a time zone from the list.")
    try:
        with transaction.atomic():
            if waiting := mailbox.waits(user, values["email"], profile.keeper().read(user)["email"]):
                own = tuple(key for key in own if key != "email")
            before = user.email.lower()
            profile.keeper().change(user, {key: values[key] for key in own}, actor=actor)
            user.refresh_from_db(fields=["email"])
            if user.email.lower() != before:
                mailboxes.claim(user, user.email)
            if errors:
                raise Invalidated(errors)
            User.objects.filter(pk=user.pk).update(time_zone=values["time_zone"])
    except Invalidated as refusal:
        errors |= refusal.errors
    return errors, waiting


@signed_in
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the system."""
    wanted = request.POST.get("theme", "")
    if wanted not in THEMES:
        return HttpResponse(status=422)
    User.objects.filter(pk=person(request).pk).update(theme=wanted)
    return HttpResponse(status=204)


@signed_in
@require_POST
def rail(request: HttpRequest) -> HttpResponse:
    """Remember whether the rail is folded."""
    preferences.keep(person(request), "rail", "narrow" if request.POST.get("rail") == "narrow" else "wide")
    return HttpResponse(status=204)


@signed_in
@require_POST
def density(request: HttpRequest) -> HttpResponse:
    """How much stands on a screen: comfortable or compact."""
    wanted = request.POST.get("density", "")
    if wanted not in DENSITIES:
        return HttpResponse(status=422)
    preferences.keep(person(request), "density", wanted)
    return HttpResponse(status=204)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Chinese or English; before the login it lives in a cookie."""
    wanted = request.POST.get("lang", "")
    target = request.POST.get("next", "/")
    response = HttpResponseRedirect(target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else "/")
    if wanted in dict(django_settings.LANGUAGES):
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=wanted)
        response.set_cookie(django_settings.LANGUAGE_COOKIE_NAME, wanted, samesite="Lax", max_age=365 * 24 * 3600)
    return response


urls = [
    path("settings/", show),
    path("settings/theme/", theme),
    path("settings/rail/", rail),
    path("settings/density/", density),
    path("settings/language/", language),
]

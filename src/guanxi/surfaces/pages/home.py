"""The workbench: a greeting at once, then each tile in its own request, so that none waits for another."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import clock
from guanxi.kernel.condition.tree import ConditionError
from guanxi.surfaces import guide, steps, tiles  # noqa: F401 - the steps register themselves
from guanxi.surfaces.admin import tiles as administration
from guanxi.surfaces.pages.frame import actor_of, fragment, go, page, signed_in, toast
from guanxi.surfaces.pages.settings import person

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The shell of the workbench; no business query."""
    mine = tiles.of(actor_of(request))
    today = clock.today()
    context = {
        "greeting": greeting(),
        "day": _("%(month)d/%(day)d") % {"month": today.month, "day": today.day},
        "weekday": _(WEEKDAYS[today.weekday()]),
        "guide": not getattr(request, "preview", "") and guide.wanted(person(request), actor_of(request)),
        "top": [t for t in mine if t.place == "top"],
        "main_tiles": [t for t in mine if t.place == "main"],
        "side": [t for t in mine if t.place == "side"],
    }
    return page(request, "pages/home.html", context, title=_("Workbench"))


def greeting() -> str:
    """By the clock on the person's wall."""
    hour = timezone.localtime(clock.now()).hour
    if hour < 5:
        return _("Still up")
    if hour < 12:
        return _("Good morning")
    if hour < 14:
        return _("Good day")
    return _("Good afternoon") if hour < 18 else _("Good evening")


@signed_in
def tile(request: HttpRequest, code: str) -> HttpResponse:
    """One tile. A condition on a field that this person may not see makes it empty, not an error."""
    actor = actor_of(request)
    found = tiles.get(code, actor)
    if found is None:
        raise Http404
    try:
        drawn = found.draw(actor)
    except ConditionError:
        return HttpResponse("")
    return fragment(request, "pages/home_tile.html", {"tile": found, "drawn": drawn, "scope": found.scope(actor)})


@signed_in
@require_POST
def first_steps(request: HttpRequest) -> HttpResponse:
    """How far the person is; with `off` the guide is put away, or with `off` empty brought back."""
    user = person(request)
    if "off" in request.POST:
        guide.put_away(user, off=request.POST["off"] == "1")
        if request.POST["off"] != "1":
            return go(request, "/")
        return toast(HttpResponse(""), _("Put away. You find the first steps again in your settings."), level="info")
    shown = guide.progress(user, actor_of(request))
    following = next((step.code for step, done in shown if not done), "")
    context = {"shown": shown, "done": sum(done for _step, done in shown), "following": following}
    return fragment(request, "pages/guide.html", context)


administration.register()

urls = [path("", show), path("settings/guide/", first_steps), path("_home/<slug:code>/", tile)]

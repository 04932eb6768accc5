"""The workbench: a greeting at once, then each tile in its own request, so that none waits for another."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.models import Job
from guanxi.org.models import Department, User
from guanxi.surfaces import tiles
from guanxi.surfaces.pages.frame import actor_of, fragment, page, signed_in

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
    return fragment(request, "pages/home_tile.html", {"tile": found, "drawn": drawn})


def accounts(actor: Actor) -> tiles.Facts:
    """People and rights: what an administrator looks after."""
    active = User.objects.filter(is_active=True)
    return tiles.Facts(
        [
            (_("Active accounts"), f"{active.count():,}", ""),
            (_("Closed accounts"), f"{User.objects.filter(is_active=False).count():,}", ""),
            (_("Without a role"), f"{active.filter(assignments=None).count():,}", ""),
            (_("First password not yet changed"), f"{active.filter(must_change_password=True).count():,}", ""),
            (_("Departments"), f"{Department.objects.filter(active=True).count():,}", ""),
        ]
    )


def health(actor: Actor) -> tiles.Facts:
    """Whether long work gets done, and how big the database has grown."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database())), current_setting('server_version')")
        size, version = cursor.fetchone()
    jobs = Job.objects.filter(created_at__gte=clock.now() - timedelta(days=7))
    return tiles.Facts(
        [
            (_("Database"), f"PostgreSQL {version.split(' ')[0]} · {size}", ""),
            (_("Jobs waiting or running"), f"{jobs.filter(ended_at=None).count():,}", ""),
            (_("Jobs failed in 7 days"), f"{jobs.filter(state='failed').count():,}", ""),
        ]
    )


def administers(actor: Actor) -> bool:
    """Whether one of the actor's roles manages accounts and settings."""
    return actor.administers


tiles.register(
    tiles.Tile("accounts", gettext_lazy("Accounts"), "main", accounts, order=80, shown=administers),
    tiles.Tile("health", gettext_lazy("System"), "side", health, order=80, shown=administers),
)

urls = [path("", show), path("_home/<slug:code>/", tile)]

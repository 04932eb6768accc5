"""What the workbench shows those who look after accounts and the machine, and who may see nothing of the business."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import Count
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.models import Job
from guanxi.org.models import Department, Role, User
from guanxi.surfaces import tiles

#: Days of which signing in and failed jobs are counted.
WEEK = timedelta(days=7)
LATEST = 6


def administers(actor: Actor) -> bool:
    """Whether one of the actor's roles manages accounts and settings."""
    return actor.administers


def active(actor: Actor) -> tiles.Figure:
    """Accounts that can be used, and how many are closed."""
    closed = User.objects.filter(is_active=False).count()
    return tiles.Figure(f"{User.objects.filter(is_active=True).count():,}", _("%(n)s closed") % {"n": f"{closed:,}"})


def present(actor: Actor) -> tiles.Figure:
    """People who came in within the week."""
    came = User.objects.filter(is_active=True, last_login__gte=clock.now() - WEEK).count()
    never = User.objects.filter(is_active=True, last_login=None).count()
    return tiles.Figure(f"{came:,}", _("%(n)s never yet") % {"n": f"{never:,}"})


def waiting(actor: Actor) -> tiles.Figure:
    """Long work not yet done."""
    return tiles.Figure(f"{Job.objects.filter(ended_at=None).count():,}", "", url="/jobs/")


def failed(actor: Actor) -> tiles.Figure:
    """Long work that failed within the week."""
    return tiles.Figure(f"{Job.objects.filter(state='failed', created_at__gte=clock.now() - WEEK).count():,}", _("in 7 days"), url="/jobs/")


def roles(actor: Actor) -> tiles.Ranking:
    """How many people bear each role; those without one last, since they see an empty house."""
    chinese = (get_language() or "").startswith("zh")
    counted = Role.objects.filter(assignments__user__is_active=True).annotate(n=Count("assignments")).order_by("-n", "position")
    bars = [_people(role.zh if chinese else role.en, role.n) for role in counted]  # type: ignore[attr-defined]
    without = User.objects.filter(is_active=True, assignments=None).count()
    return tiles.Ranking([*bars, *([_people(_("Without a role"), without)] if without else [])])


def departments(actor: Actor) -> tiles.Ranking:
    """How many people sit in each department."""
    counted = Department.objects.filter(active=True, members__is_active=True).annotate(n=Count("members")).order_by("-n", "position")
    return tiles.Ranking([_people(department.name, department.n) for department in counted])  # type: ignore[attr-defined]


def _people(label: str, count: int) -> tiles.Bar:
    return tiles.Bar(label, float(count), f"{count:,}")


def arrivals(actor: Actor) -> tiles.News:
    """Who came in last."""
    people = User.objects.filter(is_active=True, last_login__isnull=False).select_related("department").order_by("-last_login")[:LATEST]
    return tiles.News([tiles.Item(ago(u.last_login), u.name, u.login, u.department.name if u.department else "") for u in people])  # type: ignore[arg-type]


def system(actor: Actor) -> tiles.Facts:
    """How big the database has grown, and what of the accounts wants attention."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database())), current_setting('server_version')")
        size, version = cursor.fetchone()
    first = User.objects.filter(is_active=True, must_change_password=True).count()
    return tiles.Facts(
        [
            (_("Database"), f"PostgreSQL {version.split(' ')[0]}", ""),
            (_("Size"), size, ""),
            (_("First password not yet changed"), f"{first:,}", ""),
            (_("Departments"), f"{Department.objects.filter(active=True).count():,}", ""),
        ]
    )


def register() -> None:
    """Put the tiles on the workbench."""
    top: tuple[tuple[str, tiles.Label, tiles.Drawing], ...] = (
        ("accounts", gettext_lazy("Active accounts"), active),
        ("signed-in", gettext_lazy("Signed in within 7 days"), present),
        ("jobs-waiting", gettext_lazy("Jobs waiting or running"), waiting),
        ("jobs-failed", gettext_lazy("Jobs failed"), failed),
    )
    tiles.register(
        *(tiles.Tile(code, label, "top", draw, order=80, shown=administers) for code, label, draw in top),
        tiles.Tile("roles", gettext_lazy("People by role"), "main", roles, order=80, shown=administers),
        tiles.Tile("departments", gettext_lazy("People by department"), "main", departments, order=81, shown=administers),
        tiles.Tile("system", gettext_lazy("System"), "side", system, order=80, shown=administers),
        tiles.Tile("arrivals", gettext_lazy("Last signed in"), "side", arrivals, order=81, shown=administers),
    )


__all__ = ["register"]

"""Teams and main groups: who belongs to them, and the roles that they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import directory
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Refused
from guanxi.org import reach, teams
from guanxi.org.models import Role, Team, TeamRole, User
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, opened_to
from guanxi.surfaces.admin.verbs import founded, on_one, told
from guanxi.surfaces.pages.frame import View, actor_of, page

PLACES.append(
    Place(
        "/admin/teams/",
        "users-group",
        gettext_lazy("Teams"),
        gettext_lazy("People who work together across departments: whom records are opened to, and roles given together."),
        PEOPLE,
        "小组 团队 项目组 主要小组 team group",
        reach.shapes_company,
    )
)
teaming = opened_to(reach.shapes_company)


@teaming
def show(request: HttpRequest) -> HttpResponse:
    """All teams; `?at=` is the one whose panel is open."""
    return drawn(request, reach.teams(actor_of(request)).filter(pk=whole(request.GET.get("at")) or 0).first())


def drawn(request: HttpRequest, chosen: Team | None, refusal: Refused | None = None) -> HttpResponse:
    """The page, with what was refused."""
    actor = actor_of(request)
    people = Count("members", filter=Q(members__user__is_active=True), distinct=True)
    known = list(reach.teams(actor).annotate(people=people).prefetch_related("roles__role").order_by("-active", "name"))
    context: dict[str, Any] = {
        "teams": [_line(team) for team in known],
        "everywhere": reach.everywhere(actor),
        "chosen": chosen,
        "error": told(refusal),
    }
    if chosen is not None:
        members = list(User.objects.filter(teams__team=chosen).order_by("-is_active", "name"))
        held = list(Role.objects.filter(teams__team=chosen).order_by("position"))
        context["members"] = [{"user": u, "department": directory.department_name(u.department_id)} for u in members]
        others = reach.accounts(actor).filter(is_active=True).exclude(pk__in=[*(u.pk for u in members), actor.id or 0]).order_by("name")
        context["others"] = [user for user in others if reach.covers(actor, user)]
        context["held"] = held
        context["free"] = [role for role in reach.roles(actor) if not role.admin and role not in held]
    return page(request, "admin/teams.html", context, title=_("Teams"), status=422 if refusal else 200)


def _line(team: Any) -> dict[str, Any]:
    given = [held.role.name for held in team.roles.all() if held.role.active]
    return {"team": team, "people": team.people, "roles": given, "company": directory.department_name(team.company_id)}


@teaming
def new(request: HttpRequest) -> HttpResponse:
    """A new team in the modal."""
    said = _("Team “%(name)s” created.")
    return founded(request, teams.create, template="admin/team_new.html", address="/admin/teams/?at={}", said=said)


def _verb(do: Callable[[HttpRequest, Team], str]) -> View:
    return on_one(Team, do, refused=drawn, address="/admin/teams/?at={}", catching=Refused, among=reach.teams)


def _change(request: HttpRequest, team: Team) -> str:
    teams.change(team, request.POST.get("name", ""), request.POST.get("about", ""), actor=actor_of(request))
    return _("Saved")


def _close(request: HttpRequest, team: Team) -> str:
    teams.close(team, active=bool(request.POST.get("active")), actor=actor_of(request))
    return _("Saved. It holds from the next click of everybody.")


def _member(request: HttpRequest, team: Team) -> str:
    user = reach.accounts(actor_of(request)).filter(pk=whole(request.POST.get("user")) or 0).first()
    if user is None:
        raise Http404
    if request.POST.get("out"):
        teams.part(team, user, actor=actor_of(request))
        return _("%(name)s no longer belongs to the team.") % {"name": user.name}
    teams.join(team, user, actor=actor_of(request))
    return _("%(name)s belongs to the team now.") % {"name": user.name}


def _role(request: HttpRequest, team: Team) -> str:
    role = Role.objects.filter(pk=whole(request.POST.get("role")) or 0).first()
    held = role is not None and TeamRole.objects.filter(team=team, role=role).exists()
    if role is None or not (held or role in reach.roles(actor_of(request)) or reach.everywhere(actor_of(request))):
        raise Http404
    if request.POST.get("out"):
        teams.take(team, role, actor=actor_of(request))
    else:
        teams.give(team, role, actor=actor_of(request))
    return _("Saved. It holds from the next click of everybody.")


urls = [
    path("admin/teams/", show),
    path("admin/teams/new/", new),
    path("admin/teams/<int:team_id>/", _verb(_change)),
    path("admin/teams/<int:team_id>/close/", _verb(_close)),
    path("admin/teams/<int:team_id>/member/", _verb(_member)),
    path("admin/teams/<int:team_id>/role/", _verb(_role)),
]

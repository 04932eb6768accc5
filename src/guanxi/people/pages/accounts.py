"""Accounts: found by name or login, locked and opened, given new passwords and roles, and closed when somebody leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanxi.kernel import clock, directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import regions
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated, Refused
from guanxi.org import actors, arrivals, factors, logins, presences, reach, roles, territory
from guanxi.org.models import Position, Role, User
from guanxi.people import hiring
from guanxi.people.directory import of_account
from guanxi.people.entities.employee import status
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, administering, looking_after
from guanxi.surfaces.admin.roles import day as day_of
from guanxi.surfaces.admin.verbs import ceiling_of, on_one
from guanxi.surfaces.days import last_day
from guanxi.surfaces.pages.frame import View, actor_of, go, page
from guanxi.surfaces.pages.presence import lines
from guanxi.surfaces.pages.settings import person
from guanxi.surfaces.tiles import list_url
from guanxi.surfaces.ui.environment import query

PLACES.append(
    Place(
        "/admin/accounts/",
        "users",
        gettext_lazy("Accounts"),
        gettext_lazy("Who may log in: new accounts, passwords, locking, leaving, and how many there may be."),
        PEOPLE,
        "账号 用户 锁定 重置密码 离职 许可证 批量 user login password lock licence",
        reach.somewhere,
    )
)
SIZE = 50
STATES = {"active": gettext_lazy("Active"), "locked": gettext_lazy("Locked"), "first": gettext_lazy("First password not yet changed")}


@looking_after
def show(request: HttpRequest) -> HttpResponse:
    """Fifty a page, narrowed by `?q=` and `?state=`."""
    return drawn(request)


def drawn(request: HttpRequest, refusal: Invalidated | None = None) -> HttpResponse:
    """The list, with what was refused of the ceiling."""
    given = {"q": request.GET.get("q", "").replace("\x00", "").strip()[:60], "state": request.GET.get("state", "")}
    number = max(1, min(whole(request.GET.get("page")) or 1, 10_000))
    start = (number - 1) * SIZE
    actor = actor_of(request)
    found = list(chosen(actor, **given)[start : start + SIZE + 1])
    address = lambda to: f"/admin/accounts/?{query({**given, 'page': to})}"
    context = {
        "rows": [_line(user) for user in found[:SIZE]],
        "given": given,
        "states": STATES,
        "everywhere": reach.everywhere(actor),
        "active": reach.accounts(actor).filter(is_active=True).count(),
        "ceiling": logins.ceiling() if reach.everywhere(actor) else None,
        "error": " ".join(refusal.errors.values()) if refusal else "",
        "range": f"{start + 1:,}–{start + len(found[:SIZE]):,}" if found else "0",
        "previous": address(number - 1) if number > 1 else "",
        "next": address(number + 1) if len(found) > SIZE else "",
    }
    return page(request, "admin/accounts.html", context, title=_("Accounts"), status=422 if refusal else 200)


def chosen(actor: Actor, q: str = "", state: str = "") -> Any:
    """Accounts that the actor looks after, by name or login, active ones first."""
    rows = reach.accounts(actor).prefetch_related("assignments__role", "teams__team").order_by("-is_active", "login")
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(login__icontains=q))
    wanted = {"active": Q(is_active=True), "locked": Q(is_active=False), "first": Q(is_active=True, must_change_password=True)}
    return rows.filter(wanted[state]) if state in wanted else rows


def _line(user: User) -> dict[str, Any]:
    now = clock.now()
    return {
        "user": user,
        "department": directory.department_name(user.department_id),
        "roles": [a.role.name for a in user.assignments.all() if a.role.active and (a.until is None or a.until > now)],
        "teams": [m.team for m in user.teams.all() if m.team.active],
    }


@looking_after
def account(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account."""
    return one(request, get_object_or_404(reach.accounts(actor_of(request)), pk=user_id))


def one(request: HttpRequest, user: User, refusal: Refused | None = None) -> HttpResponse:
    """The page of an account, with what was refused."""
    actor, employee = actor_of(request), of_account(user.pk)
    gone = employee is not None and status(employee) == "left"
    context = {
        **_line(user),
        "employee": employee if employee is not None and actor.may(hiring.ENTITY.key, "view") else None,
        "gone": gone,
        "sessions": lines(user) if reach.covers(actor, user) or user.pk == actor.id else [],
        "positions": [p.name for p in Position.objects.filter(holders__user=user, active=True).order_by("place")],
        "guarded": actors.resolve(user).guarded,
        "manager": directory.person_name(user.manager_id),
        "himself": user.pk == actor.id,
        "everywhere": reach.everywhere(actor),
        "covered": reach.covers(actor, user),
        "others": [other for other in reach.templates(actor) if other.pk != user.pk],
        "mine": reach.roles(actor),
        "assigned": [(a.role, day_of(a.until)) for a in user.assignments.all() if a.until is None or a.until > clock.now()],
        "territories": territory.of(user),
        "regions": [(p, regions.children(p.code)) for p in regions.children()],
        "held": _held(user, request) if not user.is_active else [],
        "error": str(refusal or ""),
    }
    return page(request, "admin/account.html", context, title=user.name, status=422 if refusal else 200)


def _held(user: User, request: HttpRequest) -> list[dict[str, Any]]:
    """What somebody who is locked out still owns; a link for who may hand it over."""
    actor = actor_of(request)
    return [
        {
            "label": entity.label_plural,
            "count": count,
            "url": list_url(entity, ["owner", "is", user.pk]) if actor.may(entity.key, "transfer") else "",
        }
        for entity, count in hiring.holdings(user)
    ]


def _verb(do: Callable[[HttpRequest, User], str]) -> View:
    return on_one(User, do, refused=one, address="/admin/accounts/{}/", catching=Refused, among=reach.accounts)


def _lock(request: HttpRequest, user: User) -> str:
    if request.POST.get("active"):
        hiring.readmit(user, actor=actor_of(request))
        return _("%(name)s may log in again.") % {"name": user.name}
    logins.lock(user, actor=actor_of(request))
    return _("%(name)s is locked out, and every session has ended.") % {"name": user.name}


def _leave(request: HttpRequest, user: User) -> str:
    hiring.leave(user, actor=actor_of(request))
    return _("%(name)s has left. Hand over what is still owned.") % {"name": user.name}


def _roles(request: HttpRequest, user: User) -> str:
    like_whom = reach.accounts(actor_of(request)).filter(pk=whole(request.POST.get("like")) or 0, is_active=True).first()
    if like_whom is None:
        raise Invalidated({"like": _("Choose the colleague whose roles are copied.")})
    logins.same_roles(user, like_whom, actor=actor_of(request))
    return _("%(name)s has the same roles as %(other)s now.") % {"name": user.name, "other": like_whom.name}


def _give(request: HttpRequest, user: User) -> str:
    role = _role(request)
    roles.assign(role, user, last_day(request.POST.get("until", "")), actor=actor_of(request))
    return _("%(name)s has the role “%(role)s” now.") % {"name": user.name, "role": role.name}


def _take(request: HttpRequest, user: User) -> str:
    role = _role(request)
    roles.revoke(role, user, actor=actor_of(request))
    return _("The role “%(role)s” is taken from %(name)s.") % {"name": user.name, "role": role.name}


def _role(request: HttpRequest) -> Role:
    """The role named, if it is the actor's to give."""
    number = whole(request.POST.get("role"))
    role = next((r for r in reach.roles(actor_of(request)) if r.pk == number), None)
    if role is None:
        raise Invalidated({"role": _("Choose a role from the list.")})
    return role


def _territory(request: HttpRequest, user: User) -> str:
    territory.assign(user, [whole(code) or 0 for code in request.POST.getlist("region")], actor=actor_of(request))
    return _("Saved. It holds from the next click of everybody.")


def _second(request: HttpRequest, user: User) -> str:
    factors.take(user, actor=actor_of(request))
    return _("The second factor of %(name)s is removed, and every session has ended.") % {"name": user.name}


def _sessions(request: HttpRequest, user: User) -> str:
    presences.end_all(user, actor=actor_of(request))
    arrivals.note(request, arrivals.ENDED, user=person(request), login=user.login)
    return _("Every session of %(name)s has ended.") % {"name": user.name}


@looking_after
@require_POST
@never_cache
def reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """A new password, shown once."""
    user = get_object_or_404(reach.accounts(actor_of(request)), pk=user_id)
    try:
        password = logins.reset(user, actor=actor_of(request))
    except Refused as refusal:
        return one(request, user, refusal)
    return told(request, user, password)


def told(request: HttpRequest, user: User, password: str, *, made: bool = False) -> HttpResponse:
    """The page that shows an initial password, which nobody can see again."""
    return page(request, "admin/password.html", {"user": user, "password": password, "made": made}, title=_("Initial password"))


@administering
@require_POST
def ceiling(request: HttpRequest) -> HttpResponse:
    """How many accounts may be active; empty lifts the limit."""
    try:
        logins.limit(ceiling_of(request), actor=actor_of(request))
    except Invalidated as refusal:
        return drawn(request, refusal)
    return go(request, "/admin/accounts/", _("Saved"))


urls = [
    path("admin/accounts/", show),
    path("admin/accounts/ceiling/", ceiling),
    path("admin/accounts/<int:user_id>/", account),
    path("admin/accounts/<int:user_id>/lock/", _verb(_lock)),
    path("admin/accounts/<int:user_id>/leave/", _verb(_leave)),
    path("admin/accounts/<int:user_id>/roles/", _verb(_roles)),
    path("admin/accounts/<int:user_id>/give/", _verb(_give)),
    path("admin/accounts/<int:user_id>/take/", _verb(_take)),
    path("admin/accounts/<int:user_id>/territory/", _verb(_territory)),
    path("admin/accounts/<int:user_id>/second/", _verb(_second)),
    path("admin/accounts/<int:user_id>/sessions/", _verb(_sessions)),
    path("admin/accounts/<int:user_id>/reset/", reset),
]

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
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated, Refused
from guanxi.org import logins
from guanxi.org.models import User
from guanxi.people import hiring
from guanxi.people.directory import of_account
from guanxi.people.entities.employee import status
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, administering
from guanxi.surfaces.pages.frame import actor_of, go, page
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
    )
)
SIZE = 50
STATES = {"active": gettext_lazy("Active"), "locked": gettext_lazy("Locked"), "first": gettext_lazy("First password not yet changed")}


@administering
def show(request: HttpRequest) -> HttpResponse:
    """Fifty a page, narrowed by `?q=` and `?state=`."""
    return drawn(request)


def drawn(request: HttpRequest, refusal: Invalidated | None = None) -> HttpResponse:
    """The list, with what was refused of the ceiling."""
    given = {"q": request.GET.get("q", "").replace("\x00", "").strip()[:60], "state": request.GET.get("state", "")}
    number = max(1, min(whole(request.GET.get("page")) or 1, 10_000))
    start = (number - 1) * SIZE
    found = list(chosen(**given)[start : start + SIZE + 1])
    address = lambda to: f"/admin/accounts/?{query({**given, 'page': to})}"
    context = {
        "rows": [_line(user) for user in found[:SIZE]],
        "given": given,
        "states": STATES,
        "active": logins.active(),
        "ceiling": logins.ceiling(),
        "error": " ".join(refusal.errors.values()) if refusal else "",
        "range": f"{start + 1:,}–{start + len(found[:SIZE]):,}" if found else "0",
        "previous": address(number - 1) if number > 1 else "",
        "next": address(number + 1) if len(found) > SIZE else "",
    }
    return page(request, "admin/accounts.html", context, title=_("Accounts"), status=422 if refusal else 200)


def chosen(q: str = "", state: str = "") -> Any:
    """Accounts by name or login, active ones first."""
    rows = User.objects.prefetch_related("assignments__role").order_by("-is_active", "login")
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
    }


@administering
def account(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account."""
    return one(request, get_object_or_404(User, pk=user_id))


def one(request: HttpRequest, user: User, refusal: Refused | None = None) -> HttpResponse:
    """The page of an account, with what was refused."""
    actor, employee = actor_of(request), of_account(user.pk)
    gone = employee is not None and status(employee) == "left"
    context = {
        **_line(user),
        "employee": employee if employee is not None and actor.may(hiring.ENTITY.key, "view") else None,
        "gone": gone,
        "manager": directory.person_name(user.manager_id),
        "himself": user.pk == actor.id,
        "others": User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("name"),
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


def _verb(do: Callable[[HttpRequest, User], str]) -> Callable[..., HttpResponse]:
    """A POST on one account that answers with its page."""

    @administering
    @require_POST
    def view(request: HttpRequest, user_id: int) -> HttpResponse:
        user = get_object_or_404(User, pk=user_id)
        try:
            said = do(request, user)
        except Refused as refusal:
            return one(request, user, refusal)
        return go(request, f"/admin/accounts/{user.pk}/", said)

    return view


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
    like_whom = User.objects.filter(pk=whole(request.POST.get("like")) or 0, is_active=True).first()
    if like_whom is None:
        raise Invalidated({"like": _("Choose the colleague whose roles are copied.")})
    logins.same_roles(user, like_whom, actor=actor_of(request))
    return _("%(name)s has the same roles as %(other)s now.") % {"name": user.name, "other": like_whom.name}


@administering
@require_POST
@never_cache
def reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """A new password, shown once."""
    user = get_object_or_404(User, pk=user_id)
    try:
        password = logins.reset(user, actor=actor_of(request))
    except Invalidated as refusal:
        return one(request, user, refusal)
    return told(request, user, password)


def told(request: HttpRequest, user: User, password: str, *, made: bool = False) -> HttpResponse:
    """The page that shows an initial password, which nobody can see again."""
    return page(request, "admin/password.html", {"user": user, "password": password, "made": made}, title=_("Initial password"))


@administering
@require_POST
def ceiling(request: HttpRequest) -> HttpResponse:
    """How many accounts may be active; empty lifts the limit."""
    text = request.POST.get("ceiling", "").strip()
    try:
        most = whole(text) if text else None
        if text and most is None:
            raise Invalidated({"ceiling": _("Give a whole number, or nothing for no limit.")})
        logins.limit(most, actor=actor_of(request))
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
    path("admin/accounts/<int:user_id>/reset/", reset),
]

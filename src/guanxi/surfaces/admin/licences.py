"""Licences: how many accounts there may be, which of them share, and how many of those are in right now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import directory
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import licences, logins
from guanxi.org.models import User
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, administering
from guanxi.surfaces.admin.verbs import ceiling_of
from guanxi.surfaces.pages.frame import actor_of, go, page

PLACE = "/admin/licences/"
PLACES.append(
    Place(
        PLACE,
        "key",
        gettext_lazy("Licences"),
        gettext_lazy("Named licences for regular users, shared ones for shifts and part-time work, and how many are in use."),
        PEOPLE,
        "许可证 命名 并发 轮班 兼职 授权数 licence concurrent",
    )
)


@administering
def show(request: HttpRequest) -> HttpResponse:
    """Use against ceilings, and who shares."""
    return drawn(request)


def drawn(request: HttpRequest, refusal: Invalidated | None = None) -> HttpResponse:
    """The page, with what was refused."""
    inside = {user.pk for user in licences.inside()}
    sharing = User.objects.filter(shared__isnull=False).order_by("-is_active", "name")
    context: dict[str, Any] = {
        "active": logins.active(),
        "named": logins.ceiling(),
        "ceiling": licences.ceiling(),
        "used": len(inside),
        "rows": [
            {"user": user, "department": directory.department_name(user.department_id), "inside": user.pk in inside} for user in sharing
        ],
        "others": User.objects.filter(is_active=True, shared=None).order_by("name"),
        "errors": refusal.errors if refusal else {},
    }
    return page(request, "admin/licences.html", context, title=_("Licences"), status=422 if refusal else 200)


@administering
@require_POST
def limit(request: HttpRequest) -> HttpResponse:
    """How many may be in at once; empty lifts the limit."""
    try:
        licences.limit(ceiling_of(request), actor=actor_of(request))
    except Invalidated as refusal:
        return drawn(request, refusal)
    return go(request, PLACE, _("Saved"))


@administering
@require_POST
def account(request: HttpRequest) -> HttpResponse:
    """`share` gives an account a shared licence, otherwise it gets a named one."""
    user = User.objects.filter(pk=whole(request.POST.get("user")) or 0).first()
    try:
        if user is None:
            raise Invalidated({"user": _("Choose an account.")})
        (licences.share if request.POST.get("share") else licences.name)(user, actor=actor_of(request))
    except Invalidated as refusal:
        return drawn(request, refusal)
    return go(request, PLACE, _("Saved"))


urls = [path("admin/licences/", show), path("admin/licences/ceiling/", limit), path("admin/licences/account/", account)]

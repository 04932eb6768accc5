"""The list of positions: named, put in order, closed, with who holds each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import directory
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import positions
from guanxi.org.models import Position, User
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, administering
from guanxi.surfaces.admin.verbs import founded, on_one, told
from guanxi.surfaces.pages.frame import View, actor_of, page

PLACES.append(
    Place(
        "/admin/positions/",
        "briefcase",
        gettext_lazy("Positions"),
        gettext_lazy("What people are in the company: given in the record of an employee, and named when records are opened to others."),
        PEOPLE,
        "职位 岗位 职务 共享 授权 position post job",
    )
)


@administering
def show(request: HttpRequest) -> HttpResponse:
    """All positions; `?at=` is the one whose panel is open."""
    return drawn(request, Position.objects.filter(pk=whole(request.GET.get("at")) or 0).first())


def drawn(request: HttpRequest, chosen: Position | None, refusal: Invalidated | None = None) -> HttpResponse:
    """The page, with what was refused."""
    people = Count("holders", filter=Q(holders__user__is_active=True))
    known = list(Position.objects.annotate(people=people).order_by("place", "pk"))
    context: dict[str, Any] = {
        "positions": known,
        "chosen": chosen,
        "first": bool(known) and chosen == known[0],
        "last": bool(known) and chosen == known[-1],
        "error": told(refusal),
    }
    if chosen is not None:
        holders = User.objects.filter(positions__position=chosen).order_by("-is_active", "name")
        context["holders"] = [{"user": u, "department": directory.department_name(u.department_id)} for u in holders]
    return page(request, "admin/positions.html", context, title=_("Positions"), status=422 if refusal else 200)


@administering
def new(request: HttpRequest) -> HttpResponse:
    """A new position in the modal."""
    said = _("Position “%(name)s” created.")
    return founded(request, positions.create, template="admin/position_new.html", address="/admin/positions/?at={}", said=said)


def _verb(do: Callable[[HttpRequest, Position], str]) -> View:
    return on_one(Position, do, refused=drawn, address="/admin/positions/?at={}")


def _change(request: HttpRequest, position: Position) -> str:
    positions.change(position, request.POST.get("name", ""), request.POST.get("about", ""), actor=actor_of(request))
    return _("Saved")


def _shift(request: HttpRequest, position: Position) -> str:
    positions.shift(position, up=bool(request.POST.get("up")), actor=actor_of(request))
    return _("Saved")


def _close(request: HttpRequest, position: Position) -> str:
    positions.close(position, active=bool(request.POST.get("active")), actor=actor_of(request))
    return _("Saved. It holds from the next click of everybody.")


urls = [
    path("admin/positions/", show),
    path("admin/positions/new/", new),
    path("admin/positions/<int:position_id>/", _verb(_change)),
    path("admin/positions/<int:position_id>/shift/", _verb(_shift)),
    path("admin/positions/<int:position_id>/close/", _verb(_close)),
]

"""The tree of departments with what may be done to one of them beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated, Refused
from guanxi.org import departments, reach
from guanxi.org.models import Department, User
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, looking_after
from guanxi.surfaces.admin.verbs import on_one, told
from guanxi.surfaces.pages.frame import View, actor_of, fragment, go, page

PLACES.append(
    Place(
        "/admin/departments/",
        "sitemap",
        gettext_lazy("Departments"),
        gettext_lazy("The tree of the company: heads, and moving, merging and closing departments."),
        PEOPLE,
        "部门 机构 组织架构 合并 停用 organisation tree merge close",
        reach.somewhere,
    )
)


@looking_after
def show(request: HttpRequest) -> HttpResponse:
    """The tree; `?at=` is the department whose panel is open."""
    return drawn(request, _department(request, request.GET.get("at")))


def drawn(request: HttpRequest, chosen: Department | None, refusal: Refused | None = None) -> HttpResponse:
    """The page, with what was refused."""
    actor, counts = actor_of(request), departments.people()
    rows = lines(actor)
    context: dict[str, Any] = {
        "lines": [line for line in rows if line["active"]],
        "closed": [line for line in rows if not line["active"]],
        "total": sum(counts.get(line["id"], 0) for line in rows),
        "chosen": chosen,
        "everywhere": reach.everywhere(actor),
        "moves": reach.shapes_company(actor),
        "error": told(refusal),
    }
    if chosen is not None:
        under = directory.below(directory.departments(), frozenset({chosen.pk}))
        context["others"] = [line for line in rows if line["active"] and line["id"] not in under]
        context["heads"] = reach.accounts(actor).filter(is_active=True).order_by("name")
        context["people"] = counts.get(chosen.pk, 0)
        context["mine"] = reach.everywhere(actor) or chosen.parent_id in actor.keeps
    return page(request, "admin/departments.html", context, title=_("Departments"), status=422 if refusal else 200)


def lines(actor: Actor) -> list[dict[str, Any]]:
    """The departments that he looks after in the order of the tree, with depth, head and people; `all` counts those below as well."""
    known, counts = directory.departments(), departments.people()
    if not reach.everywhere(actor):
        known = {i: entry for i, entry in known.items() if i in actor.keeps}
    heads = dict(Department.objects.values_list("id", "head__name"))
    children: dict[int | None, list[directory.Entry]] = {}
    for entry in known.values():
        children.setdefault(entry.parent if entry.parent in known else None, []).append(entry)
    found: list[dict[str, Any]] = []

    def walk(above: int | None, depth: int) -> int:
        total = 0
        for entry in children.get(above, []):
            line: dict[str, Any] = {
                "id": entry.id,
                "name": entry.name,
                "depth": min(depth, 8),
                "active": entry.active,
                "company": entry.company == entry.id,
                "head": heads.get(entry.id) or "",
            }
            found.append(line)
            line["people"] = counts.get(entry.id, 0)
            line["all"] = whole_branch = counts.get(entry.id, 0) + walk(entry.id, depth + 1)
            total += whole_branch
        return total

    walk(None, 0)
    return found


@looking_after
def new(request: HttpRequest) -> HttpResponse:
    """A new department in the modal; `?above=` is where it comes."""
    given = request.POST if request.method == "POST" else request.GET
    above, errors = _department(request, given.get("above")), {}
    if request.method == "POST":
        try:
            made = departments.create(given.get("name", ""), above, actor=actor_of(request))
            return go(request, f"/admin/departments/?at={made.pk}", _("Department “%(name)s” created.") % {"name": made.name})
        except Refused as refusal:
            errors = refusal.errors if isinstance(refusal, Invalidated) else {"above": str(refusal)}
    context = {
        "name": given.get("name", ""),
        "above": above.pk if above else None,
        "errors": errors,
        "lines": [line for line in lines(actor_of(request)) if line["active"]],
        "everywhere": reach.everywhere(actor_of(request)),
    }
    return fragment(request, "admin/department_new.html", context, status=422 if errors else 200)


def _department(request: HttpRequest, text: str | None) -> Department | None:
    found: Department | None = reach.places(actor_of(request)).filter(pk=whole(text) or 0).first()
    return found


def _verb(do: Callable[[HttpRequest, Department], str]) -> View:
    return on_one(Department, do, refused=drawn, address="/admin/departments/?at={}", catching=Refused, among=reach.places)


def _change(request: HttpRequest, department: Department) -> str:
    number = whole(request.POST.get("head"))
    head = User.objects.filter(pk=number).first() if number else None
    if number and head is None:  # as of one whom he does not look after
        raise Invalidated({"head": _("Choose a head among the ordinary colleagues whom you look after.")})
    departments.change(department, request.POST.get("name", ""), head, actor=actor_of(request))
    return _("Saved")


def _place(request: HttpRequest, department: Department) -> str:
    departments.place(department, _department(request, request.POST.get("above")), actor=actor_of(request))
    return _("Moved. It holds from the next click of everybody.")


def _company(request: HttpRequest, department: Department) -> str:
    departments.found(department, company=bool(request.POST.get("company")), actor=actor_of(request))
    return _("Saved. It holds from the next click of everybody.")


def _merge(request: HttpRequest, department: Department) -> str:
    into = _department(request, request.POST.get("into"))
    if into is None:
        raise Invalidated({"into": _("Choose the department that takes over.")})
    departments.merge(department, into, actor=actor_of(request))
    return _("“%(old)s” is part of “%(new)s” now, with its people and records.") % {"old": department.name, "new": into.name}


def _close(request: HttpRequest, department: Department) -> str:
    departments.close(department, active=bool(request.POST.get("active")), actor=actor_of(request))
    return _("Saved")


urls = [
    path("admin/departments/", show),
    path("admin/departments/new/", new),
    path("admin/departments/<int:department_id>/", _verb(_change)),
    path("admin/departments/<int:department_id>/place/", _verb(_place)),
    path("admin/departments/<int:department_id>/company/", _verb(_company)),
    path("admin/departments/<int:department_id>/merge/", _verb(_merge)),
    path("admin/departments/<int:department_id>/close/", _verb(_close)),
]

"""The tree of departments with what may be done to one of them beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import directory
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import departments
from guanxi.org.models import Department, User
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, administering
from guanxi.surfaces.pages.frame import actor_of, fragment, go, page

PLACES.append(
    Place(
        "/admin/departments/",
        "sitemap",
        gettext_lazy("Departments"),
        gettext_lazy("The tree of the company: heads, and moving, merging and closing departments."),
        PEOPLE,
        "部门 机构 组织架构 合并 停用 organisation tree merge close",
    )
)


@administering
def show(request: HttpRequest) -> HttpResponse:
    """The tree; `?at=` is the department whose panel is open."""
    return drawn(request, Department.objects.filter(pk=whole(request.GET.get("at")) or 0).first())


def drawn(request: HttpRequest, chosen: Department | None, refusal: Invalidated | None = None) -> HttpResponse:
    """The page, with what was refused."""
    rows = lines()
    context: dict[str, Any] = {
        "lines": [line for line in rows if line["active"]],
        "closed": [line for line in rows if not line["active"]],
        "total": sum(departments.people().values()),
        "chosen": chosen,
        "error": " ".join(refusal.errors.values()) if refusal else "",
    }
    if chosen is not None:
        under = directory.below(directory.departments(), frozenset({chosen.pk}))
        context["others"] = [line for line in rows if line["active"] and line["id"] not in under]
        context["heads"] = User.objects.filter(is_active=True).order_by("name")
        context["people"] = departments.people().get(chosen.pk, 0)
    return page(request, "admin/departments.html", context, title=_("Departments"), status=422 if refusal else 200)


def lines() -> list[dict[str, Any]]:
    """Every department in the order of the tree, with its depth, head and people; `all` counts those below as well."""
    known, counts = directory.departments(), departments.people()
    heads = dict(Department.objects.values_list("id", "head__name"))
    children: dict[int | None, list[directory.Entry]] = {}
    for entry in known.values():
        children.setdefault(entry.parent, []).append(entry)
    found: list[dict[str, Any]] = []

    def walk(above: int | None, depth: int) -> int:
        total = 0
        for entry in children.get(above, []):
            line: dict[str, Any] = {
                "id": entry.id,
                "name": entry.name,
                "depth": min(depth, 8),
                "active": entry.active,
                "head": heads.get(entry.id) or "",
            }
            found.append(line)
            line["people"] = counts.get(entry.id, 0)
            line["all"] = whole_branch = counts.get(entry.id, 0) + walk(entry.id, depth + 1)
            total += whole_branch
        return total

    walk(None, 0)
    return found


@administering
def new(request: HttpRequest) -> HttpResponse:
    """A new department in the modal; `?above=` is where it comes."""
    given = request.POST if request.method == "POST" else request.GET
    above, errors = _department(given.get("above")), {}
    if request.method == "POST":
        try:
            made = departments.create(given.get("name", ""), above, actor=actor_of(request))
            return go(request, f"/admin/departments/?at={made.pk}", _("Department “%(name)s” created.") % {"name": made.name})
        except Invalidated as refusal:
            errors = refusal.errors
    context = {
        "name": given.get("name", ""),
        "above": above.pk if above else None,
        "errors": errors,
        "lines": [line for line in lines() if line["active"]],
    }
    return fragment(request, "admin/department_new.html", context, status=422 if errors else 200)


def _department(text: str | None) -> Department | None:
    return Department.objects.filter(pk=whole(text) or 0).first()


def _verb(do: Callable[[HttpRequest, Department], str]) -> Callable[..., HttpResponse]:
    """A POST on one department that answers with the tree."""

    @administering
    @require_POST
    def view(request: HttpRequest, department_id: int) -> HttpResponse:
        department = get_object_or_404(Department, pk=department_id)
        try:
            said = do(request, department)
        except Invalidated as refusal:
            department.refresh_from_db()
            return drawn(request, department, refusal)
        return go(request, f"/admin/departments/?at={department.pk}", said)

    return view


def _change(request: HttpRequest, department: Department) -> str:
    head = User.objects.filter(pk=whole(request.POST.get("head")) or 0).first()
    departments.change(department, request.POST.get("name", ""), head, actor=actor_of(request))
    return _("Saved")


def _place(request: HttpRequest, department: Department) -> str:
    departments.place(department, _department(request.POST.get("above")), actor=actor_of(request))
    return _("Moved. It holds from the next click of everybody.")


def _merge(request: HttpRequest, department: Department) -> str:
    into = _department(request.POST.get("into"))
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
    path("admin/departments/<int:department_id>/merge/", _verb(_merge)),
    path("admin/departments/<int:department_id>/close/", _verb(_close)),
]

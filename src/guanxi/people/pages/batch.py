"""Accounts for several employees at once; their passwords leave as one workbook and are nowhere else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guanxi.kernel import clock, directory
from guanxi.kernel.models import AccessLog
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated, Refused, unit
from guanxi.org import logins, reach
from guanxi.org.duty import DOOR
from guanxi.people import hiring
from guanxi.people.pages.wizard import like_of, unopened, without_account
from guanxi.surfaces.admin.places import looking_after
from guanxi.surfaces.exchange.sheet import workbook
from guanxi.surfaces.pages.frame import actor_of, page

#: Hashing a password takes its time on purpose.
AT_ONCE = 100


@looking_after
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Who has no account yet, each with the login he would get; POST gives one to those ticked."""
    if request.method != "POST":
        return drawn(request)
    try:
        lines = _open(request)
    except Refused as refusal:
        return drawn(request, refusal)
    chosen = {"count": len(lines)}
    AccessLog.objects.create(at=clock.now(), actor=actor_of(request).id, verb="export", entity="org.user", data=chosen)
    return workbook(_("Initial passwords"), [_("Name"), _("Department"), _("User name"), _("Initial password")], lines)


def _open(request: HttpRequest) -> list[list[str]]:
    actor = actor_of(request)
    wanted = {number for text in request.POST.getlist("employee") if (number := whole(text))}
    if not 0 < len(wanted) <= AT_ONCE:
        raise Invalidated({"employee": _("Choose at least one employee, and at most %(n)d at once.") % {"n": AT_ONCE}})
    like = like_of(request.POST.get("like", ""), actor)
    lines = []
    with unit(actor, DOOR):
        for employee in unopened(actor).filter(id__in=wanted).order_by("name_sort", "id"):
            login = request.POST.get(f"login-{employee.id}", "").strip() or logins.suggest(employee.name)
            user, password = hiring.account(employee, login, actor=actor, like=like)
            lines.append([employee.name, directory.department_name(employee.works_in_id), user.login, password])
    return lines


def drawn(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    """The list to tick, with what was refused."""
    rows: list[dict[str, Any]] = []
    ticked = set(request.POST.getlist("employee"))
    given: list[str] = []
    for employee in without_account(actor_of(request)):
        login = request.POST.get(f"login-{employee.id}") or logins.suggest(employee.name, given)
        given.append(login)
        place = directory.department_name(employee.works_in_id)
        rows.append({"employee": employee, "login": login, "department": place, "on": str(employee.id) in ticked})
    context = {
        "rows": rows,
        "like": whole(request.POST.get("like")),
        "colleagues": reach.templates(actor_of(request)),
        "error": str(refusal or ""),
    }
    return page(request, "admin/accounts_batch.html", context, title=_("Several accounts"), status=422 if refusal else 200)


urls = [path("admin/accounts/batch/", show)]

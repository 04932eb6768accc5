"""A new account in three steps: who, details and security, the initial password. Nothing is written before it is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guanxi.kernel import directory, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated, Refused, unit
from guanxi.org import logins
from guanxi.org.duty import DOOR
from guanxi.org.models import User
from guanxi.people import hiring
from guanxi.people.entities.employee import STATUS
from guanxi.people.pages.accounts import told
from guanxi.surfaces.admin.places import administering
from guanxi.surfaces.pages.frame import actor_of, fragment, page

WHO = ("employee", "name", "login")
DETAILS = ("works_in", "manager", "title", "phone", "email")
MOST = 500


def without_account(actor: Actor) -> Any:
    """Employees who work here and cannot log in yet."""
    rows = hiring.ENTITY.rows(actor).filter(account=None).exclude(status=STATUS.id("left"))
    return rows.order_by("name_sort", "id")[:MOST]


def employee_of(request: HttpRequest) -> Any | None:
    """The employee chosen, if he is one of those without an account."""
    given = request.POST if request.method == "POST" else request.GET
    number = whole(given.get("employee"))
    return hiring.ENTITY.rows(actor_of(request)).filter(id=number, account=None).first() if number else None


@administering
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The steps; POST `then` is continue, back, save or again (save, and a new one after it)."""
    if request.method != "POST":
        return drawn(request, 1, _beginning(request))
    values = {key: request.POST.get(key, "").replace("\x00", "").strip() for key in (*WHO, *DETAILS, "like")}
    step, then = whole(request.POST.get("step")) or 1, request.POST.get("then", "continue")
    employee = employee_of(request)
    if employee is not None:
        values["name"] = employee.name
    values["login"] = values["login"] or logins.suggest(values["name"])
    if then == "back":
        return drawn(request, 1, values)
    try:
        if then == "continue":
            _named(values)
            return drawn(request, 2, _prefilled(values, employee))
        user, password = _save(values, employee, actor_of(request), whole_form=step == 2)
    except Refused as refusal:
        errors = refusal.errors if isinstance(refusal, Invalidated) else {"": str(refusal)}
        first = step == 1 or bool(set(WHO) & set(errors))
        return drawn(request, 1 if first else 2, values, errors)
    if then == "again":
        return drawn(request, 1, {}, made=(user, password))
    return told(request, user, password, made=True)


def _beginning(request: HttpRequest) -> dict[str, str]:
    employee = employee_of(request)
    return {"employee": str(employee.id), "name": employee.name, "login": logins.suggest(employee.name)} if employee else {}


def _named(values: dict[str, str]) -> None:
    if not values["name"]:
        raise Invalidated({"name": _("Choose an employee or give the name of a new one.")})
    logins.usable(values["login"])


def _prefilled(values: dict[str, str], employee: Any | None) -> dict[str, str]:
    """What the record of a known employee says already, until the second step was seen."""
    if employee is None or any(values[key] for key in DETAILS):
        return values
    reader = Reader(Actor(id=None, name=""))
    fields = hiring.ENTITY.fields
    return {**values, **{key: fields[key].kind.typed(fields[key].value(employee), reader) or "" for key in DETAILS}}


def _save(values: dict[str, str], employee: Any | None, actor: Actor, *, whole_form: bool) -> tuple[User, str]:
    _named(values)
    details = {key: values[key] for key in DETAILS} if whole_form else {}
    like = User.objects.filter(pk=whole(values["like"]) or 0, is_active=True).first()
    with unit(actor, DOOR):
        if employee is None:
            employee = hiring.hire({"name": values["name"], **details}, actor=actor)
        elif details:
            employee = write.update((hiring.ENTITY, employee.id), details, actor=actor, door=DOOR)
        return hiring.account(employee, values["login"], actor=actor, like=like)


def drawn(
    request: HttpRequest, step: int, values: dict[str, str], errors: dict[str, str] | None = None, made: tuple[User, str] | None = None
) -> HttpResponse:
    """One step of the form."""
    active = [e for e in directory.departments().values() if e.active]
    context = {
        "step": step,
        "values": values,
        "errors": errors or {},
        "carried": [(k, values.get(k, "")) for k in ((*DETAILS, "like") if step == 1 else WHO)],
        "steps": [
            {"label": label, "done": place < step, "on": place == step}
            for place, label in enumerate((_("Who"), _("Details and security"), _("Initial password")), 1)
        ],
        "employees": without_account(actor_of(request)) if step == 1 else [],
        "departments": active,
        "colleagues": User.objects.filter(is_active=True).order_by("name") if step == 2 else [],
        "made": made,
    }
    return page(request, "admin/account_new.html", context, title=_("New account"), status=422 if errors else 200)


@administering
def suggest(request: HttpRequest) -> HttpResponse:
    """The login that a name would get, as the field that holds it."""
    employee = employee_of(request)
    name = employee.name if employee is not None else request.GET.get("name", "").replace("\x00", "")[:60]
    return fragment(request, "admin/login_field.html", {"login": logins.suggest(name), "error": ""})


urls = [path("admin/accounts/new/", new), path("admin/accounts/suggest/", suggest)]

"""A new account in three steps: who, details and security, the initial password. Nothing is written before it is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guanxi.kernel import directory, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.deciding import SUPERIOR
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated, Refused, unit
from guanxi.org import deciders, logins, reach, roles
from guanxi.org.duty import DOOR
from guanxi.org.models import Role, User
from guanxi.people import hiring, registration
from guanxi.people.entities.employee import STATUS
from guanxi.people.pages.accounts import told
from guanxi.people.pages.registration import answer_later
from guanxi.surfaces.admin.places import looking_after
from guanxi.surfaces.pages.frame import actor_of, fragment, page

WHO = ("employee", "name", "login")
DETAILS = ("works_in", "manager", "title", "phone", "email")
#: What the account may do: the roles of a colleague, or one role.
RIGHTS = ("like", "role")
#: What goes along besides: the rights, and whose request for an account it answers.
ALONG = (*RIGHTS, "registration")
MOST = 500


def unopened(actor: Actor) -> Any:
    """Employees without an account to whom the actor may give one."""
    rows = hiring.ENTITY.rows(actor).filter(account=None)
    return rows if reach.everywhere(actor) else rows.filter(works_in__in=actor.keeps)


def without_account(actor: Actor) -> Any:
    """Those of them who work here."""
    return unopened(actor).exclude(status=STATUS.id("left")).order_by("name_sort", "id")[:MOST]


def like_of(text: str, actor: Actor) -> User | None:
    """The colleague whose roles are to be copied, if any. Raises Invalidated for nobody whom the actor looks after."""
    if not text:
        return None
    found: User | None = reach.accounts(actor).filter(pk=whole(text) or 0, is_active=True).first()
    if found is None:
        raise Invalidated({"like": _("Choose the colleague whose roles are copied.")})
    return found


def employee_of(request: HttpRequest) -> Any | None:
    """The employee chosen, if he is one of those without an account."""
    given = request.POST if request.method == "POST" else request.GET
    number = whole(given.get("employee"))
    return unopened(actor_of(request)).filter(id=number).first() if number else None


@looking_after
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The steps; POST `then` is continue, back, save or again (save, and a new one after it)."""
    if request.method != "POST":
        return drawn(request, 1, _beginning(request))
    values = {key: request.POST.get(key, "").replace("\x00", "").strip() for key in (*WHO, *DETAILS, *ALONG)}
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
    if employee is not None:
        return {"employee": str(employee.id), "name": employee.name, "login": logins.suggest(employee.name)}
    number = whole(request.GET.get("registration"))
    asked = registration.prefill(number, actor=actor_of(request)) if number else {}
    return {**asked, "login": logins.suggest(asked["name"])} if asked else {}


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
    details = {key: values[key] for key in DETAILS} if whole_form or values["registration"] else {}
    like, role = like_of(values["like"], actor), _role(values, actor)
    with unit(actor, DOOR):
        if employee is None:
            employee = hiring.hire({"name": values["name"], **details}, actor=actor)
        elif details:
            employee = write.update((hiring.ENTITY, employee.id), details, actor=actor.at_once(), door=DOOR)
        user, password = hiring.account(employee, values["login"], actor=actor, like=like)
        if role is not None:
            roles.assign(role, user, None, actor=actor)
            _led(role, user)
        if values["registration"] and (asked := registration.agreed(whole(values["registration"]) or 0, user, actor=actor)):
            answer_later(asked)
    return user, password


def _role(values: dict[str, str], actor: Actor) -> Role | None:
    if not values["role"]:
        return None
    found = next((role for role in reach.roles(actor) if str(role.pk) == values["role"]), None)
    if found is None or values["like"]:
        raise Invalidated({"role": _("Choose a role from the list, or a colleague, not both.")})
    return found


def _led(role: Role, user: User) -> None:
    """Whose entries a superior must agree to needs one."""
    if role.grants.filter(review=SUPERIOR).exists() and deciders.superior_of(user.pk) is None:
        raise Invalidated({"manager": _("Choose a manager: he agrees to what this role enters.")})


def drawn(
    request: HttpRequest, step: int, values: dict[str, str], errors: dict[str, str] | None = None, made: tuple[User, str] | None = None
) -> HttpResponse:
    """One step of the form."""
    actor = actor_of(request)
    active = [e for e in directory.departments().values() if e.active and (reach.everywhere(actor) or e.id in actor.keeps)]
    context = {
        "step": step,
        "values": values,
        "errors": errors or {},
        "carried": [(k, values.get(k, "")) for k in ((*DETAILS, *ALONG) if step == 1 else (*WHO, "registration"))],
        "steps": [
            {"label": label, "done": place < step, "on": place == step}
            for place, label in enumerate((_("Who"), _("Details and security"), _("Initial password")), 1)
        ],
        "employees": without_account(actor_of(request)) if step == 1 else [],
        "departments": active,
        "managers": reach.accounts(actor).filter(is_active=True).order_by("name") if step == 2 else [],
        "colleagues": reach.templates(actor) if step == 2 else [],
        "roles": reach.roles(actor) if step == 2 else [],
        "made": made,
    }
    return page(request, "admin/account_new.html", context, title=_("New account"), status=422 if errors else 200)


@looking_after
def suggest(request: HttpRequest) -> HttpResponse:
    """The login that a name would get, as the field that holds it."""
    employee = employee_of(request)
    name = employee.name if employee is not None else request.GET.get("name", "").replace("\x00", "")[:60]
    return fragment(request, "admin/login_field.html", {"login": logins.suggest(name), "error": ""})


urls = [path("admin/accounts/new/", new), path("admin/accounts/suggest/", suggest)]

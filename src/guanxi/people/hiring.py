"""How somebody comes to an account, and an account to its employee; and how both end.

Administrators do this at once: review before effect is for those who work with records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import logins, moves, reach
from guanxi.org.duty import DOOR
from guanxi.org.models import User
from guanxi.people import directory, projection
from guanxi.people.entities.employee import Employee, status

ENTITY = Employee.entity


def adopt() -> int:
    """Every account belongs to an employee: those of the terminal and of earlier versions get one; how many did."""
    known = Employee._default_manager.exclude(account=None).values("account")
    alone = list(User.objects.exclude(pk__in=known).order_by("pk"))
    for user in alone:
        adopt_one(user)
    return len(alone)


def adopt_one(user: User) -> Any:
    """An employee for an account that belongs to nobody yet, saying what the account says."""
    said = {
        "name": user.name or user.login,
        "works_in": user.department_id,
        "manager": user.manager_id,
        "title": user.title,
        "phone": user.phone,
        "email": user.email,
        "status": "active" if user.is_active else "left",
    }
    try:
        employee = write.create(ENTITY, said, actor=SYSTEM, door=DOOR)
    except Invalidated as refusal:  # what an earlier version let in
        employee = write.create(ENTITY, {k: v for k, v in said.items() if k not in refusal.errors}, actor=SYSTEM, door=DOOR)
    return belongs(employee, user, actor=SYSTEM)


def belongs(employee: Any, user: User, *, actor: Actor) -> Any:
    """The account is this employee's, who owns his record from now on."""
    return write.decide((ENTITY, employee.id), {"account": user.pk, "owner": user.pk}, actor=actor, door=DOOR)


def hire(values: Mapping[str, Any], *, actor: Actor) -> Any:
    """A new employee. Raises Forbidden or Invalidated."""
    return write.create(ENTITY, values, actor=actor.at_once(), door=DOOR)


def account(employee: Any, login: str, *, actor: Actor, like: User | None = None) -> tuple[User, str]:
    """An account for an employee who has none, and its initial password. Raises Forbidden or Invalidated."""
    with unit(actor, DOOR):
        row = Employee._default_manager.select_for_update().get(pk=employee.pk)
        if row.account_id is not None:
            raise Invalidated({"employee": _("%(name)s has an account already.") % {"name": row.name}})
        if status(row) == "left":
            raise Invalidated({"employee": _("%(name)s no longer works here. Choose somebody who does.") % {"name": row.name}})
        reach.hiring_into(row.works_in_id, actor)
        user, password = logins.open_account(login, row.name, actor=actor, like=like)
        if row.works_in_id:
            moves.move(user.pk, row.works_in_id, actor=actor, door=DOOR)
            user.refresh_from_db()
        projection.copy(row, user, actor=actor, door=DOOR)
        belongs(row, user, actor=actor)
    return user, password


def leave(user: User, *, actor: Actor) -> None:
    """He works here no longer: the record says so, and the account is locked. Raises Forbidden or Invalidated."""
    reach.over(user, actor)
    with unit(actor, DOOR):
        employee = directory.of_account(user.pk)
        if employee is not None and status(employee) != "left":
            write.update((ENTITY, employee.id), {"status": "left"}, actor=actor.at_once(), door=DOOR)
        user.refresh_from_db()
        if user.is_active:
            logins.lock(user, actor=actor)


def readmit(user: User, *, actor: Actor) -> None:
    """He may log in again, and works here again if he had left. Raises Forbidden or Invalidated."""
    reach.over(user, actor)
    with unit(actor, DOOR):
        logins.unlock(user, actor=actor)
        employee = directory.of_account(user.pk)
        if employee is not None and status(employee) == "left":
            write.update((ENTITY, employee.id), {"status": "active", "left": ""}, actor=actor.at_once(), door=DOOR)


def holdings(user: User) -> list[tuple[Any, int]]:
    """What he owns still, by entity, without what hangs on a parent: that follows it. Numbers only, for handing over."""
    found = []
    for entity in registry:
        if entity is ENTITY:
            continue
        rows = entity.objects.filter(owner=user.pk, deleted_at=None)
        if entity.parent:
            rows = rows.filter(**{f"{entity.fields[entity.parent].column.path}__isnull": True})
        if count := rows.count():
            found.append((entity, count))
    return found

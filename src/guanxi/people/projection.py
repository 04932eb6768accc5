"""What an employee's record says is what his account knows: name, department, manager and how to reach him.

Department and manager decide what the account may see, and leaving closes it, so those follow only who administers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import directory, logins, moves
from guanxi.org.models import User
from guanxi.people.entities.employee import status

PLAIN = ("name", "title", "phone", "email")


def project(employees: Sequence[Any], changed: set[str], *, actor: Actor, door: str) -> None:
    """Bring the accounts in line with these records. Raises Invalidated when this would move somebody's rights."""
    if not changed & {*PLAIN, "works_in", "manager", "status"}:
        return
    for employee in employees:
        user = User.objects.select_for_update().get(pk=employee.account_id)
        leaving = "status" in changed and status(employee) == "left" and user.is_active
        moving = user.department_id != employee.works_in_id
        guarded = {"works_in": moving, "manager": user.manager_id != employee.manager_id, "status": leaving}
        if any(guarded.values()) and not (actor.administers or actor.system):
            text = _("Department, manager and leaving decide what an account may see: only a system administrator changes them.")
            raise Invalidated({key: text for key, other in guarded.items() if other})
        if (guarded["works_in"] or guarded["manager"]) and user.pk == actor.id:
            text = _("Nobody moves himself: what he may see would move with him. Ask another administrator.")
            raise Invalidated({key: text for key in ("works_in", "manager") if guarded[key]})
        copy(employee, user, actor=actor, door=door)
        if moving:
            moves.move(user.pk, employee.works_in_id, actor=actor, door=door)
            employee.refresh_from_db(fields=["department", "version"])
        if leaving:
            logins.lock(user, actor=actor)


def copy(employee: Any, user: User, *, actor: Actor, door: str) -> None:
    """All but the department, which `org.moves` changes."""
    wanted = {key: getattr(employee, key) for key in PLAIN} | {"manager_id": employee.manager_id}
    found = {key: value for key, value in wanted.items() if getattr(user, key) != value}
    if found:
        with unit(actor, door):
            User.objects.filter(pk=user.pk).update(**found)
        directory.clear()

"""What an employee's record says is what his account knows: name, department, positions, manager and how to reach him.

Department, positions and manager decide what the account may see, and leaving closes it, so those follow only who administers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import actors, directory, logins, mailboxes, moves, positions, reach
from guanxi.org.models import User
from guanxi.people.entities.employee import status

PLAIN = ("name", "title", "phone", "email")


def project(employees: Sequence[Any], changed: set[str], *, actor: Actor, door: str) -> None:
    """Bring the accounts in line with these records. Raises Invalidated when this would move somebody's rights."""
    if not changed & {*PLAIN, "works_in", "positions", "manager", "status"}:
        return
    for employee in employees:
        user = User.objects.select_for_update().get(pk=employee.account_id)
        leaving = "status" in changed and status(employee) == "left" and user.is_active
        moving = user.department_id != employee.works_in_id
        guarded = {"works_in": moving, "manager": user.manager_id != employee.manager_id, "status": leaving}
        guarded["positions"] = positions.of(user) != set(employee.positions)
        # Where letters for a forgotten password go decides who gets in.
        guarded["email"] = user.email != employee.email and user.pk != actor.id
        if any(guarded.values()) and not reach.covers(actor, user):
            text = _(
                "Department, positions, manager, e-mail and leaving decide who gets in and sees what: a system administrator changes them."
            )
            raise Invalidated({key: text for key, other in guarded.items() if other})
        if user.pk == actor.id and (own := [key for key in ("works_in", "positions", "manager") if guarded[key]]):
            raise Invalidated(
                dict.fromkeys(own, _("Nobody moves himself: what he may see would move with him. Ask another administrator."))
            )
        copy(employee, user, actor=actor, door=door)
        if moving:
            moves.move(user.pk, employee.works_in_id, actor=actor, door=door)
            employee.refresh_from_db(fields=["department", "version"])
        if leaving:
            logins.lock(user, actor=actor)


def placed(employees: Sequence[Any], changed: set[str], *, actor: Actor, creating: bool) -> None:
    """Whoever looks after people by delegation keeps them within his reach. Raises Invalidated for what goes beyond it."""
    if any(e.positions for e in employees) if creating else "positions" in changed:
        reach.placing(actor)
    if reach.everywhere(actor) or not actor.keeps:
        return
    for employee in employees:
        if creating or "works_in" in changed:
            reach.hiring_into(employee.works_in_id, actor)
        if employee.manager_id and "manager" in changed:
            _managed(employee, actor)
        if employee.account_id not in (None, actor.id) and not reach.covers(actor, User.objects.get(pk=employee.account_id)):
            raise Invalidated({"account": _("You look after the records of ordinary colleagues in your departments only.")})


def _managed(employee: Any, actor: Actor) -> None:
    if employee.manager_id == actor.id and any("reports" in arms and not arms & {"tree", "all"} for arms in actor.grants.values()):
        raise Invalidated({"manager": _("You would see what this colleague owns: let a system administrator name you as manager.")})
    manager = reach.accounts(actor).filter(pk=employee.manager_id).first()
    if manager is None:
        raise Invalidated({"manager": _("Choose a manager among those whom you look after.")})
    if manager.pk != actor.id and reach.widens(actors.resolve(manager), actor):
        raise Invalidated({"manager": _("As their manager this colleague could do more than you. Ask a system administrator.")})


def copy(employee: Any, user: User, *, actor: Actor, door: str) -> None:
    """All but the department, which `org.moves` changes."""
    positions.hold(user, employee.positions, actor=actor, door=door)
    wanted = {key: getattr(employee, key) for key in PLAIN} | {"manager_id": employee.manager_id}
    found = {key: value for key, value in wanted.items() if getattr(user, key) != value}
    if found:
        with unit(actor, door):
            User.objects.filter(pk=user.pk).update(**found)
            if "email" in found and not reach.covers(actor, user):
                mailboxes.claim(user, found["email"])
        directory.clear()

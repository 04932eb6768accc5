"""Whose accounts somebody looks after: everybody's as a system administrator, or by delegation those of ordinary people near him.

A role may let its people look after their department or company (`Role.keeps`). They touch only who holds nothing but roles
that may be given on, and give no other; what they give reaches no further than they look after people, or than they see
themselves. Nobody does any of this to himself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Forbidden, Invalidated, NotFound
from guanxi.org.models import Assignment, Department, Grant, Role, Team, TeamMember, User

#: Actions without a reach of their own.
WITHOUT_SCOPE = ("create", "import")
#: Rights under which a value is not read.
CLOSED = ("hidden", "masked")


def everywhere(actor: Actor) -> bool:
    """Whether he looks after everybody."""
    return actor.administers or actor.system


def somewhere(actor: Actor) -> bool:
    """Whether he looks after anybody at all."""
    return everywhere(actor) or bool(actor.keeps)


def looking_after(actor: Actor) -> None:
    """Raises Forbidden for whoever looks after nobody."""
    if not somewhere(actor):
        raise Forbidden(_("Only who looks after accounts may do this."))


def accounts(actor: Actor) -> Any:
    """The accounts that he sees in administration: all, or those of the people in his reach, himself among them."""
    if everywhere(actor):
        return User.objects.all()
    return User.objects.filter(department__in=actor.keeps) if actor.keeps else User.objects.none()


def places(actor: Actor) -> Any:
    """The departments that he sees in administration."""
    return Department.objects.all() if everywhere(actor) else Department.objects.filter(pk__in=actor.keeps)


def covers(actor: Actor, user: User) -> bool:
    """Whether he may touch this account."""
    return everywhere(actor) or (user.pk != actor.id and user.department_id in actor.keeps and _ordinary(user, actor))


def over(user: User, actor: Actor) -> None:
    """Raises Forbidden unless he may touch this account."""
    looking_after(actor)
    if not covers(actor, user):
        raise Forbidden(_("You look after ordinary accounts of your own departments. Ask a system administrator about this one."))


def _ordinary(user: User, actor: Actor) -> bool:
    """Whether he holds nothing but roles that the actor could have given him."""
    held = list(_held(user).prefetch_related("grants", "field_rights").distinct())
    return all(r.delegable and not (r.admin or r.keeps or r.shapes) and not _too_wide(r, actor) for r in held)


def _held(user: User) -> Any:
    """Roles that are his own or come with a team, also such as are closed for now."""
    own = Assignment.objects.filter(Q(until=None) | Q(until__gt=clock.now()), user=user).values("role")
    return Role.objects.filter(Q(pk__in=own) | Q(teams__team__members__user=user))


def roles(actor: Actor) -> list[Role]:
    """The roles that he may give."""
    known = Role.objects.filter(active=True).order_by("position", "id")
    if everywhere(actor):
        return list(known)
    given = known.filter(delegable=True, admin=False, keeps="", shapes=False).prefetch_related("grants", "field_rights")
    return [role for role in given if actor.keeps and not _too_wide(role, actor)]


def giving(role: Role, actor: Actor) -> None:
    """Raises Forbidden unless he may give and take this role."""
    looking_after(actor)
    if not everywhere(actor) and role.pk not in {r.pk for r in roles(actor)}:
        raise Forbidden(_("This role is not yours to give. Ask a system administrator."))


def _too_wide(role: Role, actor: Actor) -> bool:
    """Whether a role reaches beyond those whom he looks after, or beyond what he sees himself."""
    if _whole(actor):
        return False
    return any(_beyond(grant, actor) for grant in role.grants.all()) or _reads_more(role, actor)


def _whole(actor: Actor) -> bool:
    """Whether he looks after all of his company, where nothing lies beyond."""
    return actor.within is not None and actor.within <= actor.keeps


def shapes_company(actor: Actor) -> bool:
    """Whether he moves and merges departments and looks after teams: everywhere, or in all of a company of its own."""
    return everywhere(actor) or _whole(actor)


def teams(actor: Actor) -> Any:
    """The teams that he looks after: all, or those of his company to which nobody from beyond it belongs."""
    if everywhere(actor):
        return Team.objects.all()
    if not _whole(actor):
        return Team.objects.none()
    beyond = TeamMember.objects.exclude(user__department__in=actor.keeps)
    beyond |= TeamMember.objects.filter(user__department=None)
    return Team.objects.filter(company=company_head(actor)).exclude(pk__in=beyond.values("team"))


def company_head(actor: Actor) -> int | None:
    """The department that heads his company; None for whoever belongs to none."""
    return directory.head_of_company(directory.departments(), actor.department) if actor.within is not None else None


def teaming(team: Team, actor: Actor) -> None:
    """Raises Forbidden unless he looks after this team, and NotFound where he is not to know of it."""
    if not shapes_company(actor):
        raise Forbidden(_("Only a system administrator may do this."))
    if not teams(actor).filter(pk=team.pk).exists():
        raise NotFound()


def lending(team: Team, actor: Actor) -> None:
    """Raises Forbidden unless he may give every role of this team."""
    for role in Role.objects.filter(teams__team=team):
        giving(role, actor)


def _reads_more(role: Role, actor: Actor) -> bool:
    """Whether a field that is closed to him is open to the role."""
    closed = {(r.entity, r.field) for r in role.field_rights.all() if r.right in CLOSED}
    seen = {grant.entity for grant in role.grants.all() if grant.action == "view" and actor.may(grant.entity, "view")}
    return any(right in CLOSED and key[0] in seen and key not in closed for key, right in actor.rights.items())


def _beyond(grant: Grant, actor: Actor) -> bool:
    if grant.action in WITHOUT_SCOPE or actor.arms(grant.entity, grant.action) & {"all", "company"}:
        return False
    named = directory.below(directory.departments(), frozenset(grant.departments))
    return grant.scope == "all" or grant.territory or not named <= actor.keeps


def widens(manager: Actor, actor: Actor) -> bool:
    """Whether somebody would have more over those who report to him than the actor, who does not look after a whole company."""
    if _whole(actor):
        return False
    wide = {"tree", "company", "all"}
    return any("reports" in arms and not arms & wide and not actor.arms(*key) & wide for key, arms in manager.grants.items())


def copying(like: User, actor: Actor) -> None:
    """Raises Forbidden unless he may give every role of this person to another."""
    looking_after(actor)
    if everywhere(actor):
        return
    mine = {role.pk for role in roles(actor)}
    if like.department_id not in actor.keeps or not set(_own(like)) <= mine:
        raise Forbidden(_("You cannot give the roles of this colleague. Choose somebody else, or a role."))


def _own(user: User) -> Sequence[int]:
    now = clock.now()
    held = Assignment.objects.filter(Q(until=None) | Q(until__gt=now), user=user, role__active=True)
    return list(held.values_list("role_id", flat=True))


def templates(actor: Actor) -> list[User]:
    """Colleagues whose roles he may give to somebody else."""
    active = accounts(actor).filter(is_active=True).order_by("name")
    if everywhere(actor):
        return list(active)
    mine = {role.pk for role in roles(actor)}
    found = active.prefetch_related("assignments")
    return [user for user in found if (held := {a.role_id for a in user.assignments.all()}) and held <= mine]


def hiring_into(department: int | None, actor: Actor) -> None:
    """Raises Invalidated unless people may come into this department by him."""
    looking_after(actor)
    if not everywhere(actor) and department not in actor.keeps:
        raise Invalidated({"works_in": _("Choose one of the departments that you look after.")})


def placing(actor: Actor) -> None:
    """Raises Invalidated unless he may say who holds which position: what is opened to one reaches all of a company."""
    if not everywhere(actor) and not _whole(actor):
        raise Invalidated({"positions": _("What is opened to a position reaches its holders: a system administrator gives positions.")})


def shaping(department: Department | None, actor: Actor) -> None:
    """Raises Forbidden unless he may change this department; the uppermost that he looks after is not his to change."""
    looking_after(actor)
    if everywhere(actor):
        return
    if department is None or department.pk not in actor.keeps or department.parent_id not in actor.keeps:
        raise Forbidden(_("You look after the departments below your own. Ask a system administrator about this one."))


def moving(department: Department, to: Department | None, actor: Actor) -> None:
    """Raises Forbidden unless he may put this department, or what is in it, elsewhere: never out of a company, nor a company itself."""
    if everywhere(actor):
        return
    if not shapes_company(actor):
        raise Forbidden(_("Only a system administrator may do this."))
    shaping(department, actor)
    growing(to, actor)
    places = directory.departments()
    here, there = places.get(department.pk), places.get(to.pk if to else 0)
    if here is None or there is None or here.company != there.company or here.company == here.id:
        raise Forbidden(_("You move departments within your own company. Ask a system administrator about others."))


def growing(above: Department | None, actor: Actor) -> None:
    """Raises Forbidden unless he may make departments below this one."""
    looking_after(actor)
    if not everywhere(actor) and (above is None or above.pk not in actor.keeps):
        raise Forbidden(_("You make departments below your own. Ask a system administrator about others."))


__all__ = [
    "accounts", "company_head", "copying", "covers", "everywhere", "giving", "growing", "hiring_into", "lending", "looking_after",
    "moving", "over", "places", "placing", "roles", "shapes_company", "shaping", "somewhere", "teaming", "teams", "templates", "widens",
]  # fmt: skip

"""Why a person can or can't: in sentences that name the role, the scope and the way it reaches the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory, pools, standing
from guanxi.kernel.actor import SCOPES, Actor, Arm
from guanxi.kernel.entity import Entity
from guanxi.kernel.grants import VERBS
from guanxi.org import actors, closed
from guanxi.org.closed import Closed
from guanxi.org.models import Assignment, Grant, Role, Team, User
from guanxi.org.words import action_word, reach_word

#: The order in which one reason is preferred to another: the nearest first.
_NEAREST: tuple[Arm, ...] = (
    "own",
    "author",
    "involved",
    "granted",
    "reports",
    "department",
    "tree",
    "named",
    "territory",
    "company",
    "all",
)


@dataclass
class Verdict:
    """One action on one record: whether, and the steps of the argument."""

    action: str
    word: str
    can: bool
    why: list[str] = field(default_factory=list)


@dataclass
class Explanation:
    """Everything about a person and a record. `closed` are the fields he may not freely edit, with what makes it so."""

    verdicts: list[Verdict]
    closed: list[Closed]
    notes: list[str]


def explain(user: User, entity: Entity, row: Any, *, opening: bool = False) -> Explanation:
    """Why this person can or can't view, edit, delete, hand over or export this record, and which fields are closed to him and why.

    `opening` names roles that would open them, for whoever may know of all roles.
    """
    actor = actors.resolve(user)
    barring, notes = _notes(user, entity, row), _lying(user, actor, entity, row)
    asked = [a for a in VERBS if a not in ("create", "import")]
    verdicts = [_verdict(user, actor, entity, row, action, barred=bool(barring)) for action in asked]
    return Explanation(verdicts, closed.fields(user, actor, entity, row, opening=opening), [*barring, *notes])


def _notes(user: User, entity: Entity, row: Any) -> list[str]:
    """What bars the person whatever his roles."""
    found = []
    if not user.is_active:
        found.append(_("The account of %(person)s is locked.") % {"person": user.name})
    if row.deleted_at is not None:
        found.append(_("The record lies in the recycle bin."))
    elif entity.parent:
        parent = entity.fields[entity.parent]
        target = parent.kind.target  # type: ignore[attr-defined]
        if target.objects.filter(id=parent.value(row), deleted_at__isnull=False).exists():
            found.append(_("The %(parent)s it belongs to lies in the recycle bin.") % {"parent": parent.label})
    return found


def _lying(user: User, actor: Actor, entity: Entity, row: Any) -> list[str]:
    """A record of a public pool is seen through the pool, whatever the scopes say."""
    pool = pools.get(row.pool_id) if entity.pooled and row.pool_id else None
    if pool is None:
        return []
    words = {"pool": pool.name, "person": user.name}
    if pool.includes(actor):
        return [_("It lies in the public pool “%(pool)s”: %(person)s belongs to it and sees it there.") % words]
    return [_("It lies in the public pool “%(pool)s”, to which %(person)s does not belong.") % words]


def _verdict(user: User, actor: Actor, entity: Entity, row: Any, action: str, *, barred: bool) -> Verdict:
    held = standing.arms(entity, row, actor, standing.opened(entity, row, actor), action)
    grants = list(_granting(user, entity, action))
    for arm in _NEAREST:
        for grant in grants:
            if arm in actor.inside(actors.arms_of(grant)) & held and (arm != "named" or row.department_id in _branch(grant)):
                role = grant.role
                words = {"person": user.name, "role": role.name, "action": action_word(entity, action), "scope": _far(grant)}
                because = [*_way(arm, row, user), *_by_team(user, role), _("Role “%(role)s” may %(action)s: %(scope)s.") % words]
                return Verdict(action, action_word(entity, action), not barred, because)
    return Verdict(action, action_word(entity, action), False, _why_not(user, entity, row, action, grants))


def _far(grant: Grant) -> str:
    return reach_word(grant.scope, grant.departments, grant.territory)


def _branch(grant: Grant) -> frozenset[int]:
    return directory.below(directory.departments(), frozenset(grant.departments))


def _granting(user: User, entity: Entity, action: str) -> list[Grant]:
    """The grants of the person's roles in force for an action, the most generous last."""
    mine = actors.resolve(user).circles["role"]
    rows = Grant.objects.filter(role__in=mine, entity=entity.key, action=action).select_related("role")
    return sorted(rows, key=lambda g: list(SCOPES).index(g.scope))


def _by_team(user: User, role: Role) -> list[str]:
    """The team that gives a role to somebody who does not hold it himself."""
    own = Assignment.objects.filter(Q(until=None) | Q(until__gt=clock.now()), user=user, role=role)
    team = None if own.exists() else Team.objects.filter(active=True, members__user=user, roles__role=role).first()
    return [_("Team “%(team)s” gives %(person)s a role.") % {"team": team.name, "person": user.name}] if team else []


def _way(arm: Arm, row: Any, user: User) -> list[str]:
    """How the record is reached, step by step."""
    names = {"person": user.name, "owner": directory.person_name(row.owner_id), "department": directory.department_name(row.department_id)}
    match arm:
        case "own":
            return [_("%(person)s owns it.") % names]
        case "author":
            return [_("%(person)s wrote it.") % names]
        case "involved" | "granted":
            return [_("It was opened to %(person)s, or to a department, team, position or role of his, by a special grant.") % names]
        case "reports":
            return [_("Its owner %(owner)s reports to %(person)s, directly or further down.") % names]
        case "department":
            return [_("Its owner %(owner)s belongs to %(department)s, and so does %(person)s.") % names]
        case "tree":
            return [_("Its owner %(owner)s belongs to %(department)s.") % names, *_climb(row.department_id, user)]
        case "named":
            return [
                _("Its owner %(owner)s belongs to %(department)s, which the role names, or to a department below one it names.") % names
            ]
        case "company":
            return [_("Its owner %(owner)s belongs to the same company as %(person)s.") % names]
        case "territory":
            return [_("It lies in the territory that %(person)s looks after.") % names]
    return []


def _climb(department: int | None, user: User) -> list[str]:
    """Up the tree to a department of the person: A lies below B, B below C."""
    departments, steps = directory.departments(), []
    own = actors.resolve(user).departments
    while department and department not in own:
        parent = departments[department].parent
        if parent is None:
            break
        steps.append(
            _("%(department)s lies below %(parent)s.")
            % {"department": directory.department_name(department), "parent": directory.department_name(parent)}
        )
        department = parent
    return steps


def _why_not(user: User, entity: Entity, row: Any, action: str, grants: list[Grant]) -> list[str]:
    words = {
        "person": user.name,
        "entity": entity.label_plural,
        "action": action_word(entity, action),
        "owner": directory.person_name(row.owner_id) or _("nobody (public pool)"),
        "department": directory.department_name(row.department_id) or "—",
    }
    if not grants:
        if not actors.resolve(user).roles:
            return [_("%(person)s has no role.") % words]
        return [_("None of the roles of %(person)s may %(action)s %(entity)s.") % words]
    if (within := actors.resolve(user).within) is not None and row.department_id not in within:
        return [_("%(person)s belongs to a company of its own, such as a dealer, and the record lies beyond it.") % words]
    widest = grants[-1]
    steps = [_("Role “%(role)s” may %(action)s: %(scope)s.") % {**words, "role": widest.role.name, "scope": _far(widest)}]
    steps.append(_("The record belongs to %(owner)s in %(department)s, outside of it, and was not opened to %(person)s.") % words)
    return steps

"""Resolve a person into an Actor: roles, departments, reports and grants, once per access version and process."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Any

from django.db.models import Q

from guanxi.kernel import clock, directory, figures, versions
from guanxi.kernel.actor import SCOPES, Actor, Arm, Right
from guanxi.kernel.china import regions
from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from guanxi.kernel.write.sharing import SHARING
from guanxi.org import deciders
from guanxi.org.models import Assignment, FieldRight, Grant, Membership, PositionHolder, Role, TeamMember, Territory, User

#: From the most to the least generous: several roles unite to the best of them.
GENEROUS: tuple[Right, ...] = ("edit", "readonly", "masked", "hidden")
#: Whose switch an action follows: what is neither made nor deleted is changed. Looking and taking out change nothing.
REVIEWED_AS = {"create": "create", "delete": "delete", "view": "", "export": "", "import": ""}
_KEPT = 2_000
_actors: OrderedDict[tuple[int, int], tuple[Actor, datetime | None]] = OrderedDict()


def resolve(user: User, *, access_version: int | None = None) -> Actor:
    """The actor of a user. With the version that came with the session no query is needed while nothing changed."""
    version = versions.current()["access"] if access_version is None else access_version
    known = _actors.get((user.pk, version))
    if known is not None and (known[1] is None or known[1] > clock.now()):
        return known[0]
    actor, good_until = _build(user)
    _actors[user.pk, version] = (actor, good_until)
    while len(_actors) > _KEPT:
        _actors.popitem(last=False)
    return actor


def by_login(login: str) -> Actor:
    """The actor of a login. Raises User.DoesNotExist."""
    return resolve(User.objects.get(login=login))


def by_id(user: int) -> Actor:
    """The actor of a user id. Raises User.DoesNotExist."""
    return resolve(User.objects.get(id=user))


def forget() -> None:
    """Drop every actor cached in this process."""
    _actors.clear()


def _build(user: User) -> tuple[Actor, datetime | None]:
    now = clock.now()
    assignments = list(Assignment.objects.filter(Q(until=None) | Q(until__gt=now), user=user, role__active=True).select_related("role"))
    teams = frozenset(TeamMember.objects.filter(user=user, team__active=True).values_list("team_id", flat=True))
    positions = frozenset(PositionHolder.objects.filter(user=user, position__active=True).values_list("position_id", flat=True))
    given = list(Role.objects.filter(active=True, admin=False, teams__team__in=teams).distinct()) if teams else []
    held = {role.pk: role for role in (*(a.role for a in assignments), *given)}
    roles = list(held)
    own = {user.department_id} if user.department_id else set()
    own |= set(Membership.objects.filter(user=user).values_list("department_id", flat=True))
    within = company_of(user.department_id)
    departments = frozenset(d for d in own if d and (within is None or d in within))
    ends = [a.until for a in assignments if a.until]
    allowed = _grants(roles) if user.is_active else {}
    actor = Actor(
        id=user.pk,
        name=user.name,
        login=user.login,
        department=user.department_id,
        departments=departments,
        tree=directory.below(directory.departments(), departments),
        reports=_reports(user, within),
        roles=frozenset(role.code for role in held.values()),
        circles={"team": teams, "position": positions, "role": frozenset(roles)},
        within=within,
        company=directory.head_of_company(directory.departments(), user.department_id) or 0,
        administers=user.is_active and any(a.role.admin for a in assignments),
        keeps=_keeps(user, {a.role.keeps for a in assignments}, within) if user.is_active else frozenset(),
        shapes=user.is_active and within is None and any(role.shapes for role in held.values()),
        guarded=any(role.second for role in held.values()),
        rights=figures.closed(_rights(roles), allowed.get("grants", {}), _spoken(roles), within),
        territory=tuple(regions.within(f"{r:06d}") for r in sorted(Territory.objects.filter(user=user).values_list("region", flat=True))),
        watched=_watched(),
        **allowed,
    )
    return actor, min(ends) if ends else None


def of_role(role: Role) -> Actor:
    """Nobody in particular, who holds this role and no other: for looking at what it makes of forms and pages."""
    allowed = _grants([role.pk])
    rights = figures.closed(_rights([role.pk]), allowed["grants"], _spoken([role.pk]), None)
    return Actor(id=None, name=role.name, roles=frozenset({role.code}), circles={"role": frozenset({role.pk})}, rights=rights, **allowed)


def company_of(department: int | None) -> frozenset[int] | None:
    """The departments of the innermost company in which a department stands; None outside of any."""
    places = directory.departments()
    head = directory.head_of_company(places, department)
    return directory.below(places, frozenset({head})) if head else None


def _keeps(user: User, words: set[str], within: frozenset[int] | None) -> frozenset[int]:
    """The departments whose accounts he looks after. Whoever is of no company keeps, of `company`, all that is of none."""
    places = directory.departments()
    if "company" in words and user.department_id:
        return within if within is not None else frozenset(e.id for e in places.values() if e.company is None)
    return directory.same_company(places, frozenset({user.department_id})) if "department" in words and user.department_id else frozenset()


def arms_of(grant: Grant) -> frozenset[Arm]:
    """The arms that a grant gives: of its scope, and those for what it names beyond."""
    found = SCOPES[grant.scope]
    if grant.departments:
        found |= {"named"}
    return found | {"territory"} if grant.territory else found


def _grants(roles: list[int]) -> dict[str, Any]:
    """What the roles allow together; who must agree to what, and how far it takes effect at once all the same.

    A role that asks for review speaks for what it allows itself: another one may let the same take effect, as far as it reaches.
    """
    rows = [grant for grant in Grant.objects.filter(role__in=roles) if grant.entity not in registry.retired()]
    asks = {(g.role_id, g.entity, g.action): g.review for g in rows if g.review}
    united: dict[tuple[str, str], frozenset[Arm]] = {}
    named: dict[tuple[str, str], frozenset[int]] = {}
    direct_named: dict[tuple[str, str], frozenset[int]] = {}
    direct: dict[tuple[str, str], frozenset[Arm]] = {}
    reviewed: dict[tuple[str, str], frozenset[str]] = {}
    for grant in rows:
        key, none = (grant.entity, grant.action), frozenset[Any]()
        united[key] = united.get(key, none) | arms_of(grant)
        named[key] = named.get(key, none) | frozenset(grant.departments)
        for key, switch in _switches(grant) if asks else ():
            if word := asks.get((grant.role_id, grant.entity, switch)):
                reviewed[key] = reviewed.get(key, none) | {word}
            else:
                direct[key] = direct.get(key, none) | arms_of(grant)
                direct_named[key] = direct_named.get(key, none) | frozenset(grant.departments)
    reviewed = {key: words for key, words in reviewed.items() if "all" not in direct.get(key, ())}
    return {
        "grants": {key: arms for key, arms in united.items() if arms},
        "named": _branches(named),
        "direct_named": _branches(direct_named),
        "reviewed": reviewed,
        "direct": {key: direct[key] for key in reviewed if key in direct},
    }


def _switches(grant: Grant) -> list[tuple[tuple[str, str], str]]:
    """What a grant allows, each with the action on whose grant of the same role it stands who must agree."""
    found = [((grant.entity, grant.action), REVIEWED_AS.get(grant.action, "edit"))]
    return [*found, ((grant.entity, SHARING), "transfer")] if grant.action == "transfer" else found


def _branches(named: dict[tuple[str, str], frozenset[int]]) -> dict[tuple[str, str], frozenset[int]]:
    """The departments with those below them."""
    return {key: directory.below(directory.departments(), ids) for key, ids in named.items() if ids}


def _watched() -> frozenset[str]:
    """Entities of which something may be waiting for agreement: some role asks for it, or did until lately."""
    held = Q(role__assignments__isnull=False) | Q(role__teams__isnull=False)
    asked = Grant.objects.filter(held).exclude(review="").order_by().values_list("entity", flat=True)
    return frozenset(asked.union(Draft.objects.filter(state="waiting").order_by().values_list("entity", flat=True)))


def _rights(roles: list[int]) -> dict[tuple[str, str], Right]:
    """A field is restricted only when every role of the person restricts it."""
    per_role: dict[tuple[str, str], dict[int, Right]] = {}
    for role, entity, field, right in FieldRight.objects.filter(role__in=roles).values_list("role_id", "entity", "field", "right"):
        per_role.setdefault((entity, field), {})[role] = right  # type: ignore[assignment]
    found: dict[tuple[str, str], Right] = {}
    for key, rights in per_role.items():
        if len(rights) == len(roles):
            found[key] = min(rights.values(), key=GENEROUS.index)
    return found


def _spoken(roles: list[int]) -> set[tuple[str, str]]:
    """The fields of which any of the roles says anything."""
    return set(FieldRight.objects.filter(role__in=roles).values_list("entity", "field"))


def _reports(user: User, within: frozenset[int] | None) -> frozenset[int]:
    """Everybody whose superior the person is, directly or further down, as far as his company goes."""
    found = deciders.reports_of(user.pk)
    return found if within is None else frozenset(p for p in found if directory.people()[p].department in within)

"""Resolve a person into an Actor: roles, departments, reports and grants, once per access version and process."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from django.db.models import Q

from guanxi.kernel import clock, directory, versions
from guanxi.kernel.actor import SCOPES, Actor, Arm, Right
from guanxi.org.models import Assignment, FieldRight, Grant, Membership, User

#: From the most to the least generous: several roles unite to the best of them.
GENEROUS: tuple[Right, ...] = ("edit", "readonly", "masked", "hidden")
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
    roles = [a.role_id for a in assignments]
    own = {user.department_id} if user.department_id else set()
    own |= set(Membership.objects.filter(user=user).values_list("department_id", flat=True))
    departments = frozenset(d for d in own if d)
    ends = [a.until for a in assignments if a.until]
    actor = Actor(
        id=user.pk,
        name=user.name,
        login=user.login,
        department=user.department_id,
        departments=departments,
        tree=directory.below(directory.departments(), departments),
        reports=_reports(user),
        roles=frozenset(a.role.code for a in assignments),
        administers=user.is_active and any(a.role.admin for a in assignments),
        grants=_grants(roles) if user.is_active else {},
        rights=_rights(roles),
    )
    return actor, min(ends) if ends else None


def _grants(roles: list[int]) -> dict[tuple[str, str], frozenset[Arm]]:
    united: dict[tuple[str, str], frozenset[Arm]] = {}
    for entity, action, scope in Grant.objects.filter(role__in=roles).values_list("entity", "action", "scope"):
        united[entity, action] = united.get((entity, action), frozenset()) | SCOPES[scope]
    return {key: arms for key, arms in united.items() if arms}


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


def _reports(user: User) -> frozenset[int]:
    """Everybody who reports to the person, directly or further down."""
    found: set[int] = set()
    pairs = list(User.objects.exclude(manager=None).values_list("id", "manager_id"))
    wave = {user.pk}
    while wave:
        wave = {person for person, manager in pairs if manager in wave} - found - {user.pk}
        found |= wave
    return frozenset(found)

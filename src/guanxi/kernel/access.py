"""Scopes as SQL: a union of arms over columns, never an OR of EXISTS."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from guanxi.kernel import directory
from guanxi.kernel.actor import COMPANYWIDE, Actor
from guanxi.kernel.living import settled

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


class AnyOf(models.Func):
    """`expression = ANY(array)`: an array, unlike IN (SELECT ...), keeps its index under OR."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()
    arity = 2

    def __init__(self, expression: Any, array: Any) -> None:
        if isinstance(array, (list, tuple, set, frozenset)):
            array = models.Value(sorted(array), output_field=_BigArray())
        elif isinstance(array, QuerySet):
            array = ArraySubquery(array)
        super().__init__(expression, array)


class _BigArray(models.Field):  # type: ignore[type-arg]
    """A parameter typed bigint[] so that an empty list has a type too."""

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::bigint[]"

    def db_type(self, connection: Any) -> str:
        return "bigint[]"


def shared_ids(entity: str | list[str], actor: Actor, action: str, *, below: bool = False) -> QuerySet[Any]:
    """Ids of records opened to the actor in person or through a department, team, position or role; `below`: with what lies below them.

    What is opened to a position or role reaches its holders in the company of whoever opened it.
    Collaborators view and edit, co-owners do all that the owner may.
    """
    from guanxi.kernel.models import Share

    mine = Q(to="person", grantee=actor.id or 0)
    for to, ids in {"department": actor.departments, **actor.circles}.items():
        if ids:
            named = Q(to=to, grantee__in=sorted(ids))
            mine |= named & Q(company=actor.company) if to in COMPANYWIDE else named
    of = Q(entity=entity) if isinstance(entity, str) else Q(entity__in=entity)
    rows = Share.objects.filter(mine & of).filter(Q(until=None) | Q(until__gt=Now()))
    if action != "view":
        rows = rows.filter(edit=True)
    if action not in ("view", "edit"):
        rows = rows.filter(part="co_owner")
    if below:
        rows = rows.exclude(part="basic")
    return rows.values_list("record", flat=True)


def walks(entity: Entity, actor: Actor, action: str, most: int) -> list[Q] | None:
    """The arms that a page is merged from, at most `most` or as few as there are; None means everything.

    Departments and owners are walked one by one while that is few enough: an index is in the order of a page under each of
    them, not under several, and where the newest records are all somebody else's, PostgreSQL would walk through those.
    """
    arms = arm_conditions(entity, actor, action, apart=most)
    return arms if arms is None or len(arms) <= most else arm_conditions(entity, actor, action)


def arm_conditions(entity: Entity, actor: Actor, action: str, prefix: str = "", *, apart: int = 1) -> list[Q] | None:
    """The arms as separate conditions; None means everything. Up to `apart` departments or owners are an arm each."""
    arms = actor.arms(entity.key, action)
    if "all" in arms:
        return None
    if actor.within is not None and entity.lies_in:
        return _bounded(entity, actor, action, prefix)
    found = [_in_pool(entity, actor, prefix)] if "pool" in arms else []
    found += [arm & of_now(entity, prefix) for arm in _stamped(entity, actor, action, prefix, apart)]
    if arms & {"involved", "granted"}:
        found += _opened(entity, actor, action, prefix)
    return found


def _stamped(entity: Entity, actor: Actor, action: str, prefix: str, apart: int) -> list[Q]:
    """The arms that go by the owner and the department that a record bears."""
    arms = actor.arms(entity.key, action)
    found: list[Q] = []
    departments = actor.branches(entity.key, action)
    owners = ({actor.id} if "own" in arms and actor.id else set()) | (actor.reports if "reports" in arms else set())
    owners = {o for o in owners if not covered(o, departments)}
    if owners:
        found += _any_of(f"{prefix}owner_id", owners, apart)
    if departments:
        found += _any_of(f"{prefix}department_id", departments, apart)
    if "territory" in arms and (place := territory(entity, actor, prefix)):
        found.append(place & _in_company(entity, actor, prefix))
    if "author" in arms and entity.author_sees and actor.id:
        found.append(Q(**{f"{prefix}created_by_id": actor.id}) & _in_company(entity, actor, prefix))
    return found


def _opened(entity: Entity, actor: Actor, action: str, prefix: str) -> list[Q]:
    """What special grants open, and what lies below it."""
    found = [Q(AnyOf(F(f"{prefix}id"), shared_ids(entity.key, actor, action)))]
    if entity.parent:
        parent = entity.fields[entity.parent]
        target = parent.kind.target  # type: ignore[attr-defined]
        found.append(Q(AnyOf(F(f"{prefix}{parent.column.path}"), shared_ids(target.key, actor, action, below=True))))
    return found


def of_now(entity: Entity, prefix: str = "") -> Q:
    """A child is not judged by the stamps that its parent had before."""
    if not entity.parent:
        return Q()
    parent = entity.fields[entity.parent]
    return Q(settled(parent.kind.target, str(parent.column.path), prefix))  # type: ignore[attr-defined]


def company_path(entity: Entity) -> str:
    """The column that says to whose company a record belongs."""
    return str(entity.fields[entity.lies_in].column.path) if entity.lies_in else "department_id"


def _in_company(entity: Entity, actor: Actor, prefix: str = "") -> Q:
    """What a member of a company reaches otherwise than by his own, his departments and what is opened to him ends with the company."""
    return Q() if actor.within is None else _one_of(f"{prefix}{company_path(entity)}", actor.within)


def _bounded(entity: Entity, actor: Actor, action: str, prefix: str) -> list[Q]:
    """The arms of a member of a company where a field says to which company a record belongs, whoever owns it."""
    inside, key, arms = _in_company(entity, actor, prefix), (entity.key, action), actor.arms(entity.key, action)
    found = [inside] if "company" in arms else []
    if not found:
        plain = replace(actor, within=None, grants={**actor.grants, key: arms - {"involved", "granted"}})
        found = [arm & inside for arm in arm_conditions(entity, plain, action, prefix) or ()]
    return [*found, *(_opened(entity, actor, action, prefix) if arms & {"involved", "granted"} else ())]


def territory(entity: Entity, actor: Actor, prefix: str = "") -> Q | None:
    """What lies in the regions that the actor looks after, by its own place or by its parent's; None where nothing can."""
    path = entity.region_path
    if not path or not actor.territory:
        return None
    found = Q()
    for lowest, highest in actor.territory:
        found |= Q(**{f"{prefix}{path}__range": (lowest, highest)})
    return found


def _in_pool(entity: Entity, actor: Actor, prefix: str) -> Q:
    """What lies in the pool that the actor looks into, and what hangs on it."""
    if entity.pooled:
        return Q(**{f"{prefix}pool_id": actor.pool or 0})
    parent = entity.fields[entity.parent]
    target = parent.kind.target  # type: ignore[attr-defined]
    lying = target.objects.filter(id=OuterRef(f"{prefix}{parent.column.path}"), pool_id=actor.pool or 0, deleted_at=None)
    return Q(Exists(lying))


def covered(owner: int, departments: frozenset[int]) -> bool:
    """A record bears its owner's department, so an arm over that department already holds all he owns."""
    entry = directory.people().get(owner)
    return entry is not None and entry.department in departments


def _any_of(path: str, ids: Collection[int], apart: int) -> list[Q]:
    """One condition for each of up to `apart` ids, or one for all."""
    return [Q(**{path: i}) for i in sorted(ids)] if len(ids) <= apart else [_one_of(path, ids)]


def _one_of(path: str, ids: Collection[int]) -> Q:
    """Equality with a single id keeps an index on (path, sort key) in order; several need an array."""
    return Q(**{path: next(iter(ids))}) if len(ids) == 1 else Q(AnyOf(F(path), ids))


def scope(entity: Entity, actor: Actor, action: str, prefix: str = "") -> Q | None:
    """The scope as one condition; None means everything, an impossible condition nothing."""
    arms = arm_conditions(entity, actor, action, prefix)
    if arms is None:
        return None
    union = Q(pk__in=[])
    for arm in arms:
        union |= arm
    return union

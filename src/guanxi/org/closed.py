"""Which fields are closed to a person, by which of his roles, and which roles would open them.

A field is closed only when every role of a person closes it, and then as far as the most generous of them says; so any further
role that closes it less opens it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.kernel import pools
from guanxi.kernel.actor import Actor, Right
from guanxi.kernel.entity import Entity
from guanxi.kernel.pooled import lens
from guanxi.org import words
from guanxi.org.actors import GENEROUS
from guanxi.org.models import FieldRight, Grant, Role, User


@dataclass
class Closed:
    """A field that a person may not freely edit: his right, what makes it so, and the roles that would give him more."""

    label: str
    right: Right
    why: list[str]
    openers: list[str] = field(default_factory=list)


def fields(user: User, actor: Actor, entity: Entity, row: Any, *, opening: bool) -> list[Closed]:
    """The closed fields of a record with their reasons; `opening` for whoever may know of roles that are not the person's."""
    rights = {key: _right(actor, entity, row, key) for key in entity.fields}
    closed = {key: right for key, right in rights.items() if right != "edit"}
    if not closed:
        return []
    mine = list(Role.objects.filter(pk__in=actor.circles["role"]).order_by("position", "pk"))
    others = _others(actor, entity) if opening else []
    said = _said(entity, [*mine, *others])
    found = []
    for key, right in closed.items():
        why = [_role_says(user, role, said.get((role.pk, key), "edit")) for role in mine]
        own = actor.right(entity.key, key)
        if own != right:
            why = _pool_says(entity, row, right)
        openers = [_opener(role, now) for role in others if own == right and _more(now := said.get((role.pk, key), "edit"), right)]
        found.append(Closed(str(entity.fields[key].label), right, why, openers))
    return found


def _right(actor: Actor, entity: Entity, row: Any, key: str) -> Right:
    """What he may do with a field of this record, which may lie in a pool that closes more than his roles."""
    pool = pools.get(row.pool_id) if entity.pooled and row.pool_id else None
    seen = lens(actor, pool) if pool is not None and pool.includes(actor) else actor
    return seen.right(entity.key, key)


def _others(actor: Actor, entity: Entity) -> list[Role]:
    """Roles that he does not hold and that may look at such records, so that more would be seen by them."""
    reaching = Grant.objects.filter(entity=entity.key, action="view").exclude(Q(scope="none", departments=[], territory=False))
    known = Role.objects.filter(active=True, admin=False, pk__in=reaching.values("role"))
    return list(known.exclude(pk__in=actor.circles["role"]).order_by("position", "pk"))


def _said(entity: Entity, roles: Iterable[Role]) -> Mapping[tuple[int, str], Right]:
    """What each role says of each field; nothing means that it may be edited."""
    rows = FieldRight.objects.filter(role__in=[role.pk for role in roles], entity=entity.key).values_list("role_id", "field", "right")
    return {(role, key): right for role, key, right in rows}  # type: ignore[misc]


def _more(right: Right, than: Right) -> bool:
    return GENEROUS.index(right) < GENEROUS.index(than)


def _role_says(user: User, role: Role, right: Right) -> str:
    return _("Role “%(role)s” of %(person)s: %(right)s.") % {"role": role.name, "person": user.name, "right": words.RIGHTS[right]}


def _pool_says(entity: Entity, row: Any, right: Right) -> list[str]:
    pool = pools.get(row.pool_id)
    said = {"pool": pool.name if pool else "", "right": words.RIGHTS[right]}
    return [_("The public pool “%(pool)s” says so as long as the record lies in it: %(right)s.") % said]


def _opener(role: Role, right: Right) -> str:
    return _("%(role)s (%(right)s)") % {"role": role.name, "right": words.RIGHTS[right]}

"""What hangs on records: children that follow them to a new owner, and others that refer to them and have an owner of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry


def below(entity: Entity) -> list[tuple[Entity, str]]:
    """Each child that follows records of this entity, with the lookup by which it hangs on them."""
    return [(c, c.parent) for c in registry if c.parent and getattr(c.fields[c.parent].kind, "target", None) is entity]


def beside(entity: Entity) -> dict[Entity, list[str]]:
    """Entities that follow nobody and show among what belongs to this one, with their lookups."""
    found: dict[Entity, list[str]] = {}
    for other, key in registry.children(entity):
        if other is not entity and not other.parent and other.fields[key].kind.name == "lookup":
            found.setdefault(other, []).append(key)
    return found


def following(entity: Entity, ids: Sequence[int], actor: Actor) -> list[tuple[Entity, int]]:
    """What comes along with these records by itself, counted as far as the actor may see it."""
    counts = [(c, c.rows(actor).filter(c.fields[key].column.any_of(ids)).count()) for c, key in below(entity) if actor.may(c.key, "view")]
    return [(child, count) for child, count in counts if count]


def same_owner(entity: Entity, other: Entity, ids: Sequence[int], actor: Actor) -> Any:
    """Records of another entity that refer to one of these, belong to its owner, and are the actor's to hand over."""
    asked = [_of_its_owner(entity, other, key, ids) for key in beside(entity).get(other, ())]
    return other.rows(actor, "transfer").filter(reduce(or_, asked, Q(pk__in=[])))


def _of_its_owner(entity: Entity, other: Entity, key: str, ids: Sequence[int]) -> Q:
    """Referring to one of these records by a lookup, and belonging to whoever it belongs to."""
    column = other.fields[key].column
    if column.path:
        return Q(**{f"{key}__in": ids, f"{key}__owner_id": F("owner_id")})
    named = Cast(KeyTextTransform(key, OuterRef("custom")), BigIntegerField())
    return column.any_of(ids) & Q(owner_id=Subquery(entity.objects.filter(id=named).values("owner_id")[:1]))


__all__ = ["below", "beside", "following", "same_owner"]

"""What a record of a pooled entity bears beside its own fields, and how it looks to those who belong to the pool it lies in."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.kernel import pools
from guanxi.kernel.actor import Actor, Arm, Right
from guanxi.kernel.fields.dates import Date, DateTime
from guanxi.kernel.fields.person import Person
from guanxi.kernel.fields.pool import ByRule, InPool
from guanxi.kernel.fields.text import Text
from guanxi.kernel.kept import Kept
from guanxi.kernel.pools import Pool
from guanxi.kernel.registry import registry

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: What follows from the rules and is stored for lists and warnings; never part of the history.
STAMPS = ("falls_on", "falls_to_id", "falls_why")
_POOL: frozenset[Arm] = frozenset({"pool"})
#: Kinds of field by which people are reached.
REACH = ("phone", "email")
_STRICT: tuple[Right, ...] = ("hidden", "masked", "readonly", "edit")


def columns(entity: Entity) -> dict[str, models.Field[Any, Any]]:
    """The columns that being pooled adds to the table.

    What is only said of a person or pool, who are never deleted, is not checked anew with each of a million stamps.
    """
    return {
        "pool": InPool(_("Public pool"), entity.key),
        "pooled_at": DateTime(_("In the pool since"), style="ago", computed=True),
        "pooled_from": Person(_("Previous owner"), computed=True, db_constraint=False),
        "pool_reason": Text(_("Reason given"), max_length=200, blank=True, computed=True),
        "owned_at": DateTime(_("Owned since"), style="ago", computed=True),
        "falls_on": Date(_("Falls into the pool"), style="countdown", computed=True),
        "falls_to": InPool(_("Falls into"), entity.key, db_constraint=False),
        "falls_why": ByRule(_("Because of")),
    }


def indexes(short: str) -> list[models.Index]:
    """A pool's list in the order of time."""
    lying = models.Q(deleted_at=None, pool__isnull=False)
    return [models.Index(fields=["pool", "updated_at", "id"], name=f"{short}_pool", condition=lying)]


def constraints(short: str) -> list[models.CheckConstraint]:
    """What lies in a pool belongs to nobody."""
    empty = models.Q(pool__isnull=True) | models.Q(owner__isnull=True, department__isnull=True)
    return [models.CheckConstraint(condition=empty, name=f"{short}_pool_unowned")]


_lenses: Kept[Actor] = Kept(4_000)


def lens(actor: Actor, pool: Pool) -> Actor:
    """The same person as one who looks into the pool: he sees what lies in it, less what is closed there, and nothing else."""
    return _lenses.get(actor, pool, lambda: _lens(actor, pool))


def _lens(actor: Actor, pool: Pool) -> Actor:
    from guanxi.kernel import reckoned  # which needs the kinds of fields

    entity = registry.get(pool.entity)
    verbs = ["view", *(["claim"] if actor.may(entity.key, "edit") else []), *(["assign"] if pool.led_by(actor) else [])]
    if pool.led_by(actor) and actor.may(entity.key, "export"):
        verbs.append("export")
    grants = {(entity.key, verb): _POOL for verb in verbs}
    below = [child for child in registry if child.parent and child.fields[child.parent].kind.target is entity]  # type: ignore[attr-defined]
    grants |= {(child.key, "view"): _POOL for child in below if pool.story and actor.may(child.key, "view")}
    closed: dict[str, Right] = {**dict.fromkeys(pool.masked, "masked"), **dict.fromkeys(pool.hidden, "hidden")}
    rights = {**actor.rights}
    for key, right in closed.items():
        rights[entity.key, key] = min(right, actor.right(entity.key, key), key=_STRICT.index)
        for child in below:  # a number that is closed on the record is closed on those who answer it
            kind = entity.fields[key].kind.name if key in entity.fields else ""
            for field in child.fields.values() if kind in REACH else ():
                if field.kind.name == kind:
                    rights[child.key, field.key] = min(right, actor.right(child.key, field.key), key=_STRICT.index)
    return replace(actor, grants=grants, rights=reckoned.closed(rights), pool=pool.id, bare=actor)


def untold(actor: Actor) -> bool:
    """Whether he looks into a pool that keeps its story to itself: no comments, files or participants."""
    pool = pools.get(actor.pool) if actor.pool else None
    return pool is not None and not pool.story


def face(entity: Entity, pool: Pool) -> Entity:
    """The entity as the pages of a pool show it: under the pool's name and address, with what can be done there."""
    from guanxi.kernel.pool_deeds import deeds  # which needs the whole kernel

    seen = copy(entity)
    seen.slug, seen.label_plural, seen.icon = pool.slug, pool.name, "ripple"
    seen.columns = entity.pool_columns or (*entity.columns[:4], "pooled_at", "pooled_from", "pool_reason")
    seen.views, seen.actions, seen.kept_as = entity.pool_views, deeds(entity), f"{entity.key}@pool"
    seen.boards, seen.forms, seen.quick, seen.stage, seen.in_menu = (), (), (), "", False
    return seen


def by_slug(slug: str) -> Entity | None:
    """The face of the pool that answers under `/slug/`."""
    number = slug.removeprefix("pool-")
    pool = pools.get(int(number)) if number != slug and number.isdecimal() and len(number) < 19 else None
    return face(registry.get(pool.entity), pool) if pool else None


def through(actor: Actor, slug: str) -> Actor:
    """Whom the pages under `/slug/` are for: a member of the pool as one who looks into it, anybody else as nobody."""
    found = by_slug(slug)
    if found is None:
        return actor
    pool = pools.get(int(slug.removeprefix("pool-")))
    return lens(actor, pool) if pool is not None and pool.includes(actor) else Actor(id=actor.id, name=actor.name, bare=actor)


def faces(actor: Actor) -> list[tuple[Entity, Actor]]:
    """Every pool that the person belongs to, as an entity and as who looks at it."""
    found = [pool for entity in registry if entity.pooled for pool in pools.joined(entity, actor)]
    return [(face(registry.get(pool.entity), pool), lens(actor, pool)) for pool in found]


__all__ = ["by_slug", "columns", "constraints", "face", "faces", "indexes", "lens", "through", "untold"]

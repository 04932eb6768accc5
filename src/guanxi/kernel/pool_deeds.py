"""The verbs of pools as declared actions: offered on records, on rows and for a selection, and at the API.

They are called with the face that a pool gives an entity, and write to the entity itself, whose children know only that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import pools, sharing_out, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Action, Entity
from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.kernel.pools import Pool
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Outcome


def claim(entity: Entity, ids: Sequence[int], values: dict[str, Any], actor: Actor, door: str) -> Outcome:
    """Take what lies in the pool that the actor looks into."""
    return write.claim(registry.get(entity.key), _looked_into(actor), ids, actor=actor.person, door=door)


def assign(entity: Entity, ids: Sequence[int], values: dict[str, Any], actor: Actor, door: str) -> Outcome:
    """Give it to one member, or without a name by the assignment rules, and what fits none of them to whoever holds least."""
    entity, pool = registry.get(entity.key), _looked_into(actor)
    raw = values.get("owner")
    if raw in (None, ""):
        shares = sharing_out.by_rules(entity, pool, ids)
        if rest := [i for i in ids if i not in shares]:
            shares |= sharing_out.by_load(entity, pool, rest)
    else:
        shares = dict.fromkeys(ids, _person(entity, raw, actor))
    return write.assign(entity, pool, shares, actor=actor.person, door=door)


def release(entity: Entity, ids: Sequence[int], values: dict[str, Any], actor: Actor, door: str) -> Outcome:
    """Hand back to the chosen pool, or to the usual one."""
    number = whole(str(values.get("pool") or ""))
    pool = pools.get(number) if number else pools.usual(entity)
    usual = pools.usual(entity)
    own = pool is not None and (pool.includes(actor) or (actor.within is None and usual is not None and usual.id == pool.id))
    if pool is None or pool.entity != entity.key or not own:
        raise write.Invalidated({"pool": _("Choose a public pool. Whoever sets up the system can create one.")})
    return write.release(entity, ids, pool, str(values.get("pool_reason") or ""), actor=actor, door=door)


def _looked_into(actor: Actor) -> Pool:
    pool = pools.get(actor.pool)
    if pool is None:
        raise write.NotFound()
    return pool


def _person(entity: Entity, raw: Any, actor: Actor) -> int:
    try:
        return int(entity.fields["owner"].kind.parse(raw, Reader(actor)))
    except Invalid as error:
        raise write.Invalidated({"owner": str(error)}) from None


#: What can be done with records that lie in a pool.
DEEDS = (
    Action("claim", gettext_lazy("Claim"), run=claim, icon="hand-grab", grant="claim", tone="g"),
    Action(
        "assign",
        gettext_lazy("Give to"),
        run=assign,
        icon="user-plus",
        grant="assign",
        form=("owner",),
        note=gettext_lazy("Leave the owner empty to follow the assignment rules; what fits none goes to the member who holds least."),
    ),
)
#: What an entity that is pooled offers its owners.
RELEASE = Action(
    "release",
    gettext_lazy("Hand back"),
    run=release,
    icon="ripple",
    grant="transfer",
    form=("pool", "pool_reason"),
    asks=("pool_reason",),
    when=("owner", "not_empty"),
)

__all__ = ["DEEDS", "RELEASE"]

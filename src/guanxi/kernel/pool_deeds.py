"""The verbs of pools as declared actions: offered on records, on rows and for a selection, and at the API.

They are called with the face that a pool gives an entity, and write to the entity itself, whose children know only that.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import giving_out, pools, sharing_out, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Action, Entity
from guanxi.kernel.pools import Pool
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Outcome


def claim(entity: Entity, ids: Sequence[int], values: dict[str, Any], actor: Actor, door: str) -> Outcome:
    """Take what lies in the pool that the actor looks into."""
    return write.claim(registry.get(entity.key), _looked_into(actor), ids, actor=actor.person, door=door)


def assign(entity: Entity, ids: Sequence[int], values: dict[str, Any], actor: Actor, door: str) -> Outcome:
    """Give to one member, or to several in turn or by load, those that fit; with nothing said by the assignment rules, the rest by load.

    What does not fit stays as it is; for whom there is no room is refused.
    """
    entity, pool = registry.get(entity.key), _looked_into(actor)
    asked = sorted(ids)
    shares, full = giving_out.shares(entity, pool, asked, values, actor)
    outcome = write.assign(entity, pool, shares, actor=actor.person, door=door)
    outcome.refused |= {i: {"owner": sharing_out.full_words()} for i in full}
    outcome.unchanged += [i for i in asked if i not in shares and i not in full]
    return outcome


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


@cache
def deeds(entity: Entity) -> tuple[Action, ...]:
    """What can be done with records of an entity that lie in a pool."""
    return (
        Action("claim", gettext_lazy("Claim"), run=claim, icon="hand-grab", grant="claim", tone="g"),
        Action(
            "assign",
            gettext_lazy("Give to"),
            run=assign,
            icon="user-plus",
            grant="assign",
            form=("owner", "how", "people", "where"),
            inputs=giving_out.inputs(entity),
            note=gettext_lazy("Leave all of it empty to follow the assignment rules; what fits none goes to the member who holds least."),
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

__all__ = ["RELEASE", "deeds"]

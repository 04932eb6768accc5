"""What comes along with records that are handed over, counted for the dialogue: what follows by itself, and what may be taken along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from guanxi.kernel import attached
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.surfaces import bulk
from guanxi.surfaces.bulk import Wish


def shown(entity: Entity, ids: Sequence[int], wish: Wish, actor: Actor) -> dict[str, Any]:
    """Context of `pages/bulk_counts.html`: (entity, figure) of children, (entity, figure, chosen) of others; of very many no figures."""
    beside = [other for other in attached.beside(entity) if actor.may(other.key, "transfer")]
    chosen = set(wish.values.get("along", ()))
    if len(ids) > bulk.AT_ONCE:
        followers = [(child, "") for child, _key in attached.below(entity) if actor.may(child.key, "view")]
        return {"following": followers, "offered": [(other, "", other.key in chosen) for other in beside]}
    followers = [(child, f"{count:,}") for child, count in attached.following(entity, ids, actor)]
    counted = [(other, attached.same_owner(entity, other, ids, actor).count()) for other in beside]
    return {"following": followers, "offered": [(other, f"{count:,}", other.key in chosen) for other, count in counted if count]}


__all__ = ["shown"]

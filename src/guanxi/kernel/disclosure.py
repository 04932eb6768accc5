"""What a person is told of a record in the way of his own, even where he may not see it, and that he was told.

Disclosed on purpose: enough of the name to recognise a customer one already knows, and who owns it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from guanxi.kernel import clock, directory
from guanxi.kernel.access import company_path
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import AccessLog


@dataclass(frozen=True)
class Told:
    """A record as this reader may know it: the name, veiled unless `visible`, and the owner's name."""

    title: str
    owner: str
    visible: bool


def told(entity: Entity, ids: Collection[int], actor: Actor) -> dict[int, Told]:
    """The records by id; two queries, however many. Beyond his company nobody is told of anything."""
    if not ids:
        return {}
    rows = entity.objects.filter(id__in=ids).values_list("id", entity.title, "owner_id", company_path(entity))
    readable = actor.right(entity.key, entity.title) not in ("hidden", "masked")
    seen = set(entity.rows(actor).filter(id__in=ids).values_list("id", flat=True)) if readable else set()
    return {
        i: Told(str(t) if i in seen else veil(str(t)), directory.person_name(owner), i in seen)
        for i, t, owner, department in rows
        if i in seen or actor.within is None or department in actor.within
    }


def veil(name: str) -> str:
    """Enough of a name to recognise a customer one already knows: 杭州****有限公司."""
    if len(name) <= 4:
        return name[:1] + "**"
    return f"{name[:4]}****{name[-4:]}" if len(name) > 10 else f"{name[:2]}****{name[-2:]}"


def log(entity: str, ids: Collection[int], actor: Actor, *, verb: str) -> None:
    """Keep that somebody asked (`similar`) or ran into (`taken`) these records; drafts, below zero, tell nothing."""
    AccessLog.objects.create(at=clock.now(), actor=actor.id, verb=verb, entity=entity, data={"found": sorted(i for i in ids if i > 0)})

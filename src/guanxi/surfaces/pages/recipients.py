"""To whom somebody may write about a record: the addresses and numbers on it, one step from it and on what hangs on it, as far as he sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from guanxi.kernel import one
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import phone
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.surfaces.pages.record import title_of
from guanxi.surfaces.prints import below

#: Records of each related list that are offered, and recipients altogether.
EACH, MOST = 20, 60
KINDS = ("email", "phone")


@dataclass(frozen=True)
class Recipient:
    """Somebody's mail address, or the way to his number, which is revealed and logged when it is asked for."""

    label: str
    address: str = ""
    reveal: str = ""


def of(entity: Entity, row: Any, actor: Actor, kind: str) -> list[Recipient]:
    """Those with an address (`email`) or a number that takes messages (`phone`), the record itself first; nobody whose field is closed to the reader."""
    found: list[Recipient] = []
    for near, each in _around(entity, row, actor):
        for key, field in near.visible(actor).items():
            value = field.value(each) if field.kind.name == kind and actor.right(near.key, key) != "masked" else ""
            if value and (kind != "phone" or phone.takes_messages(value)):
                label = f"{title_of(near, each, actor)} · {field.label}"
                reveal = f"/{near.slug}/{each.id}/_reveal/{key}/" if kind == "phone" else ""
                found.append(Recipient(label, "" if reveal else f"{value}", reveal))
    return found[:MOST]


def _around(entity: Entity, row: Any, actor: Actor) -> Iterator[tuple[Entity, Any]]:
    yield entity, row
    visible = entity.visible(actor)
    for via, target in naming.steps(entity).items():
        if via in visible and _reachable(target, actor) and (number := visible[via].value(row)):
            other = one.find(target, actor, number)
            if other is not None:
                yield target, other
    for tab in below.tabs(entity).values():
        if _reachable(tab.child, actor):
            ids = below.ids(entity, tab, [row.id], actor, action="view", most=EACH).get(row.id, [])
            for other in tab.child.rows(actor).filter(id__in=ids).order_by("id"):
                yield tab.child, other


def _reachable(entity: Entity, actor: Actor) -> bool:
    return bool(entity.slug) and actor.may(entity.key, "view") and any(f.kind.name in KINDS for f in entity.visible(actor).values())


__all__ = ["Recipient", "of"]

"""To whom somebody may write about a record: the addresses and numbers on it, one step from it and on what hangs on it, as far as he sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from guanxi.kernel import one
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import phone
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.surfaces.channels.sending import To
from guanxi.surfaces.pages.record import title_of
from guanxi.surfaces.prints import below

#: Records of each related list that are offered, and recipients altogether.
EACH, MOST = 20, 60
KINDS = ("email", "phone")


@dataclass(frozen=True)
class Recipient:
    """Somebody's mail address, or the way to his number, which is revealed and logged when it is asked for.

    `at` names where it stands, by which the house writes to him; `masked` is somebody to whom only the house does.
    """

    label: str
    address: str = ""
    reveal: str = ""
    at: str = ""
    masked: bool = False


def of(entity: Entity, row: Any, actor: Actor, kind: str) -> list[Recipient]:
    """Those with an address (`email`) or a number that takes messages (`phone`), the record itself first; nobody whose field is hidden."""
    found: list[Recipient] = []
    for near, each, key in _found(entity, row, actor, kind):
        label = f"{title_of(near, each, actor)} · {near.fields[key].label}"
        masked = actor.right(near.key, key) == "masked"
        reveal = f"/{near.slug}/{each.id}/_reveal/{key}/" if kind == "phone" and not masked else ""
        address = "" if masked or kind == "phone" else f"{near.fields[key].value(each)}"
        found.append(Recipient(label, address, reveal, f"{near.slug}:{each.id}:{key}", masked))
    return found[:MOST]


def named(entity: Entity, row: Any, actor: Actor, kind: str, at: str) -> To | None:
    """The one of them that stands there."""
    for near, each, key in islice(_found(entity, row, actor, kind), MOST):
        if at == f"{near.slug}:{each.id}:{key}":
            return To(near, each.id, key, f"{near.fields[key].value(each)}")
    return None


def _found(entity: Entity, row: Any, actor: Actor, kind: str) -> Iterator[tuple[Entity, Any, str]]:
    """(entity, record, field) of each."""
    for near, each in _around(entity, row, actor):
        for key, field in near.visible(actor).items():
            value = field.value(each) if field.kind.name == kind else ""
            if value and (kind != "phone" or phone.takes_messages(value)):
                yield near, each, key


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


__all__ = ["Recipient", "named", "of"]

"""Where two roles differ: in how far they reach, and in who must agree."""

from __future__ import annotations

from collections.abc import Iterable

from guanxi.kernel.entity import Entity
from guanxi.org.models import Role
from guanxi.org.roles import REVIEWED, Reach, actions_of


def differences(one: Role, other: Role, entities: Iterable[Entity]) -> list[tuple[Entity, str, Reach, Reach]]:
    """(entity, action, reach of one, reach of the other) wherever two roles differ."""
    reaches = [{(g.entity, g.action): Reach.of(g) for g in role.grants.all()} for role in (one, other)]
    found = []
    for entity in entities:
        for action in actions_of(entity):
            left, right = (r.get((entity.key, action), Reach()) for r in reaches)
            if left != right:
                found.append((entity, action, left, right))
    return found


def review_differences(one: Role, other: Role, entities: Iterable[Entity]) -> list[tuple[Entity, str, str, str]]:
    """(entity, action, who must agree for one, for the other) wherever two roles differ in that."""
    asks = [{(g.entity, g.action): g.review for g in role.grants.all()} for role in (one, other)]
    return [
        (entity, action, *pair)
        for entity in entities
        for action in REVIEWED
        if (pair := (asks[0].get((entity.key, action), ""), asks[1].get((entity.key, action), "")))[0] != pair[1]
    ]

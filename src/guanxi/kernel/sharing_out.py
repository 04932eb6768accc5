"""Who gets what when records of a pool are spread over its members: in turn, by load, or by what the records are."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from guanxi.kernel import directory, jobs
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.condition import predicate, tree
from guanxi.kernel.entity import Entity
from guanxi.kernel.pools import Pool
from guanxi.kernel.write.errors import Invalidated


def in_turn(ids: Sequence[int], people: Sequence[int]) -> dict[int, int]:
    """Round robin: each gets one more before anybody gets two more."""
    _somebody(people)
    return {record: people[place % len(people)] for place, record in enumerate(ids)}


def by_load(entity: Entity, pool: Pool, ids: Sequence[int], people: Iterable[int] = ()) -> dict[int, int]:
    """Each record to the member who holds least then; nobody beyond what he may hold."""
    members = sorted(people) or takers(entity, pool)
    _somebody(members)
    rows = entity.model._default_manager.filter(owner_id__in=members, deleted_at=None).order_by()
    held = dict(rows.values_list("owner_id").annotate(n=Count("id")))
    queue = [(held.get(person, 0), person) for person in members]
    heapq.heapify(queue)
    shares: dict[int, int] = {}
    for record in ids:
        load, person = queue[0]
        if pool.most_held is not None and load >= pool.most_held:
            raise Invalidated({"owner": _("Everybody in this pool already holds as much as allowed. Raise the limit or add members.")})
        shares[record] = person
        heapq.heapreplace(queue, (load + 1, person))
    return shares


def takers(entity: Entity, pool: Pool) -> list[int]:
    """Members who work on records of their own: not those who only look, nor those who look after everybody's."""
    found = {person: jobs.resolved(person) for person in pool.members(directory.people()) - pool.managers}
    return sorted(
        i for i, actor in found.items() if actor.may(entity.key, "edit") and not {"all", "company"} & actor.arms(entity.key, "edit")
    )


def by_condition(entity: Entity, records: Iterable[Any], shares: Sequence[tuple[Sequence[Any], Sequence[int]]]) -> dict[int, int]:
    """By region, source or whatever a condition says: (condition, people) in order, each in turn; what matches none stays out."""
    parsed = [(tree.parse(entity, list(where), SYSTEM), people) for where, people in shares if people]
    turns: dict[int, int] = {}
    given: dict[int, int] = {}
    for record in records:
        place = next((n for n, (node, _people) in enumerate(parsed) if predicate.matches(node, record, SYSTEM)), None)
        if place is not None:
            people = parsed[place][1]
            given[record.id] = people[turns.get(place, 0) % len(people)]
            turns[place] = turns.get(place, 0) + 1
    return given


def _somebody(people: Sequence[int]) -> None:
    if not people:
        raise Invalidated({"owner": _("Nobody belongs to this pool who could take it. Add members to it first.")})


__all__ = ["by_condition", "by_load", "in_turn", "takers"]

"""Who gets what when records of a pool are spread over its members: in turn, by load, or by what the records are."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from contextlib import suppress

from django.db.models import Count
from django.utils.translation import gettext as _

from guanxi.kernel import directory, jobs
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.condition import predicate, tree
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Claims
from guanxi.kernel.pools import Assignment, Pool
from guanxi.kernel.write.errors import Invalidated


def in_turn(ids: Sequence[int], people: Sequence[int]) -> dict[int, int]:
    """Round robin: each gets one more before anybody gets two more."""
    _somebody(people)
    return {record: people[place % len(people)] for place, record in enumerate(ids)}


def by_load(entity: Entity, pool: Pool, ids: Sequence[int], people: Iterable[int] = ()) -> dict[int, int]:
    """Each record to the member who holds least then; nobody beyond what he may hold."""
    members = sorted(people) or takers(entity, pool)
    _somebody(members)
    shares = _by_load(entity, pool, ids, members)
    if len(shares) < len(ids):
        raise Invalidated({"owner": full_words()})
    return shares


def _by_load(entity: Entity, pool: Pool, ids: Sequence[int], people: Sequence[int]) -> dict[int, int]:
    """The same as far as there is room."""
    held = _held(entity, people)
    queue = [(held.get(person, 0), person) for person in people]
    heapq.heapify(queue)
    shares: dict[int, int] = {}
    for record in ids:
        load, person = queue[0]
        if pool.most_held is not None and load >= pool.most_held:
            break
        shares[record] = person
        heapq.heapreplace(queue, (load + 1, person))
    return shares


def takers(entity: Entity, pool: Pool, *, everybody: bool = False) -> list[int]:
    """Members who work on records of their own: not those who only look, nor those who look after everybody's.

    With `everybody` all who could, which is for whom a rule names.
    """
    found = {person: jobs.resolved(person) for person in pool.members(directory.people()) - (set() if everybody else pool.managers)}
    able = {i: actor for i, actor in found.items() if actor.may(entity.key, "edit")}
    return sorted(i for i, actor in able.items() if everybody or not {"all", "company"} & actor.arms(entity.key, "edit"))


def by_rules(entity: Entity, pool: Pool, ids: Sequence[int]) -> dict[int, int]:
    """By the assignment rules of the pool: the first that fits a record says who gets it; what fits none stays out."""
    rules = fitting(entity, pool)
    wanted: dict[int, list[int]] = {}
    for record in entity.rows_of(ids).order_by("id") if rules else ():
        place = next((n for n, (_rule, node) in enumerate(rules) if node is None or predicate.matches(node, record, SYSTEM)), None)
        if place is not None:
            wanted.setdefault(place, []).append(record.id)
    shares: dict[int, int] = {}
    for place, found in sorted(wanted.items()):
        rule = rules[place][0]
        if people := with_room(entity, pool, receivers(entity, pool, rule)):
            shares |= _by_load(entity, pool, found, people) if rule.by_load else in_turn(found, _waiting_longest(pool, people))
    return shares


def among(entity: Entity, pool: Pool, ids: Sequence[int], people: Sequence[int], *, by_load: bool) -> dict[int, int]:
    """Each to one of these members, or without names of all who take from the pool, by load or in turn; whose turn it is goes on from last time.

    Raises Invalidated where nobody has room.
    """
    able = takers(entity, pool, everybody=bool(people))
    chosen = [person for person in people if person in able] if people else able
    _somebody(chosen)
    roomy = with_room(entity, pool, chosen)
    if not roomy:
        raise Invalidated({"owner": full_words()})
    return _by_load(entity, pool, ids, roomy) if by_load else in_turn(ids, _waiting_longest(pool, roomy))


def full_words() -> str:
    """What is said where there is room for nothing more."""
    return _("Everybody in this pool already holds as much as allowed. Raise the limit or add members.")


def fitting(entity: Entity, pool: Pool) -> list[tuple[Assignment, tree.Node | None]]:
    """The assignment rules of a pool with their conditions; a rule about a field that is no more fits nothing."""
    found: list[tuple[Assignment, tree.Node | None]] = []
    for rule in pool.assignments:
        with suppress(tree.ConditionError):
            found.append((rule, tree.parse(entity, list(rule.where), SYSTEM) if rule.where else None))
    return found


def receivers(entity: Entity, pool: Pool, rule: Assignment) -> list[int]:
    """Whom a rule gives to: the members it names who can work on it, or without names all who take from the pool."""
    if not rule.people:
        return takers(entity, pool)
    able = takers(entity, pool, everybody=True)
    return [person for person in rule.people if person in able]


def with_room(entity: Entity, pool: Pool, people: Sequence[int]) -> list[int]:
    """Those of these people who may hold more, in the same order."""
    if pool.most_held is None:
        return list(people)
    held = _held(entity, people)
    return [person for person in people if held.get(person, 0) < pool.most_held]


def _waiting_longest(pool: Pool, people: Sequence[int]) -> list[int]:
    """Whoever was given something longest ago first, and before all whoever never was."""
    rows = Claims.objects.filter(pool=pool.id, person__in=people, given_at__isnull=False).order_by("given_at", "person")
    given = list(rows.values_list("person", flat=True))
    return [*(i for i in people if i not in given), *given]


def _held(entity: Entity, people: Iterable[int]) -> dict[int, int]:
    """How many live records each owns."""
    rows = entity.objects.filter(owner_id__in=list(people), deleted_at=None).order_by()
    return dict(rows.values_list("owner_id").annotate(n=Count("id")))


def _somebody(people: Sequence[int]) -> None:
    if not people:
        raise Invalidated({"owner": _("Nobody belongs to this pool who could take it. Add members to it first.")})


__all__ = ["among", "by_load", "by_rules", "fitting", "full_words", "in_turn", "receivers", "takers", "with_room"]

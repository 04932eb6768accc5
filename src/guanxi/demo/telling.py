"""Write the story through the set-based doors, step by step, with the clock held at each step."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone

from guanxi.activity.entities.follow_up import FollowUpEntity
from guanxi.customers.entities.contact import ContactEntity
from guanxi.customers.entities.customer import CustomerEntity
from guanxi.demo.cast import Chance, Client, Contact, Figure, Move, Story, Talk
from guanxi.kernel import clock, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.entity import Entity
from guanxi.sales.entities.opportunity import OpportunityEntity

CUSTOMER, CONTACT = CustomerEntity.instance, ContactEntity.instance
OPPORTUNITY, FOLLOW_UP = OpportunityEntity.instance, FollowUpEntity.instance
DOOR = "demo"

T = TypeVar("T")


def tell(story: Story, steps: Sequence[datetime]) -> None:
    """Write everything. What happened until a step is written at that step."""
    born = {name: _by_step(steps, rows) for name, rows in _chapters(story).items()}
    moves: dict[int, list[Move]] = defaultdict(list)
    for move in story.moves:
        moves[_step(steps, move.at)].append(move)
    for at, moment in enumerate(steps):
        with clock.frozen(moment):
            _create(CUSTOMER, born["clients"][at])
            _create(CONTACT, born["contacts"][at])
            _create(OPPORTUNITY, born["chances"][at])
            _create(FOLLOW_UP, born["talks"][at])
            _move(moves[at])


def _chapters(story: Story) -> dict[str, Sequence[Figure]]:
    return {"clients": story.clients, "contacts": story.contacts, "chances": story.chances, "talks": story.talks}


def _step(steps: Sequence[datetime], moment: datetime) -> int:
    return min(bisect_left(steps, moment), len(steps) - 1)


def _by_step(steps: Sequence[datetime], figures: Iterable[Figure]) -> dict[int, list[Figure]]:
    found: dict[int, list[Figure]] = defaultdict(list)
    for figure in figures:
        found[_step(steps, figure.born)].append(figure)
    return found


def _create(entity: Entity, figures: list[Figure]) -> None:
    if not figures:
        return
    rows = [_values(figure) for figure in figures]
    authors, moments = [f.by for f in figures], [f.born for f in figures]
    outcome = write.create_many(entity, rows, actor=SYSTEM, door=DOOR, born=moments, by=authors)
    if outcome.refused:
        place, errors = next(iter(outcome.refused.items()))
        raise ValueError(f"The demo invented a bad {entity.key}: {errors} in {rows[place]}")
    for place, record in outcome.written.items():
        figures[place].id = record.id


def _values(figure: Figure) -> dict[str, Any]:
    """The figure's values with the ids of those it refers to."""
    values = dict(figure.values)
    if isinstance(figure, Client) and figure.parent and figure.parent.id:
        values["parent"] = figure.parent.id
    if isinstance(figure, (Contact, Chance, Talk)) and figure.customer:
        values["customer"] = figure.customer.id
    if isinstance(figure, Contact) and figure.further:
        values["customers"] = [client.id for client in figure.further if client.id]
    if isinstance(figure, Chance) and figure.contacts:
        values["contacts"] = [contact.id for contact in figure.contacts if contact.id]
    if isinstance(figure, Talk):
        if figure.with_whom and figure.with_whom.id:
            values["contact"] = figure.with_whom.id
        if figure.about and figure.about.id:
            values["opportunity"] = figure.about.id
    return values


def _move(moves: list[Move]) -> None:
    """Several moves of one record in one step are written one after the other."""
    while moves:
        now: dict[int, Move] = {}
        rest: list[Move] = []
        for move in moves:
            if move.figure.id in now:
                rest.append(move)
            else:
                now[move.figure.id] = move
        for entity, kind in ((OPPORTUNITY, Chance), (CUSTOMER, Client)):
            changes = {i: _dated(move) for i, move in now.items() if isinstance(move.figure, kind)}
            if changes:
                outcome = write.update_many(entity, changes, actor=SYSTEM, door=DOOR)
                if outcome.refused:
                    raise ValueError(f"The demo invented a bad move of {entity.key}: {outcome.refused}")
        moves = rest


def _dated(move: Move) -> dict[str, Any]:
    """Closing an opportunity happens on its own day, not on that of the step."""
    closes = move.values.get("stage") in ("won", "lost", "invalid", "renewal_won", "renewal_lost")
    return move.values | ({"closed_on": timezone.localtime(move.at, timezone.get_default_timezone()).date()} if closes else {})

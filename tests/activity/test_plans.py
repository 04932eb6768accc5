"""Whatever happens to a follow-up afterwards, its customer and opportunity stand as if it had always been so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from guanxi.kernel import clock, history, verify, write
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

CUSTOMER, FOLLOW_UP = registry.get("customers.customer"), registry.get("activity.followup")
OPPORTUNITY = registry.get("sales.opportunity")
Standing = tuple[datetime | None, datetime | None]


@pytest.fixture
def customer(cast: Cast) -> Any:
    return samples.make(CUSTOMER, actor=cast.owner)


@pytest.fixture
def told(customer: Any, cast: Cast) -> Callable[..., Any]:
    """A follow-up so many days ago, with the next one so many days ahead of today."""

    def tell(days_ago: int, next_in: int | None = None, **more: Any) -> Any:
        given = {"summary": "x", "customer": customer.id, "mode": "call", "happened_at": day(-days_ago), **more}
        if next_in is not None:
            given["next_at"] = day(next_in)
        return write.create(FOLLOW_UP, given, actor=cast.owner, door="test")

    return tell


NOW = clock.now().replace(microsecond=0)


def day(n: int) -> datetime:
    return NOW + timedelta(days=n)


def standing(customer: Any) -> Standing:
    customer.refresh_from_db()
    return customer.next_follow_up_at, customer.last_follow_up_at


def test_a_deleted_one_has_never_been_and_a_restored_one_always_was(customer: Any, told: Any, cast: Cast) -> None:
    write.update(customer, {"next_follow_up_at": day(3)}, actor=cast.owner, door="test")
    steps = [standing(customer)]
    made = []
    for days_ago, next_in in ((9, 5), (6, None), (4, 8), (2, 1), (1, None)):
        made.append(told(days_ago, next_in))
        steps.append(standing(customer))
    for place in range(len(made) - 1, -1, -1):
        write.delete(made[place], actor=cast.owner, door="test")
        assert standing(customer) == steps[place], place
    for place, one in enumerate(made):
        write.restore((FOLLOW_UP, one.id), actor=cast.owner, door="test")
        assert standing(customer) == steps[place + 1], place
    write.delete_many(FOLLOW_UP, [one.id for one in made], actor=cast.owner, door="test")
    assert standing(customer) == steps[0]


def test_deleting_an_older_one_moves_nothing(customer: Any, told: Any, cast: Cast) -> None:
    old, _new = told(9, 5), told(2, 8)
    before, version = standing(customer), customer.version
    write.delete(old, actor=cast.owner, door="test")
    assert (standing(customer), customer.version) == (before, version)


def test_what_a_person_has_said_since_stays(customer: Any, told: Any, cast: Cast) -> None:
    one, older = told(2, 8), told(9, 5)
    write.update((CUSTOMER, customer.id), {"next_follow_up_at": day(4)}, actor=cast.owner, door="test")
    told(10, 6)
    assert standing(customer)[0] == day(4)
    write.delete(older, actor=cast.owner, door="test")
    assert standing(customer)[0] == day(4)
    write.restore((FOLLOW_UP, older.id), actor=cast.owner, door="test")
    write.delete(one, actor=cast.owner, door="test")
    assert standing(customer)[0] == day(4)


def test_one_without_a_plan_still_settles_what_was_due_when_it_was_written(customer: Any, told: Any, cast: Cast) -> None:
    with clock.frozen(day(-5)):
        told(8, -3)
    with clock.frozen(day(-2)):
        told(2)
        latest = told(1, 4)
    assert standing(customer)[0] == day(4)
    write.delete(latest, actor=cast.owner, door="test")
    assert standing(customer) == (None, day(-2))


def test_another_day_another_order(customer: Any, told: Any, cast: Cast) -> None:
    first, second = told(9, 5), told(2, 8)
    write.update((FOLLOW_UP, first.id), {"happened_at": day(-1)}, actor=cast.owner, door="test")
    assert standing(customer) == (first.next_at, day(-1))
    write.update_many(FOLLOW_UP, {first.id: {"happened_at": day(-9)}}, actor=cast.owner, door="test")
    assert standing(customer) == (second.next_at, second.happened_at)
    write.update((FOLLOW_UP, second.id), {"next_at": None}, actor=cast.owner, door="test")
    assert standing(customer)[0] == first.next_at


def test_one_that_was_filed_under_the_wrong_customer(customer: Any, told: Any, cast: Cast) -> None:
    right = samples.make(CUSTOMER, actor=cast.owner)
    one = told(1, 8)
    write.update((FOLLOW_UP, one.id), {"customer": right.id}, actor=cast.owner, door="test")
    assert (standing(customer), standing(right)) == ((None, None), (one.next_at, one.happened_at))


def test_an_opportunity_is_planned_alike(customer: Any, told: Any, cast: Cast) -> None:
    opportunity = samples.make(OPPORTUNITY, actor=cast.owner, customer=customer.id)
    one = told(1, 8, opportunity=opportunity.id)
    opportunity.refresh_from_db()
    assert opportunity.next_follow_up_at == one.next_at
    write.delete(one, actor=cast.owner, door="test")
    opportunity.refresh_from_db()
    assert opportunity.next_follow_up_at is None


def test_taking_back_a_follow_up_takes_back_all_of_it(customer: Any, told: Any, cast: Cast) -> None:
    write.update(customer, {"next_follow_up_at": day(3)}, actor=cast.owner, door="test")
    one = told(1, 8)
    changes = history.of_write(history.of_record(one.id, limit=1)[0].write_id)
    done = write.undo(changes, actor=cast.owner, door="test")
    assert (done.kept, standing(customer)) == ([], (day(3), None))


def test_many_written_together_plan_in_the_order_in_which_they_happened(customer: Any, cast: Cast) -> None:
    """The newest has no plan and leaves the one before it, which lies ahead, whatever the order of the rows."""
    for order in ((0, 1), (1, 0)):
        other = samples.make(CUSTOMER, actor=cast.owner)
        rows = [
            {"summary": "planned", "customer": other.id, "mode": "call", "happened_at": day(-4), "next_at": day(5)},
            {"summary": "bare", "customer": other.id, "mode": "call", "happened_at": day(-1)},
        ]
        write.create_many(FOLLOW_UP, [rows[place] for place in order], actor=cast.owner, door="test")
        assert standing(other) == (day(5), day(-1)), order


def test_many_written_together_settle_what_was_due(customer: Any, cast: Cast) -> None:
    for order in ((0, 1), (1, 0)):
        other = samples.make(CUSTOMER, actor=cast.owner)
        rows = [
            {"summary": "planned", "customer": other.id, "mode": "call", "happened_at": day(-4), "next_at": day(-2)},
            {"summary": "bare", "customer": other.id, "mode": "call", "happened_at": day(-1)},
        ]
        write.create_many(FOLLOW_UP, [rows[place] for place in order], actor=cast.owner, door="test")
        assert standing(other) == (None, day(-1)), order


def test_one_written_down_late_plans_nothing_even_where_the_newest_has_no_plan(customer: Any, told: Any) -> None:
    told(1)
    told(9, 5)
    assert standing(customer)[0] is None


def test_verify_names_whoever_is_planned_otherwise_than_the_follow_ups_say(customer: Any, told: Any, cast: Cast) -> None:
    opportunity = samples.make(OPPORTUNITY, actor=cast.owner, customer=customer.id)
    one = told(2, 8, opportunity=opportunity.id)
    assert verify.run() == []
    with connection.cursor() as cursor:  # around `write`, which would carry the plan on
        cursor.execute("UPDATE activity_followup SET next_at = next_at + interval '1 day' WHERE id = %s", [one.id])
    assert verify.run() == [
        f"customers.customer: next_follow_up_at is not what its follow-ups say: {customer.id}",
        f"sales.opportunity: next_follow_up_at is not what its follow-ups say: {opportunity.id}",
    ]

"""A follow-up happened, and says when to speak again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from guanxi.kernel import clock, write
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from tests import samples
from tests.people import Cast

CUSTOMER = registry.get("customers.customer")
FOLLOW_UP = registry.get("activity.followup")


@pytest.fixture
def customer(cast: Cast) -> Any:
    return samples.make(CUSTOMER, actor=cast.owner)


def record(customer: Any, cast: Cast, days_ago: int, next_in: int | None = None) -> Any:
    """A follow-up so many days ago, with the next one so many days ahead of today."""
    given = {"summary": "called", "customer": customer.id, "mode": "call", "happened_at": clock.now() - timedelta(days=days_ago)}
    if next_in is not None:
        given["next_at"] = clock.now() + timedelta(days=next_in)
    return write.create(FOLLOW_UP, given, actor=cast.owner, door="test")


def test_it_happened_now_unless_said_otherwise(customer: Any, cast: Cast) -> None:
    with clock.frozen() as now:
        made = write.create(FOLLOW_UP, {"summary": "x", "customer": customer.id, "mode": "call"}, actor=cast.owner, door="test")
    assert made.happened_at == now


def test_the_newest_one_decides_when_to_speak_again(customer: Any, cast: Cast) -> None:
    newest = record(customer, cast, 1, next_in=7)
    fresh = CUSTOMER.rows(cast.owner).get(id=customer.id)
    assert (fresh.next_follow_up_at, fresh.last_follow_up_at) == (newest.next_at, newest.happened_at)
    record(customer, cast, 30)
    record(customer, cast, 20, next_in=1)
    fresh = CUSTOMER.rows(cast.owner).get(id=customer.id)
    assert (fresh.next_follow_up_at, fresh.last_follow_up_at) == (newest.next_at, newest.happened_at)


def test_one_without_a_plan_settles_what_was_due_and_leaves_what_lies_ahead(customer: Any, cast: Cast) -> None:
    ahead = record(customer, cast, 1, next_in=7)
    record(customer, cast, 0)
    assert CUSTOMER.rows(cast.owner).get(id=customer.id).next_follow_up_at == ahead.next_at
    write.update(customer, {"next_follow_up_at": clock.now() - timedelta(days=2)}, actor=cast.owner, door="test")
    record(customer, cast, 0)
    assert CUSTOMER.rows(cast.owner).get(id=customer.id).next_follow_up_at is None


def test_many_at_once_plan_like_one(customer: Any, cast: Cast) -> None:
    now = clock.now()
    rows = [
        {
            "summary": f"{n}",
            "customer": customer.id,
            "mode": "call",
            "happened_at": now - timedelta(days=n),
            "next_at": now + timedelta(days=n),
        }
        for n in (3, 1, 2)
    ]
    outcome = write.create_many(FOLLOW_UP, rows, actor=cast.owner, door="test")
    assert CUSTOMER.rows(cast.owner).get(id=customer.id).next_follow_up_at == outcome.written[1].next_at


def test_the_next_one_lies_after_this_one(customer: Any, cast: Cast) -> None:
    with pytest.raises(Invalidated) as refusal:
        record(customer, cast, 0, next_in=-1)
    assert list(refusal.value.errors) == ["next_at"]


def test_whoever_wrote_it_sees_it_after_the_customer_has_gone_to_somebody_else(customer: Any, cast: Cast) -> None:
    made = record(customer, cast, 0)
    write.transfer(CUSTOMER, [customer.id], cast.stranger.id or 0, actor=cast.director, door="test")
    assert FOLLOW_UP.rows(cast.owner).filter(id=made.id).exists()
    assert FOLLOW_UP.rows(cast.stranger).filter(id=made.id).exists()
    assert not CUSTOMER.rows(cast.owner).filter(id=customer.id).exists()


def test_a_plan_does_not_need_the_right_to_edit_the_customer(customer: Any, cast: Cast) -> None:
    given = {"summary": "x", "customer": customer.id, "mode": "call", "next_at": clock.now() + timedelta(days=1)}
    made = write.create(FOLLOW_UP, given, actor=cast.manager, door="test")
    assert CUSTOMER.rows(cast.owner).get(id=customer.id).next_follow_up_at == made.next_at

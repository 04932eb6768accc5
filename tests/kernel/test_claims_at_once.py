"""Two hundred people reach for the same customer, and one gets it; however quick somebody clicks, his cap holds."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from guanxi.kernel import history, pooled, write
from guanxi.kernel.actor import Actor
from guanxi.org import actors, directory
from guanxi.org.models import Assignment, Department, Role, User
from tests.customers.pool_company import customers, fresh, lying, pool
from tests.people import Cast, forget

PEOPLE, AT_ONCE = 200, 40


def hire(count: int) -> list[Actor]:
    """So many sales people."""
    east, sales = Department.objects.get(code="east"), Role.objects.get(code="sales")
    made = User.objects.bulk_create([User(login=f"p{n}", name=f"P {n}", department=east, password="!") for n in range(count)])
    Assignment.objects.bulk_create([Assignment(user=user, role=sales) for user in made])
    forget()
    return [actors.resolve(user) for user in made]


def at_once(jobs: list[Any]) -> list[Any]:
    """Do all of it on AT_ONCE connections that start together."""
    start, results, rest = threading.Barrier(AT_ONCE), [], list(jobs)

    def work() -> None:
        try:
            start.wait(20)
            while rest:
                try:
                    job = rest.pop()
                except IndexError:
                    break
                try:
                    results.append(job())
                except Exception as problem:
                    results.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


@pytest.mark.feature("OWN-01")
def test_of_two_hundred_people_one_gets_the_customer(committed: Cast) -> None:
    people, into = hire(PEOPLE), pool()
    (record,) = lying(committed, into)
    directory.Directory().people()
    results = at_once([lambda a=a: write.claim(customers(), into, [record], actor=a, door="test") for a in people])
    assert len(results) == PEOPLE
    assert not [r for r in results if isinstance(r, Exception)], results
    winners = [r for r in results if record in r.written]
    assert len(winners) == 1
    assert all(r.refused[record] for r in results if r is not winners[0])
    row = fresh(record)
    assert (row.owner_id in {a.id for a in people}, row.pool_id) == (True, None)
    assert [c.verb for c in history.of_record(record)].count("claim") == 1


def test_caps_hold_however_many_windows_somebody_clicks_in(committed: Cast) -> None:
    into = pool(claims_a_day=5, most_held=4)
    ids = lying(committed, into, 60)
    results = at_once([lambda i=i: write.claim(customers(), into, [i], actor=committed.owner, door="test") for i in ids])
    assert not [r for r in results if isinstance(r, Exception)], results
    assert sum(len(r.written) for r in results) == 4
    assert customers().model._default_manager.filter(owner_id=committed.owner.id).count() == 4


def test_bulk_claims_of_the_same_customers_never_meet_in_a_deadlock(committed: Cast) -> None:
    people, into = hire(20), pool()
    ids = lying(committed, into, 30)
    orders = [ids if n % 2 else ids[::-1] for n in range(len(people))]
    results = at_once(
        [lambda a=a, o=o: write.claim(customers(), into, o, actor=a, door="test") for a, o in zip(people, orders, strict=True)]
    )
    assert not [r for r in results if isinstance(r, Exception)], results
    assert sum(len(r.written) for r in results) == 30
    assert not customers().rows(pooled.through(committed.owner, into.slug)).exists()


def test_a_second_click_of_the_same_person_changes_nothing(cast: Cast) -> None:
    into = pool(claims_a_day=5)
    (record,) = lying(cast, into)
    assert write.claim(customers(), into, [record], actor=cast.owner, door="test").written
    version = fresh(record).version
    assert write.claim(customers(), into, [record], actor=cast.owner, door="test").refused
    assert fresh(record).version == version

"""Two people merge the same record, or somebody adds to it while it is merged: nothing is lost and nothing is done twice."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connection

from guanxi.kernel import comments, history, verify, write
from guanxi.kernel.models import Comment
from guanxi.kernel.registry import registry
from guanxi.kernel.successor import successor
from guanxi.kernel.write import NotFound
from tests import samples
from tests.kernel.test_races import at_once
from tests.people import Cast


def meanwhile(do: Any, then: Any) -> None:
    """Do something on another connection and leave its transaction open until `then` is done here."""
    done, go_on, problems = threading.Event(), threading.Event(), []

    def run() -> None:
        try:
            do(done, go_on)
        except Exception as problem:
            problems.append(problem)
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert done.wait(10)
    then()
    go_on.set()
    thread.join(30)
    assert not problems, problems


def test_the_address_of_a_record_merged_twice_leads_to_what_it_became_in_the_end(cast: Cast) -> None:
    customer = registry.get("customers.customer")
    first, second, third = (samples.make(customer, actor=cast.owner) for _n in range(3))
    write.merge(customer, second.id, [first.id], {}, actor=cast.owner, door="test")
    write.merge(customer, third.id, [second.id], {}, actor=cast.owner, door="test")
    assert [successor(customer, cast.owner, r.id) for r in (first, second, third)] == [third.id, third.id, None]
    assert successor(customer, cast.stranger, first.id) is None
    earlier = history.of_record(second.id)[1]  # a merge into what has gone itself cannot be taken back before that one
    assert write.undo([earlier], actor=cast.owner, door="test").records == 0


def test_of_two_merges_of_the_same_record_one_happens(committed: Cast) -> None:
    customer = registry.get("customers.customer")
    for _round in range(4):
        a, b, c = (samples.make(customer, actor=committed.owner).id for _n in range(3))
        plans = [(a, b), (b, a), (c, b)]
        results = at_once(
            3, lambda n, plans=plans: write.merge(customer, plans[n][0], [plans[n][1]], {}, actor=committed.owner, door="test")
        )
        refused = [r for r in results if isinstance(r, NotFound)]
        done = [r for r in results if not isinstance(r, Exception)]
        assert len(refused) + len(done) == 3, results
        assert customer.rows(committed.owner).filter(id__in=[a, b, c]).count() == 3 - len(done)
        assert customer.model._default_manager.filter(merged_into__isnull=False, id__in=[a, b, c]).count() == len(done)
    assert verify.run() == []


def test_a_contact_that_is_added_while_its_customer_is_merged_goes_along(committed: Cast) -> None:
    customer, contact = registry.get("customers.customer"), registry.get("customers.contact")
    keep, lost = (samples.make(customer, actor=committed.owner) for _n in range(2))

    def add(done: threading.Event, go_on: threading.Event) -> None:
        with write.unit(committed.owner, "test"):
            write.create(contact, {"name": "Zhang", "customer": lost.id}, actor=committed.owner, door="test")
            comments.add(customer, lost.id, "Met him", actor=committed.owner)
            done.set()
            go_on.wait(10)

    meanwhile(add, lambda: write.merge(customer, keep.id, [lost.id], {}, actor=committed.owner, door="test"))
    assert contact.rows(committed.owner).values_list("customer_id", flat=True).get() == keep.id
    assert Comment.objects.values_list("record", flat=True).get() == keep.id
    assert customer.rows(committed.owner).get(id=keep.id).contact_count == 1
    assert verify.run() == []
    Comment.objects.all().delete()


def test_what_many_add_while_a_customer_is_merged_is_all_there(committed: Cast) -> None:
    customer, contact = registry.get("customers.customer"), registry.get("customers.contact")
    opportunity, follow_up = registry.get("sales.opportunity"), registry.get("activity.followup")
    for _round in range(4):
        keep, lost = (samples.make(customer, actor=committed.owner) for _n in range(2))

        def one(n: int, keep: Any = keep, lost: Any = lost) -> Any:
            if n == 0:
                return write.merge(customer, keep.id, [lost.id], {}, actor=committed.owner, door="test")
            if n == 1:
                rows = [{"name": f"C {i}", "customer": lost.id} for i in range(20)]
                return write.create_many(contact, rows, actor=committed.owner, door="test")
            if n == 2:
                return write.create(opportunity, {"name": "O", "customer": lost.id}, actor=committed.owner, door="test")
            return write.create(follow_up, {"summary": "S", "customer": lost.id}, actor=committed.owner, door="test")

        results = at_once(4, one)
        assert not isinstance(results[0], Exception), results
        for entity in (contact, opportunity, follow_up):
            assert not entity.model._default_manager.filter(customer_id=lost.id).exists(), entity.key
        assert verify.run() == []

"""What happens when people do the same thing at the same moment, on connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from guanxi.config import roles
from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Conflict, Invalidated
from tests import samples
from tests.people import Cast


def at_once(count: int, do: Callable[[int], Any]) -> list[Any]:
    """Do it in `count` threads that start together; results or refusals in order."""
    start = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(place: int) -> None:
        try:
            start.wait(10)
            results[place] = do(place)
        except Exception as problem:
            results[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_of_two_people_who_claim_a_name_one_gets_it(committed: Cast) -> None:
    customer = registry.get("customers.customer")
    for number in range(5):
        given = {"name": f"Twice {number}"}
        results = at_once(2, lambda n, given=given: write.create(customer, given, actor=committed.owner, door="test"))
        assert sorted(isinstance(r, Invalidated) for r in results) == [False, True], results
        assert customer.model._default_manager.filter(name=given["name"]).count() == 1


def test_of_two_imports_with_the_same_name_one_gets_it(committed: Cast) -> None:
    customer = registry.get("customers.customer")
    given = [{"name": f"Row {n}"} for n in range(20)]
    results = at_once(2, lambda _n: write.create_many(customer, given, actor=committed.owner, door="test"))
    assert not any(isinstance(r, Exception) and not isinstance(r, Invalidated) for r in results), results
    assert customer.model._default_manager.count() == 20


def test_a_refusal_takes_no_number(cast: Cast) -> None:
    customer = registry.get("customers.customer")
    first = samples.make(customer, actor=cast.owner)
    with pytest.raises(Invalidated):
        write.create(customer, {"name": first.name}, actor=cast.owner, door="test")
    second = samples.make(customer, actor=cast.owner)
    assert int(second.number[-4:]) == int(first.number[-4:]) + 1


def test_numbers_have_no_gap_and_no_double(committed: Cast) -> None:
    customer = registry.get("customers.customer")

    def create(place: int) -> None:
        for step in range(5):
            write.create(customer, {"name": f"Number {place} {step}"}, actor=committed.owner, door="test")
            with pytest.raises(Invalidated):  # a refusal takes no number
                write.create(customer, {"name": ""}, actor=committed.owner, door="test")

    assert at_once(8, create) == [None] * 8
    numbers = sorted(int(n.rsplit("-", 1)[1]) for n in customer.model._default_manager.values_list("number", flat=True))
    assert numbers == list(range(1, 41))


def test_of_two_stale_edits_one_is_a_conflict(committed: Cast) -> None:
    customer = registry.get("customers.customer")
    record = samples.make(customer, actor=committed.owner)
    edit = lambda n: write.update((customer, record.id), {"remark": f"edit {n}"}, actor=committed.owner, door="test", base=1)
    results = at_once(2, edit)
    assert sorted(isinstance(r, Conflict) for r in results) == [False, True], results


def test_children_counted_at_the_same_time_are_all_counted(committed: Cast) -> None:
    customer, contact = registry.get("customers.customer"), registry.get("customers.contact")
    record = samples.make(customer, actor=committed.owner)
    results = at_once(6, lambda n: write.create(contact, {"name": f"C {n}", "customer": record.id}, actor=committed.owner, door="test"))
    assert not [r for r in results if isinstance(r, Exception)], results
    assert customer.model._default_manager.get(id=record.id).contact_count == 6


@pytest.mark.parametrize("table", ["change", "change_rest", "kernel_event", "kernel_accesslog", "kernel_accesslog_rest"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET entity = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_app_itself_cannot_rewrite_the_history(committed: Cast, table: str, statement: str) -> None:
    database = settings.DATABASES["default"]
    with psycopg.connect(
        host=database["HOST"],
        port=database["PORT"] or None,
        dbname=connection.settings_dict["NAME"],
        user=roles.APP,
        password=database["PASSWORD"],
    ) as app:
        app.execute("SELECT 1 FROM customers_customer LIMIT 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement.format(table))

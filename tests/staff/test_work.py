"""On a colleague's record stands what he works on: counted as far as the reader sees it, and not one record further."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.people import directory
from tests import samples
from tests.people import Cast, restrict

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]


def counts(desk: Client, person: Actor) -> dict[str, str]:
    employee = directory.of_account(person.id or 0)
    page = desk.get(f"/employees/{employee.id}/_work/")  # type: ignore[union-attr]
    assert page.status_code == 200
    return {label: count for count, label in re.findall(r"<b>([^<]*)</b><span>([^<]*)</span>", page.content.decode())}


def test_everybody_counts_what_he_himself_may_see(house: Cast, at_desk: Desk) -> None:
    customer = registry.get("customers.customer")
    mine = [samples.make(customer, actor=house.owner) for _ in range(3)]
    assert counts(at_desk(house.owner), house.owner)["Customers"] == "3"
    assert counts(at_desk(house.director), house.owner)["Customers"] == "3"
    assert counts(at_desk(house.stranger), house.owner)["Customers"] == "0"
    assert "Customers" not in counts(at_desk(house.admin), house.owner)
    write.delete(mine[0], actor=house.owner, door="test")
    assert counts(at_desk(house.director), house.owner)["Customers"] == "2"


def test_what_is_due_is_told_apart_and_closed_with_its_field(house: Cast, at_desk: Desk) -> None:
    samples.make(registry.get("customers.customer"), actor=house.owner, next_follow_up_at="2026-01-05 09:00")
    assert counts(at_desk(house.owner), house.owner)["To do: Customers"] == "1"
    restrict(house.owner, "customers.customer", "next_follow_up_at", "hidden")
    assert "To do: Customers" not in counts(at_desk(house.owner), house.owner)
    restrict(house.owner, "customers.customer", "owner", "hidden")
    assert "Customers" not in counts(at_desk(house.owner), house.owner)


def test_whose_account_is_closed_to_one_has_no_work_here(house: Cast, at_desk: Desk) -> None:
    restrict(house.owner, "people.employee", "account", "hidden")
    employee = directory.of_account(house.mate.id or 0)
    assert at_desk(house.owner).get(f"/employees/{employee.id}/_work/").status_code == 404  # type: ignore[union-attr]

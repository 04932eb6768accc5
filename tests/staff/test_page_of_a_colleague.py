"""The page of a colleague leads to his trainings, his files, and to what of the business is his."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.people.entities.employee import Employee
from tests import samples
from tests.people import Cast

Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


@pytest.mark.django_db
def test_business_training_and_files_of_a_colleague(cast: Cast, at_desk: Desk) -> None:
    one = samples.make(registry.get("people.employee"), name="Olivia")
    Employee._default_manager.filter(id=one.id).update(account=cast.owner.id)
    write.create(
        registry.get("people.training"),
        samples.values(registry.get("people.training")) | {"employee": one.id},
        actor=cast.business,
        door="test",
    )
    customer = samples.make(CUSTOMER, actor=cast.owner, name="杭州云深智能")
    samples.make(CUSTOMER, actor=cast.stranger, name="西安古城机械")
    samples.make(registry.get("activity.followup"), actor=cast.owner, customer=customer.id, next_plan="带样品上门")
    director, stranger = at_desk(cast.director), at_desk(cast.stranger)
    page = director.get(f"/employees/{one.id}/").content.decode()
    for part in ("_related/trainings/", "_work/", "_files/"):
        assert part in page, part
    assert director.get(f"/employees/{one.id}/_related/trainings/").status_code == 200
    lists = [
        unescape(address)
        for address in re.findall(r'href="(/customers/[^"]+)"', director.get(f"/employees/{one.id}/_work/").content.decode())
    ]
    assert lists
    mine = director.get(lists[0]).content.decode()
    assert "杭州云深智能" in mine
    assert "西安古城机械" not in mine
    assert "/follow-ups/" in director.get(f"/employees/{one.id}/_work/").content.decode()
    assert "杭州云深智能" not in stranger.get(lists[0]).content.decode()

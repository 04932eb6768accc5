"""Bulk actions reach what the person selected, and nothing beside it."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from tests.people import Cast

pytestmark = pytest.mark.django_db
CUSTOMERS = registry.get("customers.customer")


def signed_in(login: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(login=login))
    return client


@pytest.fixture
def two(cast: Cast) -> tuple[int, int]:
    """One customer with level A and one with level C, both the owner's."""
    made = [
        write.create(CUSTOMERS, {"name": f"{level}公司", "level": level, "owner": cast.owner.id}, actor=SYSTEM, door="test").id
        for level in ("A", "C")
    ]
    return made[0], made[1]


def test_all_that_match_means_the_filter_on_the_screen(cast: Cast, two: tuple[int, int]) -> None:
    state = {"view": "all", "where": json.dumps(["level", "is", "A"])}
    client = signed_in(cast.owner.login)
    shown = client.get("/customers/_bulk/", {**state, "all": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "level" in shown.partition('hx-post="')[2].partition('"')[0]
    address = "/customers/_bulk/?view=all&where=" + json.dumps(["level", "is", "A"])
    assert client.post(address, {"all": "1", "field": "remark", "remark": "x"}).status_code == 204
    remarks = dict(CUSTOMERS.rows(cast.owner).values_list("id", "remark"))
    assert (remarks[two[0]], remarks[two[1]]) == ("x", "")


@pytest.mark.parametrize("address", ["_bulk", "_delete", "_transfer", "_rehearse/edit", "_share", "export"])
def test_a_view_that_is_gone_means_no_other_list(cast: Cast, two: tuple[int, int], address: str) -> None:
    User.objects.filter(id=cast.owner.id).update(language="en")
    client, before = signed_in(cast.owner.login), CUSTOMERS.rows(SYSTEM).order_by("id")
    stood = list(before.values_list("id", "owner_id", "remark"))
    given = {"all": "1", "field": "remark", "remark": "x", "owner": str(cast.mate.id), "to": f"person:{cast.mate.id}", "view": "s999999"}
    answer = client.post(f"/customers/{address}/?view=s999999", given, headers={"HX-Request": "true"})
    assert "This view is no longer there" in answer.headers.get("HX-Trigger", "") + answer.content.decode()
    assert list(before.all().values_list("id", "owner_id", "remark")) == stood


def test_everything_without_a_state_means_nothing(cast: Cast, two: tuple[int, int]) -> None:
    signed_in(cast.owner.login).post("/customers/_delete/", {"all": "1"})
    assert CUSTOMERS.rows(cast.owner).count() == 2


def test_an_odd_key_of_a_form_saves_once_and_crashes_nothing(cast: Cast) -> None:
    client = signed_in(cast.owner.login)
    form = {"name": "云深公司", "idempotency_key": "a\x00b"}
    assert [client.post("/customers/new/", form).status_code for _n in range(2)] == [302, 302]
    assert CUSTOMERS.rows(cast.owner).count() == 1

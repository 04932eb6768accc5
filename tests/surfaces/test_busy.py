"""Where somebody else holds a record, a person is told to try again and loses nothing; what only counts does not wait for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from tests.people import Cast
from tests.samples import make

CUSTOMERS = registry.get("customers.customer")
Desk = Callable[[Actor], Client]
ASKED = {"HX-Request": "true"}


@pytest.fixture
def desk(committed: Cast) -> Client:
    """The owner at a browser."""
    User.objects.filter(id=committed.owner.id).update(language="en")
    client = Client()
    client.force_login(User.objects.get(id=committed.owner.id))
    return client


@pytest.fixture
def held(committed: Cast, desk: Client) -> Iterator[int]:
    """A customer of the owner that somebody else is saving for long."""
    record = make(CUSTOMERS, actor=committed.owner)
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 500")
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{CUSTOMERS.table}" WHERE id = %s FOR UPDATE', [record.id])
    yield record.id
    other.rollback()
    other.close()


def test_who_meets_a_record_that_is_being_saved_is_told_to_try_again(desk: Client, held: int) -> None:
    given = {"ids": str(held), "field": "remark", "remark": "x"}
    answer = desk.post("/customers/_bulk/?view=all", given, headers=ASKED)
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (503, "none")
    assert "Busy at the moment" in answer.headers["HX-Trigger"]
    page = desk.post("/customers/_bulk/?view=all", given)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
    assert "what you typed is still there" in page.content.decode()


def test_a_dialogue_says_that_it_could_not_count_rather_than_wait(desk: Client, held: int) -> None:
    given = {"ids": str(held), "field": "remark", "remark": "x"}
    answer = desk.post("/customers/_rehearse/edit/?view=all", given, headers=ASKED)
    assert answer.status_code == 200
    assert "Not counted" in answer.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("500ms",)


@pytest.mark.parametrize("page", ["_transfer/?", "_delete/?", "_bulk/?field=remark&"])
def test_what_a_dialogue_sends_waits_in_line_behind_its_count(cast: Cast, at_desk: Desk, page: str) -> None:
    shown = at_desk(cast.manager).get(f"/customers/{page}view=all&ids=1", headers=ASKED).content.decode()
    assert 'hx-sync="this:queue all"' in shown.split('id="bulk-counts"')[1].split(">")[0]
    assert 'hx-sync="#bulk-counts:queue all"' in shown.split("<form")[1].split(">")[0]

"""A star and what one has looked at are one's own, and end where one's view ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import marks, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Mark
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast, restrict

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
ASKED = {"HX-Request": "true"}


def palette(desk: Client) -> str:
    return desk.get("/_search/?q=", headers=ASKED).content.decode()


def test_a_star_is_put_on_found_in_its_view_and_taken_off(cast: Cast, at_desk: Desk) -> None:
    starred, other = (samples.make(CUSTOMER, actor=cast.owner) for _ in range(2))
    desk = at_desk(cast.owner)
    answer = desk.post(f"/customers/{starred.id}/_star/", {"on": "1"}).content.decode()
    assert 'aria-pressed="true"' in answer
    page = desk.get("/customers/?view=starred").content.decode()
    assert starred.name in page
    assert other.name not in page
    assert starred.name in palette(desk)
    assert 'aria-pressed="false"' in desk.post(f"/customers/{starred.id}/_star/", {"on": ""}).content.decode()
    assert starred.name not in desk.get("/customers/?view=starred").content.decode()


def test_nobody_else_has_it(cast: Cast, at_desk: Desk) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    at_desk(cast.owner).post(f"/customers/{record.id}/_star/", {"on": "1"})
    manager = at_desk(cast.manager)
    assert record.name not in manager.get("/customers/?view=starred").content.decode()
    assert 'aria-pressed="false"' in manager.post(f"/customers/{record.id}/_seen/").content.decode()


def test_what_was_looked_at_comes_first_in_the_palette_and_only_so_much_is_remembered(
    cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "REMEMBERED", 3)
    records = [samples.make(CUSTOMER, actor=cast.owner) for _ in range(4)]
    desk = at_desk(cast.owner)
    for record in records:
        assert desk.post(f"/customers/{record.id}/_seen/").status_code == 200
    shown = palette(desk)
    assert records[0].name not in shown
    assert shown.index(records[3].name) < shown.index(records[2].name) < shown.index(records[1].name)
    assert Mark.objects.filter(kind="seen").count() == 3


@pytest.mark.parametrize("how", ["handed over", "deleted", "title hidden"])
def test_what_is_out_of_reach_is_not_shown_any_more(cast: Cast, at_desk: Desk, how: str) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    desk = at_desk(cast.owner)
    desk.post(f"/customers/{record.id}/_seen/")
    desk.post(f"/customers/{record.id}/_star/", {"on": "1"})
    assert palette(desk).count(record.name) == 2
    if how == "handed over":
        write.transfer(CUSTOMER, [record.id], cast.stranger.id, actor=cast.director, door="test")
    elif how == "deleted":
        write.delete((CUSTOMER, record.id), actor=cast.owner, door="test")
    else:
        restrict(cast.owner, CUSTOMER.key, "name", "hidden")
    assert record.name not in palette(desk)
    assert record.name not in desk.get("/customers/?view=starred").content.decode()


def test_the_palette_costs_the_same_however_much_is_marked(cast: Cast, at_desk: Desk) -> None:
    desk, costs = at_desk(cast.owner), []
    for _ in range(2):
        for _n in range(5):
            desk.post(f"/customers/{samples.make(CUSTOMER, actor=cast.owner).id}/_seen/")
        palette(desk)
        with CaptureQueriesContext(connection) as asked:
            palette(desk)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_a_star_moves_neither_version_nor_history(cast: Cast, at_desk: Desk) -> None:
    """A star says nothing in the record: neither its version nor its history move."""
    record = samples.make(CUSTOMER, actor=cast.owner)
    at_desk(cast.owner).post(f"/customers/{record.id}/_star/", {"on": "1"})
    assert CUSTOMER.model._default_manager.get(id=record.id).version == record.version

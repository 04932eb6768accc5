"""What was typed into a form, and what was said about it, outlives a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel import duplicates
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from tests.people import Cast
from tests.samples import make

Desk = Callable[[Actor], Client]
LIKE = "This may already exist"


@pytest.mark.parametrize("address", ["/customers/new/?quick=1", "/customers/new/"])
def test_a_refused_form_still_says_what_may_already_exist(cast: Cast, at_desk: Desk, address: str) -> None:
    make(registry.get("customers.customer"), actor=cast.mate, name="云深科技（杭州）有限公司")
    client = at_desk(cast.owner)
    answer = client.post(address, {"name": "杭州云深科技公司", "phone": "not a number"})
    assert answer.status_code == 422
    assert LIKE in answer.content.decode()
    assert "云深科技" in answer.content.decode().partition(LIKE)[2]


def test_refusals_are_no_way_to_ask_without_end(cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    make(registry.get("customers.customer"), actor=cast.mate, name="云深科技（杭州）有限公司")
    monkeypatch.setattr(duplicates, "A_MINUTE", 2)
    client = at_desk(cast.owner)
    given = {"name": "杭州云深科技公司", "phone": "not a number"}
    said = [LIKE in client.post("/customers/new/?quick=1", given).content.decode() for _n in range(3)]
    assert said == [True, True, False]


def test_a_record_being_edited_is_not_its_own_duplicate(cast: Cast, at_desk: Desk) -> None:
    record = make(registry.get("customers.customer"), actor=cast.owner, name="云深科技（杭州）有限公司")
    client = at_desk(cast.owner)
    assert f'data-dup-record="{record.id}"' in client.get(f"/customers/{record.id}/edit/").content.decode()
    answer = client.post(f"/customers/{record.id}/edit/", {"name": record.name, "phone": "not a number"})
    assert (answer.status_code, LIKE in answer.content.decode()) == (422, False)


@pytest.mark.parametrize("address", ["/customers/new/?quick=1", "/customers/new/"])
def test_typing_begins_at_the_title_and_after_a_refusal_at_what_was_refused(cast: Cast, at_desk: Desk, address: str) -> None:
    client = at_desk(cast.owner)
    assert in_hand(client.get(address).content.decode()) == ["name"]
    assert in_hand(client.post(address, {"name": "云深", "phone": "not a number"}).content.decode()) == ["phone"]


def in_hand(page: str) -> list[str]:
    """The names of the controls that take the focus."""
    return re.findall(r'<[^>]* autofocus [^>]*name="(\w+)"', page)

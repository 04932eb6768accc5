"""The search box answers every question, also one that nobody can answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from tests.people import Cast
from tests.samples import make

Desk = Callable[[Actor], Client]
FRAGMENT = {"HX-Request": "true"}


@pytest.mark.parametrize("words", ["有限公司", "有限", "股份有限公司", "Co., Ltd."])
@pytest.mark.parametrize("address", ["/_search/", "/_pick/customers/"])
def test_who_asks_for_a_legal_form_alone_is_told_to_add_a_name(cast: Cast, at_desk: Desk, address: str, words: str) -> None:
    make(registry.get("customers.customer"), actor=cast.owner, name="青岛漠野生物科技有限公司")
    answer = at_desk(cast.owner).get(address, {"q": words}, headers=FRAGMENT).content.decode()
    assert "Add a name" in answer
    assert "No match" not in answer


def test_enter_on_a_legal_form_says_so_too(cast: Cast, at_desk: Desk) -> None:
    assert "Add a name" in at_desk(cast.owner).get("/_search/", {"q": "有限公司"}).content.decode()


def test_a_name_that_begins_like_a_legal_form_is_found(cast: Cast, at_desk: Desk) -> None:
    make(registry.get("customers.customer"), actor=cast.owner, name="有限元科技")
    answer = at_desk(cast.owner).get("/_search/", {"q": "有限"}, headers=FRAGMENT).content.decode()
    assert "有限元科技" in answer
    assert "Add a name" not in answer


@pytest.mark.parametrize("words", ["qd漠野", "qingdao漠野", "漠野sw", "漠野s", "青岛moye"])
def test_letters_and_characters_mix_in_any_order(cast: Cast, at_desk: Desk, words: str) -> None:
    make(registry.get("customers.customer"), actor=cast.owner, name="青岛漠野生物科技有限公司")
    assert "漠野生物" in at_desk(cast.owner).get("/_search/", {"q": words}, headers=FRAGMENT).content.decode()

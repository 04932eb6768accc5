"""A list that hangs on another: the form offers what fits, and nothing else goes in by any door."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from guanxi.kernel import dictionary, lists, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.dictionary import Dictionary, Item
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lists as verbs
from tests import samples
from tests.people import Cast, forget

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
INDUSTRY = Dictionary("industry")


@pytest.fixture(autouse=True)
def _afresh() -> Any:
    with translation.override("en"):
        yield
    dictionary.clear()


@dataclass(frozen=True)
class Trade:
    """A field of the company's own that hangs on the industry: cars of making, banks of finance, others of both."""

    key: str
    code: str
    making: Item
    finance: Item

    def item(self, text: str, under: Item | None = None) -> Item:
        found = [i for i in Dictionary(self.code).items() if i.zh == text and (under is None or i.parent == under.id)]
        return found[0]


def of(code: str) -> lists.ListOf:
    found = lists.get(code)
    assert found is not None
    return found


@pytest.fixture
def trade(cast: Cast, at_desk: Desk) -> Trade:
    desk, code = at_desk(cast.business), "trade"
    making, finance = INDUSTRY.active()[:2]
    key = samples.added(CUSTOMER, "choice", dictionary=code)
    forget()
    Dictionary(code)
    assert desk.post(f"/admin/lists/{code}/hang/", {"above": "industry"}).status_code == 302
    for under, words in ((making, "汽车零件\n其他"), (finance, "银行\n其他"), (None, "综合")):
        desk.post(f"/admin/lists/{code}/add/", {"lines": words, "parent": under.id if under else ""})
    return Trade(key, code, making, finance)


def bears(record: int, key: str) -> Any:
    return CUSTOMER.model._default_manager.values_list("custom", flat=True).get(id=record).get(key)


def create(trade: Trade, cast: Cast, industry: Item | None, value: str) -> int:
    values = {"name": f"云深{value}{industry.code if industry else ''}", "industry": industry.code if industry else "", trade.key: value}
    return int(write.create(CUSTOMER, values, actor=cast.owner, door="test").id)


@pytest.mark.feature("DIC-04")
def test_what_does_not_fit_is_refused_and_both_are_named(cast: Cast, trade: Trade) -> None:
    cars = trade.item("汽车零件")
    record = create(trade, cast, trade.making, cars.code)
    assert bears(record, trade.key) == cars.id
    with pytest.raises(write.Invalidated) as refusal:
        create(trade, cast, trade.finance, cars.code)
    said = refusal.value.errors[trade.key]
    assert cars.label in said
    assert trade.finance.label in said
    with pytest.raises(write.Invalidated):
        create(trade, cast, None, cars.code)
    create(trade, cast, trade.finance, "综合")


@pytest.mark.feature("DIC-04")
def test_a_word_that_several_bear_is_the_one_that_fits(cast: Cast, trade: Trade) -> None:
    for under in (trade.making, trade.finance):
        assert bears(create(trade, cast, under, "其他"), trade.key) == trade.item("其他", under).id


@pytest.mark.feature("DIC-04")
def test_a_cell_that_would_leave_a_misfit_says_so_and_empties_it_when_asked(cast: Cast, trade: Trade, at_desk: Desk) -> None:
    record, desk = create(trade, cast, trade.making, trade.item("汽车零件").code), at_desk(cast.owner)
    address = f"/customers/{record}/_field/industry/"
    answer = desk.post(address, {"industry": trade.finance.code})
    assert answer.status_code == 422
    assert f'name="empty" value="{trade.key}"' in answer.content.decode()
    assert desk.post(address, {"industry": trade.finance.code, "empty": trade.key}).status_code == 200
    assert bears(record, trade.key) is None
    assert CUSTOMER.model._default_manager.values_list("industry", flat=True).get(id=record) == trade.finance.id


@pytest.mark.feature("DIC-04")
def test_many_at_once_keep_to_it_one_by_one(cast: Cast, trade: Trade) -> None:
    cars = trade.item("汽车零件")
    fitting, other = create(trade, cast, trade.making, "综合"), create(trade, cast, trade.finance, "综合")
    outcome = write.update_many(CUSTOMER, {i: {trade.key: cars.code} for i in (fitting, other)}, actor=cast.owner, door="test")
    assert (bears(fitting, trade.key), bears(other, trade.key)) == (cars.id, trade.item("综合").id)
    assert "is not offered" in str(outcome)


@pytest.mark.feature("DIC-04")
def test_the_form_marks_what_fits_at_once(cast: Cast, trade: Trade, at_desk: Desk) -> None:
    record = create(trade, cast, trade.making, "综合")
    html = at_desk(cast.owner).get(f"/customers/{record}/edit/").content.decode()
    assert 'data-depends-on="industry"' in html
    options = dict(re.findall(r'<option value="(\w+)" (data-under="[^"]*"[^>]*)>', html.split(f'id="f-{trade.key}"')[1]))
    assert "hidden disabled" in options[trade.item("银行").code]
    assert "hidden" not in options[trade.item("汽车零件").code]


def test_a_list_hangs_on_no_list_that_hangs_on_it(cast: Cast, trade: Trade, at_desk: Desk) -> None:
    desk = at_desk(cast.business)
    assert desk.post("/admin/lists/industry/hang/", {"above": trade.code}).status_code == 422
    assert desk.post("/admin/lists/opportunity_stage/hang/", {"above": "industry"}).status_code == 422
    verbs.hang(of(trade.code), "", actor=cast.business)
    assert {i.parent for i in Dictionary(trade.code).items()} == {None}
    trail = at_desk(cast.admin).get("/admin/trail/?what=choicelist").content.decode()
    assert "Hangs on the list" in trail


def test_what_is_no_value_of_the_list_above_is_refused_in_its_cell(cast: Cast, at_desk: Desk, trade: Trade) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    answer = at_desk(cast.owner).post(f"/customers/{record.id}/_field/industry/", {"industry": "no such industry"})
    assert answer.status_code == 422
    assert "is not in the list" in answer.content.decode()

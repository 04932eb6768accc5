"""Choosing a product for an opportunity: what is offered, what it proposes, and what stands beside it afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.sales.entities.opportunity import Opportunity
from tests.people import Cast, let
from tests.samples import make

PRODUCT, CATEGORY, OPPORTUNITY = (registry.get(k) for k in ("catalog.product", "catalog.productcategory", "sales.opportunity"))
Desk = Callable[[Any], Client]
PICK, FOR_DEALS = "/_pick/products/", {"as": "sales.opportunity.product"}


def options(page: str) -> dict[str, dict[str, str]]:
    """What a picker offers by name, with what each proposes."""
    found = re.findall(r'data-label="([^"]*)"(?: data-proposes="([^"]*)")?', page)
    return {unescape(name): json.loads(unescape(proposed)) if proposed else {} for name, proposed in found}


def test_a_category_lies_neither_within_itself_nor_within_its_own(cast: Cast) -> None:
    one, two, three = (make(CATEGORY, actor=cast.business, name=name) for name in "甲乙丙")
    write.update((CATEGORY, two.id), {"parent": one.id}, actor=cast.business, door="test")
    write.update((CATEGORY, three.id), {"parent": two.id}, actor=cast.business, door="test")
    for below in (one, two, three):
        with pytest.raises(Invalidated) as refusal:
            write.update((CATEGORY, one.id), {"parent": below.id}, actor=cast.business, door="test")
        assert list(refusal.value.errors) == ["parent"]


def test_an_opportunity_is_offered_what_is_on_sale_with_its_price_and_keeps_what_is_not(cast: Cast, at_desk: Desk) -> None:
    offered = make(PRODUCT, actor=cast.owner, name="Gateway", list_price="2980")
    former = make(PRODUCT, actor=cast.owner, name="Old gateway", list_price="100", state="discontinued")
    foreign = make(PRODUCT, actor=cast.owner, name="Foreign gateway", list_price="100", list_price_currency="USD")
    desk = at_desk(cast.owner)
    for text in ("", "gateway"):
        found = options(desk.get(PICK, {**FOR_DEALS, "q": text}).content.decode())
        assert found == {offered.name: {"amount": "2980.00"}, foreign.name: {}}
    everywhere = options(desk.get(PICK, {"q": "gateway"}).content.decode())
    assert everywhere == {"Gateway": {}, "Old gateway": {}, "Foreign gateway": {}}
    deal = make(OPPORTUNITY, actor=cast.owner, product=former.id)
    assert Opportunity.objects.get(pk=deal.id).product_id == former.id
    assert f'value="{former.name}"' in desk.get(f"/opportunities/{deal.id}/edit/").content.decode()


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_a_price_that_one_does_not_read_is_not_proposed(cast: Cast, at_desk: Desk, right: str) -> None:
    make(PRODUCT, actor=cast.owner, name="Gateway", list_price="2980")
    let(cast.owner, PRODUCT.key, "list_price", right)
    page = at_desk(cast.owner).get(PICK, FOR_DEALS).content.decode()
    assert options(page) == {"Gateway": {}}
    assert "2980" not in page
    assert "2,980" not in page


@pytest.mark.parametrize(
    "asked", ["", "nonsense", "sales.opportunity", "sales.opportunity.nothing", "sales.opportunity.customer", "\x00.x"]
)
def test_a_field_that_does_not_ask_for_products_changes_nothing(cast: Cast, at_desk: Desk, asked: str) -> None:
    make(PRODUCT, actor=cast.owner, name="Gateway", list_price="2980", state="discontinued")
    assert options(at_desk(cast.owner).get(PICK, {"as": asked}).content.decode()) == {"Gateway": {}}


def test_the_price_of_a_product_that_one_may_not_see_is_proposed_to_nobody(cast: Cast, at_desk: Desk) -> None:
    make(PRODUCT, actor=cast.stranger, name="Gateway", list_price="2980")
    assert options(at_desk(cast.owner).get(PICK, FOR_DEALS).content.decode()) == {}


def test_what_was_sold_of_a_product_stands_beside_it(cast: Cast, at_desk: Desk) -> None:
    product = make(PRODUCT, actor=cast.owner, name="Gateway")
    deal = make(OPPORTUNITY, actor=cast.owner, name="Twelve gateways", product=product.id)
    desk = at_desk(cast.owner)
    assert "Twelve gateways" in desk.get(f"/products/{product.id}/_related/opportunities/").content.decode()
    where = json.dumps(["product", "is", product.id])
    assert desk.get("/opportunities/", {"view": "all", "where": where}).content.decode().count("<tr data-row=") == 1
    write.delete_many(OPPORTUNITY, [deal.id], actor=cast.owner, door="test")
    assert "Twelve gateways" not in desk.get(f"/products/{product.id}/_related/opportunities/").content.decode()

"""What was a list of choices becomes the register of products when the program is renewed, and a list again when it goes back.

One test of several steps: the whole database goes there and back, which takes longer than a hundred other tests.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from guanxi.catalog import finding
from guanxi.catalog.entities.product import STATE, Product
from guanxi.kernel import dictionary, history, search, verify, write
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import DictionaryValue
from guanxi.kernel.registry import registry
from guanxi.sales.entities.opportunity import Opportunity
from guanxi.surfaces.exchange.models import ImportMapping
from guanxi.surfaces.models import SavedView
from tests import samples
from tests.people import Cast

PRODUCT, OPPORTUNITY = registry.get("catalog.product"), registry.get("sales.opportunity")
LIST = ("sales", "0005_opportunity_product")


def go(*target: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the test wrote before is settled, as it is between two releases
    executor = MigrationExecutor(connection)
    executor.migrate(list(target) or executor.loader.graph.leaf_nodes())
    dictionary.clear()


def renewed(cast: Cast) -> list[Any]:
    """A company of the former release whose list has three products, one of them closed and two written alike."""
    sold = [samples.make(OPPORTUNITY, actor=cast.owner, name=name) for name in ("甲", "乙", "丙")]
    go(LIST)
    values = [("GTX Pro", "GTX Pro", True), ("p2", "旧款网关", False), ("p3", "ＧＴＸ　Pro", True)]
    made = [
        DictionaryValue.objects.create(dictionary="product", code=code, zh=zh, en=zh, position=place, active=active)
        for place, (code, zh, active) in enumerate(values)
    ]
    with connection.cursor() as cursor:
        for record, value in zip(sold, made, strict=True):
            cursor.execute("UPDATE sales_opportunity SET product = %s WHERE id = %s", [value.pk, record.id])
    SavedView.objects.create(entity=OPPORTUNITY.key, owner_id=cast.owner.id, name="旧", where=["and", ["product", "in", ["p2", "GTX Pro"]]])
    said = {"words": {"product": {"GTXPro": "GTX Pro", "?": ""}}}
    ImportMapping.objects.create(entity=OPPORTUNITY.key, actor_id=cast.owner.id, signature="x", options=said)
    go()
    return sold


def every_value_is_a_product_and_what_was_sold_refers_to_it() -> None:
    products = {p.name: p for p in Product._default_manager.all()}
    assert {name: STATE.by_id(p.state).code for name, p in products.items()} == {"GTX Pro": "on_sale", "旧款网关": "discontinued"}  # type: ignore[union-attr]
    assert all(p.number.startswith("CP-") for p in products.values())
    sold = dict(Opportunity._default_manager.values_list("name", "product__name"))
    assert sold == {"甲": "GTX Pro", "乙": "旧款网关", "丙": "GTX Pro"}
    assert not DictionaryValue.objects.filter(dictionary="product").exists()


def history_views_and_remembered_imports_mean_the_products(second: int, cast: Cast) -> None:
    ids = dict(Product._default_manager.values_list("name", "id"))
    changes = [line for c in history.of_record(second) for line in c.lines(OPPORTUNITY, Reader(cast.director))]
    assert [(old, new) for field, old, new in changes if field.key == "product"] == [("", "旧款网关")]
    view = SavedView.objects.get(name="旧")
    assert view.where == ["and", ["product", "in", [ids["旧款网关"], ids["GTX Pro"]]]]
    assert OPPORTUNITY.rows(cast.director).where(view.where).count() == 3
    assert ImportMapping.objects.get().options == {"words": {"product": {"GTXPro": f"id:{ids['GTX Pro']}", "?": ""}}}


def the_products_are_found_and_can_be_changed_like_any_other(cast: Cast) -> None:
    assert finding.index_missing() == 2
    assert finding.index_missing() == 0
    assert [h.title for h in search.find("旧款", cast.director, entities=[PRODUCT])] == ["旧款网关"]
    assert [h.title for h in search.find("jkwg", cast.director, entities=[PRODUCT])] == ["旧款网关"]
    assert not [line for line in verify.run() if PRODUCT.key in line]
    record = Product._default_manager.get(name="旧款网关")
    write.update((PRODUCT, record.id), {"list_price": "12.50"}, actor=cast.business, door="test")
    with pytest.raises(write.Invalidated):
        write.create(PRODUCT, {"name": "gtx pro"}, actor=cast.business, door="test")


def it_is_a_list_again(second: int) -> None:
    values = {v.id: v for v in DictionaryValue.objects.filter(dictionary="product")}
    assert {v.zh: v.active for v in values.values()} == {"GTX Pro": True, "旧款网关": False}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, product FROM sales_opportunity")
        assert {name: values[value].zh for name, value in cursor.fetchall()} == {"甲": "GTX Pro", "乙": "旧款网关", "丙": "GTX Pro"}
        cursor.execute("SELECT diff -> 'product' FROM change WHERE record = %s AND diff ? 'product'", [second])
        assert [values[json.loads(diff)[1]].zh for (diff,) in cursor.fetchall()] == ["旧款网关"]
    assert SavedView.objects.get(name="旧").where == ["and", ["product", "in", ["旧款网关", "GTX Pro"]]]
    assert ImportMapping.objects.get().options["words"]["product"]["GTXPro"] == "GTX Pro"


def test_there_and_back(cast: Cast) -> None:
    second = renewed(cast)[1].id
    every_value_is_a_product_and_what_was_sold_refers_to_it()
    history_views_and_remembered_imports_mean_the_products(second, cast)
    the_products_are_found_and_can_be_changed_like_any_other(cast)
    go(LIST)
    it_is_a_list_again(second)
    go()
    assert Product._default_manager.count() == 2


def test_where_there_are_no_products_nothing_comes_about(cast: Cast) -> None:
    go(LIST)
    go()
    assert not Product._default_manager.exists()
    assert not DictionaryValue.objects.filter(dictionary="product").exists()

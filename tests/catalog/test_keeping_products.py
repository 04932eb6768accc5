"""Products and their categories in the demo company: kept by few, read by all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.catalog.entities.category import ProductCategory
from guanxi.catalog.entities.product import Product
from guanxi.kernel.actor import Actor
from guanxi.org.models import User

pytestmark = pytest.mark.django_db
Sit = Callable[[str], Client]


@pytest.fixture
def sit(company: Callable[[str], Actor]) -> Sit:
    """Somebody of the small demo company at his desk, with the grants that the roles come with."""
    User.objects.update(language="en")

    def at(login: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(login=login))
        return client

    return at


@pytest.mark.feature("PRD-01", "PRD-02")
def test_who_keeps_the_list_enters_changes_and_throws_away_categories_and_products(sit: Sit) -> None:
    desk = sit("business")
    assert desk.post("/product-categories/new/", {"name": "Sensors"}).status_code == 302
    above = ProductCategory.objects.get(name="Sensors")
    assert desk.post("/product-categories/new/", {"name": "Heat", "parent": above.pk}).status_code == 302
    heat = ProductCategory.objects.get(name="Heat")
    given = {"name": "TH-9", "category": heat.pk, "unit": "piece", "list_price": "198.50", "cost_price": "80", "tax_rate": "13%"}
    assert desk.post("/products/new/", {**given, "description": "Outdoors"}).status_code == 302
    made = Product.objects.get(name="TH-9")
    assert made.number.startswith("CP-")
    page = desk.get(f"/products/{made.pk}/").content.decode()
    for words in ("On sale", "Heat", "¥198.50", "¥80", "13%", "Outdoors", made.number):
        assert words in page
    assert desk.post("/products/new/", {**given, "name": "th-9"}).status_code == 422
    assert desk.post(f"/products/{made.pk}/edit/", {"name": "TH-9", "list_price": "-1"}).status_code == 422
    assert desk.post(f"/products/{made.pk}/_action/discontinue/").status_code in (200, 204, 302)
    assert "TH-9" in desk.get("/products/?view=discontinued").content.decode()
    assert "TH-9" not in desk.get("/products/?view=on_sale").content.decode()
    assert ProductCategory.objects.get(pk=heat.pk).product_count == 1
    assert desk.post(f"/products/{made.pk}/delete/").status_code in (200, 204, 302)
    assert desk.get(f"/products/{made.pk}/").status_code == 404


@pytest.mark.parametrize("login", ["sales", "service", "readonly", "finance"])
def test_everybody_reads_the_list_and_who_sells_neither_changes_it_nor_learns_the_cost(sit: Sit, login: str) -> None:
    desk = sit(login)
    page = desk.get("/products/?view=all").content.decode()
    assert "¥28,800" in page
    assert ("¥11,500" in page) == (login == "finance")
    assert desk.get("/products/new/").status_code == 404
    record = Product.objects.get(name="后厨能耗监测")
    assert desk.post(f"/products/{record.pk}/edit/", {"name": "x"}).status_code in (403, 404)
    assert Product.objects.filter(name="后厨能耗监测").exists()


def test_a_product_is_found_by_its_reading_its_number_and_its_model(sit: Sit) -> None:
    desk, gateway = sit("sales"), Product.objects.get(name="设备联网网关")
    for text in ("sblw", "shebei", gateway.number, "GW-200", "联网"):
        assert "设备联网网关" in desk.get("/_search/", {"q": text}).content.decode(), text

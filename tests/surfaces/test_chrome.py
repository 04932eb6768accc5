"""The bar at the bottom of a phone holds what people who sell use all day."""

from __future__ import annotations

import pytest

from guanxi.surfaces.pages.chrome import dock, menu
from tests.people import Cast

pytestmark = pytest.mark.django_db


def test_a_seller_has_customers_and_opportunities_under_his_thumb(cast: Cast) -> None:
    slugs = [item["slug"] for item in dock(menu(cast.owner, "/"))]
    assert slugs[:3] == ["home", "customers", "opportunities"]


def test_an_administrator_has_administration(cast: Cast) -> None:
    assert "/admin/" in [item["url"] for section in menu(cast.admin, "/") for item in section["items"]]
    assert "/admin/" not in [item["url"] for section in menu(cast.director, "/") for item in section["items"]]

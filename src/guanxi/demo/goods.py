"""The price list of the demo company, written on its first day; opportunities are about what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from guanxi.catalog.entities.category import ProductCategoryEntity
from guanxi.catalog.entities.product import ProductEntity
from guanxi.demo.cast import Chance
from guanxi.demo.words.goods import DISCONTINUED, GOODS, MODELS, WITHIN
from guanxi.kernel import clock, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.entity import Entity

DOOR = "demo"


def stock(chances: Iterable[Chance], steps: Sequence[datetime], keeper: int) -> None:
    """Write categories and products, kept by `keeper`, and give every opportunity the one that it is about."""
    with clock.frozen(steps[0]):
        above = _create(ProductCategoryEntity.instance, [{"name": name} for name in dict.fromkeys(WITHIN.values())], keeper)
        names = [{"name": name, "parent": above.get(WITHIN.get(name, ""))} for name in GOODS]
        categories = _create(ProductCategoryEntity.instance, names, keeper)
        rows = [_row(categories[category], *each) for category, products in GOODS.items() for each in products]
        products = _create(ProductEntity.instance, rows, keeper)
    for chance in chances:
        if chance.product in products:
            chance.values["product"] = products[chance.product]


def _row(category: int, name: str, unit: str, price: int, cost: int, tax: int) -> dict[str, Any]:
    state = "discontinued" if name in DISCONTINUED else "on_sale"
    kept = {"name": name, "category": category, "state": state, "unit": unit, "code": MODELS.get(name, "")}
    return {**kept, "list_price": price, "cost_price": cost, "tax_rate": tax}


def _create(entity: Entity, rows: list[dict[str, Any]], keeper: int) -> dict[str, int]:
    """Ids by name."""
    kept = [{**row, "owner": keeper} for row in rows]
    outcome = write.create_many(entity, kept, actor=SYSTEM, door=DOOR, by=[keeper] * len(rows))
    if outcome.refused:
        raise ValueError(f"The demo invented a bad {entity.key}: {outcome.refused}")
    return {rows[place]["name"]: record.id for place, record in outcome.written.items()}

"""A masked number tells the same on every road: what two roads hide differently, together they tell."""

from __future__ import annotations

import pytest

from guanxi.kernel import plan, write
from guanxi.kernel.china import phone
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.registry import registry
from tests.people import Cast, restrict

NUMBERS = ("13812346021", "0571-88881234", "010-88881234", "+44 20 7946 0958", "400 820 8820", "0571-88881234 转 12", "+852 2345 6789")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_masked_number_is_hidden_alike_in_lists_and_on_its_page(cast: Cast, number: str) -> None:
    entity = registry.get("customers.customer")
    record = write.create(entity, {"name": "青岛漠野", "phone": number}, actor=cast.owner, door="test")
    actor = restrict(cast.owner, "customers.customer", "phone", "masked")
    compiled = plan.compile(entity, ["phone"], actor)
    rows = entity.rows(actor).filter(id=record.id)
    found = rows.page(rows.sort("-updated_at"), list(compiled.paths)).rows[0]
    shown = compiled.columns[0].html(found, Reader(actor))
    assert shown == phone.mask(record.phone)
    assert "****" in shown
    assert shown != record.phone

"""What a reference shows of the record it points at."""

from __future__ import annotations

import pytest

from guanxi.kernel import plan, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.registry import registry
from tests.people import Cast, restrict

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_a_closed_title_is_not_read_through_a_reference(cast: Cast, right: str) -> None:
    customers, contacts = registry.get("customers.customer"), registry.get("customers.contact")
    customer = write.create(customers, {"name": "云深科技有限公司"}, actor=SYSTEM, door="test")
    write.create(contacts, {"name": "王雅婷", "customer": customer.id}, actor=SYSTEM, door="test")
    reader = restrict(cast.director, customers.key, "name", right)
    compiled = plan.compile(contacts, ("customer",), reader)
    rows = contacts.rows(reader)
    page = rows.page(rows.sort("-updated_at"), list(compiled.paths))
    shown = [column.html(row, Reader(reader)) for row in page.rows for column in compiled.columns]
    assert page.rows
    assert not any("云深" in cell for cell in shown)
    assert contacts.fields["customer"].kind.text(customer.id, Reader(reader)) == ""

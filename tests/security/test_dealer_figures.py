"""A figure counts whatever hangs on a record: a dealer is told of it only where all of that is his company's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from guanxi.kernel import custom
from guanxi.kernel.models import CustomField
from guanxi.kernel.write import fields
from guanxi.org.models import Assignment, Role
from tests.people import forget
from tests.security.dealers import CUSTOMER, House

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    yield
    CustomField.objects.all().delete()
    custom.load()


def test_all_that_a_dealer_may_see_is_not_all_that_is_counted(house: House) -> None:
    keys = {}
    for via in ("sales.opportunity/customer", "customers.contact/customer"):
        row = fields.add(CUSTOMER, fields.Wish(f"数 {via}", sort="rollup", rolls=via, how="count"), actor=house.cast.business)
        keys[via] = f"f{row.pk}"
    Assignment.objects.filter(user=house["n-manager"].id).update(role=Role.objects.get(code="director"))
    forget()
    theirs, ours = CUSTOMER.visible(house.again("n-manager")), CUSTOMER.visible(house.cast.again(house.cast.director))
    assert {via: (key in ours, key in theirs) for via, key in keys.items()} == {
        "sales.opportunity/customer": (True, False),
        "customers.contact/customer": (True, True),
    }

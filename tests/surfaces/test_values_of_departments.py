"""A value for some departments: others read it where it stands, and may not choose it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from guanxi.kernel import dictionary, lists, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.dictionary import Dictionary, Item
from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lists as verbs
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
SOURCE, TAGS = Dictionary("customer_source"), Dictionary("customer_tag")


@pytest.fixture(autouse=True)
def _afresh() -> Any:
    with translation.override("en"):
        yield
    dictionary.clear()


def keep_to(value: Item, code: str, department: int | None, cast: Cast) -> None:
    found = lists.get(code)
    assert found is not None
    verbs.open_to(found, value, [department] if department else [], actor=cast.business)


def elsewhere(cast: Cast) -> Actor:
    """Somebody whose department is not that of the owner, nor below it."""
    return next(a for a in (cast.stranger, cast.admin, cast.business) if a.department not in (None, cast.owner.department))


@pytest.mark.feature("DIC-02")
def test_only_the_department_named_and_those_below_it_may_choose(cast: Cast, at_desk: Desk) -> None:
    one, other = SOURCE.active()[:2]
    assert cast.owner.department is not None
    desk = at_desk(cast.business)
    desk.post(f"/admin/lists/customer_source/{one.id}/departments/", {"departments": [str(cast.owner.department)]})
    assert SOURCE.open_to(SOURCE.by_id(one.id) or one, cast.owner)
    assert one.label in at_desk(cast.owner).get("/customers/new/").content.decode()
    record = samples.make(CUSTOMER, actor=cast.owner, source=one.code).id
    far = elsewhere(cast)
    kind = CUSTOMER.fields["source"].kind
    assert one.id not in [i.id for i in SOURCE.offered(far)]
    assert other.id in [i.id for i in SOURCE.offered(far)]
    with pytest.raises(Invalid, match="not offered in your department"):
        kind.parse(one.code, Reader(far))
    assert kind.stays(one.code, one.id)
    assert kind.text(one.id, Reader(far)) == one.label
    assert f'value="{one.code}"' not in str(kind.input(CUSTOMER.fields["source"], None, Reader(far)))
    assert f'value="{one.code}" selected' in str(kind.input(CUSTOMER.fields["source"], one.id, Reader(far)))
    assert one.code in [option["value"] for option in kind.options(Reader(far))]
    assert record in CUSTOMER.rows(cast.owner).where(["source", "is", one.code]).values_list("id", flat=True)


def test_it_holds_for_several_of_a_list_and_for_what_stands_below(cast: Cast) -> None:
    found = lists.get("customer_tag")
    assert found is not None
    verbs.add_lines(found, "重点\n样板", actor=cast.business)
    far, (one, other) = elsewhere(cast), TAGS.active()[:2]
    keep_to(one, "customer_tag", cast.owner.department, cast)
    verbs.move(found, other, one.id, actor=cast.business)
    assert not {one.id, other.id} & {i.id for i in TAGS.offered(far)}
    assert {one.id, other.id} <= {i.id for i in TAGS.offered(cast.owner)}
    write.create(CUSTOMER, {"name": "云深制造", "tags": [other.code]}, actor=cast.owner, door="test")


def test_departments_that_nobody_knows_are_refused(cast: Cast, at_desk: Desk) -> None:
    one = SOURCE.active()[0]
    answer = at_desk(cast.business).post(f"/admin/lists/customer_source/{one.id}/departments/", {"departments": ["987654"]})
    assert answer.status_code == 422

"""The duplicate check finds a number among any number of records as a search would, not by reading all of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import duplicates, write
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
CUSTOMER = registry.get("customers.customer")


def test_a_number_is_looked_for_in_the_search_index_and_compared_as_a_whole(cast: Cast) -> None:
    one = samples.make(CUSTOMER, actor=cast.owner, phone="13800006021").id
    samples.make(CUSTOMER, actor=cast.owner, phone="13800006022")
    mate = cast.mate
    with CaptureQueriesContext(connection) as asked:
        assert set(duplicates.by_value(CUSTOMER, "phone", "138 0000 6021", mate)) == {one}
    assert "kernel_searchentry" in asked[0]["sql"]
    assert all('"customers_customer"."id" = ANY(' in q["sql"] for q in asked.captured_queries[1:] if "customers_customer" in q["sql"])
    write.delete((CUSTOMER, one), actor=cast.owner, door="test")
    assert duplicates.by_value(CUSTOMER, "phone", "13800006021", cast.mate) == {}


@pytest.mark.parametrize(
    ("key", "value", "typed"),
    [("uscc", "91330100799655058B", "91330100799655058b"), ("email", "wang.yt@example.com", "wang.yt@example.com")],
)
def test_codes_and_addresses_are_found_the_same_way(cast: Cast, key: str, value: str, typed: str) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner, **{key: value}).id
    samples.make(CUSTOMER, actor=cast.owner)
    assert set(duplicates.by_value(CUSTOMER, key, typed, cast.mate)) == {record}

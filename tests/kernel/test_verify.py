"""`guanxi verify` finds what has come apart, and nothing where all is well."""

from __future__ import annotations

from django.db import connection

from guanxi.kernel import verify, write
from guanxi.kernel.draft import Draft
from guanxi.kernel.models import Link, SearchEntry
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast, review


def company(cast: Cast) -> None:
    """Records of every entity, written, changed, moved, deleted and restored."""
    for entity in registry:
        made = [samples.make(entity, "full", actor=cast.owner) for _ in range(3)]
        write.update((entity, made[0].id), {entity.title: "Changed"}, actor=cast.owner, door="test")
        write.delete((entity, made[1].id), actor=cast.owner, door="test")
        write.restore((entity, made[1].id), actor=cast.owner, door="test")
        write.delete((entity, made[2].id), actor=cast.owner, door="test")
        if not entity.parent:
            write.transfer(entity, [made[0].id, made[1].id], cast.stranger.id or 0, actor=cast.director, door="test")


def test_what_went_through_write_is_whole(cast: Cast) -> None:
    company(cast)
    assert verify.run() == []


def test_each_thing_come_apart_is_named(cast: Cast) -> None:
    company(cast)
    customer = registry.get("customers.customer")
    record = samples.make(customer, actor=cast.owner)
    child = samples.make(registry.get("customers.contact"), actor=cast.owner, customer=record.id)
    SearchEntry.objects.filter(record=child.id).delete()
    SearchEntry.objects.filter(record=record.id).update(title="Somebody else")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_contact SET owner_id = %s WHERE id = %s", [cast.mate.id, child.id])
        cursor.execute("UPDATE customers_customer SET contact_count = 7 WHERE id = %s", [record.id])
    Link.objects.create(field="customers.contact.customers", source=child.id, target=10**12)
    Link.objects.create(field="nowhere.at.all", source=1, target=2)
    assert verify.run() == [
        f"customers.contact: missing in the search index: {child.id}",
        f"customers.contact: owner differs from that of its customer: {child.id}",
        f"customers.contact: customers leads to a customers.customer that does not exist: {child.id}",
        f"customers.customer: stands in the search index otherwise than in its row: {record.id}",
        f"customers.customer: contact_count is not what its children say: {record.id}",
        "links of “nowhere.at.all”, which is not declared",
    ]


def test_a_month_without_a_partition_is_reported(cast: Cast) -> None:
    from datetime import UTC, datetime

    from guanxi.kernel import clock

    with clock.frozen(datetime(2040, 1, 15, tzinfo=UTC)):
        assert verify.run() == ["history has no partition for 2040-01", "history has no partition for 2040-02"]


def test_a_value_held_for_nobody_is_reported(cast: Cast) -> None:
    customer = registry.get("customers.customer")
    sent = write.create(customer, samples.values(customer, actor=cast.owner), actor=review(cast.owner, customer.key), door="test")
    assert verify.run() == []
    Draft.objects.filter(number=sent.number).update(state="withdrawn")
    assert [str(sent.number) in line for line in verify.run()] == [True]

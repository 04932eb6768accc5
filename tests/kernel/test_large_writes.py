"""What makes large writes quick changes nothing of what they write."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models.fields import NOT_PROVIDED

from guanxi.kernel import search, write
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import SearchEntry
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

CUSTOMER = registry.get("customers.customer")


def test_a_blank_record_is_what_django_would_make(entity: Entity) -> None:
    blank, made = entity.model.blank(), entity.model()
    assert {k: v for k, v in vars(blank).items() if k != "_state"} == {k: v for k, v in vars(made).items() if k != "_state"}
    assert blank._state is not entity.model.blank()._state
    assert blank._state.adding


def test_two_blank_records_share_nothing_that_can_change(entity: Entity) -> None:
    one, other = entity.model.blank(), entity.model.blank()
    for field in entity.model._meta.local_fields:
        if callable(field.default) and field.default is not NOT_PROVIDED:
            assert getattr(one, field.attname) is not getattr(other, field.attname) or isinstance(
                getattr(one, field.attname), (str, int, tuple, type(None))
            )
    assert one.linked is not other.linked


@pytest.mark.django_db
def test_what_waits_to_be_sorted_in_is_found_before_and_after(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'search_tokens'")
        assert "fastupdate=off" not in (cursor.fetchone()[0] or [])
    with search.gathered():
        one = samples.make(CUSTOMER, actor=cast.owner, name="杭州云深智能科技有限公司").id
        assert [hit.record for hit in search.find("云深智能", cast.owner)] == [one]
    assert [hit.record for hit in search.find("云深智能", cast.owner)] == [one]


@pytest.mark.django_db
def test_a_transfer_moves_search_entries_without_reading_their_texts_again(cast: Cast) -> None:
    one = samples.make(CUSTOMER, actor=cast.owner, name="杭州云深智能科技有限公司").id
    SearchEntry.objects.filter(record=one).update(keys="as they were")
    write.transfer(CUSTOMER, [one], cast.stranger.id or 0, actor=cast.director, door="test")
    entry = SearchEntry.objects.get(record=one)
    record = CUSTOMER.model.objects.get(id=one)
    assert (entry.owner, entry.department) == (record.owner_id, record.department_id) == (cast.stranger.id, record.department_id)
    assert entry.updated_at == record.updated_at
    assert entry.keys == "as they were"

"""Own fields that an administrator marks are found by the search like those of the product, by who may read them."""

from __future__ import annotations

from typing import Any

import pytest

from guanxi.kernel import jobs, lists, search, verify, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields as verbs
from guanxi.kernel.write import lists as values
from guanxi.kernel.write import retyping
from tests import samples
from tests.people import Cast, closed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unshaped")]
CUSTOMER = registry.get("customers.customer")


def follow() -> None:
    """What the worker does."""
    for job in Job.objects.filter(state="waiting").order_by("id"):
        jobs.run(job.pk)
    assert not Job.objects.exclude(state="done").exists()


def found(text: str, actor: Actor) -> list[int]:
    return [hit.record for hit in search.find(text, actor, entities=[CUSTOMER])]


def mark(key: str, cast: Cast, *, searched: bool = True) -> None:
    row = CustomField.objects.get(pk=key[1:])
    verbs.change(CUSTOMER, row, verbs.Wish(row.label, searched=searched), actor=cast.business)
    follow()


def stale() -> list[Any]:
    return list(verify.search_entries(CUSTOMER))


@pytest.mark.feature("FRM-02")
def test_a_marked_field_is_found_in_old_records_and_new_by_who_may_read_it(cast: Cast) -> None:
    slogan, phone = samples.added(CUSTOMER, "text"), samples.added(CUSTOMER, "phone")
    before = samples.make(CUSTOMER, actor=cast.owner, **{slogan: "江南水电站", phone: "13800138001"})
    assert found("水电站", cast.owner) == []
    mark(slogan, cast)
    mark(phone, cast)
    after = samples.make(CUSTOMER, actor=cast.owner, **{slogan: "北方水电站"})
    assert set(found("水电站", cast.owner)) == {before.id, after.id}
    assert found("8001", cast.owner) == [before.id]
    assert found("水电站", cast.stranger) == []
    for right in ("hidden", "masked"):
        assert found("水电站", closed(cast.owner, CUSTOMER.key, slogan, right)) == []
    write.update((CUSTOMER, before.id), {slogan: "风力"}, actor=cast.owner, door="test")
    assert found("水电站", cast.owner) == [after.id]
    assert stale() == []
    mark(slogan, cast, searched=False)
    assert found("水电站", cast.owner) == []
    assert stale() == []


def test_a_chosen_value_is_found_by_what_it_is_called_now_and_in_another_sort_too(cast: Cast) -> None:
    level = samples.added(CUSTOMER, "choice", dictionary="customer_level")
    of = lists.get("customer_level")
    assert of is not None
    one, _other = [item for item in of.items if item.active][:2]
    values.change(of, one, "金牌伙伴", "Golden", "", active=True, default=False, actor=cast.business)
    record = samples.make(CUSTOMER, actor=cast.owner, **{level: one.code})
    mark(level, cast)
    assert found("金牌", cast.owner) == found("golden", cast.owner) == [record.id]
    values.change(of, of.dictionary.by_id(one.id) or one, "银牌伙伴", "Silver", "", active=True, default=False, actor=cast.business)
    follow()
    assert (found("金牌", cast.owner), found("银牌", cast.owner)) == ([], [record.id])
    new = retyping.convert(CUSTOMER, CustomField.objects.get(pk=level[1:]), verbs.Wish("", sort="text"), actor=cast.business)
    follow()
    assert new.searched
    assert found("银牌", cast.owner) == [record.id]
    assert stale() == []


def test_what_the_search_cannot_go_by_is_refused(cast: Cast) -> None:
    key = samples.added(CUSTOMER, "secret")
    with pytest.raises(write.Invalidated) as refusal:
        mark(key, cast)
    assert set(refusal.value.errors) == {"searched"}

"""Rules of own fields hold on every road in: what a new record begins with, what is asked for when, and that no two are alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import clock, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("unshaped")
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


def ruled(shaper: Client, key: str, status: int = 302, **rules: Any) -> str:
    """Give an own field rules on its page; the page's answer."""
    row = CustomField.objects.get(pk=key[1:])
    given = {"zh": row.label, **{k: json.dumps(v) if isinstance(v, list) else v for k, v in rules.items()}}
    answer = shaper.post(f"/admin/fields/customers/{row.pk}/", given)
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return answer.content.decode()


def make(cast: Cast, **given: Any) -> Any:
    return samples.make(CUSTOMER, actor=cast.owner, **given)


@pytest.mark.feature("FRM-02")
def test_a_new_record_begins_with_what_was_said(cast: Cast, at_desk: Desk) -> None:
    shaper = at_desk(cast.business)
    level, day, who = (samples.added(CUSTOMER, kind) for kind in ("integer", "date", "person"))
    for key, first in ((level, "7"), (day, "today"), (who, "me")):
        ruled(shaper, key, first=first)
    record = make(cast)
    assert [CUSTOMER.fields[k].value(record) for k in (level, day, who)] == [7, clock.today(), cast.owner.id]
    form = at_desk(cast.owner).get("/customers/new/").content.decode()
    assert f'name="{level}" id="f-{level}" value="7"' in form
    many = write.create_many(CUSTOMER, [samples.values(CUSTOMER, actor=cast.owner)], actor=cast.owner, door="test")
    assert CUSTOMER.fields[who].value(many.written[0]) == cast.owner.id
    assert "New records begin with" in ruled(shaper, level, 422, first="many")


def test_a_field_that_is_not_asked_for_asks_for_nothing_and_keeps_what_it_holds(cast: Cast, at_desk: Desk) -> None:
    shaper = at_desk(cast.business)
    kind, why = samples.added(CUSTOMER, "boolean"), samples.added(CUSTOMER, "text")
    CustomField.objects.filter(pk=why[1:]).update(label="事由")
    ruled(shaper, why, required="1", shown_when=[kind, "is", True])
    record = make(cast)
    with pytest.raises(write.Invalidated) as refused:
        write.update(record, {kind: True, why: ""}, actor=cast.owner, door="test")
    assert set(refused.value.errors) == {why}
    write.update((CUSTOMER, record.id), {kind: True, why: "第一次"}, actor=cast.owner, door="test")
    write.update((CUSTOMER, record.id), {kind: False, why: "改掉"}, actor=cast.owner, door="test")
    fresh = CUSTOMER.rows(cast.owner).get(id=record.id)
    assert (fresh.custom[why], fresh.custom[kind]) == ("第一次", False)
    assert "第一次" not in at_desk(cast.owner).get(f"/customers/{record.id}/").content.decode().split('class="tl')[0]
    outcome = write.update_many(CUSTOMER, {record.id: {why: "再改"}}, actor=cast.owner, door="test")
    assert outcome.unchanged == [record.id]
    write.update((CUSTOMER, record.id), {kind: True}, actor=cast.owner, door="test")
    assert "第一次" in at_desk(cast.owner).get(f"/customers/{record.id}/").content.decode()


def test_what_must_be_filled_in_when_something_holds_is_asked_for_then(cast: Cast, at_desk: Desk) -> None:
    shaper = at_desk(cast.business)
    size, why = samples.added(CUSTOMER, "decimal"), samples.added(CUSTOMER, "text")
    ruled(shaper, why, asked_when=["and", [size, "gte", "1000"]])
    record = make(cast, **{size: "999.99"})
    for refused in (
        lambda: write.update((CUSTOMER, record.id), {size: "1000"}, actor=cast.owner, door="test"),
        lambda: write.create(CUSTOMER, {"name": "大客户", size: "2000"}, actor=cast.owner, door="test"),
    ):
        with pytest.raises(write.Invalidated) as refusal:
            refused()
        assert set(refusal.value.errors) == {why}
    write.update((CUSTOMER, record.id), {size: "1000", why: "升级"}, actor=cast.owner, door="test")


@pytest.mark.parametrize("rule", [["created_at", "before", "today"], ["contacts.name", "contains", "王"], ["nonsense", "is", 1]])
def test_a_rule_that_a_form_cannot_follow_is_refused(cast: Cast, at_desk: Desk, rule: list[Any]) -> None:
    key = samples.added(CUSTOMER, "text")
    ruled(at_desk(cast.business), key, 422, shown_when=rule)
    assert CustomField.objects.get(pk=key[1:]).shown_when == []


def test_no_two_records_are_alike_on_any_road(cast: Cast, at_desk: Desk) -> None:
    key = samples.added(CUSTOMER, "text")
    make(cast, **{key: "ＡＢ-1"})
    twin = make(cast, **{key: "ab-1"})
    shaper = at_desk(cast.business)
    assert "ab-1 × 2" in ruled(shaper, key, 422, unique="1").lower().replace("ａｂ", "ab")
    write.update((CUSTOMER, twin.id), {key: "ab-2"}, actor=cast.owner, door="test")
    ruled(shaper, key, unique="1")
    with pytest.raises(write.Invalidated) as refused:
        write.create(CUSTOMER, {"name": "云深三", key: "Ab-1"}, actor=cast.owner, door="test")
    assert set(refused.value.errors) == {key}
    with pytest.raises(write.Invalidated):
        write.update((CUSTOMER, twin.id), {key: "AB-1"}, actor=cast.owner, door="test")
    rows = [{"name": f"批量{n}", key: value} for n, value in enumerate(("x-1", "X-1", "ab-2", "x-2"))]
    outcome = write.create_many(CUSTOMER, rows, actor=cast.owner, door="test")
    assert (sorted(outcome.written), sorted(outcome.refused)) == ([0, 3], [1, 2])
    assert set(write.update_many(CUSTOMER, {twin.id: {key: "x-2"}}, actor=cast.owner, door="test").refused[twin.id]) == {key}
    write.delete((CUSTOMER, twin.id), actor=cast.owner, door="test")
    write.create(CUSTOMER, {"name": "云深四", key: "ab-2"}, actor=cast.owner, door="test")
    with pytest.raises(write.Invalidated):
        write.restore((CUSTOMER, twin.id), actor=cast.owner, door="test")

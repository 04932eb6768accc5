"""A field becomes another sort: looked at first, then done portion by portion, and taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import clock, history, jobs, layouts, pools, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import layouts as layout_verbs
from guanxi.kernel.write import retyping
from guanxi.surfaces.models import Layout, SavedView, Webhook
from tests import samples
from tests.people import Cast, let

pytestmark = pytest.mark.usefixtures("unshaped")
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


def retype(shaper: Client, key: str, **given: str) -> str:
    answer = shaper.post(f"/admin/fields/customers/{key[1:]}/retype/", given)
    assert answer.status_code in (200, 302), answer.content.decode()[-2000:]
    if answer.status_code == 200:
        return answer.content.decode()
    jobs.run(Job.objects.latest("id").pk)
    return f"f{answer['Location'].split('field=')[1]}"


@pytest.mark.feature("FRM-02")
def test_text_becomes_numbers_and_what_does_not_convert_stays_where_it_was(
    cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retyping, "PORTION", 2)
    shaper, old = at_desk(cast.business), samples.added(CUSTOMER, "text")
    records = [samples.make(CUSTOMER, actor=cast.owner, **{old: text}) for text in ("12", "1,200", "约三十", "7", "7")]
    page = retype(shaper, old, sort="integer")
    assert "4 of 5 values convert" in page
    assert "约三十 × 1" in page
    assert CustomField.objects.count() == 1
    new = retype(shaper, old, sort="integer", sure="1")
    job = Job.objects.latest("id")
    assert (job.state, job.counts, len(job.errors)) == ("done", {"done": 4}, 1)
    fresh = [CUSTOMER.rows(cast.owner).get(id=r.id) for r in records]
    assert [r.custom.get(new) for r in fresh] == [12, 1200, None, 7, 7]
    assert [r.custom[old] for r in fresh] == ["12", "1,200", "约三十", "7", "7"]
    assert new in CUSTOMER.fields
    assert old not in CUSTOMER.fields
    assert str(CUSTOMER.fields[new].label) == "My text"
    assert CUSTOMER.rows(cast.owner).where([new, "gte", 12]).count() == 2
    assert history.of_record(records[0].id)[0].diff[new] == [None, 12]
    write.update((CUSTOMER, records[0].id), {new: 13}, actor=cast.owner, door="test")
    assert shaper.post(f"/admin/fields/customers/{new[1:]}/back/", {}).status_code == 302
    assert old in CUSTOMER.fields
    assert new not in CUSTOMER.fields
    assert CUSTOMER.rows(cast.owner).get(id=records[0].id).custom == {**fresh[0].custom, new: 13}


@pytest.mark.parametrize(
    ("kind", "raw", "sort", "value"),
    [
        ("integer", 5, "decimal", Decimal("5.00")),
        ("decimal", "12.00", "integer", 12),
        ("date", "2026-11-23", "text", "2026-11-23"),
        ("choice", None, "text", None),
        ("text", "2026年11月23日", "date", None),
        ("text", "重点", "choice", None),
        ("duration", "1:30", "integer", 90),
    ],
)
def test_values_say_the_same_in_the_other_sort(cast: Cast, at_desk: Desk, kind: str, raw: Any, sort: str, value: Any) -> None:
    old = samples.added(CUSTOMER, kind, **samples.OPTIONS.get(kind, {}))
    given = raw if raw is not None else next(iter(CUSTOMER.fields[old].kind.samples()))
    record = samples.make(CUSTOMER, actor=cast.owner, **{old: given})
    new = retype(at_desk(cast.business), old, sort=sort, sure="1")
    field = CUSTOMER.fields[new]
    found = field.value(CUSTOMER.rows(cast.owner).get(id=record.id))
    assert not field.kind.is_blank(found)
    assert value is None or found == value


def test_what_is_closed_stays_closed_in_another_sort_and_back(cast: Cast, at_desk: Desk) -> None:
    shaper, old = at_desk(cast.business), samples.added(CUSTOMER, "text")
    samples.make(CUSTOMER, actor=cast.manager, **{old: "77"})
    let(cast.owner, CUSTOMER.key, old, "hidden")
    new = retype(shaper, old, sort="integer", sure="1")
    assert new not in CUSTOMER.visible(cast.again(cast.owner))
    let(cast.owner, CUSTOMER.key, new, "masked")
    shaper.post(f"/admin/fields/customers/{new[1:]}/back/", {})
    assert cast.again(cast.owner).right(CUSTOMER.key, old) == "masked"


def test_what_is_closed_in_a_pool_stays_closed_there(cast: Cast, at_desk: Desk) -> None:
    shaper, old = at_desk(cast.business), samples.added(CUSTOMER, "text")
    samples.make(CUSTOMER, actor=cast.owner, **{old: "77"})
    row = samples.make(registry.get("customers.pool"), holds="customers.customer", hidden=[old], masked=["phone"])
    new = retype(shaper, old, sort="integer", sure="1")
    row.refresh_from_db()
    assert (sorted(row.hidden), row.masked) == (sorted([old, new]), ["phone"])
    assert new in next(pool for pool in pools.of(CUSTOMER) if pool.id == row.id).hidden


@pytest.mark.parametrize("role", ["admin", "business"])
def test_who_may_not_see_the_values_is_told_how_many_only(cast: Cast, at_desk: Desk, role: str) -> None:
    key, shaper = samples.added(CUSTOMER, "text"), getattr(cast, role)
    for _ in range(2):
        samples.make(CUSTOMER, actor=cast.owner, **{key: "底价77"})
    let(cast.business, CUSTOMER.key, key, "hidden")
    page = retype(at_desk(shaper), key, sort="integer")
    assert "0 of 2 values convert" in page
    assert "底价77" not in page
    refused = at_desk(shaper).post(f"/admin/fields/customers/{key[1:]}/", {"zh": "My text", "unique": "1"})
    assert refused.status_code == 422
    assert "… × 2" in refused.content.decode()
    assert "底价77" not in refused.content.decode()


def test_what_names_the_field_goes_along_and_what_cannot_is_told_before(cast: Cast, at_desk: Desk) -> None:
    shaper, old, other = at_desk(cast.business), samples.added(CUSTOMER, "text"), samples.added(CUSTOMER, "boolean")
    samples.make(CUSTOMER, actor=cast.owner, **{old: "12"})
    where = ["and", ["name", "contains", "a"], ["not", [old, "is", "13"]]]
    mine: Any = {"entity": CUSTOMER.key, "owner_id": cast.owner.id}
    view = SavedView.objects.create(name="Ours", where=where, columns=["name", old], sort=f"-{old}", by=f"{old}.month", shared=True, **mine)
    private = SavedView.objects.create(name="Hush", where=[f"customer.{old}", "contains", "1"], **{**mine, "entity": "customers.contact"})
    hook = Webhook.objects.create(
        name="Out", entity=CUSTOMER.key, where=[old, "is", "12"], address="x", secret="", person_id=cast.owner.id, created_at=clock.now()
    )
    Layout.objects.create(columns=[old], widths={old: 90}, **mine)
    CustomField.objects.filter(pk=other[1:]).update(shown_when=[old, "is", "12"])
    arranged = layouts.Arrangement((layouts.Section("一", "One", (old,)),), tiles=(old,))
    layout_verbs.arrange(CUSTOMER, layouts.EVERYWHERE, arranged, actor=cast.business)
    pool = samples.make(registry.get("customers.pool"), holds=CUSTOMER.key, spared=json.dumps([old, "is", "12"]))
    page = unescape(retype(shaper, old, sort="integer"))
    assert "Hush" not in page
    assert re.search(r"View “Ours”</td><td[^>]*>goes along", page)
    assert re.search(r"A view of Olivia</td><td[^>]*>cannot say this", page)
    new = retype(shaper, old, sort="integer", sure="1")

    def kept() -> list[Any]:
        for row in (view, private, hook, pool):
            row.refresh_from_db()
        arranged = Layout.objects.get()
        rule = CustomField.objects.get(pk=other[1:]).shown_when
        return [view.where, view.columns, view.sort, view.by, private.where[0], hook.where, rule, json.loads(pool.spared), arranged.widths]

    def said(key: str, one: Any, two: Any) -> list[Any]:
        where = ["and", ["name", "contains", "a"], ["not", [key, "is", two]]]
        about = [key, "is", one]
        return [where, ["name", key], f"-{key}", f"{key}.month", f"customer.{old}", about, about, about, {key: 90}]

    assert kept() == said(new, 12, 13)
    assert layouts.at(CUSTOMER, layouts.EVERYWHERE) == layouts.Arrangement((layouts.Section("一", "One", (new,)),), tiles=(new,))
    shaper.post(f"/admin/fields/customers/{new[1:]}/back/", {})
    assert kept() == said(old, "12", "13")

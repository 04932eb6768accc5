"""Figures of other records in own fields: counted for old records, kept by every write, and told to nobody who may not see what they are about."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import custom, history, jobs, verify, write
from guanxi.kernel.models import CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields as verbs
from guanxi.org.models import User
from tests import samples
from tests.people import Cast, let

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unshaped")]
CUSTOMER, DEAL = registry.get("customers.customer"), registry.get("sales.opportunity")
VIA = "sales.opportunity/customer"


def follow() -> None:
    for job in Job.objects.filter(state="waiting").order_by("id"):
        jobs.run(job.pk)
    assert not Job.objects.exclude(state="done").exists()


def figure(cast: Cast, how: str, of: str = "", where: Any = None) -> str:
    wish = verbs.Wish(
        f"{how} {of} {len(CUSTOMER.fields)}", sort="rollup", rolls=VIA, how=how, of=of and f"{DEAL.key}/{of}", where=json.dumps(where or [])
    )
    row = verbs.add(CUSTOMER, wish, actor=cast.business)
    follow()
    return f"f{row.pk}"


@pytest.mark.feature("FRM-02")
def test_figures_are_counted_for_what_is_there_and_follow_every_write(cast: Cast) -> None:
    size, note = samples.added(DEAL, "decimal", places=2), samples.added(DEAL, "text")
    customer = samples.make(CUSTOMER, actor=cast.owner)
    deal: Callable[..., Any] = lambda **given: samples.make(DEAL, actor=cast.owner, customer=customer.id, **given)
    one = deal(amount="100", **{size: "1.50"})
    keys = [figure(cast, "count"), figure(cast, "sum", "amount"), figure(cast, "sum", size), figure(cast, "max", size)]
    keys += [figure(cast, "latest", note), figure(cast, "count", where=[size, "gte", "2"])]

    def told() -> list[Any]:
        row = CUSTOMER.rows(cast.director).get(id=customer.id)
        return [CUSTOMER.fields[key].value(row) for key in keys]

    assert told() == [1, Decimal("100.00"), Decimal("1.50"), Decimal("1.50"), "", None]
    before = history.of_record(customer.id)
    two = deal(amount="20.5", **{size: "2.25", note: "谈价"})
    assert told() == [2, Decimal("120.50"), Decimal("3.75"), Decimal("2.25"), "谈价", 1]
    write.update(two, {size: "0.25"}, actor=cast.owner, door="test")
    assert told() == [2, Decimal("120.50"), Decimal("1.75"), Decimal("1.50"), "谈价", None]
    write.update_many(DEAL, {one.id: {note: "更早"}}, actor=cast.owner, door="test")
    assert told()[4] == "谈价"
    write.delete((DEAL, two.id), actor=cast.owner, door="test")
    assert told() == [1, Decimal("100.00"), Decimal("1.50"), Decimal("1.50"), "更早", None]
    other = samples.make(CUSTOMER, actor=cast.owner)
    write.update((DEAL, one.id), {"customer": other.id}, actor=cast.owner, door="test")
    assert told() == [None, None, None, None, "", None]
    assert history.of_record(customer.id) == before
    assert list(verify.roll_ups(CUSTOMER)) == []
    CustomField.objects.filter(pk=keys[-1][1:]).update(
        options={**CustomField.objects.get(pk=keys[-1][1:]).options, "where": ["gone", "is", 1]}
    )
    custom.load()
    deal(amount="7")
    assert told()[:2] == [1, Decimal("7.00")]
    with pytest.raises(write.Invalidated, match=r"汇总|counted"):
        verbs.retire(CustomField.objects.get(pk=size[1:]), active=False, actor=cast.business)


@pytest.mark.feature("FRM-02")
def test_they_are_counted_along_a_lookup_of_one_s_own_too_and_keep_its_index(cast: Cast) -> None:
    with samples.designed("拜访报告") as visit:
        via, size = samples.added(visit, "lookup", to=CUSTOMER.key), samples.added(visit, "decimal", places=2)
        one, other = (samples.make(CUSTOMER, actor=cast.owner) for _ in range(2))
        visited: Callable[..., Any] = lambda **given: samples.make(visit, actor=cast.again(cast.owner), **given)
        first = visited(**{via: one.id, size: "1.5"})
        keys = []
        for how, of in (("count", ""), ("sum", size), ("latest", size)):
            wish = verbs.Wish(f"{how} {of}", sort="rollup", rolls=f"{visit.key}/{via}", how=how, of=of and f"{visit.key}/{of}")
            keys.append(f"f{verbs.add(CUSTOMER, wish, actor=cast.business).pk}")
        jobs_of = set(Job.objects.filter(state="waiting").values_list("kind", flat=True))
        assert {"own_index", "rollup"} <= jobs_of
        for job in Job.objects.filter(state="waiting", kind="rollup"):
            jobs.run(job.pk)

        def told(record: Any) -> list[Any]:
            row = CUSTOMER.rows(cast.director).get(id=record.id)
            return [CUSTOMER.fields[key].value(row) for key in keys]

        assert told(one) == [1, Decimal("1.50"), Decimal("1.50")]
        second = visited(**{via: one.id, size: "2"})
        assert told(one) == [2, Decimal("3.50"), Decimal("2.00")]
        write.update_many(visit, {second.id: {via: other.id}}, actor=cast.again(cast.owner), door="test")
        assert (told(one)[0], told(other)[:2]) == (1, [1, Decimal("2.00")])
        write.merge(CUSTOMER, one.id, [other.id], {}, actor=cast.again(cast.owner), door="test")
        assert told(one) == [2, Decimal("3.50"), Decimal("2.00")]
        write.delete((visit, first.id), actor=cast.again(cast.owner), door="test")
        assert told(one)[:2] == [1, Decimal("2.00")]
        assert list(verify.roll_ups(CUSTOMER)) == []
        lookup = CustomField.objects.get(pk=via[1:])
        assert lookup.quick
        for refused in (
            lambda: verbs.quicken(lookup, quick=False, actor=cast.business),
            lambda: verbs.retire(lookup, active=False, actor=cast.business),
        ):
            with pytest.raises(write.Invalidated, match=r"汇总|counted"):
                refused()


def test_it_is_hidden_from_who_may_not_see_all_of_it_unless_a_role_says_otherwise(cast: Cast) -> None:
    key = figure(cast, "count")
    for actor, sees in ((cast.director, True), (cast.readonly, True), (cast.owner, False), (cast.manager, False)):
        assert (key in CUSTOMER.visible(cast.again(actor))) == sees, actor.name
    let(cast.owner, CUSTOMER.key, key, "readonly")
    assert key in CUSTOMER.visible(cast.again(cast.owner))
    of_amount = figure(cast, "sum", "amount")
    let(cast.director, DEAL.key, "amount", "masked")
    assert of_amount not in CUSTOMER.visible(cast.again(cast.director))


@pytest.mark.parametrize("closed", ["amount", "customer"])
def test_what_narrows_it_and_what_it_is_counted_along_give_away_nothing_closed(cast: Cast, closed: str) -> None:
    key = figure(cast, "count", where=["and", ["name", "not_empty"], ["not", ["amount", "gte", "400000"]]])
    assert key in CUSTOMER.visible(cast.again(cast.director))
    let(cast.director, DEAL.key, closed, "hidden")
    assert key not in CUSTOMER.visible(cast.again(cast.director))


@pytest.mark.parametrize(
    "given",
    [{"how": "sum", "of": f"{DEAL.key}/name"}, {"how": "sum"}, {"how": "most"}, {"rolls": "customers.customer/parent_of"},
     {"where": '["expected_on", "before", "today"]'}, {"where": '["customer.name", "contains", "a"]'}],
)  # fmt: skip
def test_what_cannot_be_counted_is_refused_on_the_page(cast: Cast, given: dict[str, str]) -> None:
    browser = Client()
    browser.force_login(User.objects.get(pk=cast.business.id))
    body = {"zh": "商机数", "sort": "rollup", "rolls": VIA, "how": "count", **given}
    assert browser.post("/admin/fields/customers/add/", body).status_code == 422
    assert not CustomField.objects.exists()
    good = browser.post("/admin/fields/customers/add/", {**body, "rolls": VIA, "how": "count", "of": "", "where": ""})
    assert good.status_code == 302
    page = browser.get(good["Location"]).content.decode()
    assert 'name="where"' in page

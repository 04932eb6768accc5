"""A field that an administrator adds on a screen is everywhere at the next click, and nowhere once it is retired."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.utils import translation

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write.fields import SORTS
from guanxi.org.models import Operation
from tests.people import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unshaped")]
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
#: What no value in a form fills in: see test_own_pictures.py and tests/kernel/test_own_figures.py.
ELSEWHERE = ("image", "rollup")


def added(desk: Client, **given: str) -> str:
    """Add a field to customers; its key."""
    answer = desk.post("/admin/fields/customers/add/", given)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return f"f{CustomField.objects.latest('id').pk}"


@pytest.mark.feature("FRM-02", "FRM-04", "NFR-06")
def test_it_is_in_form_list_filter_history_and_api(cast: Cast, at_desk: Desk) -> None:
    shaper, owner = at_desk(cast.business), at_desk(cast.owner)
    key = added(shaper, zh="门店等级", en="Shop grade", help="由区域经理评定", sort="choice", lines="旗舰店,Flagship\n标准店,Standard")
    form = owner.get("/customers/new/").content.decode()
    assert "Shop grade" in form
    assert "由区域经理评定" in form
    assert "Flagship" in form
    record = write.create(CUSTOMER, {"name": "云深门店", key: "旗舰店"}, actor=cast.owner, door="test").id
    write.create(CUSTOMER, {"name": "浅水门店", key: "标准店"}, actor=cast.owner, door="test")
    page = owner.get(f"/customers/{record}/").content.decode()
    assert "Shop grade" in page
    assert "Flagship" in page
    shown = owner.get("/customers/", {"view": "all", "where": json.dumps([key, "is", "flagship"])}).content.decode()
    assert "云深门店" in shown
    assert "浅水门店" not in shown
    write.update((CUSTOMER, record), {key: "standard"}, actor=cast.owner, door="test")
    assert "Shop grade" in owner.get(f"/customers/{record}/?tab=history").content.decode()
    assert "门店等级" in shaper.get("/admin/fields/customers/").content.decode()
    assert Operation.objects.filter(subject="customfield", verb="create", actor=cast.business.id).count() == 1


@pytest.mark.feature("FRM-02")
@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort not in ELSEWHERE])
def test_every_sort_of_field_is_filled_in_and_read_again(cast: Cast, at_desk: Desk, sort: str) -> None:
    key = added(at_desk(cast.business), zh="另一项", sort=sort, lines="甲\n乙", to="customers.contact", prefix="own", formula="1 + 2")
    field = CUSTOMER.fields[key]
    other = write.create(registry.get("customers.contact"), {"name": "王芳"}, actor=cast.owner, door="test").id
    sample = other if sort == "lookup" else next(iter(field.kind.samples()), "")
    answer = at_desk(cast.owner).post("/customers/new/", {"name": "云深制造", key: sample if isinstance(sample, list) else str(sample)})
    assert answer.status_code in (200, 204, 302), answer.content.decode()[-2000:]
    row = CUSTOMER.rows(cast.owner).get(name="云深制造")
    assert field.kind.json(field.value(row)) not in (None, "")
    page = unescape(at_desk(cast.owner).get(f"/customers/{row.id}/").content.decode())
    with translation.override("en"):
        told = field.kind.text(field.value(row), Reader(cast.owner)).split("、")
        shown = unescape(field.kind.html(field.value(row), Reader(cast.owner)))
    assert shown in page or all(part in page for part in told) or sort == "phone"  # a number is shown to be dialled


def test_what_is_retired_is_nowhere_and_comes_back_with_what_it_said(cast: Cast, at_desk: Desk) -> None:
    shaper, owner = at_desk(cast.business), at_desk(cast.owner)
    key = added(shaper, zh="暗号", sort="text")
    record = write.create(CUSTOMER, {"name": "云深制造", key: "天王盖地虎"}, actor=cast.owner, door="test").id
    shaper.post(f"/admin/fields/customers/{key[1:]}/retire/", {})
    assert key not in CUSTOMER.fields
    assert "天王盖地虎" not in owner.get(f"/customers/{record}/").content.decode()
    assert owner.get("/customers/", {"where": json.dumps([key, "is", "x"])}).status_code == 400
    with pytest.raises(write.Invalidated):
        write.update((CUSTOMER, record), {key: "x"}, actor=cast.owner, door="test")
    shaper.post(f"/admin/fields/customers/{key[1:]}/retire/", {"active": "1"})
    assert "天王盖地虎" in owner.get(f"/customers/{record}/").content.decode()


def test_one_that_must_be_filled_in_is_asked_for(cast: Cast, at_desk: Desk) -> None:
    key = added(at_desk(cast.business), zh="合同编号", sort="text", required="1")
    with pytest.raises(write.Invalidated) as refused:
        write.create(CUSTOMER, {"name": "云深制造"}, actor=cast.owner, door="test")
    assert set(refused.value.errors) == {key}


def test_names_order_and_words_are_changed(cast: Cast, at_desk: Desk) -> None:
    shaper = at_desk(cast.business)
    first, second = added(shaper, zh="甲项", sort="text"), added(shaper, zh="乙项", sort="date")
    shaper.post(f"/admin/fields/customers/{second[1:]}/shift/", {"up": "1"})
    assert [key for key in CUSTOMER.fields if key in (first, second)] == [second, first]
    shaper.post(f"/admin/fields/customers/{first[1:]}/", {"zh": "丙项", "en": "Item C"})
    assert "Item C" in at_desk(cast.owner).get("/customers/new/").content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"zh": "", "sort": "text"}, "Give the field a name"),
        ({"zh": "x" * 61, "sort": "text"}, "at most 60 characters"),
        ({"zh": "客户名称", "en": "name", "sort": "text"}, "a field of this name already"),
        ({"zh": "甲", "sort": "nothing"}, "Choose what the field holds"),
        ({"zh": "甲", "sort": "choice"}, "Write one value a line"),
        ({"zh": "甲", "sort": "choice", "offers": "opportunity_stage"}, "Choose a list"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_made(cast: Cast, at_desk: Desk, given: dict[str, str], said: str) -> None:
    answer = at_desk(cast.business).post("/admin/fields/customers/add/", given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CustomField.objects.exists()


def test_only_those_who_shape_the_company_come_here(cast: Cast, at_desk: Desk) -> None:
    for actor in (cast.owner, cast.director, cast.readonly):
        assert at_desk(actor).get("/admin/fields/").status_code == 404
        assert at_desk(actor).post("/admin/fields/customers/add/", {"zh": "甲", "sort": "text"}).status_code == 404
    assert not CustomField.objects.exists()

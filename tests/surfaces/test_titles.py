"""A new record whose title is left empty is called by what else it says, by every door, and never by what its maker may not see."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from guanxi.kernel import clock, titles, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.design import CustomEntity
from guanxi.kernel.registry import registry
from guanxi.kernel.write import entities, fields
from guanxi.kernel.write import titles as verbs
from guanxi.org import tokens
from guanxi.org.models import User
from guanxi.surfaces.api import schema
from tests.customers import pool_company
from tests.people import Cast, closed, let

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unshaped")]
Desk = Callable[[Actor], Client]
CUSTOMER, DEAL = registry.get("customers.customer"), registry.get("sales.opportunity")


@pytest.fixture
def customer(cast: Cast) -> int:
    return write.create(CUSTOMER, {"name": "云深机电", "phone": "13812345678"}, actor=cast.owner, door="test").id


def test_who_shapes_says_it_and_every_door_fills_it(cast: Cast, at_desk: Desk, customer: int) -> None:
    shaper, owner = at_desk(cast.business), at_desk(cast.owner)
    answer = shaper.post("/admin/titles/opportunities/", {"source": '{{客户}} {{created_at|date "YYYYMMDD"}}'})
    assert answer.status_code == 302, unescape(answer.content.decode())[-2000:]
    assert titles.source(DEAL) == '{{customer}} {{created_at|date "YYYYMMDD"}}'
    named = f"云深机电 {clock.today():%Y%m%d}"
    form = owner.get(f"/opportunities/new/?customer={customer}").content.decode()
    assert "Left empty: 〔Customer〕" in form
    assert owner.post("/opportunities/new/?quick=1", {"customer": customer, "name": ""}).status_code == 204
    assert owner.post("/opportunities/new/", {"customer": customer}).status_code == 302
    made = write.create_many(DEAL, [{"customer": customer}, {"customer": customer, "name": "自己起的"}], actor=cast.owner, door="import")
    assert [row.name for row in made.written.values()] == [named, "自己起的"]
    token = tokens.issue(User.objects.get(pk=cast.owner.id).login)
    sent = Client().post(
        "/api/v1/opportunities/", {"customer": customer}, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    assert sent.status_code == 201, sent.content
    assert "name" not in schema.sent(DEAL, cast.owner, creating=True).get("required", [])
    found = list(DEAL.rows(SYSTEM).order_by("id").values_list("name", flat=True))
    assert found == [named, named, named, "自己起的", named]
    assert shaper.post("/admin/titles/opportunities/", {"source": ""}).status_code == 302
    assert owner.post("/opportunities/new/", {"customer": customer}).status_code == 422


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("{{number}}", "is not known yet"),
        ("{{name}}", "is not known yet"),
        ("{{nmae}}", "There is no tag"),
        ("商机", "at least one field"),
        ("{{customer.name}", "Double braces"),
        ("{{customer}}" + "好" * 400, "Shorten"),
    ],
)
def test_what_a_new_record_does_not_know_is_refused(cast: Cast, at_desk: Desk, source: str, word: str) -> None:
    answer = at_desk(cast.business).post("/admin/titles/opportunities/", {"source": source})
    assert answer.status_code == 422
    assert word in unescape(answer.content.decode())
    assert not titles.source(DEAL)


def test_what_is_closed_to_who_makes_a_record_is_left_out_of_its_title(cast: Cast, customer: int) -> None:
    verbs.change(DEAL, "{{customer}}/{{customer.address}}/{{owner}}", actor=cast.business)
    write.update((CUSTOMER, customer), {"address": "云深路1号"}, actor=cast.owner, door="test")
    make = lambda actor: write.create(DEAL, {"customer": customer}, actor=actor, door="test").name
    assert make(cast.owner) == "云深机电/云深路1号/Olivia"
    assert make(closed(cast.owner, CUSTOMER.key, "address", "masked")) == "云深机电//Olivia"
    assert make(closed(cast.owner, CUSTOMER.key, "name", "hidden")) == "/云深路1号/Olivia"


def test_what_some_role_or_pool_closes_stands_in_no_title_though_its_maker_reads_it(cast: Cast, at_desk: Desk) -> None:
    verbs.change(CUSTOMER, "{{address}}，{{remark}}", actor=cast.business)
    values = {"phone": "13812345678", "address": "云深路1号", "remark": "急"}
    make = lambda: write.create(CUSTOMER, values, actor=cast.again(cast.owner), door="test")
    assert make().name == "云深路1号，急"
    let(cast.readonly, CUSTOMER.key, "address", "hidden")
    pool_company.pool(masked=["remark"])
    values |= {"phone": "13812345679", "name": ""}
    with pytest.raises(write.Invalidated):  # nothing is left to call it by
        make()
    desk = at_desk(cast.again(cast.business))
    for key in ("address", "remark", "email", "phone"):
        answer = desk.post("/admin/titles/customers/", {"source": f"{{{{{key}}}}}"})
        assert (answer.status_code, "is closed to some who read the title" in answer.content.decode()) == (422, True), key


def test_what_is_sealed_is_not_opened_into_a_title(cast: Cast) -> None:
    key = f"f{fields.add(DEAL, fields.Wish('账号', sort='secret'), actor=cast.business).pk}"
    with pytest.raises(write.Invalidated):
        verbs.change(DEAL, f"{{{{{key}}}}}", actor=cast.business)
    with pytest.raises(write.Invalidated):
        verbs.change(DEAL, "{{customer.phone}}", actor=cast.business)


def test_it_is_one_line_cut_to_what_the_field_takes_and_its_values_are_no_tags(cast: Cast, customer: int) -> None:
    verbs.change(DEAL, "{{requirement}}", actor=cast.business)
    most = DEAL.fields["name"].kind.max_length  # type: ignore[attr-defined]
    named = write.create(DEAL, {"customer": customer, "requirement": "{{owner}}\n" + "长" * most}, actor=cast.owner, door="test").name
    assert len(named) == most
    assert named.startswith("{{owner}} 长")
    with pytest.raises(write.Invalidated):
        write.create(DEAL, {"customer": customer, "requirement": " "}, actor=cast.owner, door="test")


def test_only_who_shapes_says_it_and_a_look_shows_what_he_may_see(cast: Cast, at_desk: Desk, customer: int) -> None:
    with pytest.raises(write.Forbidden):
        verbs.change(DEAL, "{{customer}}", actor=cast.owner)
    assert at_desk(cast.owner).get("/admin/titles/").status_code == 404
    look = "/admin/titles/customers/look/"
    write.update((CUSTOMER, customer), {"address": "云深路1号"}, actor=cast.owner, door="test")
    shown = at_desk(cast.business).post(look, {"source": "{{address}}", "sample": customer}).content.decode()
    assert "云深路1号" in shown
    assert "云深路" not in at_desk(cast.admin).post(look, {"source": "{{address}}", "sample": customer}).content.decode()
    assert "〔" in at_desk(cast.business).post(look, {"source": "{{remark}}"}).content.decode()


def test_records_of_one_s_own_kind_are_named_so_too_and_through_the_same_form(cast: Cast, at_desk: Desk) -> None:
    made = entities.create(entities.Wish("设备", slug="assets"), actor=cast.business)
    asset = entities.entity_of(made)
    key = f"f{fields.add(asset, fields.Wish('型号', sort='text'), actor=cast.business).pk}"
    assert at_desk(cast.business).post("/admin/titles/assets/", {"source": "{{型号}}号机"}).status_code == 302
    owner = at_desk(cast.owner)
    answer = owner.post("/assets/new/", {key: "X200"})
    assert answer.status_code == 302, unescape(answer.content.decode())[-1500:]
    asset = registry.get(asset.key)
    assert list(asset.rows(SYSTEM).values_list(asset.title, flat=True)) == ["X200号机"]
    assert owner.post("/assets/new/", {key: ""}).status_code == 422
    CustomEntity.objects.all().delete()

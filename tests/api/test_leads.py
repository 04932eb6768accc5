"""A day with leads by the API: what comes in is compared, searched, spoken to, qualified and becomes a customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel import drafts
from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from tests import samples
from tests.api.conftest import Program
from tests.people import Cast, review

Programs = Callable[[Any], Program]
CUSTOMER = registry.get("customers.customer")
GIVEN = {
    "name": "宁波海曙弱电工程", "kind": "project", "company": "宁波海曙电子有限公司", "contact": "王海", "phone": "13912345678", "source": "fair",
    "budget": "120000.00", "project": "海曙二期", "expected_on": "2031-03-01",
}  # fmt: skip


@pytest.mark.feature("LEA-01")
def test_a_project_lead_is_entered_changed_and_found_by_pinyin_and_the_tail_of_its_phone(cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    made = mine.post("leads", GIVEN)
    assert made.status_code == 201, made.content
    lead = made.json()
    assert (lead["kind"], lead["status"], lead["project"]) == ("project", "new", "海曙二期")
    assert lead["number"].startswith("XS-")
    changed = mine.patch(f"leads/{lead['id']}", {"kind": "marketing", "rating": "B"}).json()
    assert (changed["kind"], changed["rating"]) == ("marketing", "B")
    for text in ("nbhs", "ningbohaishu", "5678", "王海", "海曙电子", "海曙二期"):
        assert [row["id"] for row in mine.results("leads", q=text)] == [lead["id"]], text
    assert mine.results("leads", where=["source", "is", "fair"])
    assert program(cast.stranger).get(f"leads/{lead['id']}").status_code == 404
    assert program(cast.stranger).results("leads", q="海曙") == []


@pytest.mark.feature("LEA-01")
def test_what_is_entered_is_compared_with_leads_and_customers(cast: Cast, program: Programs) -> None:
    samples.make(CUSTOMER, actor=cast.stranger, name="宁波海曙电子有限公司")
    mine = program(cast.owner)
    lead = mine.post("leads", GIVEN).json()
    found = mine.get("leads/similar", field="company", value="宁波海曙电子").json()["results"]
    assert {(hit["entity"], hit["id"], hit["visible"]) for hit in found} == {("customers", None, False), ("leads", lead["id"], True)}
    assert mine.get("leads/similar", field="phone", value="13912345678").json()["results"][0]["id"] == lead["id"]


@pytest.mark.feature("LEA-07", "LEA-04")
def test_a_lead_is_spoken_to_qualified_and_becomes_a_customer(cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    lead = mine.post("leads", GIVEN).json()["id"]
    assert mine.post("lead-follow-ups", {"lead": lead, "summary": "asked for a price", "mode": "call"}).status_code == 201
    assert mine.get(f"leads/{lead}").json()["status"] == "contacted"
    assert mine.post(f"leads/{lead}/actions/invalid", {}).status_code == 422
    qualified = mine.post(f"leads/{lead}/actions/qualify", {"rating": "A"}).json()
    assert (qualified["status"], qualified["rating"]) == ("qualified", "A")
    assert mine.patch(f"leads/{lead}", {"status": "converted"}).status_code == 422
    done = mine.post(f"leads/{lead}/actions/convert", {"opportunity": "海曙二期"}, **{"Idempotency-Key": "once"})
    again = mine.post(f"leads/{lead}/actions/convert", {"opportunity": "海曙二期"}, **{"Idempotency-Key": "once"})
    assert done.status_code == 200, done.content
    assert done.json() == again.json()
    customer = mine.get(f"customers/{done.json()['customer']['id']}").json()
    assert (done.json()["status"], customer["name"]) == ("converted", "宁波海曙电子有限公司")
    (deal,) = mine.results("opportunities")
    assert (deal["name"], deal["customer"]["id"], deal["lead"]["id"]) == ("海曙二期", customer["id"], lead)
    (contact,) = mine.results("contacts")
    assert (contact["name"], contact["customer"]["id"]) == ("王海", customer["id"])
    (talk,) = mine.results("follow-ups")
    assert (talk["summary"], talk["customer"]["id"]) == ("asked for a price", customer["id"])
    assert mine.post(f"leads/{lead}/actions/convert", {}).status_code == 409


@pytest.mark.feature("LEA-04")
def test_a_lead_becomes_a_customer_that_is_there_but_not_one_out_of_sight(cast: Cast, program: Programs) -> None:
    theirs = samples.make(CUSTOMER, actor=cast.stranger, name="绍兴柯桥纺织").id
    known = samples.make(CUSTOMER, actor=cast.owner, name="宁波海曙电子有限公司").id
    mine = program(cast.owner)
    lead = mine.post("leads", GIVEN).json()["id"]
    for other in (program(cast.stranger), program(cast.admin)):
        assert other.post(f"leads/{lead}/actions/convert", {}).status_code in (403, 404)
    assert program(cast.readonly).post(f"leads/{lead}/actions/convert", {}).status_code == 403
    assert mine.post(f"leads/{lead}/actions/convert", {}).status_code == 422  # the name is taken
    assert mine.post(f"leads/{lead}/actions/convert", {"customer": theirs}).status_code == 422
    assert mine.post(f"leads/{lead}/actions/convert", {"customer": [known]}).status_code == 422
    assert mine.get(f"leads/{lead}").json()["status"] == "new"
    assert mine.post(f"leads/{lead}/actions/convert", {"customer": known}).json()["customer"]["id"] == known


@pytest.mark.feature("LEA-02")
def test_an_opportunity_out_of_a_lead_waits_until_the_superior_agrees(cast: Cast, program: Programs) -> None:
    mine = program(review(cast.owner, "sales.opportunity", verbs=("create",)))
    lead = mine.post("leads", GIVEN).json()["id"]
    assert mine.post(f"leads/{lead}/actions/convert", {"opportunity": "海曙二期"}).json()["status"] == "converted"
    assert mine.results("opportunities") == []
    waiting = Draft.objects.get(state="waiting").number
    assert mine.get(f"reviews/{waiting}").json()["state"] == "waiting"
    drafts.approve(waiting, "", actor=cast.manager)
    (deal,) = mine.results("opportunities")
    assert (deal["name"], deal["lead"]["id"]) == ("海曙二期", lead)

"""A day of selling, driven by a program: contacts, follow-ups, opportunities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel.clock import today
from tests.api.conftest import Program
from tests.people import Cast

Programs = Callable[[Any], Program]


@pytest.fixture
def customer(cast: Cast, program: Programs) -> int:
    """Somebody to sell to."""
    return int(program(cast.owner).post("customers", {"name": "杭州云深科技有限公司"}).json()["id"])


@pytest.mark.feature("CON-01", "CON-04")
def test_contacts_are_kept_with_what_one_knows_of_them(cast: Cast, program: Programs, customer: int) -> None:
    mine = program(cast.owner)
    given = {
        "name": "李采薇",
        "title": "采购经理",
        "mobile": "13812346021",
        "birthday": "1990-02-28",
        "hobbies": "羽毛球",
        "address": "文三路",
    }
    record = mine.post("contacts", {**given, "customer": "杭州云深科技有限公司"}).json()
    assert {k: record[k] for k in given} == {**given, "mobile": "+8613812346021"}
    assert record["customer"] == {"id": customer, "title": "杭州云深科技有限公司"}
    assert mine.patch(f"contacts/{record['id']}", {"title": "总监"}).json()["title"] == "总监"
    assert [r["id"] for r in mine.results("contacts", q="6021")] == [record["id"]]
    assert mine.delete(f"contacts/{record['id']}").status_code == 204
    assert mine.results("contacts") == []


@pytest.mark.feature("CON-02")
def test_a_contact_belongs_to_several_customers(cast: Cast, program: Programs, customer: int) -> None:
    mine = program(cast.owner)
    others = [mine.post("customers", {"name": name}).json()["id"] for name in ("甲公司", "乙公司")]
    record = mine.post("contacts", {"name": "李采薇", "customer": customer, "customers": others}).json()
    assert record["customers"] == [{"id": others[0], "title": "甲公司"}, {"id": others[1], "title": "乙公司"}]
    for other in others:
        assert [r["id"] for r in mine.results("contacts", where=["customers", "has", [other]])] == [record["id"]]
    assert mine.patch(f"contacts/{record['id']}", {"customers": others[:1]}).json()["customers"] == record["customers"][:1]


@pytest.mark.feature("ACT-01", "ACT-02", "ACT-13")
def test_a_visit_is_written_down_and_found_by_how_and_which_way(cast: Cast, program: Programs, customer: int) -> None:
    mine = program(cast.owner)
    visit = {"summary": "看了样品", "customer": customer, "mode": "visit", "direction": "out", "place": "滨江", "purpose": "演示"}
    record = mine.post("follow-ups", {**visit, "happened_at": "2026-11-20T10:00:00+08:00"}).json()
    assert (record["place"], record["purpose"], record["happened_at"]) == ("滨江", "演示", "2026-11-20T02:00:00.000000Z")
    mine.post("follow-ups", {"summary": "来电", "customer": customer, "mode": "call", "direction": "into"})
    assert [r["id"] for r in mine.results("follow-ups", where=["and", ["mode", "is", "visit"], ["direction", "is", "out"]])] == [
        record["id"]
    ]
    assert mine.patch(f"follow-ups/{record['id']}", {"summary": "看了两次样品"}).json()["summary"] == "看了两次样品"
    assert mine.delete(f"follow-ups/{record['id']}").status_code == 204
    assert [r["summary"] for r in mine.results("follow-ups")] == ["来电"]


@pytest.mark.feature("ACT-05", "OPP-02")
def test_following_up_plans_the_next_step_of_customer_and_opportunity(cast: Cast, program: Programs, customer: int) -> None:
    mine = program(cast.owner)
    deal = mine.post("opportunities", {"name": "云深采购", "customer": customer}).json()["id"]
    said = {"summary": "要报价", "customer": customer, "opportunity": deal, "next_at": "2030-01-02T09:00:00+08:00", "next_plan": "送报价"}
    record = mine.post("follow-ups", said).json()
    assert (record["next_plan"], record["opportunity"]["id"]) == ("送报价", deal)
    for path in (f"customers/{customer}", f"opportunities/{deal}"):
        assert mine.get(path).json()["next_follow_up_at"] == "2030-01-02T01:00:00.000000Z"
    assert mine.get(f"customers/{customer}").json()["last_follow_up_at"] == record["happened_at"]
    assert mine.post("follow-ups", {**said, "next_at": "2001-01-01"}).status_code == 422


@pytest.mark.feature("OPP-01", "OPP-04")
def test_an_opportunity_goes_through_the_stages_of_its_pipeline(cast: Cast, program: Programs, customer: int) -> None:
    mine = program(cast.owner)
    deal = mine.post("opportunities", {"name": "云深采购", "customer": customer, "amount": "128600.50", "amount_currency": "USD"}).json()
    assert (deal["amount"], deal["amount_currency"], deal["pipeline"], deal["stage"]) == ("128600.50", "USD", "standard", "contact")
    path = f"opportunities/{deal['id']}"
    moved = mine.patch(path, {"stage": "proposal"}).json()
    assert (moved["stage"], moved["probability"], moved["outcome"]) == ("proposal", 50, "open")
    assert mine.patch(path, {"stage": "renewal_talk"}).status_code == 422
    assert mine.patch(path, {"pipeline": "renewal"}).json()["stage"] == "renewal_plan"


@pytest.mark.feature("OPP-07")
def test_a_lost_opportunity_is_closed_with_its_reason_and_can_be_reopened(
    cast: Cast, program: Programs, customer: int, traces: Any
) -> None:
    mine = program(cast.owner)
    deal = mine.post("opportunities", {"name": "云深采购", "customer": customer, "amount": "100"}).json()["id"]
    path = f"opportunities/{deal}"
    assert mine.get(f"customers/{customer}").json()["open_amount"] == "100.00"
    before = traces()
    refused = mine.post(f"{path}/actions/lose", {})
    assert (refused.status_code, "loss_reason" in refused.json()["errors"]) == (422, True)
    assert mine.post(f"{path}/actions/lose", {"stage": "won"}).status_code == 422
    assert mine.post(f"{path}/actions/reopen").status_code == 409
    assert traces() == before
    closed = mine.post(f"{path}/actions/lose", {"loss_reason": "budget", "close_note": "明年再说"}).json()
    assert (closed["outcome"], closed["loss_reason"], closed["closed_on"]) == ("lost", "budget", today().isoformat())
    assert mine.get(f"customers/{customer}").json()["open_amount"] in (None, "0.00")
    assert mine.post(f"{path}/actions/win").status_code == 409
    again = mine.post(f"{path}/actions/reopen").json()
    assert (again["outcome"], again["loss_reason"], again["closed_on"], again["stage"]) == ("open", None, None, "contact")
    assert [c["verb"] for c in mine.results(f"{path}/history")] == ["reopen", "lose", "create"]

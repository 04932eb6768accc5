"""Leads in a browser: entered in three fields, spoken to, qualified, and converted, which can be taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh


def enter_lead(desk: Desk, name: str, phone: str = "") -> None:
    """By the three fields; the record is then on the screen."""
    desk.go("/leads/")
    modal = desk.quick("线索")
    assert modal.locator(".field").count() == 3
    modal.locator("[name=name]").fill(name)
    modal.locator("[name=phone]").fill(phone)
    modal.locator("[name=source]").select_option("fair")
    modal.locator(".btnp").click()
    desk.toast("已保存").get_by_role("link").click()
    expect(desk.page.locator("main h1")).to_have_text(name)


@pytest.mark.feature("LEA-01", "LEA-07")
def test_a_lead_is_entered_spoken_to_and_qualified(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("镇江焦山船舶")
    enter_lead(desk, name, "13806110001")
    box = desk.page.locator("#timeline")
    box.locator("textarea").fill("对方要一份报价")
    box.get_by_role("button", name="保存").click()
    expect(box).to_contain_text("对方要一份报价")
    expect(desk.page.locator("main .head")).to_contain_text("已联系")
    desk.page.locator("main .head").get_by_role("button", name="确认线索").click()
    desk.modal.locator("button[type=submit]").click()
    expect(desk.modal.locator(".error")).to_be_visible()
    desk.modal.locator("#f-rating").select_option("A")
    desk.modal.locator("button[type=submit]").click()
    expect(desk.page.locator("main .head")).to_contain_text("A 热")
    expect(desk.page.locator("main .head").get_by_role("button", name="确认线索")).to_have_count(0)


@pytest.mark.feature("LEA-04")
def test_a_lead_becomes_a_customer_with_an_opportunity_and_is_taken_back(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("镇江北固山机械")
    enter_lead(desk, name, "13806110002")
    lead = desk.id
    box = desk.page.locator("#timeline")
    box.locator("textarea").fill("谈到了交期")
    box.get_by_role("button", name="保存").click()
    expect(box).to_contain_text("谈到了交期")
    desk.page.locator("main .head").get_by_role("button", name="转换").click()
    desk.modal.locator("#f-opportunity").fill("北固山一期")
    desk.modal.locator("button[type=submit]").click()
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(desk.page.locator("main h1")).to_have_text(name)
    expect(desk.page.locator("#timeline")).to_contain_text("谈到了交期")
    expect(desk.page.locator("main")).to_contain_text("商机")
    desk.undo()
    desk.page.wait_for_url("**/customers/")  # there is no such customer any more
    desk.go(f"/leads/{lead}/")
    expect(desk.page.locator("main .head")).to_contain_text("已联系")
    expect(desk.page.locator("main .head").get_by_role("button", name="转换")).to_be_visible()


@pytest.mark.feature("LEA-04")
def test_the_dialogue_offers_the_customer_that_is_there_already(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("镇江金山食品")
    customer = desk.customer(f"{name}有限公司")
    enter_lead(desk, name)
    desk.page.locator("main .head").get_by_role("button", name="转换").click()
    expect(desk.modal.locator(".dups")).to_contain_text(name)
    expect(desk.modal.locator("#f-customer")).to_have_value(f"{name}有限公司")
    desk.modal.locator("button[type=submit]").click()
    desk.page.wait_for_url(re.compile(rf"/customers/{customer}/$"))


@pytest.mark.feature("LEA-01")
def test_while_a_lead_is_typed_a_customer_of_that_name_is_told(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("镇江西津渡酒店")
    desk.customer(f"{name}有限公司")
    desk.go("/leads/new/")
    desk.page.fill("#f-name", name)
    desk.page.locator("#f-company").click()
    expect(desk.page.locator("#dups")).to_contain_text(f"{name}有限公司")


def test_the_path_leads_to_the_dialogue_of_converting(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("镇江南山林场")
    enter_lead(desk, name)
    desk.page.locator("main").get_by_text("已转换", exact=True).first.click()
    expect(desk.modal.locator("#f-opportunity")).to_be_visible()

"""One's own customer is opened to a colleague, closed again, and handed over from its own page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Enter, fresh


@pytest.mark.feature("OWN-03")
def test_a_customer_is_opened_to_a_colleague_of_another_department_and_closed_again(enter: Enter) -> None:
    owner, colleague = enter("sales"), enter("sales2")
    record = owner.customer(fresh("嘉兴南湖菱角"))
    assert colleague.page.request.get(f"/customers/{record}/").status == 404
    owner.go(f"/customers/{record}/")
    part = owner.page.locator("#participants")
    part.get_by_role("button", name="共享").click()
    chosen = owner.modal.locator("#f-to option", has_text="sales2").get_attribute("value")
    owner.modal.locator("#f-to").select_option(chosen)
    owner.modal.get_by_label("权限").select_option(label="协作人")
    owner.modal.get_by_role("button", name="共享").click()
    expect(part.locator(".part")).to_contain_text("协作人")
    colleague.go("/customers/?view=involved")
    expect(colleague.page.locator("#list")).to_contain_text("嘉兴南湖菱角")
    colleague.go(f"/customers/{record}/")
    expect(colleague.page.locator("main").get_by_role("link", name="编辑")).to_have_count(1)
    expect(colleague.page.locator("#participants").get_by_role("button", name="共享")).to_have_count(0)
    part.locator(".part button").click()
    owner.page.locator("#ask [value=yes]").click()
    expect(part.locator(".part")).to_have_count(0)
    assert colleague.page.request.get(f"/customers/{record}/").status == 404


@pytest.mark.feature("OWN-02")
def test_handing_over_from_a_record_hands_over_that_one_whatever_is_ticked_behind_it(enter: Enter) -> None:
    owner, name, other = enter("sales"), fresh("衢州烂柯棋具"), fresh("衢州江郎竹器")
    ticked, record = owner.customer(other), owner.customer(name)
    owner.go("/customers/?view=mine")
    owner.row(other).locator("[data-select]").check()
    owner.row(name).click()
    expect(owner.drawer).to_contain_text(name)
    owner.drawer.get_by_role("button", name="移交").click()
    to = owner.modal.locator("#f-owner option", has_text="顾晓峰").get_attribute("value")
    owner.modal.locator("#f-owner").select_option(to)
    owner.modal.get_by_role("button", name="移交").click()
    expect(owner.page.locator(".toasts")).to_contain_text("1")
    assert owner.page.request.get(f"/customers/{ticked}/").status == 200
    assert owner.page.request.get(f"/customers/{record}/").status == 404


@pytest.mark.feature("SEC-17")
def test_a_closed_customer_is_asked_for_with_a_reason_and_opened_as_far_as_decided(enter: Enter) -> None:
    owner, colleague, name = enter("sales"), enter("sales2"), fresh("丽水莲都瓯江水电")
    record = owner.customer(name)
    colleague.go("/petitions/")
    colleague.page.get_by_role("button", name="申请查看客户").click()
    colleague.modal.get_by_label("名称").fill(name)
    colleague.modal.get_by_label("申请原因").fill("该集团的总部由我负责")
    colleague.modal.get_by_role("button", name="提交申请").click()
    expect(colleague.page.locator(".petition").first).to_contain_text("待审批")
    expect(colleague.page.locator(".petition").first).not_to_contain_text(name)
    owner.go("/petitions/")
    asked = owner.page.locator(".petition", has_text=name)
    expect(asked).to_contain_text("该集团的总部由我负责")
    asked.get_by_role("button", name="同意").click()
    expect(owner.page.locator(".toasts")).to_contain_text("已开放")
    colleague.go(f"/customers/{record}/")
    expect(colleague.page.locator("main h1")).to_have_text(name)
    expect(colleague.page.locator("main").get_by_role("link", name="编辑")).to_have_count(0)

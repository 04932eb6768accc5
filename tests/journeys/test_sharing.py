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

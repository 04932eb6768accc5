"""A business card is pasted, its text fills the form, and the person decides what is saved."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh


@pytest.mark.feature("CON-01")
def test_a_pasted_card_fills_a_new_contact_and_leaves_alone_what_was_typed(enter: Enter) -> None:
    desk: Desk = enter("sales")
    company = fresh("婺源云深") + "有限公司"
    desk.customer(company)
    desk.go("/contacts/new/")
    desk.page.fill("#f-remark", "展会上遇到")
    desk.page.fill("#f-title", "技术顾问")
    desk.page.locator("[data-card-box] summary").click()
    desk.page.locator("[data-card-box] textarea").fill(f"{company}\n王一 销售总监\n手机：138 0000 6021\n邮箱：wang.yi@yunshen.example")
    desk.page.locator("[data-card-read]").click()
    expect(desk.page.locator("#f-name")).to_have_value("王一")
    expect(desk.page.locator("#f-mobile")).to_have_value("138 0000 6021")
    expect(desk.page.locator("#f-customer")).to_have_value(company)
    expect(desk.page.locator("#f-title")).to_have_value("技术顾问")
    expect(desk.page.locator("[data-card-said]")).to_contain_text("wang.yi@yunshen.example")
    desk.page.locator("[data-submit]").click()
    expect(desk.page.locator("main .head h1")).to_contain_text("王一")
    expect(desk.value("客户")).to_contain_text(company)
    expect(desk.value("职务")).to_contain_text("技术顾问")
    assert not desk.faults


@pytest.mark.feature("CON-01")
def test_a_second_card_leaves_nothing_of_the_first(enter: Enter) -> None:
    desk: Desk = enter("sales")
    desk.go("/contacts/")
    modal = desk.quick("联系人")
    paste = modal.locator("[data-card-box] textarea")
    modal.locator("[data-card-box] summary").click()
    paste.fill(
        "杭州云深科技有限公司\n王一 销售总监\n手机：138 0000 6021\n邮箱：wang.yi@yunshen.example\n地址：浙江省杭州市滨江区江南大道 100 号\n微信：wangyi_01"
    )
    modal.locator("[data-card-read]").click()
    expect(modal.locator("[name=mobile]")).to_have_value("138 0000 6021")
    kept = modal.locator("input[type=hidden][data-card]")
    assert {"address", "wechat"} & set(kept.evaluate_all("fields => fields.map(field => field.name)"))
    modal.locator("[name=name]").fill("王一一")
    paste.fill("李二\n手机：139 0000 6022")
    modal.locator("[data-card-read]").click()
    expect(modal.locator("[name=mobile]")).to_have_value("139 0000 6022")
    expect(modal.locator("[name=name]")).to_have_value("王一一")
    expect(kept).to_have_count(0)
    expect(modal.locator("#f-customer")).to_have_value("")
    assert "wangyi_01" not in modal.evaluate("form => [...form.querySelectorAll('input')].map(field => field.value).join()")
    assert not desk.faults

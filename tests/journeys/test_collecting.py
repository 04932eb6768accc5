"""A form for a fair is made on a telephone, and a visitor without an account fills it in on his."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh
from tests.journeys.test_entities import PHONE, no_wider

#: A folder for pictures of what is seen, for who wants to look.
SHOTS = os.environ.get("GUANXI_SHOTS", "")


def shot(desk: Desk, name: str) -> None:
    if SHOTS:
        desk.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.mark.feature("FRM-01", "FRM-05")
def test_a_form_is_made_and_filled_in_on_telephones(enter: Enter, window: Any) -> None:
    shaper, seller = enter("business", **PHONE), enter("sales")
    name, company = fresh("展会登记"), fresh("新客机电有限公司")
    page = shaper.page
    shaper.go("/admin/collect/")
    page.get_by_role("link", name="新建采集表单").first.click()
    page.fill("#f-name", name)
    page.select_option("#f-of", label="线索")
    page.locator("main form .btnp").click()
    page.wait_for_url(re.compile(r"/admin/collect/\d+/$"))
    no_wider(shaper)
    asked = page.locator(".asks > li")
    company_line = asked.filter(has=page.locator("input[value=company]"))
    company_line.get_by_role("checkbox").first.check()
    company_line.get_by_role("checkbox").nth(1).check()
    company_line.locator("summary").click()
    company_line.locator("#f-zh-company").fill("贵公司名称")
    page.fill("#f-consent-zh", "我同意贵公司为联系我而处理以上信息。")
    page.select_option("#f-person", page.locator("#f-person option", has_text="（sales）").get_attribute("value"))
    page.locator(".head .btnp").click()
    expect(page.locator(".toast")).to_contain_text("已保存")
    page.get_by_role("button", name="开放表单").click()
    expect(page.locator(".head")).to_contain_text("已开放")
    expect(page.locator(".qrcode")).to_be_visible()
    link = page.locator(".linkline code").inner_text()
    shot(shaper, "collect-edit-phone")

    visitor = window(**PHONE, java_script_enabled=False)
    form = visitor.page
    form.goto(link[link.index("/f/") :])
    expect(form.locator("h1")).to_have_text(name)
    no_wider(visitor)
    form.fill("#f-name", company)
    form.wait_for_timeout(2_500)
    form.get_by_role("button", name="提交").click()
    expect(form.locator(".field.bad")).to_have_count(2)
    expect(form.locator("#f-name")).to_have_value(company)
    shot(visitor, "collect-refused-phone")
    form.get_by_label("贵公司名称").fill(company)
    form.get_by_label("我已阅读并同意").check()
    form.get_by_role("button", name="提交").click()
    expect(form.locator("h1")).to_have_text("提交成功")
    assert not visitor.page.context.cookies()

    seller.go("/notifications/")
    seller.page.get_by_role("link", name=company).click()
    expect(seller.page.locator("#drawer, main").filter(has_text=company).first).to_be_visible()

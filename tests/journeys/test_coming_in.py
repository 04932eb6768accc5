"""Coming in, going out, and what a person changes about himself."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Enter


@pytest.mark.feature("USR-01")
def test_a_wrong_password_is_told_and_the_right_one_opens_the_house_until_one_logs_out(window: Any) -> None:
    desk = window()
    desk.go("/customers/")
    assert "/login/?next=" in desk.page.url
    desk.page.fill("#login", "sales2")
    desk.page.fill("#password", "wrong-password")
    desk.page.click("form .btnp")
    expect(desk.page.get_by_role("alert")).to_contain_text("密码")
    expect(desk.page.locator("#login")).to_have_value("sales2")
    desk.page.fill("#password", "guanxi-demo")
    desk.page.click("form .btnp")
    desk.page.wait_for_url("**/customers/")
    expect(desk.page.locator("h1")).to_have_text("客户")
    desk.page.locator("header.top summary.ava").click()
    desk.page.get_by_role("button", name="退出").click()
    desk.page.wait_for_url("**/login/")
    desk.go("/customers/")
    assert "/login/" in desk.page.url


@pytest.mark.feature("USR-03")
def test_a_changed_password_is_the_one_that_opens_the_door_from_then_on(enter: Enter, window: Any, keys: dict[str, Any]) -> None:
    desk = enter("finance")
    desk.go("/settings/password/")
    for name, text in (("old", "guanxi-demo"), ("new", "Zhang-Ben-2031"), ("again", "Zhang-Ben-2032")):
        desk.page.fill(f"#f-{name}", text)
    desk.page.click(".formfoot .btnp")
    expect(desk.page.locator('[data-field="again"] .error')).to_be_visible()
    for name, text in (("old", "guanxi-demo"), ("new", "Zhang-Ben-2031"), ("again", "Zhang-Ben-2031")):
        desk.page.fill(f"#f-{name}", text)
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url("**/settings/")
    keys.pop("finance")
    other = window()
    other.go("/login/")
    for password, opens in (("guanxi-demo", False), ("Zhang-Ben-2031", True)):
        other.page.fill("#login", "finance")
        other.page.fill("#password", password)
        other.page.click("form .btnp")
        if opens:
            other.page.wait_for_url("**/")
        else:
            expect(other.page.get_by_role("alert")).to_be_visible()


@pytest.mark.feature("USR-13")
def test_personal_settings_keep_what_is_right_and_refuse_what_is_not(enter: Enter) -> None:
    desk = enter("service")
    desk.go("/settings/")
    desk.page.fill("#f-phone", "12")
    desk.page.locator("main form .btnp").click()
    expect(desk.page.locator('[data-field="phone"] .error')).to_be_visible()
    expect(desk.page.locator("#f-phone")).to_have_value("12")
    desk.page.fill("#f-phone", "13800006021")
    desk.page.fill("#f-email", "service@example.com")
    desk.page.locator("main form .btnp").click()
    desk.toast("已保存")
    desk.go("/settings/")
    expect(desk.page.locator("#f-email")).to_have_value("service@example.com")


def test_the_house_speaks_english_to_whom_it_should_and_chinese_again(enter: Enter) -> None:
    desk = enter("service")
    desk.go("/customers/")
    desk.page.locator("header.top summary.ava").click()
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.locator("h1")).to_have_text("Customers")
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    expect(desk.page.locator("nav.views")).to_contain_text("My department")
    desk.page.locator("header.top summary.ava").click()
    desk.page.get_by_role("button", name="中文").click()
    expect(desk.page.locator("h1")).to_have_text("客户")


def test_the_dark_theme_is_there_at_once_and_on_the_next_page(enter: Enter) -> None:
    desk = enter("service")
    desk.go("/")
    desk.page.locator("header.top summary.ava").click()
    with desk.page.expect_response("**/settings/theme/"):
        desk.page.get_by_role("button", name="深色").click()
    dark = desk.page.evaluate("getComputedStyle(document.body).backgroundColor")
    desk.go("/customers/")
    expect(desk.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert desk.page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    desk.page.locator("header.top summary.ava").click()
    with desk.page.expect_response("**/settings/theme/"):
        desk.page.get_by_role("button", name="浅色").click()
    assert desk.page.evaluate("getComputedStyle(document.body).backgroundColor") != dark

"""From nothing to the first record of a kind that the product does not have: at a desk, and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh, still
from tests.journeys.finger import PHONE


def design(desk: Desk, name: str, prefix: str) -> str:
    """A kind of record with a number and stages; the address of its list."""
    page = desk.page
    desk.go("/admin/entities/new/")
    page.locator("#e-zh").fill(name)
    page.locator(".signs label", has=page.locator("[value=map-pin]")).click()
    page.locator("#e-prefix").fill(prefix)
    page.locator("#e-stages").fill("草稿\n已提交\n已审阅")
    page.locator("main form .btnp").click()
    expect(page.locator("h1")).to_contain_text(name)
    return f"/{page.url.split('/admin/entities/')[1].split('/')[0]}/"


def add_field(desk: Desk, name: str, sort: str, to: str = "") -> None:
    """One more field, on the same screen."""
    page = desk.page
    desk.go(page.url.split("?")[0].split("#")[0])
    page.locator("#f-zh").fill(name)
    page.locator("#f-sort").select_option(sort)
    if to:
        page.locator("#f-to").select_option(to)
    page.locator("#add .btnp").click()
    expect(page.locator("aside h2")).to_contain_text(name)


def no_wider(desk: Desk) -> None:
    """Nothing hangs over the edge of the screen."""
    assert desk.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def retired(desk: Desk, address: str) -> None:
    """The house is left as it was found."""
    desk.go(f"/admin/entities{address}")
    desk.page.locator("form[action$='/retire/'] .btnd").first.click()
    desk.page.locator("#ask [value=yes]").click()
    expect(desk.page.locator(".head")).to_contain_text("停用")


@pytest.mark.feature("FRM-01", "FRM-05")
def test_somebody_designs_a_visit_report_and_a_colleague_enters_the_first(enter: Enter) -> None:
    admin, owner, name = enter("admin"), enter("sales"), fresh("拜访报告")
    address = design(admin, name, "BF" + name[-2:].translate(str.maketrans("零一二三四五六七八九", "0123456789")))
    add_field(admin, "拜访客户", "lookup", "customers.customer")
    add_field(admin, "拜访日期", "date")
    try:
        owner.go("/")
        owner.page.locator(".rail a", has_text=name).first.click()
        page = owner.page
        expect(page.locator("main")).to_contain_text(name)
        owner.go(f"{address}new/")
        page.locator("#f-name").fill("首次拜访")
        page.locator("[data-submit]").click()
        expect(page.locator("h1")).to_contain_text("首次拜访")
        expect(page.locator("main")).to_contain_text(re.compile(r"BF\d\d-"))
        page.locator(".path button", has_text="已提交").click()
        still(page)
        owner.go(f"{address}?view=board")
        expect(page.locator(".col[data-label=已提交]")).to_contain_text("首次拜访")
    finally:
        retired(admin, address)


@pytest.mark.feature("FRM-01")
def test_all_of_it_is_done_on_a_phone(enter: Enter) -> None:
    phone, name = enter("business", **PHONE), fresh("设备台账")
    address = design(phone, name, "SB" + name[-2:].translate(str.maketrans("零一二三四五六七八九", "0123456789")))
    try:
        no_wider(phone)
        add_field(phone, "购入日期", "date")
        no_wider(phone)
        phone.go(f"{address}new/")
        phone.page.locator("#f-name").fill("数控车床")
        phone.page.locator("[data-submit]").click()
        expect(phone.page.locator("h1")).to_contain_text("数控车床")
        no_wider(phone)
        phone.go(address)
        expect(phone.page.locator("#list")).to_contain_text("数控车床")
        no_wider(phone)
    finally:
        retired(phone, address)

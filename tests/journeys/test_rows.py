"""Rows of a customer are typed in a sheet on its page by keyboard, changed in their cells, taken away and brought back; on a phone they are cards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh, still
from tests.journeys.finger import PHONE
from tests.journeys.test_entities import add_field, no_wider, retired


def design(desk: Desk, name: str) -> str:
    """Rows of customers, with a count of pieces; the address of their list."""
    page = desk.page
    desk.go("/admin/entities/new/")
    page.locator("#e-zh").fill(name)
    page.locator("summary", has_text="菜单、用语及其他").click()
    page.locator("#e-rows_of").select_option("customers.customer")
    page.locator("main form .btnp").click()
    expect(page.locator("h1")).to_contain_text(name)
    add_field(desk, "台数", "integer")
    return f"/{page.url.split('/admin/entities/')[1].split('/')[0]}/"


def ahead(clerk: Desk) -> None:
    """Two rows are typed in the form of a customer that is not there yet."""
    page = clerk.page
    clerk.go("/customers/new/")
    page.locator("#f-name").fill(fresh("宁波北仑机床"))
    lines = page.locator("[data-ahead] .rowline")
    lines.first.locator("[name$='.name']").fill("折弯机")
    clerk.press("Enter")
    expect(lines.nth(1).locator("[name$='.name']")).to_be_focused()
    page.keyboard.type("剪板机")
    page.locator("[data-submit]").click()
    page.wait_for_url(re.compile(r"/customers/\d+/$"))


def typed(clerk: Desk) -> None:
    """Two more below them, one after the other without the mouse."""
    page, rows, line = clerk.page, clerk.page.locator(".rows [data-row]"), clerk.page.locator("form[data-line]")
    expect(rows).to_have_count(2)
    line.locator("[name=name]").fill("冲床")
    clerk.press("Tab")
    page.keyboard.type("2")
    clerk.press("Enter")
    expect(rows).to_have_count(3)
    expect(line.locator("[name=name]")).to_be_focused()
    page.keyboard.type("车床")
    clerk.press("Enter")
    expect(rows).to_have_count(4)


def changed(clerk: Desk) -> None:
    """Cells of the last, one after the other; what is refused stays where it was typed."""
    sheet = clerk.page.locator(".rows")
    last = sheet.locator("[data-row]").nth(3)
    last.get_by_role("button", name="编辑 名称").focus()
    clerk.press("Enter")
    title = sheet.locator("form.editing [name=name]")
    expect(title).to_be_focused()
    title.fill("")
    clerk.press("Enter")
    expect(sheet.locator("form.editing .error")).to_be_visible()
    expect(title).to_be_focused()
    title.fill("数控车床")
    clerk.press("Tab")
    expect(last).to_contain_text("数控车床")
    count = sheet.locator("form.editing input[type=number]")
    expect(count).to_be_focused()
    count.fill("5")
    clerk.press("Shift+Tab")
    expect(sheet.locator(".rows-foot")).to_contain_text("7")
    expect(sheet.locator("form.editing [name=name]")).to_be_focused()
    clerk.press("Escape")
    expect(sheet.locator("form.editing")).to_have_count(0)


def taken_away(clerk: Desk) -> None:
    """One goes and comes back, while what is being typed stays."""
    sheet, line = clerk.page.locator(".rows"), clerk.page.locator("form[data-line]")
    rows = sheet.locator("[data-row]")
    line.locator("[name=name]").fill("磨床")
    rows.nth(2).hover()
    rows.nth(2).get_by_role("button", name="删除此行").click()
    expect(rows).to_have_count(3)
    expect(sheet.locator(".rows-foot")).to_contain_text("5")
    clerk.undo()
    expect(rows).to_have_count(4)
    expect(line.locator("[name=name]")).to_have_value("磨床")
    line.locator("[name=name]").focus()
    clerk.press("Escape")
    expect(line.locator("[name=name]")).to_have_value("")


@pytest.mark.feature("FRM-01")
def test_rows_are_typed_and_changed_without_the_mouse(enter: Enter) -> None:
    admin, clerk, name = enter("admin"), enter("sales"), fresh("设备明细")
    address = design(admin, name)
    try:
        ahead(clerk)
        record = clerk.id
        clerk.page.locator("#related nav.tabs a", has_text=name).click()
        typed(clerk)
        changed(clerk)
        taken_away(clerk)
        still(clerk.page)
        phone = enter("sales", **PHONE)
        phone.go(f"/customers/{record}/")
        phone.page.locator("[data-rec=l]").click()
        phone.page.locator("#related nav.tabs a", has_text=name).click()
        card = phone.page.locator(".rows [data-row]", has_text="数控车床")
        expect(card).to_be_visible()
        no_wider(phone)
        card.click()
        expect(phone.drawer.locator("h1")).to_contain_text("车床")
        assert re.search(r"open=", phone.page.url)
    finally:
        retired(admin, address)

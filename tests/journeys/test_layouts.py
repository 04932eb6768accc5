"""An administrator arranges a form by mouse and by keys, and the people of the house have it at their next click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Enter


@pytest.mark.feature("CUS-07", "UI-01")
def test_a_section_is_made_filled_by_hand_and_moved_up(enter: Enter) -> None:
    admin, clerk = enter("admin"), enter("sales")
    editor = "/admin/layouts/opportunities/"
    clerk.go("/opportunities/?view=mine&layout=table")
    record = clerk.rows.first.get_attribute("data-href") or ""
    admin.go(editor)
    page = admin.page
    try:
        page.get_by_role("button", name="新增分组").click()
        made = page.locator("[data-section]").last
        made.locator("[name=zh]").fill("先问这些")
        field = page.locator("[data-section]").nth(-2).locator("li").last
        made.locator("ol").scroll_into_view_if_needed()
        word = field.inner_text().split("\n")[0]
        admin.carry(field, made.locator("ol"))
        expect(made.locator("li")).to_have_text(re.compile(word))
        mine = page.locator("[data-section]", has=page.locator("li", has_text=word))
        for _step in range(page.locator("[data-section]").count() - 1):
            mine.get_by_role("button", name="上移").click()
        first = page.locator("[data-fields] li").first
        expect(first).to_have_text(re.compile(word))
        first.focus()
        admin.press("Alt+ArrowDown")
        expect(page.locator("[data-section]").nth(1).locator("li").first).to_have_text(re.compile(word))
        admin.press("Alt+ArrowUp")
        page.get_by_role("button", name="保存", exact=True).click()
        expect(admin.toast("已保存")).to_be_visible()
        clerk.go(record)
        expect(clerk.page.locator("main")).to_contain_text("先问这些")
    finally:
        admin.go(editor)
        page.get_by_role("button", name="停用布局").click()
        admin.agree()
        expect(admin.toast("停用")).to_be_visible()
    clerk.go(record)
    expect(clerk.page.locator("main")).to_contain_text(word)
    expect(clerk.page.locator("main")).not_to_contain_text("先问这些")

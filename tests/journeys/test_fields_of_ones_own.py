"""Somebody who shapes the company adds fields; a form follows their rules while a colleague types, and stars take keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh, still


def add(desk: Desk, name: str, sort: str) -> str:
    """A field of customers; its key."""
    desk.go("/admin/fields/customers/")
    desk.page.locator("#f-zh").fill(name)
    desk.page.locator("#f-sort").select_option(sort)
    desk.page.locator("#add .btnp").click()
    expect(desk.page.locator("aside h2")).to_contain_text(name)
    return f"f{desk.page.url.split('field=')[1]}"


@pytest.mark.feature("FRM-02")
def test_a_form_follows_the_rules_of_a_field_while_somebody_types(enter: Enter) -> None:
    admin, owner, name = enter("admin"), enter("sales"), fresh("评分")
    stars, why = add(admin, name, "rating"), add(admin, fresh("差评原因"), "text")
    page = admin.page
    page.locator("summary", has_text="仅在以下情况显示").click()
    builder = page.locator("details", has_text="仅在以下情况显示").locator(".fb")
    builder.get_by_role("button", name="条件", exact=True).first.click()
    builder.locator(".fb-line select").first.select_option(label=name)
    builder.locator(".fb-line select").nth(1).select_option("lt")
    builder.locator(".fb-line input").first.fill("3")
    page.locator("form.stack .btnp").click()
    expect(page.locator(".toasts")).to_contain_text("已保存")
    try:
        owner.go("/customers/new/")
        form = owner.page.locator("main form")
        reason = form.locator(f"[data-field={why}]")
        expect(reason).to_be_hidden()
        form.locator(f"[name={stars}][value='4']").focus()
        owner.press("ArrowLeft", "ArrowLeft")
        expect(form.locator(f"[name={stars}][value='2']")).to_be_checked()
        expect(reason).to_be_visible()
        reason.locator("input").fill("送货太慢")
        form.locator(f"[data-field={stars}] label").nth(5).click()
        expect(reason).to_be_hidden()
        form.locator(f"[data-field={stars}] label").nth(2).click()
        form.locator("#f-name").fill(fresh("嘉兴南湖菱角"))
        form.locator("[data-submit]").click()
        expect(owner.page.locator("main .rated").first).to_have_text("★☆☆☆☆")
        still(owner.page)
        expect(owner.page.locator("main")).to_contain_text("送货太慢")
    finally:
        for key in (stars, why):
            admin.go(f"/admin/fields/customers/?field={key[1:]}")
            page.locator("form[action$='/retire/'] button").click()
            page.locator("#ask [value=yes]").click()
            expect(page.locator("aside h2")).to_contain_text("停用")

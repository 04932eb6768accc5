"""Products are entered beside the work, chosen by a few letters, and say what they cost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh


def take(desk: Desk, field: str, letters: str, name: str) -> None:
    """Choose in a picker what these letters find."""
    box = desk.page.locator(f"#f-{field}")
    box.click()
    box.fill(letters)
    desk.page.locator(".options [role=option]", has_text=name).first.click()
    expect(box).to_have_value(name)


@pytest.mark.feature("PRD-01", "PRD-02")
def test_a_product_comes_about_with_its_category_and_is_sold_no_more_in_the_end(enter: Enter) -> None:
    desk, name, category = enter("business"), fresh("边缘网关"), fresh("现场硬件")
    desk.go("/products/new/")
    desk.page.fill("[name=name]", name)
    desk.page.locator("#f-category").fill(category)
    desk.page.locator(".options [data-create]").click()
    desk.modal.locator("[name=name]").wait_for()
    expect(desk.modal.locator("[name=name]")).to_have_value(category)
    desk.modal.locator("button.btnp").click()
    expect(desk.modal).to_be_hidden()
    expect(desk.page.locator("#f-category-id")).not_to_have_value("")
    expect(desk.page.locator("#f-category")).to_have_value(category)
    desk.page.fill("[name=list_price]", "3600")
    desk.page.fill("[name=tax_rate]", "13%")
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/products/\d+/$"))
    expect(desk.page.locator("main")).to_contain_text("¥3,600")
    expect(desk.page.locator("main")).to_contain_text("13%")
    expect(desk.page.locator("main .head")).to_contain_text(category)
    desk.page.get_by_role("button", name="停售").first.click()
    desk.modal.locator("button.btnp").click()
    expect(desk.page.locator("main .head .tag", has_text="停售")).to_be_visible()
    desk.go(f'/products/?view=discontinued&where=["name","is","{name}"]')
    expect(desk.row(name)).to_be_visible()


def test_choosing_a_product_proposes_its_price_and_leaves_alone_what_was_typed(enter: Enter) -> None:
    desk = enter("sales")
    desk.go("/opportunities/new/")
    amount = desk.page.locator("[name=amount]")
    take(desk, "product", "sblwwg", "设备联网网关")
    expect(amount).to_have_value("2980.00")
    take(desk, "product", "冷柜", "冷柜监测")
    expect(amount).to_have_value("1680.00")
    amount.fill("50000")
    take(desk, "product", "sblwwg", "设备联网网关")
    expect(amount).to_have_value("50000")

"""The page as somebody finds it who has worked with other systems: five zones, a search at the top right, conditions that are reset, and answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.desk import Enter, fresh


def box(of: Locator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is on the screen."""
    expect(of).to_be_visible()
    found = of.bounding_box()
    assert found
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


@pytest.mark.feature("UI-02", "UI-03", "UI-04", "UI-05")
def test_what_is_sent_is_examined_told_found_and_laid_out_in_five_zones(enter: Enter) -> None:
    clerk, firm = enter("sales"), fresh("台州椒江阀门")
    page = clerk.page
    clerk.go("/customers/new/")
    page.locator("#f-email").fill("不是邮箱")
    page.locator("[data-submit]").click()
    expect(page.locator("[data-field=name] .error")).to_contain_text("请填写")
    expect(page.locator("[data-field=email] .error")).to_be_visible()
    expect(page.locator("#f-email")).to_have_value("不是邮箱")
    assert page.url.endswith("/customers/new/")
    page.locator("#f-name").fill(firm)
    page.locator("#f-email").fill("sales@example.com")
    page.locator("[data-submit]").click()
    page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(clerk.toast("客户已保存")).to_be_visible()
    record = clerk.id

    clerk.go(f'/customers/?view=mine&where=["name","is","{firm}"]')
    expect(clerk.rows).to_have_count(1)
    page.get_by_role("link", name="重置", exact=True).click()
    expect(page.locator(".bar .chip.set")).to_have_count(0)
    expect(clerk.rows).not_to_have_count(1)
    assert "where" not in page.url
    wide, high = 1440, 900
    menu, views, query, acts, data = (
        box(page.locator(place).first) for place in (".rail", "nav.views", ".bar details.menu summary.chip", ".head .btnp", "#list")
    )
    assert menu[0] == 0
    assert all(menu[2] <= zone[0] for zone in (views, query, data))
    assert acts[1] < views[1] < query[1] < data[1]
    assert acts[2] > wide * 0.9
    assert data[2] == wide
    assert data[3] > high * 0.8

    search = page.locator("[data-search] input")
    left, top, _right, bottom = box(search)
    assert left > wide / 2
    assert bottom < 60
    assert top >= 0
    search.fill(firm)
    expect(page.locator("#palette")).to_contain_text(firm)
    clerk.press("Enter")
    page.wait_for_url(re.compile(rf"/customers/{record}/"))
    expect(page.locator("h1").first).to_contain_text(firm)

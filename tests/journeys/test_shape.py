"""An administrator shapes the company's lists, and colleagues meet the shape in their forms."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh


def values(desk: Desk, code: str, *lines: str) -> None:
    """Add values at the top of a list."""
    desk.go(f"/admin/lists/{code}/")
    desk.page.locator("#f-lines").fill("\n".join(lines))
    desk.page.locator("#add .btnp").click()
    expect(desk.row(lines[-1])).to_be_visible()


@pytest.mark.feature("DIC-03")
def test_values_are_put_below_others_by_keys_and_by_hand_and_picked_level_by_level(enter: Enter) -> None:
    admin, sales = enter("admin"), enter("sales")
    top, inner, last = fresh("高端装备"), fresh("机器人"), fresh("减速器")
    values(admin, "industry", top, inner, last)
    admin.row(inner).locator("a").focus()
    admin.press("Alt+ArrowRight")
    expect(admin.row(inner).locator(".d1")).to_be_visible()
    expect(admin.row(inner).locator("a")).to_be_focused()
    admin.row(last).drag_to(admin.row(inner), target_position={"x": 60, "y": 18})
    expect(admin.row(last).locator(".d2")).to_be_visible()
    sales.go("/customers/new/")
    sales.page.fill("#f-name", fresh("嘉兴南湖传动"))
    field = sales.page.locator("#f-industry")
    field.click()
    sales.page.locator(f'.options [role=option][data-label="{top}"]').click()
    sales.page.locator(f'.options [role=option][data-label="{top} / {inner}"]').click()
    sales.page.locator(f'.options [role=option][data-label="{top} / {inner} / {last}"]').click()
    sales.page.locator(".formfoot .btnp").click()
    sales.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(sales.value("行业")).to_contain_text(last)

"""A day at work: come, leave, ask for a day off, and find all of it in the month table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from guanxi.kernel.china.calendar import is_workday
from tests.journeys.desk import Enter, fresh


def free_day() -> date:
    """A working day on which nobody of the demo asks to be away."""
    day = date.today() + timedelta(days=16)
    while not is_workday(day):
        day += timedelta(days=1)
    return day


@pytest.mark.feature("HRM-03")
def test_from_the_first_press_to_the_month_table(enter: Enter) -> None:
    clerk, manager, why, day = enter("sales"), enter("manager"), fresh("家里有事"), free_day()
    tile = clerk.page.locator("#tile-attendance")
    clerk.go("/")
    tile.get_by_label("地点（选填）").fill("虹桥火车站")
    tile.get_by_role("button", name="签到", exact=True).click()
    expect(clerk.toast("签到成功")).to_be_visible()
    expect(tile.locator(".presses")).to_contain_text("虹桥火车站")
    tile.get_by_role("button", name="签退", exact=True).click()
    expect(clerk.toast("签退成功")).to_be_visible()
    expect(tile.get_by_role("button", name="更新签退")).to_be_visible()
    came, left = tile.locator(".presses b").all_inner_texts()

    tile.get_by_role("link", name="请假", exact=True).click()
    clerk.page.get_by_label("请假类型").select_option(label="年假")
    clerk.page.get_by_label("事由").fill(why)
    clerk.page.get_by_label("开始日期").fill(day.isoformat())
    clerk.page.get_by_role("button", name="保存", exact=True).click()
    expect(clerk.page.get_by_role("heading", name=why)).to_be_visible()
    expect(clerk.page.get_by_role("button", name="通过", exact=True)).to_have_count(0)

    manager.go("/leaves/?view=waiting")
    manager.row(why).get_by_text(why).click()
    manager.drawer.get_by_role("button", name="通过", exact=True).click()
    expect(manager.row(why)).to_have_count(0)

    manager.go("/attendance/month/")
    row = manager.page.locator(".months tbody tr", has=manager.page.get_by_role("rowheader", name="陈默"))
    expect(row.locator(f'a[title*="{came} – {left}"]')).to_be_visible()
    manager.go(f"/attendance/month/?m={day:%Y-%m}")
    expect(row.locator("td").nth(day.day - 1)).to_contain_text("请假 · 年假")
    with manager.page.expect_download() as download:
        manager.page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "请假 · 年假" in next(line for line in text.splitlines() if line.startswith("陈默"))
    assert not clerk.faults
    assert not manager.faults

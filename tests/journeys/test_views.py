"""Looking at the same records another way: boards of any choice, days of any date, and what a list adds up to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Enter, fresh


def test_customers_are_carried_between_levels_by_keys_and_the_view_remembers_what_it_hides(enter: Enter) -> None:
    desk, firm = enter("sales"), fresh("昆明滇池旅游")
    desk.customer(firm, level="A")
    desk.go(f'/customers/?view=all&where=["name","is","{firm}"]')
    desk.page.get_by_role("link", name="看板").click()
    desk.page.locator(".boardbar summary").first.click()
    desk.page.locator(".boardbar .pop a", has_text="级别").first.click()
    desk.page.wait_for_url("**by=level**")
    card = desk.page.locator(".deal", has_text=firm)
    card.focus()
    desk.press("m", "ArrowRight")
    expect(desk.page.locator("[data-live]")).to_contain_text("B")
    with desk.page.expect_response(re.compile("/_move/")):
        desk.press("Enter")
    desk.toast("B")
    expect(desk.page.locator('.col[data-to="B"] .deal', has_text=firm)).to_be_visible()
    expect(desk.page.locator('.col[data-to="B"] [data-col-count]')).to_have_text("1 个")
    desk.undo()
    expect(desk.page.locator('.col[data-to="A"] .deal', has_text=firm)).to_be_visible()
    desk.page.locator(".boardbar summary").last.click()
    with desk.page.expect_navigation():
        desk.page.locator(".boardbar [role=menuitemcheckbox]").first.click()
    expect(desk.page.locator(".col")).to_have_count(1)
    desk.page.reload()
    expect(desk.page.locator(".col")).to_have_count(1)
    desk.page.locator(".boardbar summary").last.click()
    with desk.page.expect_navigation():
        desk.page.locator(".boardbar [role=menuitemcheckbox]").first.click()
    expect(desk.page.locator(".col").nth(1)).to_be_visible()


@pytest.mark.feature("ACT-09")
def test_an_appointment_is_made_on_its_day_and_carried_to_another(enter: Enter) -> None:
    desk, firm = enter("sales2"), fresh("西宁昆仑盐业")
    desk.customer(firm)
    word = fresh("约好看设备")
    desk.go("/follow-ups/?layout=calendar&by=next_at&on=2031-03-10")
    desk.page.locator('[data-day="2031-03-12"] .dates').click()
    expect(desk.modal).to_be_visible()
    expect(desk.modal.locator("[name=next_at]")).to_have_value("2031-03-12T09:00")
    desk.pick(desk.modal.locator("#f-customer"), firm)
    desk.modal.locator("[name=summary]").fill(word)
    desk.modal.locator(".btnp").click()
    one = desk.page.locator('[data-day="2031-03-12"] .date', has_text=word)
    expect(one).to_contain_text("09:00")
    one.focus()
    with desk.page.expect_response(re.compile("/_day/")):
        desk.press("Alt+ArrowDown")
    expect(desk.page.locator('[data-day="2031-03-19"] .date', has_text=word)).to_be_visible()
    with desk.page.expect_response(re.compile("/_day/")):
        desk.carry(desk.page.locator(".date", has_text=word), desk.page.locator('[data-day="2031-03-21"] .dates'))
    expect(desk.page.locator('[data-day="2031-03-21"] .date', has_text=word)).to_be_visible()
    desk.undo("2031-03-21")
    expect(desk.page.locator('[data-day="2031-03-19"] .date', has_text=word)).to_contain_text("09:00")


def test_the_foot_of_a_list_adds_up_what_the_filter_leaves(enter: Enter) -> None:
    desk, firm = enter("sales"), fresh("太原汾河铸造")
    desk.customer(firm)
    for end, amount in (("一期", "120000"), ("二期", "80000.50")):
        desk.opportunity(f"{firm}{end}", firm, amount)
    desk.go(f'/opportunities/?view=all&layout=table&where=["name","contains","{firm}"]')
    foot = desk.page.locator("tfoot td", has=desk.page.locator("select[name=amount]"))
    expect(foot).to_contain_text("¥200,000.50")
    with desk.page.expect_response(re.compile("/_totals/")):
        foot.locator("select").select_option("max")
    expect(foot).to_contain_text("¥120,000")
    desk.page.reload()
    expect(foot).to_contain_text("¥120,000")
    foot.locator("select").select_option("sum")
    expect(foot).to_contain_text("¥200,000.50")

"""One colleague's work passes to another in a browser and comes back, and a selection takes along what belongs to it.

The last of the journeys: whoever got his work back today has owned it since today, and nothing of it falls into a pool for a while.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh

WINDOWS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
#: A worker moves all of a colleague's work.
LONG = 90_000
REASON = "区域重新划分"
GIVER, TAKER = "梁嘉怡", "陈默"


def choose(desk: Desk, name: str, person: str) -> None:
    """A colleague in a list of the wizard or a dialogue, by name."""
    field = desk.page.locator(f"#f-{name}")
    field.select_option(field.locator("option", has_text=person).first.get_attribute("value"))


def ended(desk: Desk, title: str) -> None:
    """The job on the screen goes on by itself until it is done."""
    expect(desk.page.locator("main h1")).to_contain_text(title)
    card = desk.page.locator("main section[id^=job-]")
    expect(card).to_contain_text("已完成", timeout=LONG)
    expect(card).to_contain_text("100%")


def fits(desk: Desk) -> None:
    """Nothing runs out of the window on the side."""
    assert desk.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def stage(desk: Desk) -> Any:
    return desk.page.locator(".path [aria-current=step]")


@pytest.mark.feature("OWN-06")
@pytest.mark.parametrize("window_of", WINDOWS)
def test_everything_of_a_colleague_passes_with_counts_first_and_comes_back(enter: Enter, window_of: str) -> None:
    giver, taker, chief = enter("sales2"), enter("sales"), enter("director", **WINDOWS[window_of])
    name, deal = fresh("南平武夷山茶业"), fresh("茶园灌溉项目")
    record = giver.customer(name)
    opportunity = giver.opportunity(deal, name)
    giver.page.locator(".path").get_by_text("需求确认", exact=True).click()
    expect(stage(giver)).to_have_text("需求确认")

    chief.go("/handover/")
    choose(chief, "giver", GIVER)
    held = chief.page.locator(".setting", has=chief.page.locator('input[value="customers.customer"]'))
    expect(held.locator(".tag")).to_have_text(re.compile(r"^[\d,]+$"))
    expect(held).to_contain_text("联系人")
    expect(chief.page.locator(".setting", has=chief.page.locator('input[value="sales.opportunity"]')).locator(".tag")).to_be_visible()
    fits(chief)
    choose(chief, "taker", TAKER)
    chief.page.fill("#f-reason", REASON)
    chief.page.locator(".formfoot .btnp").click()
    chief.agree()
    chief.page.wait_for_url(re.compile(r"/jobs/\d+/$"))
    ended(chief, GIVER)
    fits(chief)

    taker.go(f"/customers/{record}/")
    expect(taker.page.locator("main h1")).to_have_text(name)
    expect(taker.page.locator("#timeline")).to_contain_text(REASON)
    taker.go(f"/opportunities/{opportunity}/")
    expect(stage(taker)).to_have_text("需求确认")
    assert giver.page.request.get(f"/customers/{record}/").status == 404
    giver.go("/customers/?view=mine")
    expect(giver.rows).to_have_count(0)

    chief.go("/handover/")
    past = chief.page.locator(".setting", has_text=GIVER).first
    past.get_by_role("button", name="撤回").click()
    chief.agree()
    chief.page.wait_for_url(re.compile(r"/jobs/\d+/$"))
    ended(chief, "撤回")

    giver.go(f"/customers/{record}/")
    expect(giver.page.locator("main h1")).to_have_text(name)
    giver.go(f"/opportunities/{opportunity}/")
    expect(stage(giver)).to_have_text("需求确认")
    assert taker.page.request.get(f"/opportunities/{opportunity}/").status == 404
    giver.go("/customers/?view=mine")
    expect(giver.rows.first).to_be_visible()


@pytest.mark.feature("OWN-02", "OWN-06")
@pytest.mark.parametrize("window_of", WINDOWS)
def test_a_customer_takes_his_opportunity_along_and_both_come_back(enter: Enter, window_of: str) -> None:
    owner, colleague = enter("sales2", **WINDOWS[window_of]), enter("sales")
    name, deal = fresh("龙岩梅花山药业"), fresh("提取车间改造")
    record = owner.customer(name)
    opportunity = owner.opportunity(deal, name)
    owner.go(f"/customers/{record}/")
    head = owner.page.locator("main .head")
    if window_of == "phone":
        head.locator("summary").last.click()
    head.get_by_role("button", name="移交").locator("visible=true").click()
    along = owner.modal.locator("input[name=along]")
    expect(owner.modal.locator("label.check", has_text="商机")).to_contain_text("1")
    along.check()
    choose(owner, "owner", TAKER)
    expect(owner.modal.locator(".tally")).to_contain_text("商机 1")
    expect(along).to_be_checked()
    owner.page.fill("#f-reason", REASON)
    fits(owner)
    owner.modal.locator("button[type=submit]").click()
    owner.toast()
    colleague.go(f"/opportunities/{opportunity}/")
    expect(colleague.page.locator("main h1")).to_have_text(deal)
    colleague.go("/notifications/")
    expect(colleague.page.locator("main")).to_contain_text(REASON)
    owner.go("/handover/")
    owner.page.locator(".setting", has_text=TAKER).first.get_by_role("button", name="撤回").click()
    owner.agree()
    owner.page.wait_for_url(re.compile(r"/jobs/\d+/$"))
    ended(owner, "撤回")
    for address in (f"/customers/{record}/", f"/opportunities/{opportunity}/"):
        assert owner.page.request.get(address).status == 200
        assert colleague.page.request.get(address).status == 404

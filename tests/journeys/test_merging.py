"""A clerk finds the same customer twice and makes one of the two; a colleague finds the like in the queue, on a phone and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh
from tests.journeys.test_looks import serious


def customer(desk: Desk, name: str, **given: str) -> int:
    """A new customer, by the whole form."""
    desk.go("/customers/new/")
    desk.page.fill("#f-name", name)
    for key, value in given.items():
        desk.page.fill(f"#f-{key}", value)
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    return desk.id


@pytest.mark.feature("INT-03")
def test_two_ticked_customers_become_one_and_two_again(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("宁波海曙机电")
    first = customer(desk, name, address="中山路一号")
    desk.page.locator("main [hx-get*='/contacts/new/']:visible").first.click()
    desk.modal.locator("[name=name]").fill("周明")
    desk.modal.locator(".btnp").click()
    desk.toast("已保存")
    second = customer(desk, f"{name}有限公司", phone="13906712399")
    desk.go("/customers/?view=mine")
    for record in (first, second):
        desk.page.locator(f"#list input[data-select][value='{record}']").check()
    desk.page.locator("[data-bulk]").get_by_role("button", name="合并").click()
    desk.page.wait_for_url(re.compile("/_merge/"))
    expect(desk.page.locator(f"input[name=keep][value='{first}']")).to_be_checked()  # the contact hangs on it
    expect(desk.page.locator(f"input[name=c-phone][value='{second}']")).to_be_checked()
    assert serious(desk) == []
    desk.page.locator(f"input[name=c-name][value='{second}']").check()
    desk.page.locator(".formfoot .btnp").click()
    desk.page.wait_for_url(re.compile(rf"/customers/{first}/$"))
    expect(desk.page.locator("main h1")).to_have_text(f"{name}有限公司")
    expect(desk.value("地址")).to_contain_text("中山路一号")
    desk.go(f"/customers/{second}/")
    desk.page.wait_for_url(re.compile(rf"/customers/{first}/$"))
    expect(desk.page.locator("#timeline")).to_contain_text("并入的记录")


@pytest.mark.feature("INT-03")
def test_the_toast_after_merging_takes_it_back(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("绍兴越城纺织")
    first, second = customer(desk, name), customer(desk, f"{name}有限公司")
    desk.go(f"/customers/_merge/?ids={first},{second}")
    desk.page.locator(".formfoot .btnp").click()
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    desk.undo()
    for record, title in ((first, name), (second, f"{name}有限公司")):
        desk.go(f"/customers/{record}/")
        expect(desk.page.locator("main h1")).to_have_text(title)


@pytest.mark.feature("INT-03")
def test_on_a_phone_and_by_keyboard_the_menu_of_a_record_leads_to_a_merge(enter: Enter) -> None:
    desk, name = enter("sales", viewport={"width": 390, "height": 844}), fresh("嘉兴南湖五金")
    first, second = customer(desk, name), customer(desk, f"{name}有限公司")
    desk.page.locator("main .head summary[aria-label='更多']").click()
    desk.page.get_by_role("button", name="与另一条合并…").click()
    expect(desk.modal.locator(".likes a").first).to_be_focused()
    desk.press("Enter")
    desk.page.wait_for_url(re.compile("/_merge/"))
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.page.locator("input[name=keep]:checked").focus()
    desk.press("ArrowRight", "ArrowLeft")
    desk.page.locator(".formfoot .btnp").focus()
    desk.press("Enter")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    assert desk.id in (first, second)


@pytest.mark.feature("INT-03", "CUS-11")
def test_the_queue_shows_what_looks_alike_and_forgets_what_is_none(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("湖州吴兴木业")
    customer(desk, name)
    customer(desk, f"{name}有限公司")
    desk.go("/customers/_duplicates/")
    desk.page.get_by_role("button", name="立即查找").click()
    desk.page.wait_for_url(re.compile(r"/jobs/\d+/$"))
    expect(desk.page.locator("main")).to_contain_text("已完成")
    desk.go("/customers/_duplicates/")
    pair = desk.page.locator(".pairs li", has_text=name)
    expect(pair).to_contain_text(f"{name}有限公司")
    pair.get_by_role("button", name="不是重复").click()
    desk.toast("不是重复")
    expect(desk.page.locator(".pairs li", has_text=name)).to_have_count(0)

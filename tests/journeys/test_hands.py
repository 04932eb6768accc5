"""Without a mouse, over one another, and many at once with a look before the leap."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.desk import Enter, fresh


def test_the_palette_edits_stars_and_ticks_without_a_mouse(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("台州青禾")
    record = desk.customer(name, level="C")
    desk.press("Control+k")
    palette = desk.page.locator("#palette")
    expect(palette.locator("[role=group]", has_text=f"对“{name}”")).to_be_visible()
    desk.page.keyboard.type(">加星标")
    expect(palette.locator(".hit").first).to_contain_text("加星标")
    desk.press("Enter")
    expect(desk.page.locator(".marks .star")).to_have_attribute("aria-pressed", "true")
    desk.press("Control+k")
    desk.page.keyboard.type(">xgjb")
    expect(palette.locator(".hit", has_text="修改：级别")).to_be_visible()
    desk.press("Enter")
    expect(desk.page.locator("main form.editing select")).to_be_visible()
    desk.press("Escape")
    desk.press("w")
    expect(desk.page.locator("#stream textarea")).to_be_focused()

    desk.go(f'/customers/?view=all&where=["name","contains","{name}"]')
    desk.press("j", "x")
    desk.page.locator("[data-select-everything]").click()
    expect(desk.page.locator("[data-bulk-count]")).to_have_text("已选全部符合条件的记录")
    desk.press("Control+k")
    expect(palette).to_contain_text("全部符合条件的记录：1 条")
    desk.page.keyboard.type(">删除")
    expect(palette.locator(".hit").first).to_contain_text("删除")
    desk.press("Enter")
    expect(desk.modal.locator(".counts")).to_contain_text("将修改 1")
    desk.modal.locator(".btnd").click()
    expect(desk.rows).to_have_count(0)
    desk.undo()
    expect(desk.rows).to_have_count(1)
    assert desk.rows.get_attribute("data-row") == str(record)


def test_a_contact_is_laid_over_his_company_and_what_was_typed_there_waits(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("湖州莫干")
    record = desk.customer(name)
    person = fresh("沈")
    desk.go(f"/contacts/new/?customer={record}")
    desk.page.fill("#f-name", person)
    desk.page.locator(".formfoot .btnp").click()
    desk.page.wait_for_url(re.compile(r"/contacts/\d+/$"))
    contact = desk.id
    desk.go(f'/customers/?view=all&where=["name","contains","{name}"]')
    desk.rows.first.locator("td").last.click()
    expect(desk.drawer.locator("h1")).to_have_text(name)
    desk.drawer.locator("#stream textarea").fill("写到一半")
    desk.drawer.locator("#related [data-row] a", has_text=person).click()
    expect(desk.drawer.locator("h1")).to_have_text(person)
    assert desk.page.url.endswith(f"open={record}&open=/contacts/{contact}/")
    desk.press("Escape")
    expect(desk.drawer.locator("h1")).to_have_text(name)
    expect(desk.drawer.locator("#stream textarea")).to_have_value("写到一半")
    desk.page.go_forward()
    expect(desk.drawer.locator("h1")).to_have_text(person)
    desk.page.locator("[data-drawer-back]").click()
    expect(desk.drawer.locator("h1")).to_have_text(name)
    desk.drawer.locator("#stream textarea").fill("")
    desk.go(f"/customers/?view=all&open={record}&open=/contacts/{contact}/")
    expect(desk.drawer.locator("h1")).to_have_text(person)
    desk.page.go_back()


@pytest.mark.feature("CUS-22")
def test_a_dialogue_says_what_would_change_before_it_does(enter: Enter) -> None:
    desk, word = enter("sales"), fresh("衢州烂柯")
    for end, level in (("甲", "A"), ("乙", "B"), ("丙", "C")):
        desk.customer(word + end, level=level)
    desk.go(f'/customers/?view=all&where=["name","contains","{word}"]')
    desk.page.locator("[data-select-all]").check()
    desk.page.locator(".bar.bulk").get_by_role("button", name="编辑").click()
    desk.modal.locator("#bulk-field").select_option("level")
    desk.modal.locator("[name=level]").select_option("A")
    counts = desk.modal.locator(".counts")
    expect(counts).to_contain_text("将修改 2")
    expect(counts).to_contain_text("1")
    desk.modal.locator(".btnp").click()
    desk.toast("2")
    expect(desk.rows.locator("td", has_text="A 重点")).to_have_count(3)


def test_who_sends_a_dialogue_while_it_counts_is_heard_when_it_has_counted(enter: Enter) -> None:
    desk, word = enter("sales"), fresh("衢州江郎")
    for end in ("甲", "乙"):
        desk.customer(word + end, level="C")
    desk.go(f'/customers/?view=all&where=["name","contains","{word}"]')
    desk.page.locator("[data-select-all]").check()
    desk.page.locator(".bar.bulk").get_by_role("button", name="编辑").click()
    counting: list[Route] = []
    desk.page.route(re.compile("/_rehearse/"), lambda route: counting.append(route))
    with desk.page.expect_request(re.compile("/_rehearse/")):
        desk.modal.locator("#bulk-field").select_option("level")
    desk.modal.locator("[name=level]").select_option("A")
    desk.modal.locator(".btnp").click()
    expect(desk.rows.locator("td", has_text="A 重点")).to_have_count(0)
    counting[0].continue_()
    desk.toast("2")
    expect(desk.rows.locator("td", has_text="A 重点")).to_have_count(2)
    desk.page.unroute_all(behavior="ignoreErrors")


def test_what_came_in_while_a_dialogue_stood_open_is_counted_again_before_anything_is_done(enter: Enter) -> None:
    desk, other, word = enter("sales"), enter("sales"), fresh("衢州孔府")
    desk.customer(word + "甲", level="C")
    desk.go(f'/customers/?view=all&where=["name","contains","{word}"]')
    desk.page.locator("[data-select-all]").check()
    desk.page.locator("[data-select-everything]").click()
    desk.page.locator(".bar.bulk").get_by_role("button", name="编辑").click()
    desk.modal.locator("#bulk-field").select_option("level")
    desk.modal.locator("[name=level]").select_option("A")
    expect(desk.modal.locator(".counts")).to_contain_text("将修改 1")
    other.customer(word + "乙", level="C")
    desk.modal.locator(".btnp").click()
    desk.toast("有变化")
    expect(desk.modal.locator(".counts")).to_contain_text("将修改 2")
    expect(desk.rows.filter(has_text="A 重点")).to_have_count(0)
    desk.modal.locator(".btnp").click()
    desk.toast("2")
    expect(desk.rows.filter(has_text="A 重点")).to_have_count(2)


def test_a_call_written_in_the_drawer_asks_nothing_and_what_is_being_written_stays(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("温州瓯海")
    desk.customer(name, address="一号路")
    desk.go(f'/customers/?view=all&where=["name","contains","{name}"]')
    desk.rows.first.locator("td").last.click()
    composer = desk.drawer.locator("#stream form.compose")
    composer.locator("textarea").fill("报价已发")
    with desk.page.expect_response(re.compile(r"/customers/\d+/$")):  # the record is read anew, with what follows from the call
        composer.locator(".btnp").click()
    expect(desk.drawer.locator(".tl article", has_text="报价已发")).to_be_visible()
    expect(desk.page.locator("#ask")).to_be_hidden()
    composer.locator("textarea").fill("写到一半")
    desk.drawer.get_by_role("button", name="编辑 地址", exact=True).click()
    desk.drawer.locator("form.editing [name=address]").fill("二号路")
    desk.press("Enter")
    desk.toast("已保存")
    expect(composer.locator("textarea")).to_have_value("写到一半")
    expect(desk.page.locator("#ask")).to_be_hidden()
    desk.drawer.get_by_role("button", name="编辑 地址", exact=True).click()
    desk.drawer.locator("form.editing [name=address]").fill("三号路")
    composer.locator(".btnp").click()
    expect(desk.drawer.locator(".tl article", has_text="写到一半")).to_be_visible()
    expect(desk.drawer.locator("form.editing [name=address]")).to_have_value("三号路")
    desk.drawer.locator("form.editing [name=address]").press("Enter")
    desk.toast("已保存")
    composer.locator("textarea").fill("又是一半")
    desk.press("Escape")
    expect(desk.page.locator("#ask")).to_be_visible()
    desk.agree()
    expect(desk.drawer).to_be_hidden()


HELD = """card => {
  const {x, y} = card.getBoundingClientRect();
  const at = {bubbles: true, cancelable: true, pointerType: "touch", clientX: x + 40, clientY: y + 12};
  card.dispatchEvent(new PointerEvent("pointerdown", at));
  return new Promise(done => setTimeout(() => {
    card.dispatchEvent(new PointerEvent("pointerup", at));
    card.dispatchEvent(new MouseEvent("click", at));
    done();
  }, 700));
}"""


@pytest.mark.feature("CUS-22")
def test_on_a_phone_cards_are_held_and_tapped_to_change_many_and_take_it_back(enter: Enter) -> None:
    desk, word = enter("business", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True), fresh("嘉善西塘")
    for end in "甲乙丙":
        desk.customer(word + end, level="C")
    desk.go(f'/customers/?view=all&where=["name","contains","{word}"]')
    expect(desk.page.locator("#list td.ck").first).to_be_hidden()
    desk.rows.nth(0).evaluate(HELD)
    bulk = desk.page.locator(".bar.bulk")
    expect(bulk).to_contain_text("已选 1")
    desk.rows.nth(1).tap()
    expect(bulk).to_contain_text("已选 2")
    expect(desk.drawer).to_be_hidden()
    bulk.get_by_role("button", name="编辑").tap()
    desk.modal.locator("#bulk-field").select_option("level")
    desk.modal.locator("[name=level]").select_option("A")
    desk.modal.locator(".btnp").tap()
    desk.toast("2")
    expect(desk.rows.filter(has_text="A 重点")).to_have_count(2)
    desk.undo()
    expect(desk.rows.filter(has_text="A 重点")).to_have_count(0)
    desk.page.locator("main .bar summary[aria-label='更多']").tap()
    desk.page.get_by_role("button", name="选择多条").tap()
    expect(bulk).to_be_visible()
    bulk.get_by_role("button", name="取消选择").tap()
    expect(bulk).to_be_hidden()
    desk.rows.nth(0).locator("a").first.tap()
    expect(desk.drawer).to_be_visible()

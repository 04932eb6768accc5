"""Cells of a list are changed where they stand, and the place in the list is kept whatever is changed."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.journeys.desk import Desk, Enter, fresh

FOCUSED = "document.activeElement.name"


def cell(desk: Desk, row: int, label: str) -> Locator:
    return desk.rows.nth(row).locator(f'td[data-label="{label}"]')


def several(desk: Desk, word: str, ends: str) -> None:
    for end in ends:
        desk.customer(word + end, level="C")
    desk.go(f'/customers/?view=all&where=["name","contains","{word}"]')


def test_a_cell_is_changed_by_its_pencil_and_the_row_stays_where_it_is(enter: Enter) -> None:
    desk, word = enter("sales"), fresh("德清新市")
    several(desk, word, "甲乙丙")
    last = desk.rows.nth(2).get_attribute("data-row")
    desk.rows.nth(2).locator("[data-select]").check()
    cell(desk, 2, "级别").hover()
    cell(desk, 2, "级别").locator(".pen").click()
    choice = cell(desk, 2, "级别").locator("select")
    expect(choice).to_be_focused()
    choice.select_option("A")
    desk.press("Enter")
    desk.toast("已保存")
    expect(cell(desk, 2, "级别")).to_have_text("A 重点")
    expect(desk.drawer).to_be_hidden()
    assert desk.rows.nth(2).get_attribute("data-row") == last, "though it was changed last, and the last changed stands first"
    expect(desk.rows.nth(2).locator("[data-select]")).to_be_checked()
    desk.undo()
    expect(desk.rows.filter(has_text="C 非优先")).to_have_count(3)


def test_a_row_is_typed_through_with_the_keyboard_alone(enter: Enter) -> None:
    desk, word = enter("sales"), fresh("德清乾元")
    several(desk, word, "甲乙")
    desk.press("j", "e")
    expect(cell(desk, 0, "级别").locator("select")).to_be_focused()
    cell(desk, 0, "级别").locator("select").select_option("A")
    desk.press("Tab")
    expect(cell(desk, 0, "状态").locator("select")).to_be_focused()
    desk.toast("已保存")
    expect(cell(desk, 0, "级别")).to_have_text("A 重点")
    expect(cell(desk, 0, "状态").locator("select")).to_be_focused()
    desk.press("Escape")
    expect(desk.page.locator("#list form.editing")).to_have_count(0)
    desk.press("j", "e", "Escape", "x")
    expect(desk.rows.nth(1).locator("[data-select]")).to_be_checked()


def test_a_cell_that_nobody_takes_keeps_what_was_typed(enter: Enter) -> None:
    desk, word = enter("sales"), fresh("德清雷甸")
    several(desk, word, "甲")
    cell(desk, 0, "电话").hover()
    cell(desk, 0, "电话").locator(".pen").click()
    phone = cell(desk, 0, "电话").locator("input[name=phone]")
    phone.fill("无")
    desk.press("Enter")
    expect(cell(desk, 0, "电话").locator("[role=alert]")).to_contain_text("请填写电话号码")
    expect(phone).to_have_value("无")
    phone.fill("13800006021")
    desk.page.context.set_offline(True)
    desk.press("Enter")
    desk.toast("网络不通")
    expect(phone).to_have_value("13800006021")
    expect(phone).to_be_focused()
    desk.page.context.set_offline(False)
    desk.press("Enter")
    desk.toast("已保存")
    expect(cell(desk, 0, "电话")).to_contain_text("6021")
    desk.faults = [fault for fault in desk.faults if "ERR_INTERNET_DISCONNECTED" not in fault and "htmx:" not in fault]


def test_what_is_being_saved_is_shown_before_the_answer_comes(enter: Enter) -> None:
    desk, word = enter("sales"), fresh("德清钟管")
    several(desk, word, "甲")
    held: list[object] = []
    desk.page.route("**/_field/**", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    cell(desk, 0, "级别").hover()
    cell(desk, 0, "级别").locator(".pen").click()
    cell(desk, 0, "级别").locator("select").select_option("B")
    desk.press("Enter")
    expect(cell(desk, 0, "级别").locator("form")).to_have_attribute("data-hope", "B 普通")
    expect(cell(desk, 0, "级别").locator("select")).to_be_hidden()
    held[0].continue_()  # type: ignore[attr-defined]
    desk.toast("已保存")
    expect(cell(desk, 0, "级别")).to_have_text("B 普通")
    desk.page.unroute_all(behavior="ignoreErrors")


def test_a_change_in_the_drawer_leaves_the_list_where_it_was_scrolled(enter: Enter) -> None:
    desk = enter("sales")
    desk.go("/customers/?view=all")
    sheet = desk.page.locator("#list")
    sheet.evaluate("sheet => { sheet.scrollTop = 600; }")
    desk.rows.nth(25).locator("td").nth(3).click()
    desk.drawer.get_by_role("button", name="编辑 地址", exact=True).click()
    expect(desk.drawer.locator("form.editing [name=address]")).to_be_focused()
    desk.drawer.locator("form.editing [name=address]").fill("一号路")
    with desk.page.expect_response(lambda answer: "/customers/?view=all" in answer.url):
        desk.press("Enter")
    desk.toast("已保存")
    expect(desk.page.locator("#list.htmx-request")).to_have_count(0)
    assert sheet.evaluate("sheet => sheet.scrollTop") > 400
    desk.undo()


def test_undo_is_within_reach_while_a_dialogue_lists_what_was_refused(enter: Enter) -> None:
    desk = enter("sales")
    desk.go("/customers/?view=all")
    desk.page.locator("[data-select-all]").check()
    desk.page.locator("[data-select-everything]").click()
    desk.page.locator(".bar.bulk").get_by_role("button", name="编辑").click()
    desk.modal.locator("#bulk-field").select_option("level")
    desk.modal.locator("[name=level]").select_option("B")
    expect(desk.modal.locator(".counts")).to_contain_text("未成功")
    desk.modal.locator(".btnp").click()
    expect(desk.modal.locator("h2")).to_have_text("部分记录未修改")
    desk.undo()
    expect(desk.page.locator(".toast", has_text="已撤销")).to_be_visible()
    desk.press("Escape")
    expect(desk.modal).to_be_hidden()
    expect(desk.page.locator("body > #toasts")).to_have_count(1)


def test_who_takes_back_what_he_has_just_made_stands_before_the_list(enter: Enter) -> None:
    desk = enter("sales")
    desk.customer(fresh("德清洛舍"))
    desk.undo()
    desk.page.wait_for_url("**/customers/")

"""Finding the way through a list: views, filters, columns, pages, drawer, keys, many at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Enter, fresh


def test_the_strip_of_views_says_how_many_each_holds(enter: Enter) -> None:
    desk = enter("sales")
    desk.go("/customers/?view=mine")
    tab = desk.page.locator("nav.views a", has_text="我负责的")
    expect(tab.locator("[data-count]")).to_have_text(re.compile(r"^\d+"))
    desk.go("/customers/?view=signed")
    shown = desk.page.locator("nav.views a.on [data-count]")
    expect(shown).to_have_text(str(desk.rows.count()))


@pytest.mark.feature("CUS-18", "CUS-19")
def test_a_filter_with_and_and_or_is_built_by_clicking_and_taken_off_by_its_chip(enter: Enter) -> None:
    desk, word = enter("sales"), fresh("南京钟山")
    for end, level in (("甲", "A"), ("乙", "B"), ("丙", "C")):
        desk.customer(word + end, level=level)
    desk.go("/customers/?view=mine")
    desk.page.locator("details.menu summary.chip").click()
    builder = desk.page.locator("[data-filter-builder]")
    line = builder.locator(".fb-line").first
    line.locator("select").nth(0).select_option("name")
    line.locator("select").nth(1).select_option("contains")
    builder.locator(".fb-line").first.locator("input").fill(word)
    builder.get_by_role("button", name=re.compile("条件组|分组|组")).first.click()
    inner = builder.locator(".fb-group .fb-group")
    inner.locator(".fb-line select").nth(0).select_option("level")
    inner.locator(".fb-line select").nth(1).select_option("is")
    inner.locator(".fb-line").first.locator("select").nth(2).select_option("A")
    inner.locator(".fb-head .btnt").first.click()
    second = inner.locator(".fb-line").nth(1)
    second.locator("select").nth(0).select_option("level")
    second.locator("select").nth(1).select_option("is")
    second.locator("select").nth(2).select_option("C")
    builder.locator(".fb-foot .btnp").click()
    desk.page.wait_for_url("**where=**")
    expect(desk.rows).to_have_count(2)
    expect(desk.row(word + "乙")).to_have_count(0)
    chips = desk.page.locator(".bar .chip.set")
    expect(chips).to_have_count(2)
    chips.nth(1).locator("a").click()
    expect(desk.rows).to_have_count(3)
    desk.page.locator("th[data-col=name] a").click()
    first = desk.rows.first.inner_text()
    desk.page.locator("th[data-col=name] a").click()
    expect(desk.rows.last).to_contain_text(first.split()[0])


@pytest.mark.feature("CUS-20")
def test_a_person_chooses_columns_and_keeps_a_filter_as_a_view(enter: Enter) -> None:
    desk, word = enter("manager"), fresh("重要视图")
    desk.go('/customers/?view=all&where=["level","in",["A"]]')
    count = desk.rows.count()
    desk.page.locator("summary", has_text="列").last.click()
    desk.page.locator("[data-columns]").get_by_label("网址").check()
    desk.page.locator("[data-columns]").get_by_label("行业").uncheck()
    desk.page.locator("[data-columns] .btnp").click()
    expect(desk.page.locator("th[data-col=website]")).to_be_visible()
    expect(desk.page.locator("th[data-col=industry]")).to_have_count(0)
    desk.page.locator("nav.views > button").click()
    desk.modal.locator("[name=name]").fill(word)
    desk.modal.locator(".btnp").click()
    tab = desk.page.locator("nav.views a.on", has_text=word)
    expect(tab).to_be_visible()
    expect(tab.locator("[data-count]")).to_have_text(str(count))
    expect(desk.page.locator("th[data-col=website]")).to_be_visible()
    other = enter("sales")
    other.go("/customers/")
    expect(other.page.locator("nav.views")).not_to_contain_text(word)
    expect(other.page.locator("th[data-col=website]")).to_have_count(0)


def test_a_view_is_shared_with_a_role_opens_its_list_and_is_pinned_by_who_likes_it(enter: Enter) -> None:
    keeper, word = enter("business"), fresh("客服专用")
    keeper.go('/customers/?view=all&where=["level","in",["A"]]')
    keeper.page.locator("nav.views > button").click()
    keeper.modal.locator("[name=name]").fill(word)
    keeper.modal.get_by_label("仅以下角色和部门").check()
    keeper.modal.locator(".btnp").click()
    expect(keeper.modal.locator(".error")).to_contain_text("至少选择一个")
    keeper.modal.get_by_label("客服", exact=True).check()
    keeper.modal.get_by_label("设为他们的默认视图").check()
    keeper.modal.locator(".btnp").click()
    expect(keeper.page.locator("nav.views a.on", has_text=word)).to_be_visible()
    other = enter("sales")
    other.go("/customers/")
    expect(other.page.locator("nav.views")).not_to_contain_text(word)
    desk = enter("service")
    desk.go("/customers/")
    strip, shown = desk.page.locator("nav.views"), desk.page.locator("nav.views > a.on")
    expect(shown).to_contain_text(word)
    choose = lambda item: (strip.locator("summary.ic").click(), strip.get_by_role("button", name=item).click())
    choose("固定到最前")
    desk.toast("视图已固定")
    expect(strip.locator(":scope > a")).to_have_count(1)
    strip.locator("summary", has_text="更多视图").click()
    strip.locator(".pop a", has_text="我的星标").click()
    expect(shown).to_contain_text("我的星标")
    choose("设为我的默认视图")
    desk.toast("以后打开列表即显示此视图")
    desk.go("/customers/")
    expect(shown).to_contain_text("我的星标")
    choose("不再默认打开此视图")
    desk.toast("列表已恢复默认的打开方式")
    desk.go("/customers/")
    expect(shown).to_contain_text(word)
    choose("取消固定")
    desk.toast("已取消固定")
    keeper.page.locator("nav.views summary.ic").click()
    keeper.page.locator("nav.views").get_by_role("button", name="改名、共享或删除").click()
    keeper.modal.get_by_role("button", name="删除视图").click()
    keeper.agree()
    expect(keeper.page.locator("nav.views")).not_to_contain_text(word)
    desk.go("/customers/")
    expect(desk.page.locator("nav.views")).not_to_contain_text(word)


def test_pages_turn_forward_and_back_without_losing_or_repeating_a_row(enter: Enter) -> None:
    desk = enter("director")
    desk.go("/contacts/?view=all")
    names = lambda: desk.rows.evaluate_all("rows => rows.map(row => row.dataset.row)")
    first = names()
    assert len(first) == 50
    desk.page.get_by_role("link", name="下一页").click()
    desk.page.wait_for_url("**at=**")
    second = names()
    assert second
    assert not set(first) & set(second)
    desk.page.get_by_role("link", name="上一页").click()
    expect(desk.page.locator(".foot")).to_contain_text("1–50")
    assert names() == first


def test_a_row_opens_in_the_drawer_and_the_address_keeps_it(enter: Enter) -> None:
    desk = enter("sales")
    desk.go("/customers/?view=mine")
    row = desk.rows.nth(1)
    record, name = row.get_attribute("data-row"), row.locator(".stick").inner_text()
    row.locator("td").last.click()
    expect(desk.drawer.locator("h1")).to_have_text(name)
    assert desk.page.url.endswith(f"open={record}")
    desk.page.reload()
    expect(desk.drawer.locator("h1")).to_have_text(name)
    desk.go("/customers/?view=mine")
    desk.rows.nth(1).locator("td").last.click()
    expect(desk.drawer.locator("h1")).to_have_text(name)
    desk.page.go_back()
    expect(desk.page.locator("#drawer-frame")).to_be_hidden()


def test_rows_are_walked_and_opened_by_the_keyboard(enter: Enter) -> None:
    desk = enter("sales")
    desk.go("/customers/?view=mine")
    name = desk.rows.nth(1).locator(".stick").inner_text()
    desk.press("j", "j", "j", "k", "Enter")
    expect(desk.drawer.locator("h1")).to_have_text(name)
    desk.press("Escape")
    expect(desk.page.locator("#drawer-frame")).to_be_hidden()


def test_the_palette_finds_by_fragment_initials_and_phone_tail_and_opens_what_it_found(enter: Enter) -> None:
    desk = enter("sales")
    tail = f"{abs(hash(fresh('x'))) % 10**7:07d}"
    name = fresh("绍兴蓝湾纺织")
    record = desk.customer(name, phone=f"1381{tail}")
    for text in ("蓝湾纺", "sxlw", tail[-6:]):
        desk.go("/")
        desk.press("Control+k")
        desk.page.keyboard.type(text)
        hit = desk.page.locator("#palette .hit", has_text=name)
        expect(hit).to_be_visible()
    desk.page.locator("[data-search] input").fill(name)
    expect(desk.page.locator("#palette .hit").first).to_contain_text(name)
    desk.press("Enter")
    desk.page.wait_for_url(re.compile(f"/customers/{record}/|open="))
    expect(desk.page.locator("h1", has_text=name).first).to_be_visible()


def test_many_customers_are_changed_and_handed_over_at_once_and_taken_back(enter: Enter) -> None:
    desk, word = enter("business"), fresh("无锡梁溪")
    records = [desk.customer(word + end, level="C") for end in "甲乙丙"]
    address = f'/customers/?view=all&where=["name","contains","{word}"]'
    desk.go(address)
    desk.page.locator("[data-select-all]").check()
    bulk = desk.page.locator(".bar.bulk")
    expect(bulk).to_contain_text("3")
    bulk.get_by_role("button", name="编辑").click()
    desk.modal.locator("#bulk-field").select_option("level")
    desk.modal.locator("[name=level]").select_option("A")
    desk.modal.locator(".btnp").click()
    desk.toast("3")
    expect(desk.rows.locator("td", has_text="A 重点")).to_have_count(3)
    desk.undo()
    expect(desk.rows.locator("td", has_text="A 重点")).to_have_count(0)
    desk.go(address)
    desk.page.locator("[data-select-all]").check()
    bulk.get_by_role("button", name="移交").click()
    desk.modal.locator("[name=owner]").select_option(label="陈默")
    desk.modal.locator(".btnp").click()
    expect(desk.rows.locator("td", has_text="陈默")).to_have_count(3)
    desk.undo()
    expect(desk.rows.locator("td", has_text="林书瑶")).to_have_count(3)
    assert len(set(records)) == 3


def test_one_journey_in_english_finds_english_words_everywhere(enter: Enter) -> None:
    desk = enter("business", locale="en-GB")
    desk.go("/customers/")
    desk.page.locator("header.top summary.ava").click()
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.locator("h1")).to_have_text("Customers")
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for path in ("/customers/", "/contacts/", "/follow-ups/", "/opportunities/", "/"):
        desk.go(path)
        labels = desk.page.locator("h1, h2, nav.views a, th, .bar summary, .rail a span").all_inner_texts()
        assert not [text for text in labels if chinese.search(text) and "林书瑶" not in text], path
    desk.go("/customers/")
    desk.page.locator("header.top summary.ava").click()
    desk.page.get_by_role("button", name="中文").click()
    expect(desk.page.locator("h1")).to_have_text("客户")

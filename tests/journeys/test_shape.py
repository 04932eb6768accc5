"""An administrator shapes the company's lists, and colleagues meet the shape in their forms."""

from __future__ import annotations

import re
from pathlib import Path

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


@pytest.mark.feature("DIC-04")
def test_the_second_choice_shows_at_once_what_fits_the_first(enter: Enter) -> None:
    admin, sales = enter("admin"), enter("sales")
    grades = ("甲", "乙")
    words = {grade: fresh(f"{grade}等") for grade in grades}
    admin.go("/admin/fields/customers/")
    label = fresh("细分来源")
    admin.page.locator("#f-zh").fill(label)
    admin.page.locator("#f-sort").select_option("choice")
    admin.page.locator("#f-lines").fill("\n".join(words.values()))
    admin.page.locator("aside form .btnp").click()
    expect(admin.page.locator("#list")).to_contain_text(label)
    admin.go("/admin/lists/")
    admin.row(label).locator("a").click()
    admin.page.locator("#f-above").select_option("customer_source")
    admin.page.locator("form[action$='/hang/'] button").click()
    expect(admin.page.locator("th", has_text="来源")).to_be_visible()
    sources = []
    for word in words.values():
        admin.row(word).locator("a").click()
        admin.page.locator("#f-under").select_option(index=1 + len(sources))
        sources.append(admin.page.locator("#f-under option:checked").inner_text())
        admin.page.locator("form[action$='/move/'] .btns").click()
        expect(admin.row(word)).to_contain_text(sources[-1])
    sales.go("/customers/new/")
    second = sales.page.get_by_label(label)
    expect(second.locator("option:not([hidden])")).to_have_count(1)
    sales.page.locator("#f-source").select_option(label=sources[0])
    expect(second.locator("option:not([hidden])")).to_have_count(2)
    second.select_option(label=words["甲"])
    sales.page.locator("#f-source").select_option(label=sources[1])
    expect(second).to_have_value("")
    expect(sales.page.locator(".misfit")).to_be_visible()
    second.select_option(label=words["乙"])
    name = fresh("湖州德清电机")
    sales.page.fill("#f-name", name)
    sales.page.locator(".formfoot .btnp").click()
    sales.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(sales.value(label)).to_contain_text(words["乙"])


def test_a_number_is_made_of_other_parts_and_the_next_record_bears_it(enter: Enter) -> None:
    admin, sales = enter("admin"), enter("sales")
    admin.go("/admin/numbers/products/number/")
    first = admin.page.locator("[name=value0]")
    former = first.input_value()
    said = admin.page.locator("#next")
    try:
        first.fill("料号-")
        expect(said).to_contain_text("料号-")
        admin.page.locator("aside .btnp").click()
        expect(admin.page.locator("tr.on")).to_contain_text("料号-")
        promised = said.locator("b").first.inner_text()
        admin.page.locator("[name=kind4]").select_option("")
        expect(said.locator("[role=alert]")).to_be_visible()
        assert promised.startswith("料号-")
    finally:
        admin.go("/admin/numbers/products/number/")
        admin.page.locator("[name=value0]").fill(former)
        admin.page.locator("aside .btnp").click()
    sales.go("/admin/numbers/")
    expect(sales.page.locator("main")).not_to_contain_text("流水号")


def test_the_shape_leaves_as_a_file_and_comes_back_after_a_look(enter: Enter, tmp_path: Path) -> None:
    admin, word = enter("admin"), fresh("灯塔工厂")
    values(admin, "industry", word)
    admin.go("/admin/shape/")
    with admin.page.expect_download() as got:
        admin.page.get_by_role("link", name="导出").click()
    file = tmp_path / "shape.toml"
    file.write_text(Path(got.value.path()).read_text(encoding="utf-8").replace(f'zh = "{word}"', f'zh = "{word}新"'), encoding="utf-8")
    admin.page.set_input_files("[name=file]", file)
    admin.page.get_by_role("button", name="对比").click()
    expect(admin.rows).to_have_count(1)
    expect(admin.rows).to_contain_text(f"{word} → {word}新")
    admin.page.get_by_role("button", name="采用").click()
    admin.toast("已采用 1 处差异")
    admin.go("/admin/lists/industry/")
    expect(admin.row(f"{word}新")).to_be_visible()


@pytest.mark.feature("DIC-02")
def test_a_value_for_another_department_is_not_offered_and_a_file_brings_more(enter: Enter, tmp_path: Path) -> None:
    admin, sales, word = enter("admin"), enter("sales"), fresh("展会引荐")
    values(admin, "customer_source", word)
    sales.go("/customers/new/")
    expect(sales.page.locator("#f-source option", has_text=word)).to_have_count(1)
    admin.row(word).locator("a").click()
    admin.page.locator("aside details summary").click()
    admin.page.locator("aside details .check", has_text="华南二部").locator("input").check()
    admin.page.locator("form[action$='/departments/'] .btns").click()
    expect(admin.row(word)).to_contain_text("限部分部门")
    sales.go("/customers/new/")
    expect(sales.page.locator("#f-source option", has_text=word)).to_have_count(0)
    added, file = fresh("异业合作"), tmp_path / "list.csv"
    file.write_text(f"名称,颜色\n{added},绿色\n", encoding="utf-8")
    admin.go("/admin/lists/customer_source/import/")
    admin.page.set_input_files("[name=file]", file)
    admin.page.get_by_role("button", name="下一步").click()
    expect(admin.row(added)).to_contain_text("新增")
    admin.page.get_by_role("button", name="导入").click()
    admin.page.wait_for_url("**/admin/lists/customer_source/")
    expect(admin.row(added).locator(".tag.g")).to_be_visible()


def test_a_list_is_looked_after_on_a_phone(enter: Enter) -> None:
    admin, top, inner = enter("admin", viewport={"width": 390, "height": 844}), fresh("新材料"), fresh("碳纤维")
    values(admin, "industry", top, inner)
    admin.row(inner).locator("a").click()
    admin.page.locator("#f-below").select_option(label=top)
    admin.page.locator("form[action$='/move/'] .btns").click()
    expect(admin.row(inner).locator(".d1")).to_be_visible()
    wide = admin.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0

"""Opportunities cross the board to their end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh


def column(desk: Desk, code: str, name: str) -> object:
    return desk.page.locator(f'.col[data-to="{code}"] .deal', has_text=name)


@pytest.mark.feature("OPP-01")
def test_an_opportunity_is_written_down_found_changed_and_thrown_away(enter: Enter) -> None:
    desk, firm = enter("sales"), fresh("贵阳黔灵药业")
    desk.customer(firm)
    name = f"{firm}产线改造"
    record = desk.opportunity(name, firm, "350000")
    expect(desk.value("预计金额").or_(desk.value("金额")).first).to_contain_text("350,000")
    desk.go(f'/opportunities/?view=mine&layout=table&where=["name","is","{name}"]')
    expect(desk.row(name)).to_contain_text(firm)
    desk.go(f"/opportunities/{record}/edit/")
    desk.page.fill("[name=amount]", "420000")
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/opportunities/\d+/$"))
    expect(desk.page.locator("main .kpis")).to_contain_text("42")
    desk.page.locator("main .head details.menu summary").click()
    desk.page.get_by_role("button", name="删除").click()
    desk.agree()
    desk.page.wait_for_url(re.compile(r"/opportunities/$"))
    desk.go(f'/opportunities/?view=all&layout=table&where=["name","is","{name}"]')
    expect(desk.row(name)).to_have_count(0)


@pytest.mark.feature("OPP-04")
def test_a_card_is_moved_by_mouse_and_by_keyboard_and_stays_where_it_was_put(enter: Enter) -> None:
    desk, firm = enter("sales"), fresh("海口椰城饮品")
    desk.customer(firm)
    name = f"{firm}年度采购"
    desk.opportunity(name, firm)
    board = f'/opportunities/?view=open&where=["name","is","{name}"]'
    desk.go(board)
    with desk.page.expect_response(re.compile("/_move/")):
        desk.carry(desk.page.locator('.col[data-to="contact"] .deal', has_text=name), desk.page.locator('.col[data-to="needs"] .deals'))
    desk.go(board)
    expect(desk.page.locator('.col[data-to="needs"] .deal', has_text=name)).to_be_visible()
    desk.page.locator(".deal", has_text=name).focus()
    with desk.page.expect_response(re.compile("/_move/")):
        desk.press("Alt+ArrowRight")
    desk.go(board)
    expect(desk.page.locator('.col[data-to="proposal"] .deal', has_text=name)).to_be_visible()


@pytest.mark.feature("OPP-07")
def test_losing_asks_the_reason_and_winning_closes(enter: Enter) -> None:
    desk, firm = enter("sales"), fresh("兰州陇原水泥")
    desk.customer(firm)
    record = desk.opportunity(f"{firm}磨机", firm)
    desk.page.locator(".path").get_by_text("输单", exact=True).click()
    expect(desk.modal).to_be_visible()
    desk.modal.locator(".btnp").click()
    expect(desk.modal.locator(".error")).to_be_visible()
    desk.modal.locator("[name=loss_reason]").select_option("budget")
    desk.modal.locator("[name=close_note]").fill("今年没有预算")
    desk.modal.locator(".btnp").click()
    expect(desk.modal).to_be_hidden()
    desk.go(f"/opportunities/{record}/")
    expect(desk.page.locator(".path [aria-current=step]")).to_have_text("输单")
    expect(desk.page.locator("main .rec .l")).to_contain_text("预算限制")
    desk.page.locator("main .head").get_by_role("button", name="重新打开").click()
    expect(desk.page.locator(".path [aria-current=step]")).to_have_text("初步接洽")
    desk.page.locator("main .head .btns.won").click()
    desk.modal.locator(".btnp").click()
    expect(desk.page.locator(".path [aria-current=step]")).to_have_text("赢单")
    desk.go(f'/opportunities/?view=won&layout=table&where=["name","is","{firm}磨机"]')
    expect(desk.rows).to_have_count(1)


@pytest.mark.feature("OPP-02", "OPP-03")
def test_a_follow_up_on_an_opportunity_keeps_talk_next_day_and_paper(enter: Enter) -> None:
    desk, firm, said = enter("sales"), fresh("银川塞上乳业"), fresh("对方要看样品")
    desk.customer(firm)
    desk.opportunity(f"{firm}灌装线", firm)
    form = desk.page.locator("form.compose")
    form.locator("textarea").fill(said)
    form.locator("[name=due]").fill("2031-03-04T09:00")
    form.locator("[name=files]").set_input_files({"name": "样品清单.csv", "mimeType": "text/csv", "buffer": "品名,数量\n".encode()})
    form.locator(".btnp").click()
    entry = desk.page.locator(".tl article", has_text=said)
    expect(entry).to_contain_text("样品清单.csv")
    expect(desk.value("下次跟进")).to_contain_text("2031")
    form = desk.edit("下一步")
    form.locator("[name=next_step]").fill("寄出样品")
    form.locator(".btnp").click()
    expect(desk.value("下一步")).to_contain_text("寄出样品")


@pytest.mark.feature("OPP-11")
def test_the_funnel_at_home_grows_with_an_opportunity(enter: Enter) -> None:
    desk, firm = enter("sales2"), fresh("南宁邕江糖业")

    def told() -> str:
        desk.go("/")
        tile = desk.page.locator("#tile-funnel, section[id*=funnel]").first
        expect(tile.locator("svg, .funnel, .fn").first).to_be_visible()
        return tile.inner_text()

    before = told()
    desk.customer(firm)
    desk.opportunity(f"{firm}扩建", firm, "7654321")
    assert told() != before


def test_the_second_pipeline_has_stages_of_its_own(enter: Enter) -> None:
    desk, firm = enter("sales"), fresh("拉萨高原矿泉")
    desk.customer(firm)
    desk.go("/opportunities/new/")
    desk.page.fill("#f-name", f"{firm}续约")
    desk.pick(desk.page.locator("#f-customer"), firm)
    desk.page.locator("#f-pipeline").select_option("renewal")
    desk.page.locator("#f-stage").select_option("")
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/opportunities/\d+/$"))
    expect(desk.page.locator(".path")).to_contain_text("续约准备")
    expect(desk.page.locator(".path")).not_to_contain_text("初步接洽")
    desk.go(f'/opportunities/?view=open&lane=renewal&where=["name","is","{firm}续约"]')
    expect(desk.page.locator('.col[data-to="renewal_plan"] .deal')).to_have_count(1)


@pytest.mark.feature("OPP-05")
def test_the_board_sums_each_stage_and_flags_what_stands_still(enter: Enter) -> None:
    desk = enter("director")
    desk.go("/opportunities/?view=stale&layout=board")
    flagged = desk.page.locator(".deal.stale .tag")
    expect(flagged.first).to_contain_text("天")
    for column in desk.page.locator(".col").all():
        if column.locator(".deal").count():
            assert re.search(r"\d", column.locator("[data-col-sum]").inner_text())
            assert int(re.search(r"\d+", column.locator("[data-col-count]").inner_text())[0]) >= column.locator(".deal").count()  # type: ignore[index]

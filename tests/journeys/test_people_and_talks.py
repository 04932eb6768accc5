"""Contacts, and what was said to them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh, still

SHANGHAI = ZoneInfo("Asia/Shanghai")


def contact(desk: Desk, name: str, customer: str, **values: str) -> int:
    """Create a contact by the full form."""
    desk.go("/contacts/new/")
    desk.page.fill("#f-name", name)
    desk.pick(desk.page.locator("#f-customer"), customer)
    for key, value in values.items():
        field = desk.page.locator(f"#f-{key}")
        field.select_option(value) if key == "role" else field.fill(value)
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/contacts/\d+/$"))
    return desk.id


@pytest.mark.feature("CON-01", "CON-04")
def test_a_contact_is_written_down_with_title_mobile_and_birthday_changed_and_thrown_away(enter: Enter) -> None:
    desk, firm, name = enter("sales"), fresh("合肥徽源机电"), fresh("赵明珠")
    desk.customer(firm)
    given = {"title": "采购总监", "mobile": "13800138000", "birthday": "1986-05-04", "hobbies": "围棋", "address": "望江路一号"}
    record = contact(desk, name, firm, role="decides", **given)
    for label, text in (("职务", "采购总监"), ("角色", "决策人"), ("爱好", "围棋"), ("地址", "望江路一号"), ("客户", firm)):
        expect(desk.value(label)).to_contain_text(text)
    expect(desk.value("生日")).to_contain_text(re.compile("1986|5月4日|5/4|05-04"))
    form = desk.edit("职务")
    form.locator("[name=title]").fill("副总经理")
    form.locator(".btnp").click()
    expect(desk.value("职务")).to_contain_text("副总经理")
    desk.go(f'/contacts/?view=mine&where=["name","is","{name}"]')
    expect(desk.row(name)).to_have_count(1)
    desk.go(f"/contacts/{record}/")
    desk.page.locator("main .head details.menu summary").click()
    desk.page.get_by_role("button", name="删除").click()
    desk.agree()
    desk.page.wait_for_url(re.compile(r"/contacts/$"))
    desk.go(f'/contacts/?view=mine&where=["name","is","{name}"]')
    expect(desk.row(name)).to_have_count(0)


@pytest.mark.feature("CON-02")
def test_one_contact_belongs_to_two_customers_and_is_seen_from_its_own_page(enter: Enter) -> None:
    desk, first, second, name = enter("sales"), fresh("芜湖江城轴承"), fresh("马鞍山钢联"), fresh("孙立人")
    desk.customer(first)
    desk.customer(second)
    record = contact(desk, name, first)
    desk.go(f"/contacts/{record}/edit/")
    desk.pick(desk.page.locator("#f-customers"), second)
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/contacts/\d+/$"))
    expect(desk.page.locator("main .rec .l")).to_contain_text(second)
    expect(desk.value("客户")).to_contain_text(first)


@pytest.mark.feature("CON-03")
def test_contacts_come_in_and_are_found_by_several_ways(enter: Enter) -> None:
    desk, firm, first, second = enter("sales"), fresh("淮南八公山豆业"), fresh("欧阳文轩"), fresh("司马静姝")
    customer = desk.customer(firm)
    contact(desk, first, firm, mobile="13655540001", role="buys")
    desk.go("/contacts/")
    modal = desk.quick("联系人")
    modal.locator("[name=name]").fill(second)
    desk.pick(modal.locator("#f-customer"), firm)
    modal.locator("[name=mobile]").fill("13655540002")
    modal.locator(".btnp").click()
    desk.toast("已保存")
    for where in (f'["customer","is",{customer}]', f'["customer.name","is","{firm}"]'):
        desk.go(f"/contacts/?view=all&where={where}")
        expect(desk.rows).to_have_count(2)
    desk.go(f'/contacts/?view=all&where=["and",["customer","is",{customer}],["role","in",["buys"]]]')
    expect(desk.rows).to_have_count(1)
    expect(desk.row(first)).to_be_visible()
    for asked in (second, "136 5554 0002"):
        desk.go(f"/_search/?q={asked}")
        expect(desk.page.locator("main")).to_contain_text(second)
    desk.go(f"/customers/{customer}/")
    expect(desk.page.locator("main .rec")).to_contain_text(second)


@pytest.mark.feature("CON-05")
def test_whoever_is_looked_up_by_the_sound_of_a_name_can_be_written_to(enter: Enter) -> None:
    desk, firm, name = enter("sales"), fresh("池州九华茶叶"), fresh("上官婉清")
    desk.customer(firm)
    contact(desk, name, firm, email="wanqing@example.com")
    desk.go("/")
    desk.page.locator("header.top [name=q]").fill("shangguanwanqing")
    desk.page.locator("#palette").get_by_text(name).click()
    expect(desk.page.locator('a[href="mailto:wanqing@example.com"]').first).to_be_visible()


def test_a_veiled_number_is_shown_on_request(enter: Enter) -> None:
    desk, firm = enter("sales"), fresh("南昌赣江陶瓷")
    desk.customer(firm, phone="13912345678")
    shown = desk.page.locator("main .phone").first
    expect(shown).not_to_contain_text("13912345678")
    with desk.page.expect_response(re.compile("/_reveal/phone/")):
        shown.get_by_role("button").click()
    expect(shown).to_contain_text("13912345678")


@pytest.mark.feature("ACT-01", "ACT-05", "ACT-12")
def test_a_call_is_written_down_with_the_next_one_and_comes_up_in_customer_and_list(enter: Enter) -> None:
    desk, firm, said = enter("sales"), fresh("郑州中原粮机"), fresh("报价已经发出")
    record = desk.customer(firm)
    tomorrow = (datetime.now(SHANGHAI) + timedelta(days=1)).replace(hour=9, minute=30)
    composer = desk.page.locator("form.compose")
    composer.locator("textarea").fill(said)
    composer.locator("[name=due]").fill(tomorrow.strftime("%Y-%m-%dT%H:%M"))
    composer.locator(".btnp").click()
    expect(desk.page.locator(".tl article", has_text=said)).to_contain_text("打电话")
    expect(desk.value("下次跟进")).to_contain_text("09:30")
    desk.go("/follow-ups/?view=mine")
    expect(desk.row(said)).to_contain_text(firm)
    desk.go(f"/customers/{record}/")
    expect(desk.page.locator(".tl article", has_text=said)).to_be_visible()


@pytest.mark.feature("ACT-03", "ACT-04")
def test_who_is_to_be_called_today_and_who_was_forgotten_each_have_their_list(enter: Enter) -> None:
    desk, today, late = enter("sales"), fresh("洛阳今日玻璃"), fresh("开封逾期面粉")
    now = datetime.now(SHANGHAI)
    for firm, moment in ((today, now.replace(hour=23, minute=59)), (late, now - timedelta(days=3))):
        desk.customer(firm, next_follow_up_at=moment.strftime("%Y-%m-%dT%H:%M"))
    for view, there, elsewhere in (("due", today, late), ("overdue", late, today)):
        desk.go(f'/customers/?view={view}&where=["name","in",["{today}","{late}"]]')
        expect(desk.row(there)).to_have_count(1)
        expect(desk.row(elsewhere)).to_have_count(0)
    desk.go("/")
    expect(desk.page.locator("main .todo").first).to_be_visible()


@pytest.mark.feature("ACT-02", "ACT-13")
def test_a_visit_keeps_place_purpose_way_and_direction_and_stands_among_the_visits(enter: Enter) -> None:
    desk, firm, said = enter("sales"), fresh("太原晋阳重工"), fresh("参观了新车间")
    desk.customer(firm)
    desk.go("/follow-ups/new/")
    desk.page.fill("[name=summary]", said)
    desk.pick(desk.page.locator("#f-customer"), firm)
    desk.page.locator("#f-mode").select_option("visit")
    desk.page.locator("#f-direction").select_option("into")
    desk.page.fill("#f-place", "新厂区二号门")
    desk.page.fill("#f-purpose", "确认安装条件")
    desk.page.fill("#f-happened_at", "2026-01-05T10:00")
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/follow-ups/\d+/$"))
    for label, text in (("地点", "新厂区二号门"), ("目的", "确认安装条件"), ("方向", "客户来访")):
        expect(desk.page.locator(".dl > div", has_text=label).filter(has_text=text).first).to_be_visible()
    for view, count in (("visits", 1), ("today", 0)):
        desk.go(f'/follow-ups/?view={view}&where=["summary","contains","{said}"]')
        expect(desk.row(said)).to_have_count(count)


def test_a_press_that_began_before_the_page_read_itself_anew_still_counts(enter: Enter, tmp_path: Path) -> None:
    desk, word = enter("sales"), fresh("附合同")
    desk.customer(fresh("大理洱海花卉"))
    paper = tmp_path / "合同.txt"
    paper.write_text("一式两份\n", encoding="utf-8")
    composer = desk.page.locator("form.compose")
    composer.locator(".tabs label", has_text="评论").click()
    composer.locator("textarea").fill(word)
    composer.locator("[name=files]").set_input_files(paper)
    composer.locator(".btnp").click()
    expect(desk.page.locator(".tl article", has_text=word)).to_be_visible()
    still(desk.page)
    desk.page.locator(".tl a.chip", has_text="合同.txt").hover()
    desk.page.mouse.down()
    with desk.page.expect_response(lambda answer: answer.url == desk.page.url):
        desk.page.evaluate("document.body.dispatchEvent(new CustomEvent('record:changed', { bubbles: true }))")
    desk.page.wait_for_timeout(300)  # time for what came to take the place of what is pressed
    desk.page.mouse.up()
    expect(desk.modal.locator(".reading")).to_have_text("一式两份")


def test_a_comment_and_a_file_stay_with_the_customer_and_the_file_comes_back_whole(enter: Enter, tmp_path: Path) -> None:
    desk, word = enter("sales"), fresh("请法务看一下")
    desk.customer(fresh("昆明滇池花卉"))
    paper = tmp_path / "报价单.txt"
    paper.write_text("单价 12.50 元\n", encoding="utf-8")
    composer = desk.page.locator("form.compose")
    composer.locator(".tabs label", has_text="评论").click()
    composer.locator("textarea").fill(word)
    composer.locator("[name=files]").set_input_files(paper)
    composer.locator(".btnp").click()
    expect(desk.page.locator(".tl article", has_text=word)).to_be_visible()
    desk.page.locator(".tl a.chip", has_text="报价单.txt").click()
    expect(desk.modal.locator(".reading")).to_have_text("单价 12.50 元")
    with desk.page.expect_download() as coming:
        desk.modal.get_by_role("link", name="下载 报价单.txt").click()
    assert coming.value.suggested_filename == "报价单.txt"
    assert Path(coming.value.path()).read_text(encoding="utf-8") == "单价 12.50 元\n"

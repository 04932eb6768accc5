"""A sales clerk writes customers down, mends them, throws one away and gets it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Enter, fresh


@pytest.mark.feature("CUS-01", "CUS-02")
def test_a_clerk_creates_a_customer_from_three_fields_and_edits_it_in_the_form(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("杭州晨溪软件")
    desk.go("/customers/")
    modal = desk.quick("客户")
    assert modal.locator(".field").count() == 3
    modal.locator("[name=name]").fill(name)
    modal.locator("[name=phone]").fill("13906712345")
    modal.locator("[name=level]").select_option("A")
    modal.locator(".btnp").click()
    desk.toast("已保存").get_by_role("link").click()
    expect(desk.page.locator("main h1")).to_have_text(name)
    number = desk.value("客户编号").inner_text()
    assert re.search(r"KH-\d{6}-\d+", number)
    desk.page.locator("main").get_by_role("link", name="编辑").click()
    desk.page.fill("#f-address", "文三路九十号")
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(desk.value("地址")).to_contain_text("文三路九十号")
    assert desk.value("客户编号").inner_text() == number


@pytest.mark.feature("CUS-07")
def test_a_channel_and_an_end_customer_are_entered_by_forms_of_their_own(enter: Enter) -> None:
    desk, dealer, client = enter("sales"), fresh("金华恒通商贸"), fresh("义乌小百货批发")
    desk.go("/customers/")
    desk.page.locator("main .head summary.btnp").click()
    desk.page.locator("main .head .pop .item", has_text="渠道客户").click()
    expect(desk.page.locator("#f-grade")).to_be_visible()
    assert desk.page.locator("#f-channel, #f-occupation, #f-type").count() == 0
    desk.page.fill("#f-name", dealer)
    desk.page.locator("#f-grade").select_option("regional")
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(desk.value("客户类型")).to_contain_text("渠道客户")
    expect(desk.value("渠道等级")).to_contain_text("区域代理")
    channel = desk.id
    desk.go("/customers/new/")
    desk.page.locator("main .head .seg").get_by_role("link", name="终端客户").click()
    assert desk.page.locator("#f-grade, #f-territory, #f-type").count() == 0
    desk.page.fill("#f-name", client)
    desk.pick(desk.page.locator("#f-channel"), dealer)
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(desk.value("客户类型")).to_contain_text("终端客户")
    desk.go(f"/customers/{channel}/")
    desk.page.get_by_role("link", name="渠道带来的客户").click()
    expect(desk.page.locator("main .rec")).to_contain_text(client)
    desk.go(f"/customers/{channel}/edit/")
    expect(desk.page.locator("#f-grade")).to_have_value("regional")
    assert desk.page.locator("#f-channel").count() == 0


@pytest.mark.feature("CUS-09")
def test_a_required_field_is_red_and_blocks_saving_until_it_is_filled(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("宁波海拓模具")
    desk.go("/customers/")
    modal = desk.quick("客户")
    field = modal.locator(".field.must", has=desk.page.locator("[name=name]"))
    modal.locator("[name=phone]").fill("0571-88881234")
    empty = field.locator("[name=name]").evaluate("e => getComputedStyle(e).backgroundColor")
    modal.locator(".btnp").click()
    expect(modal.locator('[data-field="name"] .error')).to_be_visible()
    expect(modal.locator("[name=phone]")).to_have_value(re.compile("88881234|8888 1234"))
    modal.locator("[name=name]").fill(name)
    red, green, blue = (int(part) for part in re.findall(r"\d+", empty)[:3])
    assert red > green
    assert red > blue
    modal.locator(".btnp").click()
    desk.toast("已保存")


def test_a_reason_goes_as_soon_as_the_field_is_corrected_and_a_likely_duplicate_stays(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("海拓轴承")
    desk.customer(f"{name}（宁波）有限公司")
    desk.go("/customers/")
    modal = desk.quick("客户")
    expect(modal.locator("[name=name]")).to_be_focused()
    modal.locator("[name=name]").fill(f"宁波{name}公司")
    modal.locator("[name=phone]").fill("没有")
    expect(modal.locator(".dups")).to_contain_text(name)
    modal.locator(".btnp").click()
    phone = modal.locator('[data-field="phone"]')
    expect(phone.locator(".error")).to_be_visible()
    expect(modal.locator(".dups")).to_contain_text(name)
    expect(phone.locator("input")).to_be_focused()
    phone.locator("input").fill("0574-88881234")
    expect(phone.locator(".error")).to_have_count(0)
    expect(phone).not_to_have_class(re.compile(r"\bbad\b"))
    expect(modal.locator(".dups")).to_contain_text(name)


@pytest.mark.feature("CUS-10")
def test_an_odd_sign_in_a_name_is_refused_and_nothing_typed_is_lost(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("苏州云锦")
    desk.go("/customers/new/")
    desk.page.fill("#f-name", f"{name}@#")
    desk.page.fill("#f-business", "丝绸制品的设计与销售")
    desk.page.locator("#f-source").select_option("referral")
    desk.page.click(".formfoot .btnp")
    expect(desk.page.locator('[data-field="name"] .error')).to_contain_text("#@")
    expect(desk.page.locator("#f-name")).to_have_value(f"{name}@#")
    expect(desk.page.locator("[name=business]")).to_have_value("丝绸制品的设计与销售")
    expect(desk.page.locator("#f-source")).to_have_value("referral")
    desk.page.fill("#f-name", f"{name}（中国）")
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(desk.value("来源")).to_contain_text("转介绍")


@pytest.mark.feature("CUS-11")
def test_while_a_name_is_typed_at_most_five_likely_doubles_are_shown_with_their_owner(enter: Enter) -> None:
    desk, word = enter("sales"), fresh("青岛澜图")
    for city in ("一", "二", "三", "四", "五", "六"):
        desk.customer(f"{word}精密仪器{city}分公司")
    desk.customer(f"{word}精密仪器有限公司")
    desk.go("/customers/")
    modal = desk.quick("客户")
    modal.locator("[name=name]").press_sequentially(f"{word}精密仪器(有限责任公司)", delay=5)
    hints = modal.locator("#dups li")
    expect(hints.filter(has_text=f"{word}精密仪器有限公司").first).to_contain_text("陈默")
    assert hints.count() <= 5


def test_a_value_is_edited_in_place_and_the_toast_puts_it_back(enter: Enter) -> None:
    desk = enter("sales")
    desk.customer(fresh("嘉兴安捷物流"), address="旧址一号")
    form = desk.edit("地址")
    form.locator("[name=address]").fill("新址二号")
    form.locator(".btnp").click()
    expect(desk.value("地址")).to_contain_text("新址二号")
    desk.undo()
    expect(desk.value("地址")).to_contain_text("旧址一号")


@pytest.mark.feature("CUS-03")
def test_deleting_asks_first_and_the_recycle_bin_gives_it_back(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("温州恒屹阀门")
    record = desk.customer(name)

    def throw_away() -> None:
        desk.page.locator("main .head details.menu summary").click()
        desk.page.get_by_role("button", name="删除").click()

    throw_away()
    expect(desk.page.locator("#ask")).to_be_visible()
    desk.page.locator("#ask [value=no]").click()
    desk.go(f"/customers/{record}/")
    expect(desk.page.locator("main h1")).to_have_text(name)
    throw_away()
    desk.agree()
    desk.page.wait_for_url(re.compile(r"/customers/$"))
    assert desk.page.goto(f"/customers/{record}/").status == 404  # type: ignore[union-attr]
    desk.go("/customers/_bin/")
    desk.page.fill("main [name=q]", name)
    desk.press("Enter")
    expect(desk.rows).to_have_count(1)
    desk.row(name).get_by_role("button", name="恢复").click()
    desk.toast("恢复")
    desk.go(f"/customers/{record}/")
    expect(desk.page.locator("main h1")).to_have_text(name)


@pytest.mark.feature("CUS-13")
def test_the_four_states_have_their_lists_and_a_customer_moves_between_them_on_the_path(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("厦门朗润光电")
    record = desk.customer(name, status="formal")
    states = {"potential": "潜在", "formal": "正式", "signed": "签约", "abandoned": "放弃"}

    def listed(code: str) -> bool:
        desk.go(f'/customers/?view={code}&where=["name","is","{name}"]')
        expect(desk.page.locator("nav.views a.on")).to_contain_text(states[code])
        return desk.row(name).count() == 1

    assert [code for code in states if listed(code)] == ["formal"]
    for code in ("signed", "abandoned", "potential"):
        desk.go(f"/customers/{record}/")
        desk.page.locator(".path").get_by_text(states[code], exact=True).click()
        expect(desk.page.locator(".path [aria-current=step]")).to_have_text(states[code])
        assert [each for each in states if listed(each)] == [code]


@pytest.mark.feature("CUS-14", "CUS-15", "CUS-16")
def test_level_tags_and_dictionary_values_are_chosen_shown_and_searched_by(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("成都蓉信传媒")
    desk.go("/customers/new/?form=channel")
    desk.page.fill("#f-name", name)
    for key, code in (("level", "B"), ("industry", "media"), ("source", "fair")):
        desk.page.locator(f"#f-{key}").select_option(code)
    desk.page.get_by_label("战略合作").check()
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    for label, text in (("行业", "文化传媒"), ("来源", "展会"), ("客户类型", "渠道客户"), ("标签", "战略合作")):
        expect(desk.value(label)).to_contain_text(text)
    for condition, found in (
        ('["tags","has",["strategic"]]', 1),
        ('["tags","has",["vip"]]', 0),
        ('["level","in",["B"]]', 1),
        ('["level","in",["A"]]', 0),
    ):
        desk.go(f'/customers/?view=mine&where=["and",["name","is","{name}"],{condition}]')
        expect(desk.row(name)).to_have_count(found)


@pytest.mark.feature("CUS-17")
def test_a_private_person_is_found_by_name_and_by_id_number(enter: Enter) -> None:
    desk, name, number = enter("sales"), fresh("欧阳若兰"), "11010519491231002X"
    desk.go("/customers/new/")
    desk.page.fill("#f-name", name)
    desk.page.locator("#f-person").check(force=True)
    desk.page.fill("#f-resident_id", "110105194912310021")
    desk.page.click(".formfoot .btnp")
    expect(desk.page.locator('[data-field="resident_id"] .error')).to_be_visible()
    desk.page.fill("[name=resident_id]", number)
    desk.page.fill("#f-occupation", "建筑师")
    desk.page.fill("#f-phone", "13700137000")
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(desk.value("职业")).to_contain_text("建筑师")
    for text in (number, name):
        desk.go("/")
        desk.press("Control+k")
        desk.page.keyboard.type(text)
        expect(desk.page.locator("#palette .hit").first).to_contain_text(name)


@pytest.mark.feature("CUS-23", "CUS-24")
def test_a_customer_shows_its_contacts_opportunities_subsidiaries_and_talks_in_one_place(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("西安秦川能源")
    record = desk.customer(name)
    desk.customer(f"{name}工程公司")
    desk.go(f"/customers/{desk.id}/edit/")
    desk.pick(desk.page.locator("#f-parent"), name)
    desk.page.click(".formfoot .btnp")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    desk.opportunity(f"{name}改造项目", name)
    desk.go(f"/customers/{record}/")
    related = desk.page.locator("#related")
    related.locator("a.btnt", has_text="添加").click()
    desk.modal.locator("[name=name]").fill("秦明远")
    desk.modal.locator(".btnp").click()
    expect(related.locator("tbody")).to_contain_text("秦明远")
    for tab, text in (("商机", f"{name}改造项目"), ("下级公司", f"{name}工程公司"), ("联系人", "秦明远")):
        related.locator("nav.tabs a", has_text=tab).click()
        expect(related.locator("tbody")).to_contain_text(text)


@pytest.mark.feature("CUS-25")
def test_every_change_stays_readable_with_its_old_and_new_value(enter: Enter) -> None:
    desk = enter("sales")
    desk.customer(fresh("长沙湘源食品"), preferences="看重交期")
    form = desk.edit("需求偏好")
    form.locator("[name=preferences]").fill("看重价格")
    form.locator(".btnp").click()
    expect(desk.value("需求偏好")).to_contain_text("看重价格")
    desk.page.locator("main .head details.menu summary").click()
    desk.page.get_by_role("button", name="历史").click()
    expect(desk.modal.locator("dl.diff", has_text="看重价格").first).to_contain_text("看重交期")
    expect(desk.modal).to_contain_text("陈默")

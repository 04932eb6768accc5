"""Public pools in a browser: handing back, claiming, being warned, the dry run and what it then does."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh


def hand_back(desk: Desk, reason: str, pool: str = "公司公海") -> None:
    """From the record on the screen."""
    desk.page.locator("main .head").get_by_role("button", name="退回公海").click()
    expect(desk.modal).to_be_visible()
    desk.modal.locator("#f-pool").select_option(label=pool)
    desk.modal.locator("#f-pool_reason").fill(reason)
    desk.modal.locator("button[type=submit]").click()
    desk.page.wait_for_url(re.compile(r"/customers/$"))


def open_pool(desk: Desk, name: str = "公司公海") -> None:
    """By the menu and its tab."""
    desk.go("/")
    desk.page.locator("nav.rail").get_by_role("link", name="客户公海").click()
    tab = desk.page.locator("nav.tabs").get_by_role("link", name=name)
    if tab.count():
        tab.click()
    expect(desk.page.locator("main h1")).to_have_text(name)


@pytest.mark.feature("OWN-01")
def test_what_one_hands_back_with_a_reason_another_claims(enter: Enter) -> None:
    owner, claimer, name = enter("sales2"), enter("sales"), fresh("莆田木兰溪机械")
    record = owner.customer(name, phone="13612345678")
    owner.page.locator("main .head").get_by_role("button", name="退回公海").click()
    owner.modal.locator("button[type=submit]").click()
    expect(owner.modal.locator(".error")).to_contain_text("请填写退回原因")
    owner.press("Escape")
    owner.go(f"/customers/{record}/")
    hand_back(owner, "客户今年没有预算")
    assert owner.page.request.get(f"/customers/{record}/").status == 404
    open_pool(claimer)
    row = claimer.row(name)
    expect(row).to_contain_text("客户今年没有预算")
    expect(row).to_contain_text("136****5678")
    row.get_by_role("button", name="领取").click()
    claimer.toast("领取")
    expect(claimer.row(name)).to_have_count(0)
    claimer.go(f"/customers/{record}/")
    expect(claimer.page.locator("main h1")).to_have_text(name)
    expect(claimer.value("负责人")).to_contain_text("陈默")
    expect(claimer.page.locator("#timeline")).to_contain_text("从公海领取了")
    open_pool(owner)
    expect(owner.row(name)).to_have_count(0)


@pytest.mark.feature("OWN-01")
def test_the_previous_owner_is_told_when_he_may_claim_again(enter: Enter) -> None:
    owner, name = enter("sales2"), fresh("漳州水仙花卉")
    owner.customer(name)
    hand_back(owner, "暂时没有时间跟进")
    open_pool(owner)
    owner.row(name).locator("input[data-select]").check()
    owner.page.locator("[data-bulk]").get_by_role("button", name="领取").click()
    owner.toast("冷却期内不能领取")


@pytest.mark.feature("OWN-01")
def test_a_manager_gives_what_lies_in_the_pool_to_a_member(enter: Enter) -> None:
    owner, chief, name = enter("sales2"), enter("director"), fresh("三明竹木制品")
    record = owner.customer(name)
    hand_back(owner, "不在我的区域")
    open_pool(chief)
    chief.row(name).locator("input[data-select]").check()
    chief.page.locator("[data-bulk]").get_by_role("button", name="分配").click()
    chief.modal.locator("#f-owner").select_option(label="陈默")
    chief.modal.locator("button[type=submit]").click()
    chief.toast()
    chief.go(f"/customers/{record}/")
    expect(chief.value("负责人")).to_contain_text("陈默")


@pytest.mark.feature("OWN-01")
def test_the_dry_run_says_who_falls_and_the_run_lets_him_fall(enter: Enter) -> None:
    seller, office = enter("sales2"), enter("business")
    seller.go("/customers/?view=mine&sort=last_follow_up_at")
    forgotten = seller.rows.first.locator(".stick").inner_text()
    pool = fresh("预演公海")
    office.go("/pools/new/")
    office.page.fill("#f-name", pool)
    office.page.fill("#f-warning_days", "0")
    office.page.locator("#f-recycles").check()
    office.page.locator(".formfoot .btnp").click()
    office.page.wait_for_url(re.compile(r"/pools/\d+/$"))
    number = office.id
    office.go(f"/pool-rules/new/?pool={number}")
    office.page.fill("#f-name", "一周未跟进")
    office.page.fill("#f-days", "1")
    where = json.dumps(["name", "is", forgotten])
    office.page.locator("#f-where").evaluate("(field, text) => { field.value = text }", where)
    office.page.locator(".formfoot .btnp").click()
    office.page.wait_for_url(re.compile(r"/pool-rules/\d+/$"))
    office.go(f"/pool-{number}/")
    office.page.locator("main .head").get_by_role("link", name="回收预演").click()
    expect(office.page.locator("#list")).to_contain_text(forgotten)
    expect(office.page.locator("#list tbody tr")).to_have_count(1)
    expect(office.page.locator("#list")).to_contain_text("一周未跟进")
    office.page.get_by_role("button", name="立即执行").click()
    office.agree()
    expect(office.page.locator(".toast").last).to_contain_text("已回收 1 个客户")
    office.go(f"/pool-{number}/")
    expect(office.row(forgotten)).to_contain_text("一周未跟进")
    seller.go(f'/customers/?view=all&where=["name","is","{forgotten}"]')
    expect(seller.page.locator("#list")).not_to_contain_text(forgotten)


@pytest.mark.feature("OWN-01")
def test_who_is_warned_in_his_to_do_writes_a_follow_up_and_keeps_the_customer(enter: Enter) -> None:
    seller = enter("sales")
    seller.go("/")
    tile = seller.page.locator("#tile-agenda")
    warned = tile.locator(".todo", has_text="公海").first
    expect(warned).to_contain_text("天后")
    name = warned.locator("b").inner_text()
    warned.locator("a").click()
    expect(seller.page.locator("main h1")).to_have_text(name)
    seller.page.locator("#timeline textarea").first.fill("电话沟通，约下周见面")
    seller.page.locator("#timeline form button[type=submit], #timeline form .btnp").first.click()
    expect(seller.page.locator("#timeline")).to_contain_text("约下周见面")
    seller.go("/")
    expect(tile.locator(".todo", has_text=name)).to_have_count(0)

"""An administrator sets up a way out for text messages, and a saleswoman writes to a customer from its record."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh
from tests.journeys.outside import Outside

NUMBER = "13812345678"


@pytest.mark.feature("INT-05")
def test_text_messages_go_out_by_a_service_that_the_company_chose(enter: Enter, outside: Outside) -> None:
    if os.environ.get("GUANXI_JOURNEYS_AT"):
        pytest.skip("This house calls nobody on this machine: it was not started by the journeys")
    admin, clerk = enter("admin"), enter("sales")
    channel, customer = fresh("云信通"), fresh("云深机电有限公司")
    set_up(admin, channel, outside)
    number = clerk.customer(customer, phone=NUMBER)
    written(clerk, "这一条要撤回")
    taken_back(clerk)
    written(clerk, "您好，资料已寄出。")
    assert outside.next() == {"mobile": NUMBER, "content": "【云深】您好，资料已寄出。"}
    on_record(clerk, number)
    assert outside.taken.empty()
    removed(admin, channel)


def set_up(admin: Desk, name: str, outside: Outside) -> None:
    """A wrong key is refused by the service in its words; the right one sends a trial."""
    page = admin.page
    admin.go("/admin/")
    page.locator("main").get_by_role("link", name="发送通道").click()
    page.locator(".setting", has_text="其他短信服务").get_by_role("link", name="设置").click()
    page.fill("#f-name", name)
    page.fill("#f-says-address", f"http://{outside.host}/sms")
    page.fill("#f-says-signature", "【云深】")
    page.fill("#f-says-header", "X-Key")
    page.fill("#f-says-secret", "wrong")
    page.fill("#f-says-taken", '"code":0')
    page.locator(".formfoot .btnp").click()
    expect(admin.toast("已保存")).to_be_visible()
    trial(admin)
    expect(admin.toast("密钥不对")).to_have_class(re.compile("error"))
    page.fill("#f-says-secret", outside.KEY)
    page.locator(".formfoot .btnp").click()
    expect(admin.toast("已保存")).to_be_visible()
    trial(admin)
    expect(admin.toast("服务已接受")).to_be_visible()
    tried = outside.next()
    assert tried["mobile"] == NUMBER
    assert name in tried["content"]


def trial(admin: Desk) -> None:
    admin.page.fill("#f-to", NUMBER)
    admin.page.get_by_role("button", name="发送测试").click()


def writing(clerk: Desk) -> None:
    clerk.page.locator("main .head summary[aria-label=更多]").click()
    clerk.page.get_by_role("button", name="写信", exact=True).click()
    expect(clerk.modal.get_by_role("heading", name="写信")).to_be_visible()


def written(clerk: Desk, words: str) -> None:
    """Without a template, to the number of the customer, which stays masked."""
    modal = clerk.modal
    writing(clerk)
    modal.get_by_role("button", name="短信", exact=True).click()
    modal.locator("[data-body]").fill(words)
    expect(modal).not_to_contain_text(NUMBER)
    modal.get_by_role("button", name="发送短信").click()
    expect(modal).to_be_hidden()


def taken_back(clerk: Desk) -> None:
    """From the line at the foot of the screen, within its ten seconds."""
    clerk.toast("即将发出").get_by_role("button", name="撤销").click()
    expect(clerk.toast("已撤回")).to_be_visible()


def on_record(clerk: Desk, number: int) -> None:
    """One is an entry of the story, the other was not sent."""
    page, modal = clerk.page, clerk.modal
    entry = page.locator("#stream .tl", has_text="您好，资料已寄出。")
    for _try in range(10):  # the service has it a moment before its entry is written
        clerk.go(f"/customers/{number}/")
        if entry.count():
            break
        page.wait_for_timeout(500)
    expect(entry).to_be_visible()
    expect(entry).not_to_contain_text("这一条要撤回")
    page.locator("main .head summary[aria-label=更多]").click()
    page.get_by_role("button", name="已发消息").click()
    lines = modal.locator(".setting")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text(re.compile(r"138\*\*\*\*5678\s*服务已接受"))
    expect(lines.last).to_contain_text("已撤回")
    clerk.press("Escape")


def removed(admin: Desk, name: str) -> None:
    """What was sent stays on record; nothing goes out by it any more."""
    expect(admin.page.locator("h1")).to_have_text(name)
    admin.page.get_by_role("button", name="移除").click()
    admin.agree()
    expect(admin.toast("已移除")).to_be_visible()
    expect(admin.page.locator("main")).not_to_contain_text(name)

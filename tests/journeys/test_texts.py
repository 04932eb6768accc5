"""An administrator keeps a text ready beside a look at it, and a saleswoman writes with it on her phone."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh
from tests.journeys.finger import PHONE

#: A folder for pictures of what is seen, for who wants to look.
SHOTS = os.environ.get("GUANXI_SHOTS", "")


def shot(desk: Desk, name: str) -> None:
    if SHOTS:
        desk.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def test_a_text_is_made_by_hand_and_written_with_on_a_phone(enter: Enter) -> None:
    admin, clerk = enter("business"), enter("sales", **PHONE)
    mail, phrase, customer = fresh("报价跟进"), fresh("已致电"), fresh("云深机电有限公司")
    number = clerk.customer(customer, phone="13812345678", email="li@example.com")
    mail_made(admin, mail, customer)
    phrase_made(admin, phrase)
    written(clerk, mail, phrase, customer, number)
    put_in(clerk, phrase, customer, number)


def mail_made(admin: Desk, name: str, customer: str) -> None:
    """With tags from the list; one that there is not is named at once."""
    page, look = admin.page, admin.page.locator("#look")
    admin.go("/admin/texts/new/?of=customers")
    page.fill("#f-zh", name)
    page.locator("#f-subject").fill("致")
    page.locator("[data-tag]").select_option("name")
    expect(page.locator("#f-subject")).to_have_value("致{{name}}")
    page.fill("#f-body", "您好，{{nmae}}")
    expect(look.locator(".note")).to_contain_text("nmae")
    page.fill("#f-body", "您好，")
    page.locator("[data-tag]").select_option("name")
    page.locator("#f-body").press("End")
    page.keyboard.type("！附上报价。")
    expect(look.locator(".said")).to_contain_text("您好，")
    admin.pick(page.locator("#f-sample"), customer)
    expect(look.locator(".said")).to_contain_text(f"您好，{customer}！")
    shot(admin, "text-editor")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(admin.toast("已保存")).to_be_visible()


def phrase_made(admin: Desk, name: str) -> None:
    """A phrase has no subject."""
    page = admin.page
    admin.go("/admin/texts/new/?of=customers")
    page.select_option("#f-sort", "phrase")
    expect(page.locator("#f-subject")).to_be_hidden()
    page.fill("#f-zh", name)
    page.fill("#f-body", "已致电{{name}}，客户表示")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(admin.toast("已保存")).to_be_visible()


def written(clerk: Desk, name: str, phrase: str, customer: str, number: int) -> None:
    """Filled, changed, for the mail program, and then kept as a follow-up."""
    page, modal = clerk.page, clerk.modal
    clerk.go(f"/customers/{number}/")
    page.locator("main .head summary[aria-label=更多]").click()
    page.get_by_role("button", name="写信", exact=True).click()
    expect(modal.get_by_role("button", name="用短信打开")).to_have_count(0)
    modal.get_by_role("button", name=phrase).click()
    expect(modal.get_by_role("button", name="用短信打开")).to_be_visible()
    modal.get_by_role("button", name=name).click()
    text = modal.locator("[data-body]")
    expect(text).to_have_value(f"您好，{customer}！附上报价。")
    text.fill(f"您好，{customer}！\n价格 & 交期?")
    link = modal.locator("[data-mailto]").get_attribute("href") or ""
    assert link.startswith("mailto:li@example.com?subject=")
    assert unquote(link.split("&body=")[1]) == f"您好，{customer}！\r\n价格 & 交期?"
    assert link.count("&") == 1
    shot(clerk, "text-writing")
    modal.get_by_role("button", name="写成跟进").click()
    expect(modal).to_be_hidden()
    expect(page.locator("#stream textarea[name=text]")).to_have_value(re.compile("价格 & 交期"))
    page.locator("#stream .compose button[type=submit]").click()
    expect(page.locator("#stream .tl")).to_contain_text("价格 & 交期?")


def put_in(clerk: Desk, name: str, customer: str, number: int) -> None:
    """A phrase goes where the cursor stands, and what was typed stays."""
    page = clerk.page
    text = page.locator("#stream textarea[name=text]")
    text.fill("上午：")
    page.locator("#stream summary", has_text="常用语").click()
    shot(clerk, "text-phrases")
    page.locator("#stream").get_by_role("button", name=name).click()
    expect(text).to_have_value(f"上午：已致电{customer}，客户表示")

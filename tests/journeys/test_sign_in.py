"""From the invitation to the first look at customers, where a role asks for a second factor; and a session that ends too early."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh

OWN = "Qing-shan-2026"


def code(secret: str, *, later: int = 0) -> str:
    """What the phone shows."""
    return format_hotp_value(hotp_value(secret.replace(" ", ""), int(time.time()) // 30 + later))


def chooses_password(guest: Desk, initial: str) -> None:
    """The first thing that is asked of whoever comes in with an initial password."""
    guest.page.wait_for_url("**/settings/password/")
    for field, text in (("old", initial), ("new", OWN), ("again", OWN)):
        guest.page.fill(f"#f-{field}", text)
    guest.page.locator(".formfoot .btnp").click()


def logs_in(desk: Desk, login: str, password: str) -> None:
    desk.go("/login/")
    desk.page.fill("#login", login)
    desk.page.fill("#password", password)
    desk.page.click("form .btnp")


def invited(admin: Desk, name: str) -> tuple[str, str]:
    """A new account with the roles of sales; its login and initial password."""
    admin.go("/admin/accounts/new/")
    admin.page.get_by_label("新员工姓名").fill(name)
    expect(admin.page.locator("#f-login")).not_to_have_value("")
    admin.page.get_by_role("button", name="继续").last.click()
    admin.page.locator("#f-like").select_option(admin.page.locator("#f-like option", has_text="（sales）").get_attribute("value"))
    admin.page.get_by_role("button", name="保存", exact=True).last.click()
    return admin.page.locator("main .dl b").inner_text(), admin.page.locator("code.secret").inner_text()


@pytest.mark.feature("USR-01", "USR-06", "USR-07")
def test_an_invitation_ends_with_a_second_factor_where_a_role_asks_for_it(enter: Enter, window: Any) -> None:
    admin, role, name = enter("admin"), fresh("机密"), fresh("钱小来")
    login, initial = invited(admin, name)
    admin.go("/admin/access/")
    admin.page.get_by_role("button", name="新建角色").click()
    admin.modal.locator("#f-name").fill(role)
    admin.modal.locator("[type=submit]").click()
    admin.page.wait_for_url("**/admin/roles/*/")
    admin.page.get_by_role("button", name="要求", exact=True).click()
    expect(admin.page.locator("main .tag", has_text="必须使用")).to_be_visible()
    admin.page.locator("#f-user").select_option(label=f"{name}（{login}）")
    admin.page.get_by_role("button", name="授予角色").click()
    guest: Desk = window()
    logs_in(guest, login, initial)
    chooses_password(guest, initial)
    guest.page.wait_for_url("**/settings/second/")
    guest.go("/customers/")
    guest.page.wait_for_url("**/settings/second/")
    expect(guest.page.locator("img.qr")).to_be_visible()
    assert guest.page.locator("img.qr").evaluate("e => e.naturalWidth") > 0
    secret = guest.page.locator("code.key").inner_text()
    guest.page.fill("#f-code", code(secret))
    guest.page.fill("#f-password", OWN)
    guest.page.locator(".formfoot .btnp").click()
    expect(guest.page.locator("ol.codes li")).to_have_count(10)
    with guest.page.expect_download() as download:
        guest.page.get_by_role("link", name="下载").click()
    assert download.value.suggested_filename == "guanxi-recovery-codes.txt"
    recovery = guest.page.locator("ol.codes li").first.inner_text()
    guest.page.get_by_role("link", name="我已保存").click()
    guest.go("/customers/")
    expect(guest.page.locator("main h1")).to_have_text("客户")
    guest.page.locator("header.top summary.ava").click()
    guest.page.get_by_role("button", name="退出").click()
    logs_in(guest, login, OWN)
    guest.page.wait_for_url("**/login/second/**")
    guest.page.fill("#code", "000000")
    guest.page.click("form .btnp")
    expect(guest.page.get_by_role("alert")).to_contain_text("验证码错误")
    guest.page.fill("#code", code(secret, later=1))
    guest.page.click("form .btnp")
    guest.page.wait_for_url("**/")
    second: Desk = window()
    logs_in(second, login, OWN)
    second.page.fill("#code", recovery)
    second.page.click("form .btnp")
    second.page.wait_for_url("**/")


def test_a_form_that_took_longer_than_the_session_is_saved_after_logging_in_elsewhere(enter: Enter, window: Any) -> None:
    admin = enter("admin")
    login, initial = invited(admin, fresh("钱慢"))
    desk: Desk = window()
    logs_in(desk, login, initial)
    desk.page.wait_for_url("**/settings/password/")
    for field, text in (("old", initial), ("new", OWN), ("again", OWN)):
        desk.page.fill(f"#f-{field}", text)
    desk.page.locator(".formfoot .btnp").click()
    desk.page.wait_for_url("**/settings/")
    name = fresh("慢慢公司")
    desk.page.clock.install()
    desk.go("/customers/new/")
    desk.page.fill("#f-name", name)
    desk.page.fill("[name=remark]", "写了很久")
    desk.page.clock.fast_forward("20:00")
    desk.page.context.clear_cookies(name="guanxi_session")
    desk.page.locator(".formfoot .btnp").click()
    dialog = desk.page.locator("#stay")
    expect(dialog).to_contain_text("没有丢失")
    dialog.get_by_role("button", name="我已登录").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    with desk.page.context.expect_page() as opened:
        dialog.get_by_role("link", name="在新标签页登录").click()
    other = Desk(opened.value)
    other.page.fill("#login", login)
    other.page.fill("#password", OWN)
    other.page.click("form .btnp")
    other.page.wait_for_url("**/")
    dialog.get_by_role("button", name="我已登录").click()
    desk.page.wait_for_url("**/customers/*/")
    expect(desk.page.locator("main h1")).to_contain_text(name)
    expect(desk.page.locator("main")).to_contain_text("写了很久")


@pytest.mark.feature("USR-01")
def test_one_ends_the_session_of_a_lost_phone(enter: Enter, window: Any) -> None:
    admin = enter("admin")
    login, initial = invited(admin, fresh("钱丢"))
    phone, desk = window(), window()
    logs_in(phone, login, initial)
    phone.page.wait_for_url("**/settings/password/")
    for field, text in (("old", initial), ("new", OWN), ("again", OWN)):
        phone.page.fill(f"#f-{field}", text)
    phone.page.locator(".formfoot .btnp").click()
    phone.page.wait_for_url("**/settings/")
    logs_in(desk, login, OWN)
    desk.page.wait_for_url("**/")
    desk.go("/settings/sessions/")
    expect(desk.page.locator("main .setting")).to_have_count(2)
    desk.page.get_by_role("button", name="结束会话").click()
    expect(desk.page.locator("main .setting")).to_have_count(1)
    phone.go("/customers/")
    phone.page.wait_for_url("**/login/**")


def device(desk: Desk) -> Any:
    """A key in the browser that asks for a finger and always gets it."""
    session = desk.page.context.new_cdp_session(desk.page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    options |= {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


@pytest.mark.feature("USR-01")
def test_a_passkey_is_a_second_factor_and_replaces_the_password(enter: Enter, window: Any, house: str) -> None:
    login, initial = invited(enter("admin"), fresh("钱通"))
    desk: Desk = window(base_url=house.replace("127.0.0.1", "localhost"))
    key = device(desk)
    logs_in(desk, login, initial)
    desk.page.wait_for_url("**/settings/password/")
    for field, text in (("old", initial), ("new", OWN), ("again", OWN)):
        desk.page.fill(f"#f-{field}", text)
    desk.page.locator(".formfoot .btnp").click()
    desk.page.wait_for_url("**/settings/")
    desk.go("/settings/second/")
    desk.page.fill("#f-name", "办公室电脑")
    desk.page.fill("#f-key-password", "wrong")
    desk.page.get_by_role("button", name="添加通行密钥").click()
    expect(desk.page.locator("[data-passkey-error]")).to_contain_text("密码")
    desk.page.fill("#f-key-password", OWN)
    desk.page.get_by_role("button", name="添加通行密钥").click()
    expect(desk.page.locator("ol.codes li")).to_have_count(10)
    desk.go("/settings/second/")
    expect(desk.page.locator("main")).to_contain_text("办公室电脑")
    leave(desk)
    logs_in(desk, login, OWN)
    desk.page.wait_for_url("**/login/second/**")
    desk.page.get_by_role("button", name="使用通行密钥").click()
    desk.page.wait_for_url(re.compile(r"localhost:\d+/$"))
    leave(desk)
    desk.page.get_by_role("button", name="使用通行密钥").click()
    desk.page.wait_for_url(re.compile(r"localhost:\d+/$"))
    desk.go("/settings/")
    expect(desk.page.locator("main")).to_contain_text(login)
    desk.go("/settings/second/")
    line = desk.page.locator(".setting", has_text="办公室电脑")
    line.locator("summary").click()
    line.locator("[name=password]").fill(OWN)
    line.get_by_role("button", name="移除").click()
    desk.toast("已移除通行密钥")
    leave(desk)
    desk.page.get_by_role("button", name="使用通行密钥").click()
    expect(desk.page.get_by_role("alert").first).to_contain_text("通行密钥")
    key.detach()


def leave(desk: Desk) -> None:
    """Log out by the menu."""
    desk.page.locator("header.top summary.ava").click()
    desk.page.get_by_role("button", name="退出").click()
    desk.page.wait_for_url("**/login/")

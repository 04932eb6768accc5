"""Other ways in than one's own password: a sign-on service, asking for an account, and a licence that is shared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh
from tests.journeys.test_sign_in import OWN, chooses_password, invited, leave, logs_in
from tests.security.provider import CLIENT, SECRET, Service, serving


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        running.asks = True
        yield running


def set_up(admin: Desk, service: Service, name: str) -> None:
    """An administrator enters the sign-on service."""
    admin.go("/admin/providers/new/")
    inside = urlsplit(service.issuer).netloc
    for field, text in (("name", name), ("issuer", service.issuer), ("client_id", CLIENT), ("secret", SECRET), ("inside", inside)):
        admin.page.fill(f"#f-{field}", text)
    admin.page.locator(".formfoot .btnp").click()
    expect(admin.page.locator("code.key")).to_contain_text("/back/")


def by_service(desk: Desk, name: str) -> None:
    """From the login page to the service, and on."""
    desk.page.get_by_role("link", name=name).click()
    expect(desk.page.get_by_role("heading", name="Staff")).to_be_visible()
    desk.page.get_by_role("link", name="Go on").click()


@pytest.mark.feature("USR-01")
def test_a_sign_on_service_opens_the_house_to_whom_it_is_linked_and_a_refusal_says_what_to_do(
    enter: Enter, window: Any, house: str, service: Service
) -> None:
    admin, name = enter("admin"), fresh("统一认证")
    set_up(admin, service, name)
    desk: Desk = window(base_url=house.replace("127.0.0.1", "localhost"))
    refusal = desk.page.get_by_role("alert")
    desk.go("/login/")
    service.who = {"sub": fresh("s")}
    by_service(desk, name)
    expect(refusal).to_contain_text("请用密码登录后在个人设置中关联，或联系系统管理员")
    logs_in(desk, "readonly", "guanxi-demo")
    desk.page.wait_for_url(re.compile(r"localhost:\d+/$"))
    desk.go("/settings/identities/")
    card = desk.page.locator("form.card0", has_text=name)
    card.locator("[name=password]").fill("guanxi-demo")
    card.get_by_role("button").click()
    desk.page.locator("a.btnp", has_text=name).click()
    desk.page.get_by_role("link", name="Go on").click()
    desk.toast(name)
    leave(desk)
    service.refuses, service.asks = True, False
    desk.page.get_by_role("link", name=name).click()
    expect(refusal).to_contain_text("认证服务未允许您登录。请重试，或用密码登录，或联系管理员。")
    desk.go("/customers/")
    desk.page.wait_for_url("**/login/?next=**")
    service.refuses, service.asks = False, True
    by_service(desk, name)
    desk.page.wait_for_url("**/customers/")
    expect(desk.page.locator("main h1")).to_have_text("客户")
    leave(desk)
    admin.page.locator("#f-active").uncheck()
    with admin.page.expect_navigation():  # the word of the save before may stand there still
        admin.page.locator(".formfoot .btnp").click()
    admin.toast("已保存")
    desk.go("/login/")
    expect(desk.page.get_by_role("link", name=name)).to_have_count(0)


def opens_registration(admin: Desk, *, open_: bool) -> None:
    admin.go("/admin/registrations/")
    admin.page.get_by_label("允许在登录页申请账号").set_checked(open_)
    admin.page.locator("#f-notice").fill("请填写真实姓名，管理员会电话核实。" if open_ else "")
    admin.page.locator(".formfoot .btnp").click()
    admin.toast("已保存")


def asks(window: Any, name: str, phone: str) -> Desk:
    """A stranger finds the way from the login page and sends his request."""
    desk: Desk = window()
    desk.go("/login/")
    desk.page.get_by_role("link", name="没有账号？申请注册").click()
    expect(desk.page.locator("main")).to_contain_text("管理员会电话核实")
    desk.page.get_by_role("link", name="已阅读，继续").click()
    desk.page.fill("#name", name)
    desk.page.fill("#phone", phone)
    desk.page.fill("#department", "华东一部")
    desk.page.get_by_label("我已阅读").check()
    desk.page.get_by_role("button", name="提交申请").click()
    expect(desk.page.locator("main")).to_contain_text("申请已提交")
    return desk


@pytest.mark.feature("USR-05")
def test_a_stranger_asks_for_an_account_waits_and_comes_in_once_an_administrator_agrees(enter: Enter, window: Any) -> None:
    admin, welcome, unwanted = enter("admin"), fresh("钱新人"), fresh("钱陌生")
    opens_registration(admin, open_=True)
    guest, stranger = asks(window, welcome, "13800139001"), asks(window, unwanted, "13800139002")
    guest.page.get_by_role("link", name="返回登录").click()
    logs_in(guest, welcome, OWN)
    expect(guest.page.get_by_role("alert")).to_contain_text("错误")
    admin.go("/admin/registrations/")
    line = admin.page.locator("article.asking", has_text=unwanted)
    line.get_by_role("button", name="拒绝").click()
    expect(line.get_by_role("alert")).to_be_visible()
    line.get_by_label("拒绝理由").fill("查无此人")
    line.get_by_role("button", name="拒绝").click()
    expect(line).to_have_count(0)
    admin.page.locator("article.asking", has_text=welcome).get_by_role("link", name="开通账号").click()
    expect(admin.page.get_by_label("新员工姓名")).to_have_value(welcome)
    login = admin.page.locator("#f-login").input_value()
    admin.page.get_by_role("button", name="继续").last.click()
    expect(admin.page.locator("#f-phone")).to_have_value(re.compile("13800139001$"))
    admin.page.locator("#f-like").select_option(admin.page.locator("#f-like option", has_text="（sales）").get_attribute("value"))
    admin.page.get_by_role("button", name="保存", exact=True).last.click()
    initial = admin.page.locator("code.secret").inner_text()
    logs_in(guest, login, initial)
    chooses_password(guest, initial)
    guest.page.wait_for_url("**/settings/")
    guest.go("/customers/")
    expect(guest.page.locator("main h1")).to_have_text("客户")
    logs_in(stranger, unwanted, initial)
    expect(stranger.page.get_by_role("alert")).to_contain_text("错误")
    opens_registration(admin, open_=False)
    expect(admin.page.locator("main")).to_contain_text("查无此人")
    stranger.go("/login/")
    expect(stranger.page.get_by_role("link", name="没有账号？申请注册")).to_have_count(0)


def ceiling(admin: Desk, most: str) -> None:
    admin.go("/admin/licences/")
    admin.page.locator("#f-ceiling").fill(most)
    admin.page.locator(".formfoot .btnp").click()
    admin.toast("已保存")


def shares(admin: Desk, name: str) -> tuple[str, str]:
    """A new colleague who works in shifts; his login and initial password."""
    found = invited(admin, name)
    admin.go("/admin/licences/")
    admin.page.locator("#f-user").select_option(label=f"{name}（{found[0]}）")
    admin.page.get_by_role("button", name="改用并发许可").click()
    admin.toast("已保存")
    return found


@pytest.mark.feature("USR-11")
def test_the_last_shared_licence_is_told_when_it_is_taken_and_what_was_written_waits_until_it_is_free(enter: Enter, window: Any) -> None:
    admin, name, company = enter("admin"), fresh("钱早班"), fresh("早班公司")
    early, late = shares(admin, name), shares(admin, fresh("钱晚班"))
    desk, other = window(), window()
    logs_in(desk, *early)
    desk.page.wait_for_url("**/settings/password/")
    for field, text in (("old", early[1]), ("new", OWN), ("again", OWN)):
        desk.page.fill(f"#f-{field}", text)
    desk.page.locator(".formfoot .btnp").click()
    desk.page.wait_for_url("**/settings/")
    desk.page.clock.install()
    desk.go("/customers/new/")
    desk.page.fill("#f-name", company)
    desk.page.clock.fast_forward("05:00")
    ceiling(admin, "1")
    logs_in(other, *late)
    full = other.page.get_by_role("alert")
    expect(full).to_contain_text("1 个并发许可已全部占用。请等同事退出后再试，或联系本公司管理员。")
    expect(full).not_to_contain_text(name)
    expect(other.page.locator("#login")).to_have_value(late[0])
    admin.page.get_by_role("link", name=name).click()
    admin.page.get_by_role("button", name="结束所有会话").click()
    admin.agree()
    admin.toast("所有会话均已结束")
    other.page.fill("#password", late[1])
    other.page.click("form .btnp")
    other.page.wait_for_url("**/settings/password/")
    desk.page.locator(".formfoot .btnp").click()
    dialog = desk.page.locator("#stay")
    expect(dialog).to_contain_text("没有丢失")
    with desk.page.context.expect_page() as opened:
        dialog.get_by_role("link", name="在新标签页登录").click()
    tab = Desk(opened.value)
    tab.page.fill("#login", early[0])
    tab.page.fill("#password", OWN)
    tab.page.click("form .btnp")
    expect(tab.page.get_by_role("alert")).to_contain_text("已全部占用")
    leave(other)
    tab.page.fill("#password", OWN)
    tab.page.click("form .btnp")
    tab.page.wait_for_url("**/")
    dialog.get_by_role("button", name="我已登录").click()
    desk.page.wait_for_url("**/customers/*/")
    expect(desk.page.locator("main h1")).to_contain_text(company)
    leave(desk)
    ceiling(admin, "")

"""An administrator looks after the tree of departments and after accounts, from the first login to the last day."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh


def came_in(window: Any, login: str, password: str) -> Desk:
    """Somebody logs in for the first time and is asked for a password of his own."""
    desk: Desk = window()
    desk.go("/login/")
    desk.page.fill("#login", login)
    desk.page.fill("#password", password)
    desk.page.click("form .btnp")
    desk.page.wait_for_url("**/settings/password/")
    return desk


@pytest.mark.feature("HRM-01")
def test_a_department_is_founded_moved_renamed_and_merged(enter: Enter) -> None:
    admin, name = enter("admin"), fresh("华北三部")
    admin.go("/admin/departments/")
    admin.page.get_by_role("button", name="新建部门").click()
    admin.modal.get_by_label("部门名称").fill(name)
    admin.modal.get_by_role("button", name="新建").click()
    line = admin.page.locator("table.tree tr", has_text=name)
    expect(line).to_be_visible()
    admin.page.locator("#f-above").select_option(label="　华东一部")
    admin.page.get_by_role("button", name="移动").click()
    expect(line.locator(".d2")).to_be_visible()
    admin.page.locator("#panel #f-name").fill(f"{name}甲")
    admin.page.locator("#f-head").select_option(index=1)
    admin.page.get_by_role("button", name="保存").click()
    expect(admin.page.locator("#panel h2")).to_have_text(f"{name}甲")
    admin.page.locator("#f-into").select_option(label="　华南二部")
    admin.page.get_by_role("button", name="合并").click()
    admin.agree()
    expect(admin.page.locator("#panel h2 .tag")).to_have_text("已停用")
    admin.go("/admin/departments/")
    admin.page.locator("table.tree a", has_text="华东一部").click()
    admin.page.get_by_role("button", name="停用部门").click()
    expect(admin.page.locator("#panel .note")).to_contain_text("并入其他部门")


@pytest.mark.feature("USR-06", "USR-08", "USR-10", "USR-12")
def test_a_new_colleague_is_given_an_account_comes_in_and_is_locked_out(enter: Enter, window: Any) -> None:
    admin = enter("admin")
    admin.go("/admin/accounts/")
    admin.page.get_by_role("link", name="新建账号").click()
    admin.page.get_by_label("新员工姓名").press_sequentially("欧阳小雨")
    expect(admin.page.locator("#f-login")).to_have_value(re.compile(r"ouyangxy\d*"))
    login = admin.page.locator("#f-login").input_value()
    admin.page.get_by_role("button", name="继续").last.click()
    admin.page.locator("#f-works_in").select_option(label="华东一部")
    option = admin.page.locator("#f-like option", has_text="（sales）").get_attribute("value")
    admin.page.locator("#f-like").select_option(option)
    admin.page.get_by_role("button", name="保存", exact=True).last.click()
    password = admin.page.locator("code.secret").inner_text()
    newcomer = came_in(window, login, password)
    newcomer.page.fill("#f-old", password)
    newcomer.page.fill("#f-new", "Qing-shan-2026")
    newcomer.page.fill("#f-again", "Qing-shan-2026")
    newcomer.page.get_by_role("button", name="保存").click()
    newcomer.page.wait_for_url("**/settings/")
    newcomer.go("/customers/")
    expect(newcomer.page.locator("main h1")).to_have_text("客户")
    newcomer.page.goto("/employees/?view=all")
    expect(newcomer.page.locator("#list")).to_contain_text("欧阳小雨")
    admin.page.get_by_role("link", name="完成").click()
    admin.page.get_by_role("button", name="锁定").click()
    admin.agree()
    expect(admin.page.locator("main .head .tag")).to_have_text("已锁定")
    newcomer.go("/customers/")
    newcomer.page.wait_for_url("**/login/**")
    admin.page.get_by_role("button", name="解锁").click()
    admin.page.get_by_role("button", name="重置密码").click()
    admin.agree()
    came_in(window, login, admin.page.locator("code.secret").inner_text())


@pytest.mark.feature("SEC-12", "USR-13")
def test_a_person_keeps_his_own_address_and_colleagues_find_him(enter: Enter) -> None:
    me, colleague = enter("sales2"), enter("manager")
    me.go("/settings/")
    me.page.fill("#f-address", "深圳市南山区科苑路 8 号")
    me.page.get_by_role("button", name="保存").click()
    expect(me.page.locator(".toasts")).to_contain_text("已保存")
    colleague.go("/employees/?view=all")
    colleague.page.locator("#list a", has_text="梁嘉怡").first.click()
    expect(colleague.drawer).to_contain_text("深圳市南山区科苑路 8 号")
    expect(colleague.drawer.get_by_role("link", name="编辑")).to_have_count(0)

"""An administrator changes what a role may do, and finds out for a colleague why he sees what he sees."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh

CELL = "tr:has(a.name:text-is('{role}')) .cellb[aria-label$='{entity}']"


def choose(desk: Desk, role: str, entity: str, action: str, scope: str) -> None:
    """Set one scope in the matrix, and wait until it is saved."""
    desk.go("/admin/access/")
    desk.page.locator(CELL.format(role=role, entity=entity)).click()
    with desk.page.expect_response(lambda r: r.request.method == "POST" and "/admin/access/" in r.url):
        desk.page.get_by_label(action, exact=True).select_option(label=scope)
    expect(desk.page.locator(".toasts")).to_contain_text("已保存")


@pytest.mark.feature("SEC-03", "SEC-04", "SEC-19", "NFR-14")
def test_a_scope_changed_in_the_matrix_holds_at_the_next_click_of_an_open_window(enter: Enter) -> None:
    owner, reader, admin = enter("sales"), enter("readonly"), enter("admin")
    record = owner.customer(fresh("台州括苍山阀门"))
    reader.go(f"/customers/{record}/")
    expect(reader.page.locator("main h1")).to_be_visible()
    try:
        choose(admin, "只读", "客户", "查看", "仅本人")
        expect(admin.page.locator(CELL.format(role="只读", entity="客户"))).to_contain_text("本人")
        assert reader.page.request.get(f"/customers/{record}/").status == 404
    finally:
        choose(admin, "只读", "客户", "查看", "全部")
    assert reader.page.request.get(f"/customers/{record}/").status == 200
    admin.go("/admin/trail/?what=grant")
    expect(admin.page.locator("#list tbody tr").first).to_contain_text("仅本人 → 全部")


@pytest.mark.feature("SEC-08")
def test_an_administrator_learns_why_a_colleague_cannot_see_a_record_and_nothing_of_the_record(enter: Enter) -> None:
    owner, admin, name = enter("sales"), enter("admin"), fresh("绍兴鉴湖黄酒")
    record = owner.customer(name)
    owner.page.locator("main .head details.menu summary").last.click()
    owner.page.get_by_role("button", name="谁能看到？").click()
    expect(owner.modal).to_contain_text("负责人就是")
    admin.go("/admin/why/")
    chosen = admin.page.locator("#f-person option", has_text="sales2").get_attribute("value")
    admin.page.locator("#f-person").select_option(chosen)
    admin.page.locator("#f-record").fill(f"/customers/{record}/")
    admin.page.get_by_role("button", name="说明").click()
    said = admin.page.locator(".why")
    expect(said).to_contain_text("角色「销售」可查看：本人参与的")
    expect(said).to_contain_text("不在此范围内")
    expect(said).not_to_contain_text(name)


@pytest.mark.feature("SEC-03")
def test_a_role_is_copied_named_and_given_for_a_time(enter: Enter) -> None:
    admin, name = enter("admin"), fresh("外包销售")
    admin.go("/admin/access/")
    admin.page.get_by_role("button", name="新建角色").click()
    admin.modal.get_by_label("角色名称").fill(name)
    admin.modal.get_by_label("沿用权限").select_option(label="销售")
    admin.modal.get_by_role("button", name="新建").click()
    expect(admin.page.locator("main h1")).to_have_text(name)
    person = admin.page.locator("#f-user option", has_text="service")
    admin.page.locator("#f-user").select_option(person.get_attribute("value"))
    admin.page.get_by_label("截止").fill("2999-12-31")
    admin.page.get_by_role("button", name="授予角色").click()
    expect(admin.page.locator(".setting", has_text="service")).to_contain_text("至 2999-12-31")
    admin.go("/admin/access/")
    expect(admin.page.locator("tr", has_text=name)).to_contain_text("参与")
    admin.page.get_by_role("link", name=name).click()
    admin.page.get_by_role("button", name="停用角色").click()
    admin.page.locator("#ask [value=yes]").click()
    expect(admin.page.locator("main .head .tag")).to_have_text("已停用")

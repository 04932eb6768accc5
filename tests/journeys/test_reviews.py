"""What waits for somebody's agreement, at the desks of the administrator, the clerk and his manager."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh
from tests.journeys.test_administration import CELL


def ask(desk: Desk, role: str, entity: str, action: str, who: str) -> None:
    """Set who must agree, and wait until it is saved."""
    desk.go("/admin/access/")
    desk.page.locator(CELL.format(role=role, entity=entity)).click()
    with desk.page.expect_response(lambda r: r.request.method == "POST" and "/admin/access/" in r.url):
        desk.page.get_by_label(f"审核后生效: {action}", exact=True).select_option(label=who)
    expect(desk.page.locator(".toasts")).to_contain_text("已保存")


@pytest.mark.feature("CUS-04")
def test_a_card_springs_back_until_the_manager_agrees(enter: Enter) -> None:
    clerk, manager, admin = enter("sales"), enter("manager"), enter("admin")
    firm = fresh("嘉兴南湖包装")
    clerk.customer(firm)
    name = f"{firm}年度采购"
    record = clerk.opportunity(name, firm)
    board = f'/opportunities/?view=open&where=["name","is","{name}"]'
    try:
        ask(admin, "销售", "商机", "编辑", "上级审核后生效")
        clerk.go(board)
        card = clerk.page.locator('.col[data-to="contact"] .deal', has_text=name)
        card.focus()
        with clerk.page.expect_response(re.compile("/_move/")):
            clerk.press("Alt+ArrowRight")
        expect(clerk.toast("审核")).to_contain_text("通过后生效")
        expect(card).to_be_visible()
        clerk.go(f"/opportunities/{record}/")
        expect(clerk.page.locator("main .note.a")).to_contain_text("已提交审核")
        manager.go("/reviews/?tab=inbox")
        place = manager.page.locator(".review", has_text=name)
        expect(place.locator("ins")).not_to_be_empty()
        place.get_by_role("button", name="通过", exact=True).click()
        expect(manager.toast("已通过 1 条")).to_be_visible()
    finally:
        ask(admin, "销售", "商机", "编辑", "即时生效")
    clerk.go(board)
    expect(clerk.page.locator('.col[data-to="needs"] .deal', has_text=name)).to_be_visible()
    assert not clerk.faults

"""A session ends while one is at work: what the page fetches by itself keeps still, and nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import PASSWORD
from tests.journeys.desk import Desk, Enter, fresh


def held_back(page: Page, addresses: str) -> list[Route]:
    """Requests that wait until the journey lets them go."""
    kept: list[Route] = []
    page.route(addresses, lambda route: kept.append(route))
    return kept


def let_go(page: Page, kept: list[Route], addresses: str) -> None:
    """The server answers all of them, and the page has heard it."""
    for route in kept:
        with page.expect_response(route.request.url):
            route.continue_()


def ends(desk: Desk) -> None:
    """The session is over; the page does not know yet."""
    desk.page.context.clear_cookies(name="guanxi_session")


def signs_in_beside(desk: Desk, login: str) -> None:
    """In another tab, as the page asks for it."""
    dialog = desk.page.locator("#stay")
    expect(dialog).to_contain_text("没有丢失")
    with desk.page.context.expect_page() as opened:
        dialog.get_by_role("link", name="在新标签页登录").click()
    other = opened.value
    other.fill("#login", login)
    other.fill("#password", PASSWORD)
    other.click("form .btnp")
    other.wait_for_url("**/")
    other.close()
    dialog.get_by_role("button", name="我已登录").click()


def arrives(window: Any, login: str) -> Desk:
    """Somebody in a session that no other journey uses, for it is to end."""
    desk: Desk = window()
    desk.go("/login/")
    desk.page.fill("#login", login)
    desk.page.fill("#password", PASSWORD)
    desk.page.click("form .btnp")
    desk.page.wait_for_url("**/")
    return desk


def test_a_tile_that_is_answered_after_logging_out_leads_nowhere(window: Any) -> None:
    desk = arrives(window, "sales2")
    tiles = held_back(desk.page, "**/_home/**")
    desk.go("/")
    leaving: list[Route] = []

    def leave(route: Route) -> None:
        answer = route.fetch(max_redirects=0)  # the session is over, and the browser has not heard it
        let_go(desk.page, tiles, "**/_home/**")
        desk.page.wait_for_timeout(300)
        leaving.append(route)
        route.fulfill(response=answer)

    desk.page.route("**/logout/", leave)
    desk.page.locator("header.top summary.ava").click()
    desk.page.get_by_role("button", name="退出").click()
    desk.page.wait_for_url(re.compile(r"/login/"))
    assert leaving
    assert tiles
    assert desk.page.url.endswith("/login/")


def test_only_what_a_person_did_asks_him_to_log_in(window: Any) -> None:
    desk = arrives(window, "sales2")
    tiles = held_back(desk.page, "**/_home/**")
    desk.go("/")
    ends(desk)
    let_go(desk.page, tiles, "**/_home/**")
    desk.toast("登录已过期")
    assert urlsplit(desk.page.url).path == "/"
    expect(desk.page.locator("#stay")).to_be_hidden()
    desk.press("?")  # the page is still the one he had
    expect(desk.page.locator("#keys")).to_be_visible()
    desk.press("Escape")


def test_a_link_of_an_ended_session_leads_to_the_door_and_back(window: Any) -> None:
    desk = arrives(window, "sales2")
    desk.go("/customers/?view=all")
    ends(desk)
    desk.rows.first.locator("td").last.click()
    desk.page.wait_for_url(re.compile(r"/login/\?next="))
    desk.page.fill("#login", "sales2")
    desk.page.fill("#password", PASSWORD)
    desk.page.click("form .btnp")
    desk.page.wait_for_url(re.compile(r"/customers/\?view=all"))
    expect(desk.rows.first).to_be_visible()


def test_a_form_that_was_just_opened_is_saved_after_logging_in_elsewhere(window: Any) -> None:
    desk, name = arrives(window, "sales2"), fresh("快快公司")
    desk.go("/customers/new/")
    ends(desk)
    desk.page.fill("#f-name", name)
    desk.page.fill("[name=remark]", "刚写的")
    desk.page.locator(".formfoot .btnp").click()
    signs_in_beside(desk, "sales2")
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(desk.page.locator("main h1")).to_contain_text(name)
    expect(desk.page.locator("main")).to_contain_text("刚写的")


def test_a_value_and_a_follow_up_wait_until_one_is_back(window: Any) -> None:
    desk, name = arrives(window, "sales2"), fresh("慢点公司")
    desk.customer(name)
    form = desk.edit("地址")
    ends(desk)
    form.locator("[name=address]").fill("会话结束路 1 号")
    form.locator("[name=address]").press("Enter")
    signs_in_beside(desk, "sales2")
    expect(desk.value("地址")).to_contain_text("会话结束路")
    composer = desk.page.locator("main #stream form.compose")
    composer.locator("textarea").fill("写到一半就退出了")
    ends(desk)
    composer.locator(".btnp").click()
    signs_in_beside(desk, "sales2")
    expect(desk.page.locator("main .tl article", has_text="写到一半就退出了")).to_be_visible()


def test_what_was_typed_stays_when_the_network_is_lost(enter: Enter) -> None:
    desk, name = enter("sales"), fresh("断网公司")
    desk.go("/customers/new/")
    desk.page.fill("#f-name", name)
    desk.page.context.set_offline(True)
    desk.page.locator(".formfoot .btnp").click()
    desk.toast("网络不通")
    expect(desk.page.locator("#f-name")).to_have_value(name)
    desk.page.context.set_offline(False)
    desk.page.locator(".formfoot .btnp").click()
    desk.page.wait_for_url(re.compile(r"/customers/\d+/$"))
    desk.faults.clear()  # the console says that the network was lost

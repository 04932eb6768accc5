"""A board whose piece comes late, as it does over a slow line."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from tests.journeys.desk import ARMED, Enter, fresh


def test_a_key_pressed_before_the_board_has_come_is_not_lost(enter: Enter) -> None:
    desk, firm = enter("sales"), fresh("舟山普陀船具")
    desk.customer(firm)
    name = f"{firm}缆绳"
    desk.opportunity(name, firm)
    held: list[Route] = []
    desk.page.route(re.compile("/part-board-"), lambda route: held.append(route))
    desk.page.goto(f'/opportunities/?view=open&where=["name","is","{name}"]', wait_until="load")
    card = desk.page.locator(".deal", has_text=name)
    expect(desk.page.locator("[data-board][data-armed=soon]")).to_be_visible()
    card.focus()
    desk.press("Alt+ArrowRight")
    expect(desk.page.locator('.col[data-to="contact"] .deal', has_text=name)).to_be_visible()
    with desk.page.expect_response(re.compile("/_move/")):
        for route in held:
            route.continue_()
    desk.page.wait_for_function(ARMED)
    expect(desk.page.locator('.col[data-to="needs"] .deal', has_text=name)).to_be_visible()
    expect(card).to_be_focused()

"""With a finger on a phone: what rests is taken up, what moves at once scrolls."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Request, expect

from tests.journeys.desk import Enter, fresh
from tests.journeys.finger import PHONE, Finger

#: The column in which the carried card would be put down.
BELOW = "document.querySelector('.deal.ghost').closest('.col').dataset.to"


@pytest.mark.feature("OPP-04")
def test_a_card_is_carried_by_finger_over_the_edge_of_the_screen_and_a_swipe_only_scrolls(enter: Enter) -> None:
    desk, firm = enter("sales", **PHONE), fresh("三亚海棠果业")
    desk.customer(firm)
    name = f"{firm}冷库"
    desk.opportunity(name, firm)
    board = f'/opportunities/?view=open&layout=board&where=["name","is","{name}"]'
    desk.go(board)
    moved: list[Request] = []
    desk.page.on("request", lambda r: "/_move/" in r.url and moved.append(r))
    finger, card = Finger(desk.page), desk.page.locator(".deal", has_text=name)

    finger.down(card)  # moves at once: that is a swipe
    finger.glide(30, finger.at[1], steps=6)
    finger.up()
    desk.page.wait_for_function("document.querySelector('[data-board]').scrollLeft > 100")
    expect(desk.page.locator('.col[data-to="contact"] .deal')).to_have_count(1)

    desk.go(board)
    finger.down(card)  # rests, and is lifted: nothing happens to it
    finger.hold(800)
    expect(card).to_have_class(re.compile("sortable-chosen"))
    finger.up()
    expect(card).not_to_have_class(re.compile("sortable-chosen"))
    expect(desk.drawer).to_be_hidden()
    expect(desk.page.locator("[data-board].carrying")).to_have_count(0)
    assert not moved

    finger.down(card)  # rests, and is carried to the rim, which pulls further columns by
    finger.hold(400)
    finger.glide(376, finger.at[1])
    desk.page.wait_for_function(f"({BELOW}) !== 'contact'")
    while desk.page.evaluate(BELOW) not in ("needs", "proposal", "negotiation"):  # it went on while nobody looked
        finger.glide(14, finger.at[1])
    finger.glide(195, finger.at[1])
    to = desk.page.evaluate(BELOW)
    with desk.page.expect_response(re.compile("/_move/")):
        finger.up()
    assert desk.page.evaluate("scrollY") == 0
    assert len(moved) == 1
    desk.go(board)
    expect(desk.page.locator(f'.col[data-to="{to}"] .deal', has_text=name)).to_have_count(1)
    desk.page.locator(".deal", has_text=name).scroll_into_view_if_needed()
    desk.page.locator(".deal", has_text=name).tap()
    expect(desk.drawer.locator("h1")).to_contain_text(name)

"""With a finger on a phone: what rests is taken up, what moves at once scrolls."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Request, expect

from tests.journeys.desk import Desk, Enter, fresh
from tests.journeys.finger import PHONE, Finger

#: The column in which the carried card would be put down.
BELOW = "document.querySelector('.deal.ghost').closest('.col').dataset.to"
#: The board has not been pulled for a while.
RESTS = """() => new Promise(done => {
  const board = document.querySelector('[data-board]'), before = board.scrollLeft;
  setTimeout(() => done(board.scrollLeft === before), 400);
})"""


def carry_on(desk: Desk, finger: Finger, card: Locator) -> str:
    """The card rests, and is carried to the rim, which pulls further columns by; the column below it at last."""
    finger.down(card)
    finger.hold(400)
    finger.glide(376, finger.at[1])
    for _pull in range(20):
        finger.hold(300)
        finger.glide(195, finger.at[1])  # off the rim: the board comes to rest
        desk.page.wait_for_function(RESTS)
        finger.glide(200, finger.at[1], steps=3)
        finger.hold(200)
        to = str(desk.page.evaluate(BELOW))
        if to in ("needs", "proposal", "negotiation"):
            break
        finger.glide(376 if to == "contact" else 14, finger.at[1])
    return to


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

    to = carry_on(desk, finger, card)
    assert to != "contact"
    with desk.page.expect_response(re.compile("/_move/")):
        finger.up()
    assert desk.page.evaluate("scrollY") == 0
    assert len(moved) == 1
    desk.go(board)
    expect(desk.page.locator(f'.col[data-to="{to}"] .deal', has_text=name)).to_have_count(1)
    desk.page.locator(".deal", has_text=name).scroll_into_view_if_needed()
    finger.hold(1000)  # a page that has stood for a while, and no longer scrolls
    desk.page.locator(".deal", has_text=name).tap()
    expect(desk.drawer.locator("h1")).to_contain_text(name)


def test_a_name_that_would_be_markup_is_text_in_the_bar_of_a_phone_and_in_what_it_opens(enter: Enter) -> None:
    desk, firm = enter("sales", **PHONE), fresh("陵水椰风")
    asked: list[str] = []
    desk.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    desk.customer(firm)
    name = f'{firm}"><img src=x onerror=alert(1)><svg onload=alert(2)>'
    record = desk.opportunity(name, firm)
    desk.go(f'/opportunities/?view=mine&layout=table&where=["name","contains","{firm}"]')
    finger = Finger(desk.page)
    finger.down(desk.rows.first.locator("td.stick"))
    finger.hold(700)
    finger.up()
    bulk = desk.page.locator(".bar.bulk")
    expect(bulk).to_contain_text("已选 1")
    expect(desk.drawer).to_be_hidden()
    bulk.get_by_role("button", name="编辑").tap()
    desk.modal.locator("#bulk-field").select_option("next_step")
    desk.modal.locator("[name=next_step]").fill("<img src=x onerror=alert(3)>")
    expect(desk.modal.locator(".counts")).to_contain_text("将修改 1")
    desk.modal.locator(".btnp").tap()
    desk.toast("1")
    desk.go(f"/opportunities/{record}/")
    expect(desk.page.locator("main h1")).to_have_text(name)
    desk.go(f'/opportunities/?view=mine&layout=board&where=["name","contains","{firm}"]')
    expect(desk.page.locator(".deal", has_text="onerror=alert(1)")).to_have_count(1)
    expect(desk.page.locator("img[src=x], svg[onload]")).to_have_count(0)
    assert not asked

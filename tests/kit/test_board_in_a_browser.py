"""A board in a real browser: ten thousand cards in one column, and carrying them without a mouse."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.journey
ALL, EACH = 10_000, 250
CARD = (
    '<article class="deal" tabindex="0" data-id="n{n}" data-version="1" data-row="n{n}" data-href="/n{n}/">'
    '<div class="t1"><a href="/n{n}/">Card {n}</a></div></article>'
)
#: So many cards may stand in the document at once, however many were scrolled past: a few pages.
MOST = 5 * EACH


def endless(page: Page) -> list[str]:
    """The first column of the preview's board goes on and on; gives the pages that were asked for."""
    asked: list[str] = []

    def begin(route: Route) -> None:
        html = route.fetch().text()
        more = '<button type="button" class="btnt sm more" data-more="/_column/?at=0">More</button>'
        route.fulfill(body=re.sub(r"</div></section>", more + "</div></section>", html, count=1), content_type="text/html; charset=utf-8")

    def follow(route: Route) -> None:
        asked.append(route.request.url)
        at = int(parse_qs(urlsplit(route.request.url).query)["at"][0])
        cards = "".join(CARD.format(n=n) for n in range(at, min(at + EACH, ALL)))
        more = f'<button type="button" class="btnt sm more" data-more="/_column/?at={at + EACH}">More</button>' if at + EACH < ALL else ""
        route.fulfill(body=cards + more, content_type="text/html; charset=utf-8")

    page.route("**/opportunities/", begin)
    page.route("**/_column/**", follow)
    return asked


def test_ten_thousand_cards_are_scrolled_and_only_a_few_screens_of_them_stand_in_the_document(page: Page) -> None:
    asked = endless(page)
    page.goto("/opportunities/", wait_until="networkidle")
    column = page.locator(".deals").first
    most = column.evaluate(
        """async (list) => {
          let most = 0;
          for (let n = 0; n < 4000 && !list.querySelector('[data-id="n9999"]'); n += 1) {
            list.scrollTop = list.scrollHeight;
            await new Promise((go) => setTimeout(go, 15));
            most = Math.max(most, list.querySelectorAll(".deal").length);
          }
          return most;
        }"""
    )
    expect(page.locator('[data-id="n9999"]')).to_have_count(1)
    assert most <= MOST
    assert len(asked) == ALL // EACH
    column.evaluate("list => { list.scrollTop = 0; }")
    expect(page.locator('[data-id="n0"]')).to_have_count(1)
    expect(page.locator('[data-id="n9999"]')).to_have_count(0)
    order = column.evaluate("list => [...list.querySelectorAll('.deal')].map((card) => card.dataset.id)")
    numbers = [int(i[1:]) for i in order if i.startswith("n")]
    assert numbers == list(range(len(numbers)))
    column.evaluate("list => { list.scrollTop = list.scrollHeight / 2; }")
    page.wait_for_timeout(100)
    middle = column.evaluate(
        """list => {
          const box = list.getBoundingClientRect();
          return document.elementFromPoint(box.left + 40, box.top + box.height / 2).closest(".deal")?.dataset.id;
        }"""
    )
    assert 4_000 < int(middle[1:]) < 6_000
    assert len(asked) == ALL // EACH


def test_a_session_that_ended_does_not_make_a_column_look_complete(page: Page) -> None:
    endless(page)
    page.unroute("**/_column/**")
    page.route("**/_column/**", lambda route: route.fulfill(body="", status=401))
    page.goto("/opportunities/", wait_until="networkidle")
    more = page.locator("[data-more]").first
    more.evaluate("button => button.scrollIntoView()")
    expect(page.locator("#toasts .error").first).to_be_visible()
    expect(more).to_have_count(1)


def test_a_card_is_picked_up_carried_and_put_down_with_words_for_who_cannot_see_it(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda r: "/_move/" in r.url and sent.append(r.post_data or ""))
    page.goto("/opportunities/", wait_until="networkidle")
    live = page.locator("[data-live]")
    page.locator('[data-id="11"]').focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator('[data-id="12"]')).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator('[data-id="12"]')).to_have_class(re.compile("held"))
    expect(live).not_to_be_empty()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator('.col[data-to="3"] [data-id="12"]')).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator('.col[data-to="1"] [data-id="12"]')).to_be_focused()
    assert not sent
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator('.col[data-to="2"] [data-id="12"]')).to_have_attribute("data-version", "9")
    assert len(sent) == 1


def test_the_arrows_walk_from_card_to_card_and_over_empty_columns(page: Page) -> None:
    page.goto("/opportunities/", wait_until="networkidle")
    page.locator('.col[data-to="1"] .deal').first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('.col[data-to="2"] .deal').first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator('.col[data-to="1"] .deal').first).to_be_focused()

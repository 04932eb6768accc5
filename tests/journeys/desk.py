"""A person at a browser, with the few gestures that every journey makes."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

#: What the console says of an answer with a 4xx status; the journey that provokes one looks at the page itself.
ANSWERED = re.compile(r"Failed to load resource.*status of 4\d\d|Response Status Error Code 4\d\d")
_numbers = itertools.count(1)

Enter = Callable[..., "Desk"]

#: Nothing is being fetched, and a moment has passed since what was fetched last, for what begins by itself a little later.
STILL = """() => {
  const last = Math.max(0, ...performance.getEntriesByType("resource").map(entry => entry.responseEnd));
  const { loadEventEnd } = performance.getEntriesByType("navigation")[0];
  return loadEventEnd > 0 && !document.querySelector(".htmx-request") && performance.now() - Math.max(last, loadEventEnd) > 150;
}"""

#: The pieces that this page fetches for itself, a board or a calendar, have started.
ARMED = "() => !document.querySelector('[data-armed=soon]')"


def still(page: Page) -> None:
    """Wait until a page has fetched all that it fetches by itself."""
    page.wait_for_function(STILL)


def fresh(word: str) -> str:
    """A name that no other journey uses: Chinese digits, so that it stays a lawful company name."""
    digits = "".join("零一二三四五六七八九"[int(d)] for d in f"{os.getpid() % 1000}{next(_numbers)}")
    return f"{word}{digits}"


class Desk:
    """One logged-in person before one window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("console", lambda m: m.type == "error" and not ANSWERED.search(m.text) and self.faults.append(f"{m.text} {page.url}"))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("response", lambda r: r.status >= 500 and self.faults.append(f"{r.status} {r.url}"))

    def go(self, path: str) -> None:
        self.page.goto(path, wait_until="load")
        self.page.wait_for_function(ARMED)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def carry(self, card: Locator, to: Locator) -> None:
        """By mouse, at the pace of a hand: the page has taken the card up before it goes on, and shown where it lies before it is let go."""
        self.page.wait_for_function(ARMED)
        mouse, start, end = self.page.mouse, card.bounding_box(), to.bounding_box()
        assert start
        assert end
        at = (start["x"] + min(30, start["width"] / 2), start["y"] + min(60, start["height"] / 2))
        mouse.move(*at)
        mouse.down()
        mouse.move(at[0] + 6, at[1] + 6, steps=3)
        expect(self.page.locator(".ghost")).to_have_count(1)
        mouse.move(end["x"] + 20, end["y"] + 10, steps=10)
        expect(to.locator(".ghost")).to_have_count(1)
        mouse.up()

    @property
    def id(self) -> int:
        """Of the record on the screen."""
        return int(self.page.locator("main [data-record]").get_attribute("data-record") or 0)

    @property
    def modal(self) -> Locator:
        return self.page.locator("#modal")

    @property
    def drawer(self) -> Locator:
        return self.page.locator("#drawer")

    @property
    def rows(self) -> Locator:
        return self.page.locator("#list tbody tr")

    def row(self, text: str) -> Locator:
        return self.rows.filter(has_text=text)

    def toast(self, text: str = "") -> Locator:
        """The latest line at the foot of the screen."""
        found = self.page.locator(".toast", has_text=text).last
        expect(found).to_be_visible()
        return found

    def undo(self, text: str = "") -> None:
        """Take back the latest change, or the one of which the line says this."""
        lines = self.page.locator(".toast", has=self.page.get_by_role("button", name="撤销"))
        with self.page.expect_response(re.compile("/_undo/")):
            (lines.filter(has_text=text) if text else lines).last.get_by_role("button", name="撤销").click()

    def agree(self) -> None:
        """Answer the question with yes."""
        self.page.locator("#ask [value=yes]").click()

    def edit(self, label: str) -> Locator:
        """Click the pencil beside a value of the record; gives the little form."""
        place = self.page.locator("main .dl > div", has=self.page.get_by_role("button", name=f"编辑 {label}", exact=True))
        place.hover()
        place.get_by_role("button").last.click()
        form = self.page.locator("main form.editing")
        expect(form).to_be_visible()
        return form

    def value(self, label: str) -> Locator:
        """What stands beside a label of the record."""
        return self.page.locator(".dl > div", has=self.page.locator(f'span:text-is("{label}")')).first

    def pick(self, field: Locator, text: str) -> None:
        """Type into a picker and take the option that says so."""
        field.click()
        field.fill(text)
        self.page.locator(f'.options [role=option][data-label="{text}"]').click()

    def quick(self, label: str) -> Locator:
        """Open a quick form from the + menu."""
        self.page.locator("header.top summary.btnp").click()
        self.page.locator("header.top .pop .item", has_text=label).click()
        expect(self.modal).to_be_visible()
        return self.modal

    def customer(self, name: str, **values: str) -> int:
        """Create a customer by the full form; the record is then on the screen."""
        self.go("/customers/new/")
        self.page.fill("#f-name", name)
        for key, value in values.items():
            field = self.page.locator(f"#f-{key}")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.page.locator(".formfoot .btnp").click()
        self.page.wait_for_url(re.compile(r"/customers/\d+/$"))
        return self.id

    def opportunity(self, name: str, customer: str, amount: str = "120000") -> int:
        """Create an opportunity by the full form."""
        self.go("/opportunities/new/")
        self.page.fill("#f-name", name)
        self.pick(self.page.locator("#f-customer"), customer)
        self.page.fill("[name=amount]", amount)
        self.page.locator(".formfoot .btnp").click()
        self.page.wait_for_url(re.compile(r"/opportunities/\d+/$"))
        return self.id

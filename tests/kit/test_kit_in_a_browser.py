"""What the interface kit promises the people who use it and the templates that stand on it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desk import still

pytestmark = pytest.mark.journey
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ALL = ["home", "list", "record", "board", "drawer", "form", "settings", "login", "404"]


def row(page: Page, number: int) -> None:
    page.locator(f'tr[data-row="{number}"] td').nth(5).click()


def test_a_row_opens_its_record_and_the_address_says_so(page: Page) -> None:
    page.goto("/customers/?view=mine", wait_until="networkidle")
    row(page, 3)
    expect(page.locator("#drawer .head")).to_be_visible()
    assert page.url.endswith("?view=mine&open=3")
    page.keyboard.press("]")
    page.wait_for_url("**open=4")
    page.reload(wait_until="networkidle")
    expect(page.locator("#drawer .head")).to_be_visible()
    page.go_back()
    expect(page.locator("#drawer-frame")).to_be_hidden()


def test_a_stranger_cannot_make_the_drawer_load_another_site(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for bad in ("//example.com/", "/%5Cexample.com/", "https://example.com/"):
        page.goto(f"/customers/?open={bad}", wait_until="networkidle")
        expect(page.locator("#drawer-frame")).to_be_hidden()
        expect(page.locator("[data-drawer-page]")).to_have_attribute("href", "#")
    assert not [url for url in asked if urlsplit(url).hostname == "example.com"]


def test_control_click_opens_the_page_in_a_tab_of_its_own(page: Page) -> None:
    page.goto("/customers/", wait_until="networkidle")
    with page.context.expect_page() as opened:
        page.locator('tr[data-row="2"] td').nth(5).click(modifiers=["Control"])
    assert opened.value.url.endswith("/customers/2/")


def test_closing_the_drawer_asks_before_what_was_typed_is_lost(page: Page) -> None:
    page.goto("/customers/?open=2", wait_until="networkidle")
    page.locator("#drawer textarea").fill("报价已发")
    page.locator("[data-drawer-close]").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_be_visible()
    page.locator("#ask [value=no]").click()
    expect(page.locator("#drawer textarea")).to_have_value("报价已发")


def lay_over(page: Page, href: str) -> None:
    """Follow a link in the drawer to a related record."""
    page.evaluate(
        """href => {
          const link = Object.assign(document.createElement("a"), { href, textContent: href });
          link.dataset.drawer = "";
          document.getElementById("drawer").append(link);
          link.click();
        }""",
        href,
    )
    expect(page.locator("#drawer .head")).to_be_visible()


def test_going_back_by_several_asks_for_what_was_typed_in_a_covered_one(page: Page) -> None:
    page.goto("/customers/?open=2", wait_until="networkidle")
    expect(page.locator("#drawer .head")).to_be_visible()
    lay_over(page, "/customers/3/")
    page.locator("#drawer textarea").fill("报价已发")
    lay_over(page, "/customers/4/")
    page.evaluate("history.go(-2)")
    expect(page.locator("#ask")).to_be_visible()
    page.locator("#ask [value=no]").click()
    expect(page.locator("#drawer-frame > .layer textarea").last).to_have_value("报价已发")


def test_rows_are_walked_selected_and_let_go_by_keyboard(page: Page) -> None:
    page.goto("/customers/", wait_until="networkidle")
    for key in "jjx":
        page.keyboard.press(key)
    expect(page.locator("[data-bulk]")).to_be_visible()
    expect(page.locator("[data-bar]")).to_be_hidden()
    page.locator('tr[data-row="6"] [data-select]').click(modifiers=["Shift"])
    assert page.locator("tr.sel").count() == 5
    page.keyboard.press("Escape")
    expect(page.locator("[data-bar]")).to_be_visible()


def test_search_is_reached_and_followed_by_keyboard(page: Page) -> None:
    page.goto("/", wait_until="networkidle")
    page.keyboard.press("Control+k")
    page.keyboard.type("云")
    expect(page.locator("#palette .hit").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/2/")


def test_a_refused_quick_create_says_why_and_a_good_one_can_be_undone(page: Page) -> None:
    page.goto("/", wait_until="networkidle")
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(page.locator("#modal")).to_be_visible()
    page.locator("#modal [name=name]").fill("张三")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#modal .error")).to_be_visible()
    page.locator("#modal [data-picker]").click()
    expect(page.locator(".options [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#modal input[name=customer]").input_value() == "2"
    page.locator("#modal [name=phone]").fill("13800006021")
    page.locator("#modal .btnp").click()
    expect(page.locator("#modal")).to_be_hidden()
    expect(page.locator(".toast button").first).to_be_visible()


def test_the_filter_builder_gives_back_the_condition_it_was_given(page: Page) -> None:
    page.goto("/customers/", wait_until="networkidle")
    page.locator("summary.chip").click()
    page.locator(".fb .btnp").click()
    page.wait_for_url("**where=**")
    where = parse_qs(urlsplit(page.url).query)["where"][0]
    assert json.loads(where) == ["and", ["level", "in", ["A"]], ["or", ["name", "contains", "云"], ["owner", "is", "me"]]]


def test_a_card_moves_by_keyboard_and_a_refused_one_springs_back(page: Page) -> None:
    page.goto("/opportunities/", wait_until="networkidle")
    page.locator('[data-id="12"]').focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator('.col[data-to="2"] [data-id="12"]')).to_have_attribute("data-version", "9")
    page.locator('[data-id="41"]').focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".toast.error")).to_be_visible()
    expect(page.locator('.col[data-to="4"] [data-id="41"]')).to_be_visible()


def test_a_veiled_number_is_shown_on_request(page: Page) -> None:
    page.goto("/customers/1/", wait_until="networkidle")
    page.locator("[data-reveal-url]").first.click()
    expect(page.locator(".phone").first).to_contain_text("13800006021")
    expect(page.locator("[data-copy]").first).to_be_visible()


def test_a_lost_network_is_told_and_loses_nothing(page: Page) -> None:
    page.goto("/customers/1/", wait_until="networkidle")
    page.locator("textarea").first.fill("谈好了价格")
    page.context.set_offline(True)
    page.locator("[data-reveal-url]").first.click()
    expect(page.locator(".toast.error")).to_be_visible()
    expect(page.locator("textarea").first).to_have_value("谈好了价格")


def test_every_icon_the_house_names_is_in_the_sprite() -> None:
    house = AXE.parents[3]
    tabler = AXE.parents[1] / "@tabler" / "icons" / "icons" / "outline"
    if not tabler.exists():
        pytest.skip("the icons are not installed: npm ci in frontend/")
    have = set((house / "frontend" / "icons.txt").read_text().split())
    named: set[str] = set()
    for path in [*(house / "src").rglob("*.py"), *(house / "src").rglob("*.html")]:
        for line in path.read_text().splitlines():
            if "icon" in line or "kit." in line:
                named |= {
                    name
                    for name in re.findall(r"[\"']([a-z][a-z0-9-]+)[\"']", line)
                    if re.search(rf"(icon\w*[\"']?\s*[=:]\s*|\()[^()]*[\"']{name}[\"']", line)
                }
    assert {name for name in named if (tabler / f"{name}.svg").exists() and "-" in name} <= have


def test_the_first_page_is_light(page: Page) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto("/customers/", wait_until="networkidle")
    assert len(requests) <= 12
    built = AXE.parents[3] / "src" / "guanxi" / "surfaces" / "ui" / "static" / "built"
    assert sum((built / f"{name}.gz").stat().st_size for name in ("guanxi.css", "guanxi.js", "icons.svg")) < 110_000


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious_and_nothing_sticks_out(page: Page, preview: ModuleType, theme: str, width: int) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in frontend/")
    page.set_viewport_size({"width": width, "height": 860})
    for name in ALL:
        page.goto(preview.themed(name, theme))
        still(page)
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        serious = [(v["id"], [n["target"] for n in v["nodes"]]) for v in found if v["impact"] in ("serious", "critical")]
        assert not serious, name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

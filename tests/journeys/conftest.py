"""A house that is lived in, a browser, and people who come in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, StorageState, expect

from scripts import browser as chromium
from tests.journeys.desk import Desk, Enter
from tests.journeys.house import lived_in
from tests.journeys.outside import Outside

PASSWORD = "guanxi-demo"
PATIENCE = 30_000  # milliseconds: a machine may have other things to do
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys/" in item.nodeid:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    """A service that the house may call."""
    found = Outside()
    yield found
    found.close()


@pytest.fixture(scope="session")
def house(outside: Outside) -> Iterator[str]:
    """Its address: one house for each process of the test run, or the one that GUANXI_JOURNEYS_AT names."""
    if running := os.environ.get("GUANXI_JOURNEYS_AT"):
        yield running
        return
    worker = os.environ.get("PYTEST_XDIST_WORKER", "one")
    with lived_in(f"test_guanxi_{os.environ['GUANXI_TEST_RUN']}_journeys_{worker}", outside.host) as address:
        yield address


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip("There is no Chromium: apt install chromium, or name one in GUANXI_CHROMIUM")
    found = driver.chromium.launch(executable_path=path, args=chromium.launch_arguments())
    yield found
    found.close()


@pytest.fixture(scope="session")
def keys() -> dict[str, StorageState]:
    """Who has logged in before, so that the journeys do not all begin with the password."""
    return {}


@pytest.fixture
def window(browser: Browser, house: str) -> Iterator[Any]:
    """Opens windows of their own; what went wrong in one of them fails the journey."""
    contexts: list[BrowserContext] = []
    desks: list[Desk] = []

    def open_one(**options: Any) -> Desk:
        settings = {"base_url": house, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1440, "height": 900}}
        context = browser.new_context(**{**settings, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page: Page = context.new_page()
        desks.append(Desk(page))
        return desks[-1]

    yield open_one
    for context in contexts:
        context.close()
    assert not [fault for desk in desks for fault in desk.faults]


@pytest.fixture
def enter(window: Any, keys: dict[str, StorageState]) -> Enter:
    """`enter("sales")`: this person sits down, logged in."""

    def sit(login: str, **options: Any) -> Desk:
        if login in keys:
            return window(storage_state=keys[login], **options)
        desk: Desk = window(**options)
        desk.go("/login/")
        desk.page.fill("#login", login)
        desk.page.fill("#password", PASSWORD)
        desk.page.click("form .btnp")
        desk.page.wait_for_url("**/")
        keys[login] = desk.page.context.storage_state()
        return desk

    return sit

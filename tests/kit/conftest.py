"""The interface kit in a real browser, on the preview's invented company: no Django, no database."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser, Page, Playwright

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src" / "guanxi" / "surfaces" / "ui" / "static" / "built" / "guanxi.js"


@pytest.fixture(scope="session")
def preview() -> ModuleType:
    """The preview as a module."""
    spec = importlib.util.spec_from_file_location("kit_preview", ROOT / "frontend" / "preview.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["kit_preview"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def address(preview: ModuleType) -> Iterator[str]:
    """Where the preview listens."""
    if not BUILT.exists():
        pytest.skip("The front end is not built: npm ci && npm run build in frontend/")
    server = preview.serve(0)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser(driver: Playwright, preview: ModuleType) -> Iterator[Browser]:
    """Chromium of the system."""
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not Path(path).exists():
        pytest.skip(f"There is no Chromium at {path}")
    chromium = driver.chromium.launch(executable_path=path, args=preview.CHROMIUM)
    yield chromium
    chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh person at a desk; an uncaught script error fails the test."""
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 860})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    context.close()
    assert not errors

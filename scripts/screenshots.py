"""Pictures of the main pages: every kind at three widths, light and dark, in both languages; and the three of the README.

A house of its own with the demo company is started for it, unless GUANXI_AT names one that runs. Everything goes to
var/screenshots, the README's pictures to docs/screenshots.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import browser  # noqa: E402 - the script is run by its path

OUT = ROOT / "var" / "screenshots"
README = ROOT / "docs" / "screenshots"
PASSWORD = "guanxi-demo"
HEIGHTS = {1440: 900, 1024: 768, 390: 844}
PAGES = {
    "home": "/",
    "customers": "/customers/?view=mine",
    "drawer": "/customers/?view=mine",
    "record": "/customers/",
    "form": "/customers/new/",
    "board": "/opportunities/?view=open",
    "calendar": "/follow-ups/?view=all&layout=calendar",
    "levels": "/customers/?view=all&layout=board&by=level",
    "contacts": "/contacts/?view=mine",
    "follow-ups": "/follow-ups/?view=mine",
    "import": "/customers/import/",
    "bin": "/customers/_bin/",
    "jobs": "/jobs/",
    "settings": "/settings/",
}
SHOWN = {"home": "home.png", "customers": "customers.png", "board": "board.png"}
LARGEST = 200_000


@contextmanager
def house() -> Iterator[str]:
    """The address of a Guanxi with the demo company."""
    if running := os.environ.get("GUANXI_AT"):
        yield running
        return
    folder = Path(tempfile.mkdtemp(prefix="guanxi-screenshots-"))
    folder.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environment = {**os.environ, "GUANXI_DATA": str(folder), "GUANXI_PORT": str(port)}
    command = [sys.executable, "-m", "guanxi.config.cli", "serve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if not any("running at" in line for line in process.stdout):
            sys.exit("guanxi: the house did not start; the reason stands above.")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Take them all."""
    OUT.mkdir(parents=True, exist_ok=True)
    README.mkdir(parents=True, exist_ok=True)
    with house() as address, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser.find(), args=browser.launch_arguments())
        for language in ("zh", "en"):
            for theme in ("light", "dark"):
                for width in HEIGHTS:
                    album(chromium, address, language, theme, width)
        chromium.close()
    print(f"Pictures are in {OUT} and {README}")
    return 0


def album(chromium: Browser, address: str, language: str, theme: str, width: int) -> None:
    """All pages at one width, in one theme and language."""
    options = {"base_url": address, "timezone_id": "Asia/Shanghai", "locale": "zh-CN" if language == "zh" else "en-GB"}
    context = chromium.new_context(viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=theme, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/login/")
    page.locator(".langs button").nth(0 if language == "zh" else 1).click()
    name = f"{{}}-{width}-{theme}-{language}.png"
    take(page, OUT / name.format("login"))
    enter(page, "sales", language)
    for place, path in PAGES.items():
        page.goto(path, wait_until="networkidle")
        arrive(page, place)
        page.evaluate("document.fonts.ready")
        take(page, OUT / name.format(place))
        if (language, theme, width) == ("zh", "light", 1440) and place in SHOWN:
            keep(page, README / SHOWN[place])
    context.close()


def take(page: Page, path: Path) -> None:
    """A picture; a busy machine sometimes fails to draw one in time, and draws it when asked again."""
    try:
        page.screenshot(path=path, animations="disabled")
    except Error:
        page.wait_for_timeout(2_000)
        page.screenshot(path=path, animations="disabled")


def enter(page: Page, login: str, language: str) -> None:
    """Log in and speak the language."""
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.locator("form .btnp").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    page.locator("header.top summary.ava").click()
    page.locator(f'header.top button[name=lang][value="{"zh-hans" if language == "zh" else "en"}"]').click()
    page.wait_for_load_state()


def arrive(page: Page, place: str) -> None:
    """What a picture needs beside its address: an open drawer, a record that has something to tell."""
    if place == "drawer":
        page.locator("#list tbody tr").nth(2).locator(".stick").click()
        page.locator("#drawer h1").wait_for()
    if place == "record":
        page.goto(page.locator("#list tbody tr").first.get_attribute("data-href") or "/", wait_until="networkidle")


def keep(page: Page, path: Path) -> None:
    """A picture of the README: as small as its colours allow."""
    from PIL import Image

    take(page, path)
    picture = Image.open(path).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        sys.exit(f"guanxi: {path} is larger than {LARGEST} bytes.")


if __name__ == "__main__":
    sys.exit(main())

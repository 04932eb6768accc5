"""What everybody can read and reach: axe finds nothing serious, nothing sticks out on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk, Enter, still

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/",
    "/customers/?view=mine",
    "/customers/new/",
    "/opportunities/?view=open",
    "/opportunities/?view=all&layout=table",
    "/follow-ups/?view=all&layout=calendar&by=next_at",
    "/opportunities/?view=all&layout=groups&by=closed_on.quarter",
    "/customers/import/",
    "/customers/_duplicates/",
    "/settings/",
    "record",
)
ADMINISTRATION = (
    "/admin/",
    "/admin/departments/?at=1",
    "/admin/accounts/",
    "/admin/accounts/1/",
    "/admin/accounts/new/",
    "/admin/accounts/batch/",
    "/admin/prints/",
    "/admin/prints/1/",
    "/employees/",
)


def stand(desk: Desk, page: str) -> None:
    """Go there; a record is the first of the list."""
    desk.go("/customers/?view=mine" if page == "record" else page)
    if page == "record":
        desk.go(desk.rows.first.get_attribute("data-href") or "")
    still(desk.page)


def serious(desk: Desk) -> list[Any]:
    desk.page.evaluate(AXE.read_text())
    found = desk.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_bars_anybody_from_a_page(enter: Enter, window: Any, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in frontend/")
    gate = window(color_scheme=theme)
    gate.go("/login/")
    problems = {"login": serious(gate)}
    for login, pages in (("sales", PAGES), ("admin", ADMINISTRATION)):
        desk = enter(login, color_scheme=theme)
        for page in pages:
            stand(desk, page)
            problems[page] = serious(desk)
    assert not {page: found for page, found in problems.items() if found}


def test_no_page_slides_sideways_on_a_phone(enter: Enter, window: Any) -> None:
    small = {"width": 390, "height": 844}
    gate = window(viewport=small)
    gate.go("/login/")
    wide = [] if gate.page.evaluate("document.documentElement.scrollWidth <= innerWidth") else ["login"]
    for login, pages in (("sales", PAGES), ("admin", ADMINISTRATION)):
        desk = enter(login, viewport=small)
        for page in pages:
            stand(desk, page)
            if not desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                wide.append(page)
    assert not wide

"""A finger on a phone: real touches through the browser's own protocol, so that holding, panning and scrolling are the browser's."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

#: A phone in the hand.
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Finger:
    """One finger on a page; it is where it was last put."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)
        self.at = (0.0, 0.0)

    def down(self, on: Locator) -> None:
        """Touch the middle of something."""
        box = on.bounding_box()
        assert box
        self.at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self._send("touchStart")

    def hold(self, milliseconds: int) -> None:
        """Rest where it is."""
        self.page.wait_for_timeout(milliseconds)

    def glide(self, x: float, y: float, *, steps: int = 12) -> None:
        """Move to a point of the screen, as a hand does: not at once."""
        begun = self.at
        for step in range(1, steps + 1):
            self.at = tuple(a + (b - a) * step / steps for a, b in zip(begun, (x, y), strict=True))  # type: ignore[assignment]
            self._send("touchMove")
            self.page.wait_for_timeout(16)

    def up(self) -> None:
        self._send("touchEnd")

    def _send(self, kind: str) -> None:
        points = [] if kind == "touchEnd" else [{"x": self.at[0], "y": self.at[1]}]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

"""What a reader has taken out of a file, bounded: parts with a title, in them paragraphs, headings and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Characters that one look at a file gives; who wants more downloads it.
MOST = 200_000
#: What a paragraph or a cell costs beside its characters, so that empty ones have an end too.
_EACH = 8
COLUMNS = 100
#: So that a page of digits shows its control characters as nothing, and not as what a browser makes of them.
_SILENT = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


class Full(Exception):
    """There is more in the file than is shown."""


class Paper:
    """Collects; raises Full as soon as the measure is reached, after what still fitted."""

    def __init__(self, most: int = MOST) -> None:
        self.parts: list[dict[str, Any]] = []
        self._most = self._left = most

    def restart(self) -> None:
        """Begin anew: what was collected did not make sense."""
        self.parts.clear()
        self._left = self._most

    def part(self, title: str = "") -> None:
        """Begin a sheet, a slide, a letter."""
        self.parts.append({"title": self._fit(title), "blocks": []})

    def paragraph(self, text: str, *, heading: bool = False) -> None:
        """A paragraph, unless it is blank."""
        if text.strip():
            self._add("heading" if heading else "text", self._fit(text.rstrip()))

    def row(self, cells: Sequence[str]) -> None:
        """A row of a table; rows that follow one another are one table."""
        blocks = self._blocks()
        if not blocks or blocks[-1]["kind"] != "rows":
            self._add("rows", [])
        kept: list[str] = []
        self._blocks()[-1]["body"].append(kept)
        for cell in cells[:COLUMNS]:
            kept.append(self._fit(cell))
        if len(cells) > COLUMNS:
            kept.append("…")

    def fact(self, key: str, value: str) -> None:
        """Something said of the whole, under a word that the page has in the reader's language."""
        blocks = self._blocks()
        if not blocks or blocks[-1]["kind"] != "facts":
            self._add("facts", [])
        self._blocks()[-1]["body"].append([key, self._fit(value)])

    def _blocks(self) -> list[dict[str, Any]]:
        if not self.parts:
            self.part()
        found: list[dict[str, Any]] = self.parts[-1]["blocks"]
        return found

    def _add(self, kind: str, body: Any) -> None:
        self._blocks().append({"kind": kind, "body": body})

    def _fit(self, text: str) -> str:
        if self._left <= 0:
            raise Full
        self._left -= len(text) + _EACH
        shown = text if self._left >= 0 else text[: len(text) + _EACH + self._left]
        return shown.translate(_SILENT).encode("utf-8", "replace").decode()  # a sender's codec may leave half a character


__all__ = ["MOST", "Full", "Paper"]

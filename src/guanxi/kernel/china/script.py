"""Traditional to simplified characters, so that 雲深 and 云深 are one company; OpenCC's tables, loaded when first needed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["simplify"]


def simplify(text: str) -> str:
    """The text in simplified characters (OpenCC t2s); text without traditional characters comes back as it is."""
    if text.isascii() or _traditional().isdisjoint(text):
        return text
    converted: str = _converter().convert(text)
    return converted


@cache
def _traditional() -> frozenset[str]:
    """Characters the table changes."""
    from importlib import resources

    table = resources.files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split() for line in table.splitlines() if line.strip())
    return frozenset(first for first, *rest in pairs if rest and first not in rest)


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")

"""One folding for every comparison, so that a full-width ＡＢＣ, an Abc and an " abc " are one value everywhere."""

from __future__ import annotations

import unicodedata

__all__ = ["fold"]

# Control, format (zero width, byte order mark) and surrogate characters: invisible, and PostgreSQL refuses some of them.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})


def fold(text: str) -> str:
    """Fold width (Unicode NFKC), case and white space; drop invisible characters; leave Chinese as written.

    The result is what conditions compare and what normalised columns store. Idempotent: folding a folded
    text changes nothing.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    folded = _once(text)
    while (again := _once(folded)) != folded:  # A removed character may let its neighbours combine: rare, and it settles.
        folded = again
    return folded


def _once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return "".join(char for char in text if unicodedata.category(char) not in _INVISIBLE)

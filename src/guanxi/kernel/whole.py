"""Whole numbers out of addresses and forms: ids, versions and places, never longer than the database counts."""

from __future__ import annotations

#: As many digits as fit a `bigint`, whatever they are.
DIGITS = 18


def whole(text: str | None) -> int | None:
    """The number that is written here in digits, or None: also for one so long that no record can bear it."""
    written = (text or "").strip()
    return int(written) if written.isdecimal() and len(written) <= DIGITS else None


def wholes(text: str) -> list[int]:
    """The numbers of a list by comma; what is none is left out."""
    return [number for part in text.split(",") if (number := whole(part)) is not None]

"""Slips of the hand in company names: told from the small differences that make two companies."""

from __future__ import annotations

import re

from guanxi.kernel.china import pinyin
from guanxi.kernel.china.trades import TRADES, brand, trades_at

__all__ = ["is_slip", "squeezed"]

_DOUBLED = re.compile(r"(.)\1+")


def is_slip(one: str, other: str) -> bool:
    """Whether two cores differ by one slip in the trade, or by a doubled character; the trade name must be right."""
    shorter, longer = sorted((one, other), key=len)
    if shorter.isascii() != longer.isascii() or len(shorter) < 4:
        return False
    if longer.isascii():
        return len(shorter) >= 10 and not re.search(r"\d", one + other) and _one_edit(shorter, longer)
    if len(longer) == len(shorter):
        return _homophone(one, other) or _swapped(one, other)
    return _repeated(shorter, longer) or _cut_short(shorter, longer)


def squeezed(text: str) -> str:
    """Doubled characters once: the key under which 云深深科技 finds 云深科技."""
    return _DOUBLED.sub(r"\1", text)


def _repeated(shorter: str, longer: str) -> bool:
    return len(longer) == len(shorter) + 1 >= 6 and squeezed(longer) == squeezed(shorter)


def _cut_short(shorter: str, longer: str) -> bool:
    """云深智能科 for 云深智能科技."""
    return (
        len(longer) == len(shorter) + 1 and longer.startswith(shorter) and longer[-2:] in TRADES and len(brand(longer)) < len(shorter) - 1
    )


def _homophone(one: str, other: str) -> bool:
    """One character of the trade replaced by another that sounds alike, making a word that is no trade."""
    differing = [at for at, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
    if len(differing) != 1:
        return False
    at = differing[0]
    if at < 2 or bool(trades_at(one, at)) == bool(trades_at(other, at)):
        return False
    return pinyin.syllables(one[at]) == pinyin.syllables(other[at])


def _swapped(one: str, other: str) -> bool:
    """Two neighbouring characters of the trade in the wrong order."""
    differing = [at for at, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
    if len(differing) != 2 or differing[1] != differing[0] + 1 or differing[0] < 2:
        return False
    at = differing[0]
    return one[at : at + 2] == other[at + 1] + other[at] and bool(trades_at(one, at)) != bool(trades_at(other, at))


def _one_edit(shorter: str, longer: str) -> bool:
    """One letter added, left out, replaced, or swapped with its neighbour (Damerau, 1964)."""
    start = next((at for at, (left, right) in enumerate(zip(shorter, longer, strict=False)) if left != right), len(shorter))
    if len(longer) == len(shorter) + 1:
        return shorter[start:] == longer[start + 1 :]
    if len(longer) != len(shorter):
        return False
    swapped = shorter[start + 1 : start + 2] + shorter[start : start + 1] + shorter[start + 2 :]
    return shorter[start + 1 :] == longer[start + 1 :] or swapped == longer[start:]

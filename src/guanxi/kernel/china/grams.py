"""What search tokens are made of: the grams of a text and their hash, shared by what is indexed and what is asked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from zlib import crc32

from guanxi.kernel.china import phone
from guanxi.kernel.china.script import simplify
from guanxi.kernel.china.width import fold

__all__ = [
    "CHARACTERS",
    "CLASSES",
    "CODE",
    "CODE_GRAM",
    "INITIALS",
    "PAIRS",
    "PHONE",
    "PHONE_GRAM",
    "STARTS",
    "SYLLABLES",
    "TEXT",
    "TEXT_GRAM",
]
__all__ += ["all_hashed", "digits", "hashed", "initials_pairs", "letters", "plain", "windows"]

CLASSES = ("name", "phone", "code", "text")
PHONE_GRAM, CODE_GRAM, TEXT_GRAM = 4, 3, 2
# Every kind of gram starts its hash elsewhere: the initials "an" are not the syllable "an", and no name finds a phone.
CHARACTERS, STARTS, SYLLABLES, PAIRS, INITIALS = (
    crc32(f"name:{kind}:".encode()) for kind in ("characters", "start", "syllable", "pair", "initials")
)
PHONE, CODE, TEXT = (crc32(f"{name}:".encode()) for name in ("phone", "code", "text"))


def letters(text: str) -> str:
    """Folded and simplified, letters and digits only: what grams are cut from."""
    folded = plain(text)
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def digits(number: str) -> str:
    """The digits of a phone as people remember them: of a canonical or raw number, national, without extension."""
    if number.startswith("+"):
        return phone.tail(number)
    try:
        return phone.tail(phone.parse(number))
    except ValueError:
        return "".join(char for char in fold(number) if char in "0123456789")


def hashed(kind: int, gram: str) -> int:
    """CRC-32 as a signed integer: fast, the same everywhere, and without collisions among grams of one kind of up to four bytes."""
    return crc32(gram.encode(), kind) - 0x80000000


def all_hashed(kind: int, grams: Iterable[str]) -> list[int]:
    """`hashed` of each, without a call for each."""
    return [crc32(gram.encode(), kind) - 0x80000000 for gram in grams]


@lru_cache(maxsize=1)
def initials_pairs() -> frozenset[int]:
    """Every token of two neighbouring initials."""
    signs = "abcdefghijklmnopqrstuvwxyz0123456789"
    return frozenset(all_hashed(INITIALS, (f"{left}{right}" for left in signs for right in signs)))


def windows(kind: int, text: str, size: int) -> list[int]:
    """Every run of `size` neighbouring characters, hashed."""
    return [crc32(text[at : at + size].encode(), kind) - 0x80000000 for at in range(len(text) - size + 1)]


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """Folded and simplified."""
    return simplify(fold(text))

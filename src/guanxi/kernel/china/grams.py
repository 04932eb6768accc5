"""What search tokens are made of: the grams of a text and their hash, shared by what is indexed and what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from zlib import crc32

from guanxi.kernel.china import phone
from guanxi.kernel.china.script import simplify
from guanxi.kernel.china.width import fold

__all__ = ["CHARACTERS", "CLASSES", "CODE_GRAM", "INITIALS", "PAIRS", "PHONE_GRAM", "STARTS", "SYLLABLES", "TEXT_GRAM"]
__all__ += ["digits", "hashed", "letters", "plain", "windows"]

CLASSES = ("name", "phone", "code", "text")
PHONE_GRAM, CODE_GRAM, TEXT_GRAM = 4, 3, 2
# Grams are hashed under a letter for their kind, so that the initials "an" are not the syllable "an".
CHARACTERS, STARTS, SYLLABLES, PAIRS, INITIALS = "c", "^", "s", "p", "i"


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


def hashed(gram: str) -> int:
    """CRC-32 as a signed integer: fast, stable, and without collisions among grams of the same kind of up to four bytes."""
    return crc32(gram.encode()) - 0x80000000


def windows(salt: str, text: str, size: int) -> Iterator[str]:
    """Every run of `size` neighbouring characters, as grams of a field class."""
    for at in range(len(text) - size + 1):
        yield f"{salt}{CHARACTERS}{text[at : at + size]}"


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """Folded and simplified."""
    return simplify(fold(text))

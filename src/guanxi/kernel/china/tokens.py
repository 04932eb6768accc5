"""Search tokens: what a record can be found by, as small integers for a GIN index, with a text to check the hits against.

A record is a candidate when it holds all tokens of at least one alternative (`tokens @> ARRAY[...]`); it is a hit when its
`keys` are LIKE at least one pattern of `recheck`. Tokens carry the field class in their hash, so a query asks only the classes its
reader may see, and a name token never finds a phone.

Tokens never miss what they promise, and may find too much: grams hold in any order (云深 and 深圳 find a name with both), 32-bit
hashes may collide (about one record in a hundred million a token), and initials match across words. `recheck` removes the first two; what it
keeps wrongly is a mixed query (hangzhouys) whose letters occur in order but not at neighbouring characters.

What finds what:
- name: two neighbouring characters (one only at the start); pinyin by whole syllables, the last may be cut short; initials; both mixed;
- phone: any four neighbouring digits; code: any three neighbouring letters or digits; text: two neighbouring characters.
Legal forms (有限公司) are not indexed. Full-width, case, punctuation and traditional characters make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from guanxi.kernel.china import pinyin
from guanxi.kernel.china.asked import query, recheck
from guanxi.kernel.china.grams import (
    CLASSES, CODE_GRAM, INITIALS, PAIRS, PHONE_GRAM, STARTS, SYLLABLES, TEXT_GRAM, digits, hashed, letters, plain, windows,
)
from guanxi.kernel.china.legal_form import strip_forms
from guanxi.kernel.china.surnames import COMPOUND, SINGLE

__all__ = ["CLASSES", "Texts", "index", "keys", "query", "recheck"]

#: Characters of one text that are indexed; longer notes are found by their beginning.
TEXT_LIMIT = 2_000

Texts = Mapping[str, str | list[str]]


def index(text_by_class: Texts) -> list[int]:
    """The tokens of a record, sorted, each once; signed 32-bit, the same in every process and version of Python."""
    grams: set[str] = set()
    for salt, text in _texts(text_by_class):
        if salt == "name":
            grams.update(_name_grams(text))
        elif salt == "phone":
            grams.update(windows("phone", digits(text), PHONE_GRAM))
        elif salt == "code":
            grams.update(windows("code", letters(text), CODE_GRAM))
        else:
            grams.update(windows("text", letters(text)[:TEXT_LIMIT], TEXT_GRAM))
    return sorted({hashed(gram) for gram in grams})


def keys(text_by_class: Texts) -> str:
    """The text hits are checked against: names with their pinyin and initials, digits of phones, codes, texts."""
    parts: dict[str, None] = {}
    for salt, text in _texts(text_by_class):
        if salt == "phone":
            parts[digits(text)] = None
            continue
        body = letters(text)
        parts[body if salt != "text" else body[:TEXT_LIMIT]] = None
        if salt == "name":
            bare = letters(strip_forms(plain(text)))
            for surname in _readings(bare) if bare else ():
                parts["".join(pinyin.syllables(bare, surname=surname))] = None
                parts[pinyin.initials(bare, surname=surname)] = None
    return " ".join(part for part in parts if part)


def _name_grams(name: str) -> Iterator[str]:
    body = letters(strip_forms(plain(name)))
    if not body:
        return
    yield f"name{STARTS}{body[0]}"
    yield from windows("name", body, 2)
    for surname in _readings(body):
        yield from _spoken_grams(pinyin.syllables(body, surname=surname), pinyin.initials(body, surname=surname))


def _spoken_grams(syllables: list[str], initials: str) -> Iterator[str]:
    for end in range(1, min(len(syllables[0]), 6) + 1):
        yield f"name{STARTS}{syllables[0][:end]}"
    for syllable in syllables:
        yield f"name{SYLLABLES}{syllable}"
    for left, right in pairwise(syllables):
        yield f"name{PAIRS}{left} {right}"
    for left, right in pairwise(initials):
        yield f"name{INITIALS}{left}{right}"


def _readings(body: str) -> tuple[bool, ...]:
    """A short name may be a person's, and its first character a surname read otherwise: 曾 is both ceng and zeng."""
    return (False, True) if len(body) <= 4 and (body[0] in SINGLE or body[:2] in COMPOUND) else (False,)


def _texts(text_by_class: Texts) -> Iterator[tuple[str, str]]:
    for salt, texts in text_by_class.items():
        if salt not in CLASSES:
            raise ValueError(f"Unknown field class {salt!r}; the classes are {', '.join(CLASSES)}.")
        for text in (texts,) if isinstance(texts, str) else texts:
            if text:
                yield salt, text

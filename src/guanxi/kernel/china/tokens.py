"""Search tokens: what a record can be found by, as small integers for a GIN index, with a text to check the hits against.

A record is a candidate when it holds all tokens of at least one alternative (`tokens @> ARRAY[...]`); it is a hit when its
`keys` are LIKE at least one pattern of `recheck`. Tokens carry the field class in their hash, so a query asks only the classes its
reader may see, and a name token never finds a phone.

Tokens never miss what they promise, and may find too much: grams hold in any order (云深 and 深圳 find a name with both), 32-bit
hashes may collide (about one record in a hundred million a token), and initials match across words. `recheck` removes the first two; what it
keeps wrongly is a mixed query (hangzhouys) whose letters occur in order but not at neighbouring characters; what it loses are two
words of a query that overlap in the record (云深智 智能).

What finds what:
- name: two neighbouring characters (one only at the start); pinyin by whole syllables, the last may be cut short; initials; both mixed;
- phone: any four neighbouring digits; code: any three neighbouring letters or digits; text: two neighbouring characters.
Legal forms (有限公司) are not indexed; `says_no_name` tells a query that holds nothing else.
Full-width, case, punctuation and traditional characters make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from guanxi.kernel.china import pinyin
from guanxi.kernel.china.asked import query, recheck, says_no_name
from guanxi.kernel.china.grams import (
    CHARACTERS,
    CLASSES,
    CODE,
    CODE_GRAM,
    INITIALS,
    PAIRS,
    PHONE,
    PHONE_GRAM,
    STARTS,
    SYLLABLES,
    TEXT,
    TEXT_GRAM,
    all_hashed,
    digits,
    hashed,
    letters,
    plain,
    windows,
)
from guanxi.kernel.china.legal_form import strip_forms
from guanxi.kernel.china.surnames import COMPOUND, SINGLE

__all__ = ["CLASSES", "Texts", "index", "keys", "query", "recheck", "says_no_name"]

#: Characters of one text that are indexed; longer notes are found by their beginning.
TEXT_LIMIT = 2_000

Texts = Mapping[str, str | list[str]]


def index(text_by_class: Texts) -> list[int]:
    """The tokens of a record, sorted, each once; signed 32-bit, the same in every process and version of Python."""
    tokens: set[int] = set()
    for salt, text in _texts(text_by_class):
        if salt == "name":
            tokens.update(_name_tokens(text))
        elif salt == "phone":
            tokens.update(windows(PHONE, digits(text), PHONE_GRAM))
        elif salt == "code":
            tokens.update(windows(CODE, letters(text), CODE_GRAM))
        else:
            tokens.update(windows(TEXT, letters(text)[:TEXT_LIMIT], TEXT_GRAM))
    return sorted(tokens)


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
            bare = _bare(text)
            if not body.startswith(bare):  # a legal form inside: 云深有限公司上海分公司 is also asked for as 云深上海
                parts[bare] = None
            for surname in _readings(bare) if bare else ():
                parts["".join(pinyin.syllables(bare, surname=surname))] = None
                parts[pinyin.initials(bare, surname=surname)] = None
    return " ".join(part for part in parts if part)


def _name_tokens(name: str) -> list[int]:
    body = _bare(name)
    if not body:
        return []
    tokens = [hashed(STARTS, body[0]), *windows(CHARACTERS, body, 2)]
    for surname in _readings(body):
        tokens += _spoken_tokens(pinyin.syllables(body, surname=surname), pinyin.initials(body, surname=surname))
    return tokens


def _spoken_tokens(syllables: list[str], initials: str) -> list[int]:
    first = syllables[0]
    tokens = all_hashed(STARTS, [first[:end] for end in range(1, min(len(first), 6) + 1)])
    tokens += all_hashed(SYLLABLES, syllables)
    tokens += all_hashed(PAIRS, [f"{left} {right}" for left, right in pairwise(syllables)])
    return tokens + windows(INITIALS, initials, 2)


@lru_cache(maxsize=4_096)
def _bare(name: str) -> str:
    return letters(strip_forms(plain(name)))


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

"""What a search query asks for: the tokens a record must hold, and the patterns its keys must match."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import pairwise, permutations, product

from guanxi.kernel.china.grams import (
    CHARACTERS,
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
    digits,
    hashed,
    letters,
    plain,
    windows,
)
from guanxi.kernel.china.legal_form import only_form, strip_forms, strip_partial_form
from guanxi.kernel.china.typed_pinyin import Piece, cut

__all__ = ["query", "recheck", "says_no_name"]

#: Words of a query that are looked at; the longest ones, since a short one tells little.
WORDS = 4
#: Alternatives and patterns of one query; a further word that would exceed them is left out, so nothing is missed.
ALTERNATIVES, PATTERNS = 64, 96

_NUMBER = re.compile(r"\+?[\d\s\-().]+")
_RUN = re.compile(r"[a-z0-9]+|[^a-z0-9]+")

Tokens = frozenset[int]


def query(q: str, classes: Iterable[str]) -> list[list[int]]:
    """Alternatives of tokens: a record may match when it holds every token of at least one (`tokens @> ARRAY[...]`).

    All words of the query must be found, each in any of the classes. An empty list: nothing can match.
    """
    allowed = frozenset(classes)
    combined: list[Tokens] = [frozenset()]
    for word in _words(q):
        options = _smallest(_word_tokens(word, allowed))
        if not options:
            return []
        if len(combined) * len(options) <= ALTERNATIVES:
            combined = [before | option for before, option in product(combined, options)]
    return [sorted(tokens) for tokens in _smallest(combined) if tokens]


def recheck(q: str) -> list[str]:
    """LIKE substrings: a candidate is a hit when `keys LIKE '%' || one || '%'` for any one of them.

    Words may come in any order. `%` between parts is meant; everything else is letters and digits, so nothing needs escaping.
    """
    chosen: list[list[str]] = []
    patterns: list[str] = []
    for word in _words(q):
        wider = [*chosen, _word_patterns(word)]
        ordered = ["%".join(each) for order in permutations(wider) for each in product(*order)]
        if len(ordered) <= PATTERNS:
            chosen, patterns = wider, ordered
    return list(dict.fromkeys(patterns))


def says_no_name(q: str) -> bool:
    """Whether a query holds legal forms only, which nearly every company has and which are not indexed."""
    return only_form(plain(q))


def _words(q: str) -> list[str]:
    """The words of a query, longest first; a number with spaces and dashes is one word, a word inside another says nothing."""
    text = plain(q)
    if _NUMBER.fullmatch(text):
        return [text.replace(" ", "")] if letters(text) else []
    words = sorted({word for word in strip_forms(text).split() if letters(word)}, key=lambda word: (-len(word), word))
    words = [word for word in words if strip_forms(f"某某{word}") != "某某"] or words  # 公司 beside 青岛 tells nothing
    return [word for at, word in enumerate(words) if not any(word in longer for longer in words[:at])][:WORDS]


def _word_tokens(word: str, classes: Collection[str]) -> list[Tokens]:
    """The ways a word may be found, each with the tokens it needs."""
    body = letters(word)
    found: list[Tokens] = []
    if "name" in classes:
        found += _name_tokens(body)
    if "phone" in classes and _NUMBER.fullmatch(word):
        found += [frozenset(windows(PHONE, number, PHONE_GRAM)) for number in _numbers(word)]
    if "code" in classes:
        found.append(frozenset(windows(CODE, body, CODE_GRAM)))
    if "text" in classes:
        found.append(frozenset(windows(TEXT, body, TEXT_GRAM)))
    return [tokens for tokens in found if tokens]


def _name_tokens(body: str) -> list[Tokens]:
    if len(body) == 1:
        return [frozenset({hashed(STARTS, body)})]
    found = [frozenset(windows(CHARACTERS, body, 2))]
    if (shorter := strip_partial_form(body)) != body:
        found.append(frozenset(windows(CHARACTERS, shorter, 2)) or frozenset({hashed(STARTS, shorter)}))
    written, readings = _runs(body)
    starts = body[0].isascii()
    found += [frozenset(_spoken_tokens(reading, starts=starts)) | written for reading in readings]
    return found


def _runs(body: str) -> tuple[Tokens, tuple[tuple[Piece, ...], ...]]:
    """The tokens of the Chinese in a word, and the readings of its only run of letters, if it has one."""
    runs = _RUN.findall(body)
    spoken = [run for run in runs if run.isascii()]
    if len(spoken) != 1 or spoken[0].isdigit():
        return frozenset(), ()
    written = frozenset(token for run in runs if not run.isascii() for token in windows(CHARACTERS, run, 2))
    return written, cut(spoken[0])


def _spoken_tokens(reading: tuple[Piece, ...], *, starts: bool) -> set[int]:
    """A single piece cut short stands in the index only where a name starts with it; after characters, those must do.

    Two whole syllables side by side imply each of them and their initials, which are then not asked for.
    """
    if len(reading) == 1 and not reading[0].whole:
        return {hashed(STARTS, reading[0].text)} if starts else set()
    spelt = [piece.whole and len(piece.text) > 1 for piece in reading]
    tokens: set[int] = set()
    paired: set[int] = set()
    for at, (left, right) in enumerate(pairwise(reading)):
        if spelt[at] and spelt[at + 1]:
            tokens.add(hashed(PAIRS, f"{left.text} {right.text}"))
            paired.update((at, at + 1))
        else:
            tokens.add(hashed(INITIALS, f"{left.text[0]}{right.text[0]}"))
    tokens.update(hashed(SYLLABLES, piece.text) for at, piece in enumerate(reading) if spelt[at] and at not in paired)
    return tokens or {hashed(SYLLABLES, piece.text) for piece in reading}


def _word_patterns(word: str) -> list[str]:
    body = letters(word)
    patterns = [body]
    if _NUMBER.fullmatch(word):
        patterns += _numbers(word)
    runs = _RUN.findall(body)
    for at, run in enumerate(runs):
        if run.isascii() and not run.isdigit():
            for reading in cut(run):
                spoken = _spoken_pattern(reading)
                patterns.append("%".join([*runs[:at], spoken, *runs[at + 1 :]]))
                patterns.append("%".join([*runs[:at], *runs[at + 1 :], spoken]))  # in the keys the name stands before its pinyin
            break
    return list(dict.fromkeys(patterns))


def _spoken_pattern(reading: tuple[Piece, ...]) -> str:
    """hang zhou y s is hangzhouy%s; initials alone stand in the keys as they are typed."""
    if not any(piece.whole for piece in reading) and all(len(piece.text) == 1 for piece in reading):
        return "".join(piece.text for piece in reading)
    last = len(reading) - 1
    return "".join(piece.text if piece.whole or at == last else f"{piece.text}%" for at, piece in enumerate(reading))


def _numbers(word: str) -> list[str]:
    """The digits as typed, and as a phone number would be kept."""
    typed = re.sub(r"^(?:\+|00)86", "", word)
    return list(dict.fromkeys(number for number in (letters(typed), digits(word)) if len(number) >= PHONE_GRAM))


def _smallest(alternatives: Iterable[Tokens]) -> list[Tokens]:
    """Without alternatives that ask for all another asks for, and more."""
    unique = list(dict.fromkeys(alternatives))
    return [each for each in unique if not any(other < each for other in unique)]

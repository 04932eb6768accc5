"""Which column of a file goes to which field: by what it is called, and by what its values look like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Protocol

from guanxi.kernel.fold import fold
from guanxi.surfaces.exchange.cells import Cell
from guanxi.surfaces.exchange.likeness import TELLING
from guanxi.surfaces.exchange.synonyms import SYNONYMS

#: Below this a guess would more often annoy than help.
_LEAST = 0.46
_BRACKETS = re.compile(r"[(（\[【<《].*?[)）\]】>》]")
_NOISE = re.compile(r"[\W_]+")


class MappableField(Protocol):
    """What the guess needs to know of a field."""

    @property
    def key(self) -> str: ...
    @property
    def label_zh(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...
    @property
    def kind(self) -> str: ...

    def looks_like(self, samples: Sequence[Cell]) -> float:
        """0: the values cannot be this field's; .5: could be; 1: surely are. `likeness.likeness` judges by kind."""
        ...


@dataclass(frozen=True, slots=True)
class Guess:
    """A field for a column; confidence from 0 to 1, of which .8 and more needs no second look."""

    field: str
    confidence: float


def guess_mapping(headers: Sequence[str], samples: Mapping[int, Sequence[Cell]], fields: Sequence[MappableField]) -> dict[int, Guess]:
    """The best pairs of column and field, each used once; columns that fit nothing are left out.

    `samples` holds some values of each column by its index; a column may be missing.
    """
    scored = [
        (_confidence(header, samples.get(column, ()), field), -column, -order, field.key)
        for column, header in enumerate(headers)
        for order, field in enumerate(fields)
    ]
    guesses: dict[int, Guess] = {}
    taken: set[str] = set()
    for confidence, column, _order, key in sorted(scored, reverse=True):
        if confidence < _LEAST:
            break
        if -column not in guesses and key not in taken:
            guesses[-column] = Guess(key, round(confidence, 2))
            taken.add(key)
    return dict(sorted(guesses.items()))


def _confidence(header: str, samples: Sequence[Cell], field: MappableField) -> float:
    """The name decides; values that cannot be the field's halve it, values that surely are speak for themselves."""
    named = _named(header, field)
    cells = [cell for cell in samples if cell is not None]
    looks = field.looks_like(cells) if cells else 0.5
    by_name = named * min(1.0, 0.5 + looks)
    by_value = 0.7 * looks if field.kind in TELLING and looks >= 0.8 else 0.0
    return max(by_name + 0.02 * looks * (by_name > 0), by_value) if by_name < 1 else 1.0


def _named(header: str, field: MappableField) -> float:
    """How well a heading names a field: 1 the same words, .9 a synonym, less when one contains the other."""
    heading = bare(header)
    if not heading:
        return 0.0
    words = {bare(word) for word in (field.label_zh, field.label_en, field.key, *field.aliases)} - {""}
    if heading in words:
        return 1.0
    if any(heading in line and not words.isdisjoint(line) for line in _lines()):
        return 0.9
    return max((_overlap(heading, word) for word in words), default=0.0)


def _overlap(heading: str, word: str) -> float:
    """`客户联系电话` contains `联系电话`: .5 to .8 by how much of the longer is the shorter."""
    short, long = sorted((heading, word), key=len)
    least = 4 if short.isascii() else 2
    return 0.5 + 0.3 * len(short) / len(long) if len(short) >= least and short in long else 0.0


def bare(text: str) -> str:
    """A heading without what does not tell it apart: case, width, punctuation, required marks and remarks in brackets."""
    folded = fold(text)
    return _NOISE.sub("", _BRACKETS.sub("", folded)) or _NOISE.sub("", folded)


@lru_cache(maxsize=1)
def _lines() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(bare, line)) for line in SYNONYMS)


def column_samples(rows: Iterable[Sequence[Cell]], *, width: int, most: int = 50) -> dict[int, list[Cell]]:
    """Up to `most` values that are not empty for each column."""
    found: dict[int, list[Cell]] = {column: [] for column in range(width)}
    for column, cell in chain.from_iterable(enumerate(row[:width]) for row in rows):
        if cell is not None and len(found[column]) < most:
            found[column].append(cell)
    return found

"""How Chinese text is read aloud (Hanyu Pinyin, GB/T 16159-2012): for search, sorting and initials.

Readings come from pypinyin's dictionaries by way of a table that scripts/build_pinyin.py makes: every process would hold 58 MB
of the dictionaries themselves. Where a word decides the reading (重庆银行), the longest word wins; only words that differ from the
usual reading of their characters are kept, which makes a company name about ten microseconds.
"""

from __future__ import annotations

import gzip
import json
import re
from array import array
from bisect import bisect_left
from functools import cache, lru_cache
from importlib import resources
from itertools import groupby
from typing import NamedTuple

from guanxi.kernel.china.surnames import COMPOUND, SINGLE
from guanxi.kernel.china.width import fold

__all__ = ["initials", "sort_key", "syllables"]

SORT_KEY_LENGTH = 64
# Code points of the middle of a sort key: after every Latin letter, and none of them combines with its neighbour.
_CODES = 0x3400

# Words of business that the dictionaries miss or read otherwise.
_BUSINESS = """
商行 shang1hang2 车行 che1hang2 药行 yao4hang2 茶行 cha2hang2 花行 hua1hang2 银行 yin2hang2 分行 fen1hang2 支行 zhi1hang2 总行 zong3hang2
酒行 jiu3hang2 鞋行 xie2hang2 布行 bu4hang2 粮行 liang2hang2 行业 hang2ye4 行家 hang2jia1 六安 lu4an1 丽水 li2shui3 台州 tai1zhou1 长兴 chang2xing1
海南 hai3nan2 朝阳 chao2yang2 重工 zhong4gong1 重机 zhong4ji1 重汽 zhong4qi4 乐清 yue4qing1 长乐 chang2le4 番禺 pan1yu2 会计 kuai4ji4 音乐 yin1yue4
"""
_SYLLABLE = re.compile(r"[a-z]+[1-5]")
# What may follow the first letter of a syllable, in order; fixed by the finals of Hanyu Pinyin, so that a stored key never moves.
_FINALS = "a ai an ang ao e ei en eng er i ia ian iang iao ie in ing iong iu o ong ou u ua uai uan uang ue ui un uo v ve"
_RESTS = {rest: at for at, rest in enumerate(sorted({"", "n", "ng", *_FINALS.split(), *("h" + each for each in _FINALS.split())}))}


class _Unit(NamedTuple):
    text: str  # one Chinese character, or a run of other letters and digits
    plain: str  # "zhong"; the run itself when it isn't Chinese
    tone: int  # 1-5; 0 when it isn't Chinese


_Word = tuple[str, tuple[_Unit, ...]]


def syllables(text: str, *, surname: bool = False) -> list[str]:
    """One plain syllable a Chinese character (ü is v), one entry a Latin word: ["abc", "ke", "ji"].

    With `surname` the text is a person's name and its first character is read as a surname: 单 shan, 尉迟 yu chi.
    """
    return [unit.plain for unit in _units(text, surname)]


def initials(text: str, *, surname: bool = False) -> str:
    """The first letters, Latin words whole: 杭州云深 is hzys, ABC科技 is abckj."""
    return "".join([unit.plain[0] if unit.tone else unit.plain for unit in _units(text, surname)])


def sort_key(text: str, *, surname: bool = False) -> str:
    """A string whose C collation is pinyin order: letter, rest of the syllable with tone, then the character itself.

    So 汪 comes before 王, all 张 stand before all 章, Latin words stand before the Chinese of their letter. Three characters a
    Chinese one, at most 64 in all: two names are told apart up to their twenty-first character.
    """
    parts: list[str] = []
    for unit in _units(text, surname):
        if unit.tone:
            parts.append(_sortable(unit))
        else:
            parts.append(f" {unit.text}" if parts else unit.text)
    return "".join(parts)[:SORT_KEY_LENGTH]


def _sortable(unit: _Unit) -> str:
    rank = _RESTS.get(unit.plain[1:], len(_RESTS))
    return f"{unit.plain[0]}{chr(_CODES + rank * 8 + unit.tone)}{unit.text}"


@lru_cache(maxsize=4_096)
def _units(text: str, surname: bool) -> tuple[_Unit, ...]:
    text = fold(text)
    if not (surname and text):
        return tuple(_read(text))
    reading = COMPOUND.get(text[:2]) or SINGLE.get(text[0])
    family = _spelled(text, reading) if reading else ()
    return (*family, *_read(text[len(family) :]))


def _read(text: str) -> list[_Unit]:
    characters, words = _characters(), _words()
    units: list[_Unit] = []
    at, end = 0, len(text)
    while at < end:
        char = text[at]
        unit = characters[char]
        if unit is None:
            at = _skip_to_chinese(text, at, units)
        elif (start := text[at : at + 2]) in words and (found := _longest(words[start], text, at)):
            units += found
            at += len(found)
        else:
            units.append(unit)
            at += 1
    return units


def _longest(words: tuple[_Word, ...], text: str, at: int) -> tuple[_Unit, ...]:
    for word, units in words:
        if text.startswith(word, at):
            return units
    return ()


def _skip_to_chinese(text: str, start: int, units: list[_Unit]) -> int:
    characters, end = _characters(), start
    while end < len(text) and characters[text[end]] is None:
        end += 1
    for is_word, run in groupby(text[start:end], str.isalnum):
        if is_word:
            word = "".join(run)
            units.append(_Unit(word, word, 0))
    return end


class _Table(NamedTuple):
    """The readings; the characters in the order of their code points with the place of each one's usual reading; the words with theirs."""

    readings: tuple[tuple[str, int], ...]
    characters: str
    usual: array[int]
    words: dict[str, list[int]]

    def unit(self, char: str, place: int) -> _Unit:
        """The character read as the reading at this place."""
        return _Unit(char, *self.readings[place])


@cache
def _table() -> _Table:
    packed = resources.files("guanxi.kernel.china").joinpath("data", "pinyin.json.gz")
    found = json.loads(gzip.decompress(packed.read_bytes()))
    readings = tuple((letters, tone) for letters, tone in found["readings"])
    return _Table(readings, found["characters"], array("H", found["usual"]), found["words"])


class _Characters(dict[str, _Unit | None]):
    """Character to its usual reading, None when it has none; filled as characters turn up."""

    def __missing__(self, char: str) -> _Unit | None:
        table = _table()
        at = bisect_left(table.characters, char)
        known = at < len(table.characters) and table.characters[at] == char
        self[char] = unit = table.unit(char, table.usual[at]) if known else None
        return unit


@cache
def _characters() -> _Characters:
    return _Characters()


@cache
def _words() -> dict[str, tuple[_Word, ...]]:
    """First two characters to the words they start whose reading its characters do not give, longest first."""
    table, business = _table(), _BUSINESS.split()
    exceptions = {word: tuple(map(table.unit, word, places)) for word, places in table.words.items()}
    exceptions |= {word: _spelled(word, reading) for word, reading in zip(business[::2], business[1::2], strict=True)}
    by_start: dict[str, list[_Word]] = {}
    for word in sorted(exceptions, key=len, reverse=True):
        by_start.setdefault(word[:2], []).append((word, exceptions[word]))
    return {start: tuple(found) for start, found in by_start.items()}


def _spelled(text: str, reading: str) -> tuple[_Unit, ...]:
    """尉迟, "yu4chi2" -> two units."""
    return tuple(_Unit(char, each[:-1], int(each[-1])) for char, each in zip(text, _SYLLABLE.findall(reading), strict=False))

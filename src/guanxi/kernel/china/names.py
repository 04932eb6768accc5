"""Company names as the duplicate check compares them: what two spellings of one company share, and two companies do not.

The parts of a registered name are place, trade name (字号), trade and legal form, by the rules on registering enterprise names (State
Council order 734, article 6). Decisions, where the law leaves room and people do not:

- Legal forms never tell companies apart; neither does 集团, which sales people add and leave out (score .95).
- 省, 市, 区 after a place are dropped, and a province before its own city: 浙江省杭州市云深 is 杭州云深. 浙江云深 and 杭州云深 were registered
  at two offices and are two companies. A place left out is forgiven when the trade name stands (腾讯科技, 深圳腾讯科技: .9).
- A place in brackets usually names a subsidiary: 云深(中国) is not 云深. The same place moved to the front is forgiven (.95).
- A branch (上海分公司, 西湖支行) is neither its head office nor another branch.
- A slip is forgiven in the trade, never in the trade name: 宏达 and 鸿达 sound alike and are neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from guanxi.kernel.china import regions
from guanxi.kernel.china.grams import letters, plain
from guanxi.kernel.china.legal_form import split_branch, strip_forms
from guanxi.kernel.china.slips import is_slip, squeezed
from guanxi.kernel.china.trades import TRADES, brand

__all__ = ["SAME", "candidates_keys", "core", "normalise", "same"]

#: From this score on, two names are reported as one company.
SAME = 0.8

_BRACKETED = re.compile(r"[(\[{<【〔「『《〈]([^()\[\]{}<>【】〔〕「」『』《》〈〉]*)[)\]}>】〕」』》〉]")
_GROUP = re.compile(r"[(\[]?(?:集团|\bgroup)[)\]]?\s*$")
_NATION = "中国"


@dataclass(frozen=True)
class _Parts:
    place: str  # code of the leading region, "" without one
    bracketed: frozenset[str]  # codes (or 中国) of places in brackets
    core: str
    written: str  # core with bracketed places where they stood
    branch: str
    group: bool


def normalise(name: str) -> str:
    """The key equal names share: folded, simplified, places in short, without brackets and legal forms, the branch kept."""
    parts = _parts(name)
    return _place_words(parts.place) + parts.written + parts.branch


def core(name: str) -> str:
    """Trade name and trade: 杭州云深智能科技（集团）有限公司 is 云深智能科技."""
    return _parts(name).core


def same(a: str, b: str) -> float:
    """How surely two names are one company: 0 to 1, the same either way round; decide at SAME.

    Core times place. Core: equal 1, a slip .9, else at most .6 by likeness. Place: equal 1, moved .95, left out .9, district
    inside the city .85, otherwise .5. Equal but for 集团: .95. A different branch: at most .4.
    """
    one, other = _parts(a), _parts(b)
    likeness = _core_score(one.core, other.core)
    if one.branch != other.branch:
        return round(min(0.4, likeness), 3)
    score = likeness * _place_score(one, other)
    if one.group != other.group:
        score *= 0.95
    return round(score, 3)


def candidates_keys(name: str) -> list[str]:
    """Keys of which two names with `same` at or over SAME share at least one, the most selective first.

    The whole key, the core (place moved or left out) and the first characters (a slip in the trade); the last is broad: read it
    with a limit.
    """
    parts = _parts(name)
    start = squeezed(parts.core)[: 4 if parts.core.isascii() else 2]
    return [f"n:{normalise(name)}", f"c:{parts.core}{parts.branch}", f"b:{start}{parts.branch}"]


@lru_cache(maxsize=4_096)
def _parts(name: str) -> _Parts:
    text = plain(name)
    head, branch = split_branch(text)
    if not branch:
        head, branch = _placed_branch(head)
    with_group = strip_forms(head)
    bare = _GROUP.sub("", with_group) or with_group
    bracketed: set[str] = set()

    def shorten(found: re.Match[str]) -> str:
        place = _as_place(found[1])
        if not place or found.start() == 0:
            return found[1]
        bracketed.add(place)
        return f"\0{place}\0"

    marked = "".join(char for char in _BRACKETED.sub(shorten, bare) if char.isalnum() or char == "\0")
    region, rest = regions.leading(marked)
    if region is None or not rest.replace("\0", ""):
        region, rest = None, marked
    pieces = rest.split("\0")
    written = "".join(piece if at % 2 == 0 else _place_words(piece) for at, piece in enumerate(pieces))
    return _Parts(
        place=region.code if region else "",
        bracketed=frozenset(bracketed),
        core="".join(pieces[::2]) or written,
        written=written,
        branch=_branch_words(branch),
        group=bare != with_group,
    )


def _as_place(text: str) -> str:
    if letters(text) == _NATION:
        return _NATION
    region = regions.find(text)
    return region.code if region else ""


def _place_words(place: str) -> str:
    """杭州, 义乌, but 杭州余杭: a district is called with its city."""
    region = regions.get(place) if place.isdigit() else None
    if region is None:
        return place
    if region.level == "district" and not region.name.endswith("市"):
        above = regions.ancestors(place)[-1:]
        return "".join(each.short for each in (*above, region))
    return region.short


_BRANCH_WORD = re.compile(
    r"(?:第?[一二三四五六七八九十\d]+)?(?:分公司|支公司|分店|分行|支行|分理处|营业部|营业厅|门市部|办事处|代表处|分部|分厂|分校|分院|分所)$"
)


def _placed_branch(head: str) -> tuple[str, str]:
    """云深上海分公司, written without a legal form: the branch begins at the place before its word."""
    found = _BRANCH_WORD.search(head)
    if not found or found.start() < 2:
        return head, ""
    for at in range(2, found.start()):
        if regions.find(letters(head[at : found.start()])):
            return head[:at], head[at:]
    return head[: found.start()], head[found.start() :]


def _branch_words(branch: str) -> str:
    text = letters(branch)
    region, rest = regions.leading(text)
    return _place_words(region.code) + rest if region else text


def _core_score(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if is_slip(one, other):
        return 0.9
    first, second = sorted((one, other))  # the matcher's answer depends on the order
    return 0.6 * SequenceMatcher(None, first, second, autojunk=False).ratio()


def _place_score(one: _Parts, other: _Parts) -> float:
    if (one.place, one.bracketed) == (other.place, other.bracketed):
        return 1.0
    if {one.place, *one.bracketed} - {""} == {other.place, *other.bracketed} - {""}:
        return 0.95
    if one.bracketed != other.bracketed:
        return 0.5
    if not (one.place and other.place):
        return 0.9 if _stands_alone(one.core) and _stands_alone(other.core) else 0.5
    return 0.85 if _inside_city(one.place, other.place) and _stands_alone(one.core) else 0.5


def _inside_city(one: str, other: str) -> bool:
    """Whether one code is a city (or a municipality such as Shanghai) and the other a district of it."""
    outer, inner = sorted((one, other), key=lambda code: -code.count("0", len(code.rstrip("0"))))
    city = regions.get(outer)
    if city is None or not inner.startswith(city.stem):
        return False
    return city.level == "city" or city.stem in _MUNICIPALITIES


_MUNICIPALITIES = ("11", "12", "31", "50")


def _stands_alone(text: str) -> bool:
    """Whether a core tells a company by itself: it begins with a trade name, not a trade."""
    return len(text) >= 4 and text[:2] not in TRADES and brand(text) != ""

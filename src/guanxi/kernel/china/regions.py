"""Provinces, cities and districts by their GB/T 2260 codes: found by name, shown short, and searched as a range of codes.

A code has six digits, two a level (330000 浙江省, 330100 杭州市, 330108 滨江区); trailing 00 may be left out ("33"). The table is built into
the package by scripts/build_regions.py and holds the state of June 2023.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from guanxi.kernel.china.width import fold

__all__ = ["Region", "ancestors", "children", "find", "full", "get", "label", "leading", "locate", "within"]

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土"
    "|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|普米|塔吉克|怒|鄂温克|保安|裕固|独龙|鄂伦春|各"
)
_AUTONOMOUS = re.compile(rf"(?:(?:{_PEOPLES})族?)*自治[州县旗]$")
_CITY_WORD = re.compile(r"(?:市|地区|盟|林区)$")
_DISTRICT_WORD = re.compile(r"(?:新区|矿区|林区|区|县|市|旗)$")
_BETWEEN = re.compile(r"[\s,，、/|>\-·]+")


@dataclass(frozen=True)
class Region:
    """One division. `short` is what people call it: 浙江, 杭州, 滨江."""

    code: str
    name: str
    short: str

    @property
    def level(self) -> str:
        """ "province", "city" or "district"; by the code, so that a county under no city is a district."""
        if self.code.endswith("0000"):
            return "province"
        return "city" if self.code.endswith("00") else "district"

    @property
    def stem(self) -> str:
        """The digits every division inside shares: "33", "3301", "330108"."""
        return _stem(self.code)


class _Table(NamedTuple):
    by_code: dict[str, Region]
    children: dict[str, tuple[Region, ...]]
    by_start: dict[str, tuple[tuple[str, Region], ...]]  # first two characters -> (name or short, region), longest first


def get(code: str | int) -> Region | None:
    """The region of a code, given whole or without trailing zeros."""
    return _table().by_code.get(str(code).ljust(6, "0"))


def find(text: str) -> Region | None:
    """The one region a person means: 浙江省杭州市滨江区, 浙江 杭州, 杭州, "330108"; None when unknown or ambiguous."""
    text = fold(text)
    if text.isascii() and text.isdigit() and len(text) in {2, 4, 6}:
        return get(text)
    region, rest = leading(_BETWEEN.sub("", text), short_districts=True)
    return region if not rest else None


def label(code: str | int) -> str:
    """Short names from the province down: 浙江 杭州 滨江. An unknown code is shown as it is."""
    region = get(code)
    return " ".join(each.short for each in (*ancestors(code), region)) if region else str(code)


def full(code: str | int) -> str:
    """Official names from the province down: 浙江省杭州市滨江区."""
    region = get(code)
    return "".join(each.name for each in (*ancestors(code), region)) if region else str(code)


def children(code: str | int | None = None) -> tuple[Region, ...]:
    """The divisions directly below (provinces for None). Districts of Beijing lie directly below Beijing."""
    key = "" if code is None else str(code).ljust(6, "0")
    return _table().children.get(key, ())


def ancestors(code: str | int) -> tuple[Region, ...]:
    """The regions a region lies in, province first, itself left out."""
    whole, by_code = str(code).ljust(6, "0"), _table().by_code
    above = (whole[:2] + "0000", whole[:4] + "00")
    return tuple(by_code[each] for each in dict.fromkeys(above) if each != whole and each in by_code)


def within(code: str | int) -> tuple[int, int]:
    """The lowest and highest integer code inside a region: "33" gives (330000, 339999), 330108 gives itself twice."""
    stem = _stem(str(code))
    return int(stem.ljust(6, "0")), int(stem.ljust(6, "9"))


def locate(address: str) -> str | None:
    """The most exact region an address names, as a code. District names count only when written out (西湖区, not 西湖路)."""
    text = _BETWEEN.sub("", fold(address))
    region, _ = leading(text)
    if region is None:
        start = next((at for at in range(1, len(text)) if _named_at(text, at)), None)
        region = _named_at(text, start) if start is not None else None
    return region.code if region else None


def leading(text: str, *, short_districts: bool = False) -> tuple[Region | None, str]:
    """Read place names off the start of a folded text: the most exact region, and the rest.

    Each name must lie inside the one before it. A first name that several districts share (鼓楼区) names none of them.
    """
    region: Region | None = None
    while text:
        step = _read(text, inside=region, short_districts=short_districts)
        if step is None:
            break
        region, length = step
        text = text[length:]
    return region, text


def _read(text: str, *, inside: Region | None, short_districts: bool) -> tuple[Region, int] | None:
    best: list[tuple[Region, int]] = []
    for name, region in _table().by_start.get(text[:2], ()):
        if not text.startswith(name):
            continue
        if not (short_districts or name == region.name or _known_without_its_word(region)):
            continue
        if inside is not None and (region.code == inside.code or not region.code.startswith(inside.stem)):
            continue
        best.append((region, len(name)))
    if not best:
        return None
    longest = max(length for _, length in best)
    best = [step for step in best if step[1] == longest]
    for level in ("province", "city", "district"):
        at_level = [step for step in best if step[0].level == level]
        if at_level:
            return at_level[0] if len(at_level) == 1 else None
    return None


def _known_without_its_word(region: Region) -> bool:
    """义乌 is 义乌市, but 西湖 may be a lake."""
    return region.level != "district" or region.name.endswith("市")


def _named_at(text: str, at: int) -> Region | None:
    region, rest = leading(text[at:])
    if region is None:
        return None
    used = text[at : len(text) - len(rest)]
    return region if used.endswith(region.name) else None


def _stem(code: str) -> str:
    code = code.ljust(6, "0")
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


@cache
def _table() -> _Table:
    packed = resources.files("guanxi.kernel.china").joinpath("data", "regions.json.gz")
    try:
        rows: list[tuple[str, str]] = json.loads(gzip.decompress(packed.read_bytes()))
    except FileNotFoundError:
        raise RuntimeError("The region table is not built: run scripts/build_regions.py.") from None
    by_code = {code: Region(code, name, _short(code, name)) for code, name in rows}
    below: dict[str, list[Region]] = {}
    starts: dict[str, list[tuple[str, Region]]] = {}
    for code, region in by_code.items():
        above = next((each for each in (code[:4] + "00", code[:2] + "0000") if each != code and each in by_code), "")
        below.setdefault(above, []).append(region)
        for name in {region.name, region.short}:
            starts.setdefault(name[:2], []).append((name, region))
    ordered = {start: tuple(sorted(found, key=lambda pair: -len(pair[0]))) for start, found in starts.items()}
    return _Table(by_code, {code: tuple(found) for code, found in below.items()}, ordered)


def _short(code: str, name: str) -> str:
    if code.endswith("0000"):
        return name[:3] if name.startswith(("内蒙古", "黑龙江")) else name[:2]
    if name.endswith(("自治州", "自治县", "自治旗")):
        bare = _AUTONOMOUS.sub("", name)
        return bare if len(bare) >= 2 else name[:2]
    if name.endswith(("开发区", "园区", "管理区", "示范区", "合作区", "保税区")):
        return name
    bare = (_CITY_WORD if code.endswith("00") else _DISTRICT_WORD).sub("", name)
    return bare if len(bare) >= 2 else name

"""Ranges of addresses with the places that they belong to, read from a table as IP2Location LITE and DB-IP offer it.

Kept in arrays, 12 or 36 bytes a range, and each place once: a million ranges of version 4 take about 30 MB and five seconds to read.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import IO, NamedTuple, cast

#: Ranges that are kept at most, places, and characters of a line.
MOST, MOST_PLACES, LONGEST = 8_000_000, 1_000_000, 4_096
CONTINENTS = frozenset(("AF", "AN", "AS", "EU", "NA", "OC", "SA", "ZZ"))
_WORD = 2**64 - 1
_MAPPED = 0xFFFF << 32
_NOTHING = ("", "-", "ZZ")


class Wrong(Exception):
    """The file is no such table: in a sentence for whoever runs the installation."""


class Spot(NamedTuple):
    """A place: the country by its code where the table has one, region and city."""

    country: str
    region: str = ""
    city: str = ""


class Ranges:
    """Addresses of one version, as the numbers that they are."""

    def __init__(self, *, wide: bool) -> None:
        code = "Q" if wide else "I"
        self.wide = wide
        #: Lower 64 bits (or all 32), then the upper ones, of first and last address.
        self.low, self.last_low, self.high, self.last_high = array(code), array(code), array(code), array(code)
        self.spot = array("I")

    def __len__(self) -> int:
        return len(self.spot)

    def add(self, first: int, last: int, spot: int) -> None:
        """One range more."""
        self.low.append(first & _WORD)
        self.last_low.append(last & _WORD)
        if self.wide:
            self.high.append(first >> 64)
            self.last_high.append(last >> 64)
        self.spot.append(spot)

    def first(self, at: int) -> int:
        """The first address of a range."""
        return self.high[at] << 64 | self.low[at] if self.wide else self.low[at]

    def last(self, at: int) -> int:
        """Its last address."""
        return self.last_high[at] << 64 | self.last_low[at] if self.wide else self.last_low[at]

    def sort(self) -> None:
        """By first address, where the table was not."""
        if all(self.first(at) <= self.first(at + 1) for at in range(len(self) - 1)):
            return
        order = sorted(range(len(self)), key=self.first)
        for name in ("low", "last_low", "spot", *(("high", "last_high") if self.wide else ())):
            column = getattr(self, name)
            setattr(self, name, array(column.typecode, (column[at] for at in order)))

    def find(self, number: int) -> int | None:
        """The place of an address, None between the ranges."""
        at = bisect_right(range(len(self)), number, key=self.first) - 1
        return self.spot[at] if at >= 0 and number <= self.last(at) else None


class Atlas:
    """All of a table."""

    def __init__(self) -> None:
        self.ranges = {4: Ranges(wide=False), 6: Ranges(wide=True)}
        self.spots: list[Spot] = []

    def find(self, version: int, number: int) -> Spot | None:
        """The place of an address, None for none."""
        at = self.ranges[version].find(number)
        return None if at is None else self.spots[at]


def read(path: Path, *, rows: int | None = None) -> Atlas:
    """The table, or its first rows. Raises Wrong."""
    atlas, known = Atlas(), dict[Spot, int]()
    columns: Sequence[int] = ()
    try:
        for number, line in enumerate(_lines(path), start=1):
            if rows is not None and number > rows:
                break
            ends = _ends(line)
            if ends is None:
                if number == 1:
                    continue  # headings
                raise Wrong(f"line {number} does not begin with two addresses")
            columns = columns or _columns(line)
            if not columns:
                continue
            spot = Spot(*(_text(line[at]) if at < len(line) else "" for at in columns))
            if not any(spot):
                continue
            _add(atlas, ends, known.setdefault(spot, len(known)))
            if len(known) > MOST_PLACES or sum(map(len, atlas.ranges.values())) > MOST:
                raise Wrong(f"it has more than {MOST} ranges or {MOST_PLACES} places")
    except (OSError, EOFError, zlib.error, csv.Error) as problem:
        raise Wrong(f"it cannot be read: {getattr(problem, 'strerror', None) or problem}") from None
    if not known:
        raise Wrong("it holds no range with a place")
    atlas.spots = list(known)
    for each in atlas.ranges.values():
        each.sort()
    return atlas


def _lines(path: Path) -> Iterator[list[str]]:
    """The rows, of a compressed file as well, no line longer than any of such a table."""
    with ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(path.open("rb"))
        if file.read(2) == b"\x1f\x8b":
            file = cast("IO[bytes]", stack.enter_context(gzip.open(path, "rb")))
        file.seek(0)
        yield from csv.reader(_texts(file))


def _texts(file: IO[bytes]) -> Iterator[str]:
    while line := file.readline(LONGEST):
        if len(line) == LONGEST or b"\0" in line:
            raise Wrong("it is no table of text")
        yield line.decode("utf-8-sig", errors="replace")


def _ends(line: Sequence[str]) -> tuple[int, int, bool] | None:
    """First and last address and whether they are of version 6; None for what are none."""
    try:
        first, last = (_number(text.strip()) for text in line[:2])
    except ValueError:
        return None
    wide = first[1] or last[1]
    return (first[0], last[0], wide) if first[0] <= last[0] else None


def _number(text: str) -> tuple[int, bool]:
    """An address as its number and whether it is of version 6. Raises ValueError."""
    if text.isascii() and text.isdecimal() and len(text) < 40:
        number = int(text)
        if number >= 2**128:
            raise ValueError(text)
        return number, number >= 2**32
    address = ip_address(text)
    return int(address), address.version == 6


def _columns(line: Sequence[str]) -> tuple[int, ...]:
    """Where country, region and city stand; () while a row does not tell."""
    cells = [_text(cell) for cell in line[2:]]
    if not cells or not any(cells):
        return ()
    if len(cells) >= 4 and cells[0] in CONTINENTS and len(cells[1]) == 2:
        return (3, 4, 5)  # DB-IP: continent before the country
    if len(cells) == 3 or len(cells[0]) != 2:
        return (2, 3, 4)
    return (2, 4, 5)  # IP2Location: the name of the country after its code


def _text(cell: str) -> str:
    text = " ".join(cell.split())[:60]
    return "" if text in _NOTHING else text


def _add(atlas: Atlas, ends: tuple[int, int, bool], spot: int) -> None:
    """To the ranges of its version; addresses of version 4 that are written as version 6 are what they are."""
    first, last, wide = ends
    if wide and first >> 32 == last >> 32 == 0xFFFF:
        first, last, wide = first - _MAPPED, last - _MAPPED, False
    atlas.ranges[6 if wide else 4].add(first, last, spot)

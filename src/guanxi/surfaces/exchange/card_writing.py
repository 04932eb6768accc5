"""Records as vCards 3.0 (RFC 2426), which every telephone and mail program takes in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from guanxi.kernel.china import families
from guanxi.surfaces.exchange.cells import Cell, as_text
from guanxi.surfaces.exchange.outgoing import plain_text

#: What a field declared in `Entity.card` becomes: the line up to its colon, and what stands around the value.
_LINES = {
    "FN": ("FN", "{}"),
    "ORG": ("ORG", "{}"),
    "TITLE": ("TITLE", "{}"),
    "CELL": ("TEL;TYPE=CELL", "{}"),
    "WORK": ("TEL;TYPE=WORK,VOICE", "{}"),
    "EMAIL": ("EMAIL;TYPE=INTERNET", "{}"),
    "ADR": ("ADR;TYPE=WORK", ";;{};;;;"),
    "URL": ("URL", "{}"),
    "BDAY": ("BDAY", "{}"),
    "X-WECHAT": ("X-WECHAT", "{}"),
    "NOTE": ("NOTE", "{}"),
}
#: Octets of a line before it goes on in the next.
_FOLD = 74
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f\u2028\u2029]")


def write_cards(path: Path, card: Mapping[str, str], keys: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a card for each row, whose cells are the fields `keys`; returns their number. A row without a name is left out."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            values = dict(zip(keys, (as_text(cell) for cell in row), strict=False))
            if not values.get(card["FN"]):
                continue
            for line in _lines(card, values):
                file.write("\r\n ".join(folded(line)) + "\r\n")
            count += 1
    return count


def _lines(card: Mapping[str, str], values: Mapping[str, str]) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield f"N:{_parts(values[card['FN']])}"
    for name, key in card.items():
        line, around = _LINES[name]
        if values.get(key):
            yield f"{line}:{around.format(escaped(values[key]))}"
    yield "END:VCARD"


def _parts(name: str) -> str:
    """Family and given name of a Chinese; any other stays whole."""
    family = families.family(name) if families.is_name(name) else ""
    return f"{escaped(family)};{escaped(name.removeprefix(family))};;;" if family and family != name else f"{escaped(name)};;;;"


def escaped(text: str) -> str:
    """A value that ends neither its line nor its component."""
    text = _CONTROL.sub(" ", plain_text(text).replace("\r\n", "\n"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """Pieces of at most 74 octets, no character cut."""
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _FOLD:
            yield piece
            piece, size = "", 0
        piece += character
        size += width
    yield piece

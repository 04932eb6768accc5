"""The grammar of vCard 2.1, 3.0 and 4.0, as telephones and mail programs write it: lines, parameters, values, whatever is broken.

RFC 2426, RFC 6350 and the versit specification of 2.1. A line that is none is passed over: one bad line never loses a card.
"""

from __future__ import annotations

import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Properties that hold pictures, sounds and keys: never kept, whatever their length.
_HEAVY = ("PHOTO", "LOGO", "SOUND", "KEY", "AGENT")
#: Bytes of one property, and properties of one card, beyond which nothing is kept.
_LONGEST, _MOST = 64 * 1024, 500
#: Charsets that cards may name; whatever else Python knows by a name (UTF-7, rot13, zip) is not asked.
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "cp936": "gb18030",
    "big5": "big5",
    "shift-jis": "shift_jis",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
    "windows-1251": "cp1251",
    "koi8-r": "koi8-r",
}
_HALF = re.compile("[\ud800-\udfff]")
_HEAD = re.compile(rb'((?:[A-Za-z0-9_-]+\.)?[A-Za-z0-9-]+)((?:;(?:"[^"]*"|[^":;]|"(?=[^"]*$))*)*):', re.DOTALL)
_PARAMETER = re.compile(r';([^;="]*)(?:=((?:"[^"]*"|[^";])*))?')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass
class Property:
    """One line of a card: its name, what it says of itself (`types` such as CELL and WORK), and its text, not yet unescaped."""

    name: str
    types: frozenset[str]
    text: str

    @property
    def value(self) -> str:
        """The text as a person reads it."""
        return unescaped(self.text).strip()

    def parts(self, separator: str = ";") -> list[str]:
        """The components of a structured value."""
        return [unescaped(part).strip() for part in re.split(rf"(?<!\\){separator}", self.text)]


@dataclass
class Card:
    """The lines of one card; `whole` when its end was there, `short` when a line was too long, or one too many, to be kept."""

    properties: list[Property] = field(default_factory=list)
    whole: bool = False
    short: bool = False

    def all(self, name: str) -> list[Property]:
        """Every line of this name that says anything, what is preferred first."""
        found = [p for p in self.properties if p.name == name and p.value]
        return sorted(found, key=lambda p: "PREF" not in p.types)

    def first(self, name: str) -> str:
        """The value of the first of them, or nothing."""
        return next((p.value for p in self.all(name)), "")


def unescaped(text: str) -> str:
    r"""Text without its backslashes; \n is a line end."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def cards(path: Path) -> Iterator[Card]:
    """The cards of a file, one at a time; a card within another, of an assistant say, is passed over."""
    card, depth = Card(), 0
    for line, cut in _properties(path):
        upper = line.upper().replace(b" ", b"")
        if upper == b"BEGIN:VCARD":
            depth += 1
            if depth == 1:
                card = Card()
        elif upper == b"END:VCARD":
            depth = max(0, depth - 1)
            if depth == 0:
                card.whole = True
                yield card
                card = Card()
        elif depth == 1 and (found := read(line, cut=cut)) is not None:
            card.short = card.short or cut or len(card.properties) >= _MOST
            if len(card.properties) < _MOST:
                card.properties.append(found)
    if depth:
        yield card


def _properties(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Lines with their continuations, kept short, and whether they were cut for it; what is heavy loses its value."""
    kept, soft, cut = b"", False, False
    for line, torn, more in _lines(path):
        if soft or line[:1] in (b" ", b"\t"):
            if not cut and not _is_heavy(kept):
                kept = kept[:-1] + line if soft else kept + line[1:]
                kept, cut = kept[:_LONGEST], torn or len(kept) > _LONGEST
        else:
            if kept:
                yield kept, cut
            kept, cut = line, torn
        soft = more and b"QUOTED-PRINTABLE" in kept[:200].upper() and not _is_heavy(kept)
    if kept:
        yield kept, cut


def _is_heavy(line: bytes) -> bool:
    name = re.split(rb"[:;]", line[:40], maxsplit=1)[0].rsplit(b".", 1)[-1]
    return name.upper().decode("ascii", "replace") in _HEAVY


def _lines(path: Path) -> Iterator[tuple[bytes, bool, bool]]:
    """Lines without their ends, as UTF-8 where the file says that it is UTF-16; whether cut after `_LONGEST`, and ended by "="."""
    with path.open("rb") as file:
        wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    # Latin-1 has a character for each byte: so the ends of lines of every system are found in bytes, too.
    with path.open(encoding="utf-16" if wide else "latin-1", errors="replace", newline=None) as text:
        while line := text.readline(_LONGEST):
            last = line
            while not last.endswith("\n") and (rest := text.readline(_LONGEST)):
                last = rest
            torn = len(line) == _LONGEST and not line.endswith("\n")
            raw = line.rstrip("\n").encode("utf-8" if wide else "latin-1")
            yield raw.removeprefix(codecs.BOM_UTF8).replace(b"\0", b""), torn, last.rstrip("\n").endswith("=")


def read(line: bytes, *, cut: bool = False) -> Property | None:
    """A line taken apart, or nothing where it is no property. One that was cut ends with its last whole character."""
    found = _HEAD.match(line)
    if found is None:
        return None
    name = found[1].decode("ascii").rsplit(".", 1)[-1].upper()
    if name in _HEAVY:
        return None
    parameters = [(key.strip().upper(), value.strip('" ')) for key, value in _PARAMETER.findall(found[2].decode("latin-1"))]
    named = {key: value for key, value in parameters if value}
    words = {key for key, value in parameters if not value}
    for key, value in parameters:
        if key == "TYPE":
            words |= {word.strip('" ').upper() for word in value.replace('"', "").split(",")}
    if named.get("PREF"):
        words.add("PREF")
    raw = line[found.end() :]
    if "QUOTED-PRINTABLE" in words or named.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":
        raw = quopri.decodestring(re.sub(rb"=[0-9A-Fa-f]?$", b"", raw) if cut else raw)
    elif named.get("ENCODING", "").upper() in ("B", "BASE64") or "BASE64" in words:
        return None
    return Property(name, frozenset(words), _text(raw, named.get("CHARSET", ""), cut=cut))


def _text(raw: bytes, charset: str, *, cut: bool) -> str:
    """Bytes in the charset that they name, or in the one they are: a telephone's name for GBK is not always right."""
    named = _CHARSETS.get(charset.strip().lower().replace("_", "-"), "utf-8")
    for codec in (named, "utf-8", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(codec)().decode(raw, final=not cut)
        except UnicodeDecodeError:
            continue
        return _HALF.sub("\ufffd", text.replace("\0", ""))
    return raw.decode("latin-1").replace("\0", "")

"""Text files: lines, tables and letters, in whatever characters the import reads."""

from __future__ import annotations

import csv
import email
import email.policy
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path

from guanxi.surfaces.exchange.codec import codec_of
from guanxi.surfaces.exchange.delimiter import find_delimiter
from guanxi.surfaces.viewing.paper import MOST, Full, Paper

#: Bytes of a letter that are parsed, pictures and all.
_LETTER = 64 << 20
_HEADERS = ("from", "to", "cc", "date", "subject")
#: Letters that declare one of these hold GBK, as often as not.
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "hz-gb-2312": "hz"}


class Unreadable(Exception):
    """The bytes are no text that we know."""


def lines(path: Path, paper: Paper) -> None:
    """Read a text as it stands."""
    with path.open(encoding=_codec(path), newline=None) as file:
        text = file.read(MOST + 1)
    if text.strip():
        paper.part()
        paper.paragraph(text)
    if len(text) > MOST:
        raise Full


def table(path: Path, paper: Paper) -> None:
    """Read delimited rows; what is no table after all is read as it stands."""
    codec = _codec(path)
    delimiter, declared = find_delimiter(path, codec)
    paper.part()
    try:
        with path.open(encoding=codec, newline="") as file:
            for number, cells in enumerate(csv.reader(file, delimiter=delimiter)):
                if cells and not (declared and number == 0):
                    paper.row(cells)
    except csv.Error:
        paper.restart()
        lines(path, paper)


def _codec(path: Path) -> str:
    found = codec_of(path)
    if found is None:
        raise Unreadable
    return found


def letter(path: Path, paper: Paper) -> None:
    """Read a mail (RFC 5322): who, when, about what, its text, and the names of what is attached."""
    with path.open("rb") as file:
        head = file.read(5)
        body = head + file.read(_LETTER) if head != b"From " else _after_line(file.read(_LETTER))  # as mail programs keep it in a box
    message = email.message_from_bytes(body, policy=email.policy.default)
    paper.part()
    for name in _HEADERS:
        if value := _header(message, name):
            paper.fact(name, value)
    for part in message.walk():
        if name := _attached(part):
            paper.fact("attachment", name)
    paper.paragraph(_text(message))


def _after_line(body: bytes) -> bytes:
    return body.partition(b"\n")[2]


def _header(message: Message, name: str) -> str:
    """A header as people read it; the library fails on some of what the world sends."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):
        return ""


def _attached(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):
        return ""


def _text(message: Message) -> str:
    """The plain text, else the text of the HTML."""
    found: dict[str, str] = {}
    for part in message.walk():
        if part.get_content_maintype() == "text" and not _attached(part):
            found.setdefault(part.get_content_subtype(), _decoded(part))
    if found.get("plain", "").strip():
        return found["plain"]
    return _stripped(found["html"]) if "html" in found else ""


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else b""
    declared = str(part.get_content_charset() or "").lower()
    for codec in (_CHINESE.get(declared, declared), "utf-8", "gb18030"):
        try:
            return body.decode(codec or "utf-8").replace("\r\n", "\n")
        except (ValueError, LookupError):
            continue
    return body.decode("latin-1")


class _Stripper(HTMLParser):
    """The characters of a page, with a line end where a block ends."""

    BLOCKS = frozenset("p div br tr li h1 h2 h3 h4 h5 h6 table blockquote pre".split())
    SILENT = frozenset("script style head title".split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self.SILENT
        if tag == "br":
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self.SILENT))
        if tag in self.BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))


def _stripped(html: str) -> str:
    stripper = _Stripper()
    stripper.feed(html[: 20 * MOST])
    stripper.close()
    kept = [line.strip() for line in "".join(stripper.words).split("\n")]
    return "\n".join(line for number, line in enumerate(kept) if line or (number and kept[number - 1]))


__all__ = ["Unreadable", "letter", "lines", "table"]

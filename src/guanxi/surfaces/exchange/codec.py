"""Which characters the bytes of a text file mean: a mark at its beginning, else UTF-8, else GB18030, else nothing we read.

Strict and in this order because guessing by statistics is wrong on short Chinese files: a dozen GBK rows are taken for
Cyrillic or Korean. Valid UTF-8 is practically never anything else; GB18030 contains GBK and GB2312. Imports no Django:
the processes that open strangers' files use it too.
"""

from __future__ import annotations

import codecs
from pathlib import Path

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class HoldsNul(ValueError):
    """The text holds a NUL, which no text does."""


def codec_of(path: Path) -> str | None:
    """Name of the codec that reads the whole file strictly, None where none does; reads it once or twice, in pieces. Raises HoldsNul."""
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), None)
    return next((codec for codec in ((marked,) if marked else ("utf-8", "gb18030")) if _reads(path, codec)), None)


def _reads(path: Path, codec: str) -> bool:
    """Whether the codec takes every byte."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                _refuse_nul(decoder.decode(chunk))
        _refuse_nul(decoder.decode(b"", final=True))
    except UnicodeDecodeError:
        return False
    return True


def _refuse_nul(text: str) -> None:
    if "\0" in text:
        raise HoldsNul

"""Which characters the bytes of a text file mean: a mark at its beginning, else UTF-8, else GB18030, else a refusal.

Strict and in this order because guessing by statistics is wrong on short Chinese files: a dozen GBK rows are taken for
Cyrillic or Korean. Valid UTF-8 is practically never anything else; GB18030 contains GBK and GB2312.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.refusal import Refused

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(path: Path) -> str:
    """Name of the codec that reads the whole file strictly; reads it once or twice, in pieces."""
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), None)
    for codec in (marked,) if marked else ("utf-8", "gb18030"):
        if _reads(path, codec):
            return codec
    raise Refused(
        _("The characters of the file cannot be read as UTF-8, GB18030 or UTF-16. Save it in Excel as “CSV UTF-8” and choose it again.")
    )


def _reads(path: Path, codec: str) -> bool:
    """Whether the codec takes every byte; refuses a text that holds NUL, which no table does."""
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
        raise Refused(_("The file holds NUL bytes: it is not a text table, or it is damaged. Save it again as xlsx or csv."))

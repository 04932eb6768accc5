"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.refusal import Refused

_HEAD = 4096
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVES = (b"\x1f\x8b", b"BZh", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\x00")
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
_OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_WEB_PAGE = re.compile(rb"<(!doctype html|html|head|meta|table|body|div|style|script)\b", re.IGNORECASE)
_CARD = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*BEGIN:\s*VCARD\b", re.IGNORECASE)
_JSON = re.compile(rb"[\[{]\s*[\[{\"]")


class Form(Enum):
    """The roads a file may take."""

    WORKBOOK = "workbook"
    CARDS = "cards"
    TEXT = "text"


def recognise(path: Path) -> Form:
    """The road for this file; refuses what is surely no table, saying what it seems to be."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf \t\r\n\0\xff\xfe"):
        _refuse_when_blank(path)
    if head.startswith((*_ZIP, _OLE)):
        return Form.WORKBOOK
    if _CARD.match(head.replace(b"\0", b"")):
        return Form.CARDS
    refuse_other_kinds(head)
    return Form.TEXT


def _refuse_when_blank(path: Path) -> None:
    """A file of nothing but white space is empty to a person."""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if chunk.strip(b"\xef\xbb\xbf \t\r\n\0\xff\xfe"):
                return
    raise Refused(_("The file is empty. Choose the file that holds your rows."))


def refuse_other_kinds(head: bytes) -> None:
    """Refuse pictures, documents, archives and web pages by what they begin with."""
    if head.startswith(b"%PDF"):
        raise Refused(_("This is a PDF, not a table. Export the list as xlsx or csv and choose that file."))
    if _is_image(head):
        raise Refused(_("This is a picture, not a table. Choose an xlsx, xls, ods or csv file."))
    if head.startswith(_ARCHIVES):
        raise Refused(_("This is an archive. Unpack it and choose the table inside."))
    if head.startswith(_OLD_EXCEL):
        raise Refused(_("This workbook is older than Excel 97. Open it in Excel, save it as xlsx and choose that file."))
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _WEB_PAGE.match(text) or text.startswith((b"<?xml", b"<!--")):
        raise Refused(
            _("This is a web page or XML saved under the name of a table. Open it in Excel, save it as xlsx and choose that file.")
        )
    if _JSON.match(text) or text.startswith(b"{\\rtf"):
        raise Refused(_("This is not a table of rows and columns. Choose an xlsx, xls, ods or csv file."))


def _is_image(head: bytes) -> bool:
    bitmap = head.startswith(b"BM") and head[6:10] == b"\0\0\0\0"
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    heic = head[4:8] == b"ftyp"
    return head.startswith(_IMAGES) or bitmap or webp or heic

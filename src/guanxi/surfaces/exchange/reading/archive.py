"""A workbook is an archive: its table of contents is judged before anything in it is unpacked.

A directory that lies about sizes is caught later, by the limits of the process that unpacks.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.reading.limits import Limits
from guanxi.surfaces.exchange.reading.reasons import damaged, protected
from guanxi.surfaces.exchange.refusal import Refused

_ENCRYPTED = 0x1
_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MANIFEST = "META-INF/manifest.xml"
_CHUNK = 1 << 20


def inspect(path: Path, *, limits: Limits) -> str:
    """The suffix of the format, by content. Refuses what is damaged, protected, no spreadsheet, or unpacks to an unreasonable size.

    The parser tells a password from damage only when it is told the format, and files are kept under names without one.
    """
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            file.seek(0)
            _refuse_encrypted(file)
            return ".xls"
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if any(part.flag_bits & _ENCRYPTED for part in parts):
                raise protected()
            _refuse_bombs(parts, packed=path.stat().st_size, limits=limits)
            names = {part.filename.replace("\\", "/").lower() for part in parts}
            _refuse_other_documents(names)
            if "content.xml" in names and _names_a_key(archive):
                raise protected()
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, OSError, NotImplementedError, EOFError):
        raise damaged() from None
    return ".ods" if "content.xml" in names else ".xlsb" if "xl/workbook.bin" in names else ".xlsx"


def _refuse_encrypted(file: BinaryIO) -> None:
    """Excel puts a whole workbook that has a password into one stream of this name."""
    kept = b""
    while chunk := file.read(_CHUNK):
        if _PACKAGE in kept + chunk:
            raise protected()
        kept = chunk[-len(_PACKAGE) :]


def _names_a_key(archive: zipfile.ZipFile) -> bool:
    """Whether the list of an OpenDocument's parts says how they are encrypted."""
    if _MANIFEST not in archive.namelist():
        return False
    with archive.open(_MANIFEST) as manifest:
        return b"encryption-data" in manifest.read(_CHUNK)


def _refuse_bombs(parts: Sequence[zipfile.ZipInfo], *, packed: int, limits: Limits) -> None:
    """Too many parts, too large, too well packed, or parts that overlap in the file."""
    unpacked = sum(part.file_size for part in parts)
    suspicious = unpacked > limits.harmless and unpacked > limits.ratio * packed
    overlapping = sum(part.compress_size for part in parts) > packed
    if len(parts) > limits.parts or unpacked > limits.unpacked or suspicious or overlapping:
        raise Refused(_("Unpacked, the file would be unreasonably large. Save the sheet you need as csv and choose that file."))


def _refuse_other_documents(names: set[str]) -> None:
    """Only Excel's and OpenDocument's spreadsheets go on; the rest is told apart as far as it helps."""
    if any(name.startswith("xl/") for name in names) or ("content.xml" in names and "mimetype" in names):
        return
    if "[content_types].xml" in names and not any(name.startswith(("word/", "ppt/")) for name in names):
        return
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise Refused(_("This is a document or presentation, not a table. Choose an xlsx, xls, ods or csv file."))
    if any(name.endswith(".iwa") for name in names):
        raise Refused(_("This is a Numbers document. Export it as Excel and choose that file."))
    raise Refused(_("This is an archive. Unpack it and choose the table inside."))

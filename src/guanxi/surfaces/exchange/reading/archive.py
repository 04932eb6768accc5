"""A workbook is an archive: its table of contents is judged before anything in it is unpacked.

A directory that lies about sizes is caught later, by the limits of the process that unpacks.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.reading.limits import Limits
from guanxi.surfaces.exchange.reading.reasons import damaged, protected
from guanxi.surfaces.exchange.refusal import Refused

_ENCRYPTED = 0x1


def inspect(path: Path, *, limits: Limits) -> None:
    """Refuse what is damaged, protected, not a spreadsheet, or unpacks to an unreasonable size."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise damaged() from None
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise protected()
    _refuse_bombs(parts, packed=path.stat().st_size, limits=limits)
    _refuse_other_documents({part.filename.replace("\\", "/").lower() for part in parts})


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

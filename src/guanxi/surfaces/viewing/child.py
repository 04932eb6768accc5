"""The process that opens a stranger's file to show its text: limits first, then the reader its content asks for.

Run as `python -m guanxi.surfaces.viewing.child LIMITS HINT FILE`. It answers one JSON object on standard output:
{"parts": [...], "shortened": bool} as `paper` collects them, or {"refused": code}. Whatever happens to it, a crash or a
kill, is a refusal for the parent. Imports neither Django nor settings.
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

from guanxi.surfaces.exchange.codec import HoldsNul
from guanxi.surfaces.exchange.workbook_child import confine
from guanxi.surfaces.viewing import office, plain, workbook
from guanxi.surfaces.viewing.paper import Full, Paper

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Streams of the old container that say what is in it.
_PACKAGE, _OTHERS = "EncryptedPackage".encode("utf-16-le"), ("WordDocument".encode("utf-16-le"), "PowerPoint Document".encode("utf-16-le"))
_PARTS, _UNPACKED, _RATIO, _HARMLESS = 10_000, 512 << 20, 250, 32 << 20


class Refused(Exception):
    """Code of the reason: password, damaged, large, kind."""


def read(path: Path, hint: str, paper: Paper) -> None:
    """Fill the paper. Raises Full, Refused, and what the readers raise."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK"):
        _archive(path, paper)
    elif head == _OLE:
        _old(path, paper)
    else:
        {"letter": plain.letter, "table": plain.table}.get(hint, plain.lines)(path, paper)


def _old(path: Path, paper: Paper) -> None:
    """A workbook; where it is none, the names of the streams say what else it is."""
    try:
        _workbook(path, paper)
    except Refused as refusal:
        body = path.read_bytes()
        if _PACKAGE in body:
            raise Refused("password") from None
        if any(stream in body for stream in _OTHERS):
            raise Refused("kind") from None
        raise refusal from None


def _archive(path: Path, paper: Paper) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        _refuse_bombs(parts, packed=path.stat().st_size)
        if any(part.flag_bits & 0x1 for part in parts):
            raise Refused("password")
        folders = {part.filename.partition("/")[0] for part in parts}
        if "word" in folders:
            return office.document(archive, paper)
        if "ppt" in folders:
            return office.slides(archive, paper)
    if folders.isdisjoint({"xl", "content.xml", "[Content_Types].xml"}):
        raise Refused("kind")
    return _workbook(path, paper)


def _refuse_bombs(parts: list[zipfile.ZipInfo], *, packed: int) -> None:
    """Too many parts, too large, or too well packed; a directory that lies is caught by the limits of this process."""
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _PARTS or unpacked > _UNPACKED or (unpacked > _HARMLESS and unpacked > _RATIO * packed):
        raise Refused("large")


def _workbook(path: Path, paper: Paper) -> None:
    from python_calamine import CalamineError, PasswordError

    try:
        workbook.workbook(path, paper)
    except PasswordError:
        raise Refused("password") from None
    except CalamineError:
        raise Refused("damaged") from None


def answer(path: Path, hint: str) -> dict[str, Any]:
    """What is shown, or the code of the refusal."""
    paper, shortened = Paper(), False
    try:
        read(path, hint, paper)
    except Full:
        shortened = True
    except Refused as refusal:
        return {"refused": str(refusal)}
    except (plain.Unreadable, HoldsNul):
        return {"refused": "kind"}
    except MemoryError:
        return {"refused": "large"}
    except BaseException:  # whatever the readers raise; a panic of a parser is no Exception
        return {"refused": "damaged"}
    return {"parts": [part for part in paper.parts if part["blocks"] or part["title"]], "shortened": shortened}


def main(arguments: list[str]) -> None:
    """Entry point; see the module's docstring."""
    confine(**json.loads(arguments[0]))
    sys.stdout.write(json.dumps(answer(Path(arguments[2]), arguments[1])))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

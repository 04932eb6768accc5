"""Asks a limited process for the text of a file. The process gets no environment of ours, only the place of the code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any

from django.core.files.storage import default_storage

import guanxi
from guanxi.kernel import attachments
from guanxi.kernel.models import Attachment

_CHILD = "guanxi.surfaces.viewing.child"
_CODE = Path(guanxi.__file__).resolve().parent.parent
#: Seconds by the clock that the process gets.
PATIENCE = 10
#: One web process reads one file at a time and keeps nobody waiting for it: its few threads are for everybody else.
_turn = Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the process: address space in bytes, processor seconds, and bytes that it may write to files."""

    memory: int = 1024 << 20
    seconds: int = 5
    disk: int = 0


LIMITS = Limits()
#: Endings that tell a reader what a text file means to be, and those of office programs in whatever state.
_HINTS = {".eml": "letter", ".csv": "table", ".tsv": "table"}
_ENDINGS = frozenset(".docx .docm .pptx .pptm .ppsx .xlsx .xlsm .xlsb .xls .ods .txt .log .md .json .xml .html .htm .svg".split()) | set(
    _HINTS
)
_SPREADSHEETS = ("application/vnd.ms-excel", "application/vnd.oasis.opendocument.spreadsheet")
_TEXTS = ("message/rfc822", "application/mbox", "application/json", "application/xml", *_SPREADSHEETS, *attachments.OOXML.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """Parts as `paper` collects them; or the code of a refusal: password, damaged, large, kind, busy, often, gone."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    shortened: bool = False
    refused: str = ""


def way(row: Attachment) -> str:
    """How a file is looked at: picture, pdf, text, or not at all. The ending of the name only ever adds a try."""
    if row.kind in attachments.PICTURES:
        return "picture"
    if row.kind == "application/pdf":
        return "pdf"
    if row.kind.startswith("text/") or row.kind in _TEXTS or _ending(row) in _ENDINGS:
        return "text"
    return ""


def _ending(row: Attachment) -> str:
    return PurePosixPath(row.name).suffix.lower()


def text(row: Attachment, *, may: Callable[[], bool] = lambda: True, limits: Limits = LIMITS) -> Answer:
    """What can be read of a file; `busy` at once where another one is being read, `often` where `may` says no when its turn has come."""
    if not _turn.acquire(blocking=False):
        return Answer(refused="busy")
    try:
        if not may():
            return Answer(refused="often")
        with _on_disk(row.path) as path:
            return _ask(path, _HINTS.get(_ending(row), "letter" if row.kind == "message/rfc822" else "lines"), limits)
    except FileNotFoundError:
        return Answer(refused="gone")
    finally:
        _turn.release()


def _ask(path: Path, hint: str, limits: Limits) -> Answer:
    command = [sys.executable, "-P", "-s", "-m", _CHILD, json.dumps(asdict(limits)), hint, str(path)]
    environment = {"PYTHONPATH": str(_CODE), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(refused="large")
    return Answer(refused="large") if done.returncode else Answer(**json.loads(done.stdout))


@contextmanager
def _on_disk(path: str) -> Iterator[Path]:
    """The file itself where it lies on a disk of ours, a copy of it where it does not."""
    try:
        place = Path(default_storage.path(path))
    except NotImplementedError:
        with default_storage.open(path) as body, tempfile.NamedTemporaryFile() as copy:
            shutil.copyfileobj(body, copy)
            copy.flush()
            yield Path(copy.name)
    else:
        if not place.exists():
            raise FileNotFoundError(path)
        yield place


__all__ = ["LIMITS", "Answer", "Limits", "text", "way"]

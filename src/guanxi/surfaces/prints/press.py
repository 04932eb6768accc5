"""Has a limited process set a print. It gets no environment of ours, only the place of the code, and only our own fonts."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from django.utils.translation import gettext as _

import guanxi
from guanxi.kernel.write import Refused

_CODE = Path(guanxi.__file__).resolve().parent.parent
FONTS = Path(__file__).resolve().parent / "fonts"
_PROGRAM = Path(__file__).resolve().parent / "sheet.typ"
#: Dots per inch of a look at a print, and the pages that it shows.
DOTS, SHOWN = 96, 3
#: Of the prints asked of one process two are set at a time; who waits longer than this, in seconds, is told so.
_turns = BoundedSemaphore(2)
WAIT = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the process: address space in bytes, processor seconds, seconds by the clock; it may write no file."""

    memory: int = 2048 << 20
    seconds: int = 10
    patience: int = 20
    disk: int = 0


#: For one sheet or some in the answer to a request, and for what a job sets.
LIMITS, LARGE = Limits(), Limits(seconds=120, patience=240)


class Unprinted(Refused):
    """No print came of it; `str()` says why."""


def pdf(data: dict[str, Any], *, limits: Limits = LIMITS) -> bytes:
    """The print as a PDF. Raises Unprinted."""
    return _set(data, "pdf", limits)[0]


def pictures(data: dict[str, Any], *, dots: int = DOTS, limits: Limits = LIMITS) -> list[bytes]:
    """The first pages of the print as PNG. Raises Unprinted."""
    return _set(data, "png", limits, dots=dots, pages=SHOWN)


def _set(data: dict[str, Any], form: str, limits: Limits, *, dots: int = DOTS, pages: int = 0) -> list[bytes]:
    asked = {"program": _program(), "data": data, "form": form, "dots": dots, "pages": pages}
    found = ask("guanxi.surfaces.prints.child", [str(FONTS)], json.dumps(asked).encode(), limits)
    return [b64decode(page) for page in found["pages"]]


def ask(child: str, arguments: list[str], given: bytes, limits: Limits) -> dict[str, Any]:
    """What a limited process answers to `given`. Raises Unprinted."""
    own = {key: value for key, value in asdict(limits).items() if key != "patience"}
    command = [sys.executable, "-P", "-s", "-m", child, json.dumps(own), *arguments]
    environment = {"PYTHONPATH": str(_CODE), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    if not _turns.acquire(timeout=WAIT):
        raise Unprinted(_("Others are printing. Try again in a moment."))
    try:
        done = subprocess.run(
            command,
            env=environment,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unprinted(_("The print takes too long. Print fewer records, or shorten the template.")) from None
    finally:
        _turns.release()
    if done.returncode:
        raise Unprinted(_("The print is too large. Print fewer records, or shorten the template."))
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise Unprinted(_said(answer))
    return answer


def _said(answer: dict[str, Any]) -> str:
    """The code of a refusal in words."""
    words = {
        "large": _("The print is too large. Print fewer records, or shorten the template."),
        "tags": _("The tags of the Word file cannot be read: %(why)s") % {"why": answer.get("why", "")},
        "damaged": _("The Word file cannot be read. Save it again as docx and upload that file."),
    }
    return words.get(answer["refused"], _("The print could not be made: %(why)s") % {"why": answer.get("why", "")})


@cache
def _program() -> str:
    return _PROGRAM.read_text(encoding="utf-8")


__all__ = ["DOTS", "FONTS", "LARGE", "LIMITS", "Limits", "Unprinted", "ask", "pdf", "pictures"]

"""Has a limited process set a print. It gets no environment of ours, only the place of the code, and only our own fonts."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import guanxi
from guanxi.kernel.fields.base import Label
from guanxi.kernel.merge_tags import formats
from guanxi.kernel.write import Refused

_CODE = Path(guanxi.__file__).resolve().parent.parent
FONTS = Path(__file__).resolve().parent / "fonts"
_PROGRAM = Path(__file__).resolve().parent / "sheet.typ"
#: Dots per inch of a look at a print, and the pages that it shows.
DOTS, SHOWN = 96, 3
#: One process has one print set at a time, so that its few threads are for everybody else.
_turn = Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the process: address space in bytes, processor seconds, seconds by the clock; it may write no file.

    `wait` is for how many seconds somebody waits for his turn before he is told to try again.
    """

    memory: int = 2048 << 20
    seconds: int = 10
    patience: int = 20
    disk: int = 0
    wait: int = 3


#: For one sheet or some in the answer to a request, and for what a job sets.
LIMITS, LARGE = Limits(), Limits(seconds=120, patience=240, wait=600)


TOO_LARGE = gettext_lazy("The print is too large. Print fewer records, or shorten the template.")


class Unprinted(Refused):
    """No print came of it; `str()` says why, in the language of who reads it and not of the template."""

    def __init__(self, why: Label) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return str(self.why)

    @property
    def reason(self) -> str:
        """The same, as a job tells it."""
        return str(self)


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
    own = {key: value for key, value in asdict(limits).items() if key not in ("patience", "wait")}
    command = [sys.executable, "-P", "-s", "-m", child, json.dumps(own), *arguments]
    environment = {"PYTHONPATH": str(_CODE), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    if not _turn.acquire(timeout=limits.wait):
        raise Unprinted(gettext_lazy("Others are printing. Try again in a moment."))
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
        raise Unprinted(gettext_lazy("The print takes too long. Print fewer records, or shorten the template.")) from None
    finally:
        _turn.release()
    if done.returncode:
        raise Unprinted(TOO_LARGE)
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise Unprinted(_said(answer))
    return answer


def _said(answer: dict[str, Any]) -> Label:
    """The code of a refusal in words."""
    words: dict[str, Label] = {
        "large": TOO_LARGE,
        "tags": _amiss(answer),
        "damaged": gettext_lazy("The Word file cannot be read. Save it again as docx and upload that file."),
    }
    return words.get(answer["refused"], _("The print could not be made: %(why)s") % {"why": answer.get("why", "")})


def _amiss(answer: dict[str, Any]) -> str:
    """What is wrong with a tag of a Word file, where it stands, and what to do."""
    words = {
        "open": _("Paragraph %(place)d: double braces come in pairs, around one tag: see “%(tag)s”."),
        "syntax": _(
            "Paragraph %(place)d: “%(tag)s” cannot be read. Write the name of a field between the braces, and a format behind a bar."
        ),
        "format": _("Paragraph %(place)d: there is no such format as in “%(tag)s”; there are %(all)s."),
        "unended": _("Paragraph %(place)d: what “%(tag)s” begins has no end. Write the command that ends it behind it."),
        "unmatched": _("Paragraph %(place)d: “%(tag)s” ends nothing that was begun before."),
        "command": _("Paragraph %(place)d: “%(tag)s” is no command for such files; there are %(commands)s."),
    }
    if answer.get("kind") not in words:
        return _("The tags of the Word file cannot be read: %(why)s") % {"why": answer.get("why", "")}
    listed = {"all": "、".join(formats.FORMATS), "commands": "for、if、set"}
    return words[answer["kind"]] % {"place": answer["paragraph"], "tag": answer["tag"], **listed}


@cache
def _program() -> str:
    return _PROGRAM.read_text(encoding="utf-8")


__all__ = ["DOTS", "FONTS", "LARGE", "LIMITS", "TOO_LARGE", "Limits", "Unprinted", "ask", "pdf", "pictures"]

"""Of what a print may be made: each sort of block with what is said of it, from which editor and checks are derived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.kernel.fields.base import Label

SIDES: Mapping[str, Label] = {"left": _("left"), "center": _("centred"), "right": _("right")}
LONGEST = 8_000


@dataclass(frozen=True)
class Option:
    """One thing said of a block. `kind` is text, lines, whole, flag, side, picture or tab."""

    name: str
    kind: str
    label: Label
    first: str | int | bool = ""
    least: int = 0
    most: int = 0
    help: Label = ""


@dataclass(frozen=True)
class Sort:
    """A sort of block."""

    label: Label
    icon: str
    options: tuple[Option, ...] = ()


_ALIGN = Option("align", "side", _("Placed"), "left")
_LINES = _("One a line. “Name: {{tag}}” gives it a name of its own.")
SORTS: Mapping[str, Sort] = {
    "text": Sort(
        _("Text"),
        "file-text",
        (
            Option("text", "text", _("Text with tags")),
            Option("size", "whole", _("Size in points"), 11, 6, 48),
            Option("bold", "flag", _("Bold")),
            _ALIGN,
        ),
    ),
    "fields": Sort(
        _("Fields"),
        "forms",
        (Option("lines", "lines", _("Fields"), help=_LINES), Option("columns", "whole", _("Fields in a row"), 2, 1, 3)),
    ),
    "table": Sort(
        _("Related list"),
        "table",
        (
            Option("of", "tab", _("Which list")),
            Option("lines", "lines", _("Columns"), help=_LINES),
            Option("most", "whole", _("Rows at most"), 50, 1, 500),
        ),
    ),
    "image": Sort(
        _("Image"), "photo", (Option("picture", "picture", _("Image")), Option("width", "whole", _("Width in mm"), 40, 5, 250), _ALIGN)
    ),
    "stamp": Sort(
        _("Stamp"),
        "rosette",
        (
            Option("picture", "picture", _("Image")),
            Option("width", "whole", _("Width in mm"), 40, 5, 120),
            Option("right", "whole", _("From the right in mm"), 20, 0, 250),
            Option("up", "whole", _("Moved up in mm"), 20, 0, 250),
        ),
    ),
    "qr": Sort(
        _("QR code"),
        "qrcode",
        (Option("text", "text", _("Text with tags")), Option("width", "whole", _("Width in mm"), 25, 10, 100), _ALIGN),
    ),
    "line": Sort(_("Line"), "minus"),
    "space": Sort(_("Space"), "spacing-vertical", (Option("height", "whole", _("Height in mm"), 5, 1, 200),)),
    "break": Sort(_("New page"), "page-break"),
}
PAPERS: Mapping[str, str] = {"a4": "A4", "a5": "A5", "a3": "A3", "us-letter": "Letter", "iso-b5": "B5"}
#: What a document says besides its blocks; margins are top, right, bottom, left.
MARGINS: Mapping[str, Label] = {"top": _("Top"), "right": _("Right"), "bottom": _("Bottom"), "left": _("Left")}
STRIPS: Mapping[str, Label] = {"header": _("Header"), "footer": _("Footer")}
PARTS = ("left", "middle", "right")

__all__ = ["LONGEST", "MARGINS", "PAPERS", "PARTS", "SIDES", "SORTS", "STRIPS", "Option", "Sort"]

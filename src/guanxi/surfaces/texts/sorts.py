"""What sorts of texts there are, and how long a text message is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.kernel.fields.base import Label

#: Characters of a message that is sent as one, and of each part of a longer one, of whose room its place among the others takes some.
ALONE, PART = 70, 67


@dataclass(frozen=True)
class Sort:
    """A sort of text, and what a list of several is called."""

    label: Label
    plural: Label
    icon: str


SORTS: Mapping[str, Sort] = {
    "mail": Sort(_("Mail"), _("Mails"), "mail"),
    "message": Sort(_("Text message"), _("Text messages"), "device-mobile"),
    "phrase": Sort(_("Phrase"), _("Phrases"), "message-2"),
}


def parts(text: str) -> tuple[int, int]:
    """(characters, parts) of a text message in UCS-2 (3GPP TS 23.040), which Chinese is sent in; a sign beyond its plane counts as two."""
    units = len(text.encode("utf-16-le")) // 2
    return units, min(units, 1) if units <= ALONE else -(-units // PART)


__all__ = ["ALONE", "PART", "SORTS", "Sort", "parts"]

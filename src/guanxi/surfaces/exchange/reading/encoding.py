"""The characters of a text table, or in words why they cannot be read."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.codec import HoldsNul, codec_of
from guanxi.surfaces.exchange.refusal import Refused


def find_encoding(path: Path) -> str:
    """Name of the codec that reads the whole file strictly; see `exchange.codec`."""
    try:
        found = codec_of(path)
    except HoldsNul:
        raise Refused(_("The file holds NUL bytes: it is not a text table, or it is damaged. Save it again as xlsx or csv.")) from None
    if found is None:
        raise Refused(
            _("The characters of the file cannot be read as UTF-8, GB18030 or UTF-16. Save it in Excel as “CSV UTF-8” and choose it again.")
        )
    return found

"""Refusals that several readers give, each worded once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from guanxi.surfaces.exchange.refusal import Refused


def damaged() -> Refused:
    """The file cannot be read to its end."""
    return Refused(_("The file is damaged or incomplete. Open it in Excel, save it again as xlsx and choose that file."))


def protected() -> Refused:
    """The file wants a password."""
    return Refused(_("The file is protected with a password. Remove the password in Excel, save it and choose it again."))


def too_large() -> Refused:
    """Parsing outgrew its limits of memory, time or disk, or crashed."""
    return Refused(_("The workbook is too large or too involved to be read safely. Save the sheet you need as csv and choose that file."))


def too_wide(columns: int) -> Refused:
    """A row reaches beyond the last column that is taken."""
    return Refused(
        _("The table has more than %(columns)s columns. Delete the columns you do not need and choose the file again.")
        % {"columns": columns}
    )

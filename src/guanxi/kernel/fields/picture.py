"""A picture as a field: the number of a file of the same record, which is uploaded in the form or like other files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from markupsafe import Markup

from guanxi.kernel.fields.base import Field, Invalid, Kind, Reader
from guanxi.kernel.whole import whole


class PictureKind(Kind):
    """One picture; that it is a picture of the same record `write` sees to."""

    name = "image"
    operators = ("empty", "not_empty")
    stored = "integer"
    control = "file"
    sortable = False
    json_type = {"type": ["integer", "null"], "description": "The number of a picture among the files of the record"}
    width = 64

    def read(self, raw: Any, reader: Reader) -> int:
        number = raw if isinstance(raw, int) and not isinstance(raw, bool) else whole(str(raw))
        if number is None:
            raise Invalid(_("A table carries no pictures: choose it in the form of the record."))
        return number

    def text(self, value: Any, reader: Reader) -> str:
        from guanxi.kernel.models import Attachment

        row = Attachment.objects.filter(id=value).values_list("name", flat=True).first() if value else None
        return row or ""

    def html(self, value: Any, reader: Reader) -> str:
        if not value:
            return ""
        shown = '<a class="thumb" href="/_files/{0}/?inline=1" target="_blank" rel="noopener"><img src="/_files/{0}/thumb/" alt="{1}" loading="lazy"></a>'
        return str(Markup(shown).format(value, _("Image")))

    def export(self, value: Any, reader: Reader) -> Any:
        return f"{settings.GUANXI_URL}/_files/{value}/?inline=1" if value else None

    def samples(self) -> Iterable[Any]:
        """None: a picture is of its record, which has to be there first."""
        return ()

    def typed(self, value: Any, reader: Reader) -> str:
        return str(value) if value else ""

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        """What stands there, a box that empties it, and the way to choose another."""
        key = name or bound.key
        empties = Markup('<label class="check"><input type="checkbox" name="{}" value=""> {}</label>').format(key, _("Take it away"))
        return Markup(
            '<span class="picture"><input type="hidden" name="{0}" value="{1}">{2}<input type="file" name="{0}" id="f-{0}" '
            'accept="image/png,image/jpeg,image/gif,image/webp" aria-describedby="e-{0}"></span>'
        ).format(key, self.typed(value, reader), Markup(self.html(value, reader)) + empties if value else "")

"""Files as a field: ids of attachments of the same record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _
from markupsafe import escape

from guanxi.kernel.fields.base import Declared, Invalid, Kind, Label, Reader
from guanxi.kernel.whole import whole


class AttachmentKind(Kind):
    """Ids of files; only files of the same record can be named, which `write` checks."""

    name = "attachment"
    operators = ("empty", "not_empty")
    stored = "list"
    sortable = False
    json_type = {"type": "array", "items": {"type": "integer"}}

    @property
    def blank(self) -> Any:  # type: ignore[override]
        """A new empty list each time."""
        return []

    def read(self, raw: Any, reader: Reader) -> Any:
        items = raw if isinstance(raw, (list, tuple)) else str(raw).split(",")
        if not all(whole(str(i)) is not None for i in items):
            raise Invalid(_("Attach files with the paper clip."))
        return [int(i) for i in items]

    def text(self, value: Any, reader: Reader) -> str:
        from guanxi.kernel.models import Attachment

        return "、".join(Attachment.objects.filter(id__in=value or []).values_list("name", flat=True))

    def html(self, value: Any, reader: Reader) -> str:
        return str(escape(self.text(value, reader)))

    def typed(self, value: Any, reader: Reader) -> str:
        return ",".join(str(v) for v in value or ())


class Attachments(Declared, ArrayField):
    """A column of attachment ids."""

    def __init__(self, label: Label, *, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        django.setdefault("base_field", models.BigIntegerField())
        django.setdefault("default", list)
        super().__init__(verbose_name=label, blank=True, **django)
        self.declare(AttachmentKind(), required=False, help=help, aliases=aliases)

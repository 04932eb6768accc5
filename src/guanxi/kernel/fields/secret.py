"""Text that is encrypted where it is stored: in the record, in the history and in a backup. Only who may see the field reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from guanxi.kernel import sealed
from guanxi.kernel.fields.base import Declared, Invalid, Kind, Label, Reader

ABOUT = "field"


class SecretKind(Kind):
    """The value on a record is the sealed text; it is opened to be shown. It can be neither compared, sorted nor searched."""

    name = "secret"
    operators = ("empty", "not_empty")
    stored = "sealed"
    sortable = False
    blank = ""
    json_type = {"type": "string"}

    def __init__(self, max_length: int = 200) -> None:
        self.max_length = max_length

    def read(self, raw: Any, reader: Reader) -> str:
        text = " ".join(str(raw).replace("\x00", "").split())
        if sealed.is_sealed(text, about=ABOUT):  # out of a draft, which keeps it as a record does
            return text
        if len(text) > self.max_length:
            raise Invalid(_("Shorten this to %(most)d characters; it has %(now)d.") % {"most": self.max_length, "now": len(text)})
        return sealed.seal(text, about=ABOUT) if text else ""

    def stays(self, raw: Any, value: Any) -> bool:
        """The same text sealed again looks different: it is told by what it says."""
        return bool(value) and isinstance(raw, str | int) and " ".join(str(raw).split()) == self.opened(value)

    def opened(self, value: Any) -> str:
        """What was sealed, or that it cannot be read with this installation's key."""
        if not value:
            return ""
        try:
            return sealed.unseal(value, about=ABOUT)
        except sealed.Unreadable:
            return _("(sealed with another key)")

    def text(self, value: Any, reader: Reader) -> str:
        return self.opened(value)

    def json(self, value: Any) -> Any:
        return self.opened(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length}

    def samples(self) -> Iterable[Any]:
        return ("6222 0212 3456", "云深", "<b>x</b>")


class Secret(Declared, models.TextField):
    """A column of sealed text; empty is ''."""

    def __init__(self, label: Label, *, max_length: int = 200, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        super().__init__(verbose_name=label, blank=True, default="", **django)
        self.declare(SecretKind(max_length), required=False, help=help, aliases=aliases)

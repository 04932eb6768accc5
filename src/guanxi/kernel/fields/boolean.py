"""Yes or no."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from markupsafe import Markup

from guanxi.kernel.fields.base import Declared, Field, Invalid, Kind, Label, Reader

YES = {"1", "true", "yes", "y", "on", "是", "√", "有", "t"}
NO = {"0", "false", "no", "n", "off", "否", "×", "无", "f"}


class BooleanKind(Kind):
    """True or false; empty reads as false."""

    name = "boolean"
    operators = ("is",)
    stored = "boolean"
    blank = False
    json_type = {"type": "boolean"}
    width = 80

    def read(self, raw: Any, reader: Reader) -> bool:
        word = str(raw).strip().lower()
        if word in YES or raw is True:
            return True
        if word in NO or raw is False:
            return False
        raise Invalid(_("Answer yes or no."))

    def is_blank(self, value: Any) -> bool:
        return value is None

    def text(self, value: Any, reader: Reader) -> str:
        return _("Yes") if value else _("No")

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        key = name or bound.key
        on = Markup(" checked") if value else ""
        return Markup(
            '<input type="hidden" name="{0}" value="0"><input class="switch" type="checkbox" name="{0}" id="f-{0}" value="1"{1}>'
        ).format(key, on)

    def options(self, reader: Reader) -> list[dict[str, Any]]:
        return [{"value": True, "label": _("Yes")}, {"value": False, "label": _("No")}]

    def samples(self) -> Iterable[Any]:
        return (True, False, "是", "no")


class Flag(Declared, models.BooleanField):
    """A yes-or-no column."""

    def __init__(
        self, label: Label, *, default: bool = False, help: Label = "", aliases: Sequence[str] = (), computed: bool = False, **django: Any
    ) -> None:
        super().__init__(verbose_name=label, default=default, blank=True, **django)
        self.declare(BooleanKind(), required=False, computed=computed, help=help, aliases=aliases)

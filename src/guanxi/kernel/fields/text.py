"""Short and long text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.fields.base import Declared, Field, Invalid, Kind, Label, Reader, attributes
from guanxi.kernel.fold import fold


class TextKind(Kind):
    """Text of at most `max_length` characters on one line, or of any length on `lines` lines."""

    name = "text"
    operators: ClassVar[Sequence[str]] = ("contains", "is", "is_not", "starts", "in", "not_in", "empty", "not_empty")
    json_type = {"type": "string"}
    blank = ""

    def __init__(self, max_length: int = 200, lines: int = 1) -> None:
        self.max_length, self.lines = max_length, lines
        self.width = 220 if lines == 1 else 280
        self.sortable = lines == 1  # type: ignore[misc]

    def read(self, raw: Any, reader: Reader) -> str:
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        text = str(raw).replace("\x00", "").replace("\r\n", "\n").strip()
        if self.lines == 1:
            text = " ".join(text.split())
        if len(text) > self.max_length:
            raise Invalid(_("Shorten this to %(most)d characters; it has %(now)d.") % {"most": self.max_length, "now": len(text)})
        return text

    def test(self, op: str, operand: Any) -> Primitive:
        match op:
            case "is":
                return Primitive("folded_in", [fold(operand)])
            case "in":
                return Primitive("folded_in", [fold(o) for o in operand])
            case "contains" | "starts":
                return Primitive(op, fold(operand))
        return super().test(op, operand)

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        """Comparisons take any text, also such as the kind would refuse to store."""
        if op in ("contains", "starts") and isinstance(raw, str) and raw.strip():
            return " ".join(raw.replace("\x00", "").split())
        return super().operand(op, raw, reader)

    def html(self, value: Any, reader: Reader) -> str:
        if self.lines > 1 and value:
            return f'<span class="long">{escape(value)}</span>'
        return str(escape(value or ""))

    def mask(self, value: Any) -> str:
        return f"{value[0]}**" if value else ""

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        if self.lines == 1:
            return Markup('<input type="text" name="{0}" id="f-{0}" value="{1}" maxlength="{2}" {3}>').format(
                name or bound.key, value or "", self.max_length, attributes(bound)
            )
        return Markup('<textarea name="{0}" id="f-{0}" rows="{1}" maxlength="{2}" {3}>{4}</textarea>').format(
            name or bound.key, self.lines, self.max_length, attributes(bound), value or ""
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length}

    def samples(self) -> Iterable[Any]:
        return ("Acme", "云深", "ＡＢＣ　公司", "100%_\\", "<b>x</b>")


class Text(Declared, models.TextField):
    """A text column; empty is '' and never NULL."""

    def __init__(
        self,
        label: Label,
        *,
        max_length: int = 0,
        lines: int = 1,
        blank: bool = False,
        default: str = "",
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        search: str = "",
        **django: Any,
    ) -> None:
        super().__init__(verbose_name=label, blank=blank, default=default, **django)
        kind = TextKind(max_length or (200 if lines == 1 else 20_000), lines)
        self.declare(kind, required=not blank, computed=computed, help=help, aliases=aliases, search=search)

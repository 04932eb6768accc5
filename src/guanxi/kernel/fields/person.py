"""People and departments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from guanxi.kernel import directory
from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.fields.base import Declared, Field, Invalid, Kind, Label, Reader, attributes


@lru_cache(maxsize=4_096)
def _who(person: int, name: str, picture: str) -> str:
    face = f'<img src="{picture}" alt="" loading="lazy">' if picture else escape(name[:1])
    return f'<span class="who"><span class="ava s c{person % 6}">{face}</span>{escape(name)}</span>'


class PersonKind(Kind):
    """A person of the company; `me` and `my_reports` in conditions are whoever asks."""

    name = "person"
    operators: ClassVar[Sequence[str]] = ("is", "is_not", "in", "not_in", "empty", "not_empty")
    stored = "integer"
    json_type = {"type": ["integer", "null"]}
    width = 110
    words: ClassVar[tuple[str, ...]] = ("me", "my_reports")

    def choices(self, reader: Reader) -> Mapping[int, directory.Entry]:
        """Whom this reader may name: in a value, in a condition, in a picker."""
        return directory.colleagues(reader.actor)

    def everything(self) -> Mapping[int, directory.Entry]:
        """All there are, for names that stand on a record already."""
        return directory.people()

    def stays(self, raw: Any, value: Any) -> bool:
        return value is not None and not isinstance(raw, bool) and str(raw).strip() == str(value)

    def read(self, raw: Any, reader: Reader) -> int:
        if raw == "me" and reader.actor.id is not None:
            return reader.actor.id
        entry = directory.find(self.choices(reader), raw)
        if entry is None:
            raise Invalid(_("Nobody here is called “%(name)s”, or several are. Choose from the list.") % {"name": raw})
        return entry.id

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        if op in ("empty", "not_empty"):
            return None
        ids: list[int] = []
        for item in raw if isinstance(raw, list) else [raw]:
            ids += sorted(reader.actor.reports) if item == "my_reports" else [-1 if self.nobody(item, reader) else self.read(item, reader)]
        return ids

    def test(self, op: str, operand: Any) -> Primitive:
        """The operand is always a list: `my_reports` may be several people."""
        return super().test({"is": "in", "is_not": "not_in", "within": "in"}.get(op, op), operand)

    @staticmethod
    def nobody(item: Any, reader: Reader) -> bool:
        """`me` of the system itself matches nobody."""
        return item == "me" and reader.actor.id is None

    def text(self, value: Any, reader: Reader) -> str:
        return directory.person_name(value)

    def html(self, value: Any, reader: Reader) -> str:
        name = self.text(value, reader)
        return _who(value or 0, name, directory.picture(value, reader.actor)) if name else ""

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        rows, found = [Markup('<option value=""></option>')], self.choices(reader)
        here = self.everything().get(value) if value not in found else None
        for entry in sorted([*found.values(), *([here] if here else [])], key=lambda e: e.name):
            if entry.active or entry.id == value:
                on = Markup(" selected") if entry.id == value else ""
                rows.append(Markup('<option value="{}"{}>{}</option>').format(entry.id, on, entry.name))
        return Markup('<select name="{0}" id="f-{0}" {1}>{2}</select>').format(name or bound.key, attributes(bound), Markup("").join(rows))

    def typed(self, value: Any, reader: Reader) -> str:
        return "" if value is None else str(value)

    def options(self, reader: Reader) -> list[dict[str, Any]]:
        own = [{"value": "me", "label": _("Me")}, {"value": "my_reports", "label": _("My reports")}]
        return own + [{"value": e.id, "label": e.name} for e in self.choices(reader).values() if e.active]

    def samples(self) -> Iterable[Any]:
        return tuple(e.id for e in list(self.everything().values())[:2])


class DepartmentKind(PersonKind):
    """A department; `within` means it or any below it."""

    name = "department"
    operators = ("within", "is", "is_not", "in", "not_in", "empty", "not_empty")
    words = ("my_department",)

    def choices(self, reader: Reader) -> Mapping[int, directory.Entry]:
        return directory.branches(reader.actor)

    def everything(self) -> Mapping[int, directory.Entry]:
        return directory.departments()

    def read(self, raw: Any, reader: Reader) -> int:
        entry = directory.find(self.choices(reader), raw)
        if entry is None:
            raise Invalid(_("There is no department “%(name)s”.") % {"name": raw})
        return entry.id

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        if op in ("empty", "not_empty"):
            return None
        ids: set[int] = set()
        for item in raw if isinstance(raw, list) else [raw]:
            ids |= reader.actor.departments if item == "my_department" else {self.read(item, reader)}
        return sorted(directory.below(self.everything(), frozenset(ids)) if op == "within" else ids)

    def text(self, value: Any, reader: Reader) -> str:
        return directory.department_name(value)

    def html(self, value: Any, reader: Reader) -> str:
        return str(escape(self.text(value, reader)))

    def options(self, reader: Reader) -> list[dict[str, Any]]:
        return [{"value": "my_department", "label": _("My department")}] + [
            {"value": e.id, "label": e.name} for e in self.choices(reader).values() if e.active
        ]


class Person(Declared, models.ForeignKey):
    """A foreign key to a person."""

    def __init__(
        self,
        label: Label,
        *,
        blank: bool = True,
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        **django: Any,
    ) -> None:
        django.setdefault("to", settings.AUTH_USER_MODEL)
        django.setdefault("on_delete", models.PROTECT)
        django.setdefault("related_name", "+")
        django.setdefault("db_index", False)
        super().__init__(verbose_name=label, blank=blank, null=True, **django)
        self.declare(PersonKind(), required=not blank, computed=computed, help=help, aliases=aliases)


class Department(Declared, models.ForeignKey):
    """A foreign key to a department."""

    def __init__(
        self,
        label: Label,
        *,
        blank: bool = True,
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        **django: Any,
    ) -> None:
        django.setdefault("to", settings.GUANXI_DEPARTMENT_MODEL)
        django.setdefault("on_delete", models.PROTECT)
        django.setdefault("related_name", "+")
        django.setdefault("db_index", False)
        super().__init__(verbose_name=label, blank=blank, null=True, **django)
        self.declare(DepartmentKind(), required=not blank, computed=computed, help=help, aliases=aliases)

"""An entity that administrators designed: an instance like any other, made of a row and of the fields that they gave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q, Value
from django.db.models.lookups import Exact
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.kernel.declaration import Board, Preset
from guanxi.kernel.design import KEY, PART, SORTS, CustomEntity, CustomRecord
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Label
from guanxi.kernel.fields.column import Naming
from guanxi.kernel.fields.lookup import LookupKind
from guanxi.kernel.grants import STANDARD, Grants, row
from guanxi.kernel.registry import registry

#: The field that says whose row a record is.
PARENT = "parent"
#: Columns of a list besides those that all records have, and fields that quick create asks.
SHOWN, ASKED = 5, 8
#: Kinds that say too much for a cell of a list.
_LONG = ("secret", "geo", "tags")
_NARROWING = ("choice", "person", "department", "date", "boolean", "lookup")
#: Where it stands in the menu that stands behind none.
SECTION: Label = _("Records of your own")
LAST = 900
#: What the preset roles may do at first: as with customers, everybody reads, leaders only.
ACCESS: Mapping[str, Grants] = {
    "standard": Grants.standard(),
    "open": Grants.standard(
        manager=row("all", "department"),
        sales=row("all", "owned"),
        head=row("all", "owned"),
        **{"dealer-lead": row("all", "reports"), "dealer-sales": row("all", "owned")},
    ),
    "closed": Grants({role: STANDARD[role] for role in ("business", "director", "dealer-manager")}),
}


class Designed(Entity):
    """One row of `CustomEntity`. What it says changes with the shape; the object stays the same for the life of the process."""

    model = CustomRecord
    sorts = tuple(SORTS)
    timeline = True

    def __init__(self, number: int) -> None:
        self.number = number
        self.key = KEY.format(number)
        self.table = PART.format(number)

    def define(self, said: CustomEntity, own: Sequence[Field]) -> None:
        """Be what the row says, with these fields."""
        from guanxi.kernel.custom import named

        fields = {field.key: field for field in own}

        def key(pk: int | None) -> str:
            return f"f{pk}" if f"f{pk}" in fields else ""

        self.slug, self.icon, self.active, self.teaches = said.slug, said.icon, said.active, said.about
        self.label, self.label_plural = named(said.label, said.en), named(said.label, said.plural or said.en)
        self.called = named(said.title, said.title_en or said.title) if said.title else pgettext_lazy("record", "Name")
        self.numbered, self.stage, self.row_of = key(said.number), key(said.stage), said.row_of
        self.parent = PARENT if said.row_of else ""
        self.grants, self.in_menu = ACCESS.get(said.access, ACCESS["standard"]), said.in_menu
        before = next((entity for entity in registry if entity.key == said.after), None)
        self.section, self.place = (before.section, before.place) if before else (SECTION, LAST)
        self._arrange(fields)

    def _arrange(self, fields: Mapping[str, Field]) -> None:
        """What follows from the fields: columns, filters, forms, boards and views."""
        first = [key for key in (self.parent, self.numbered, self.stage) if key]
        plain = [key for key, f in fields.items() if key not in first and f.kind.name not in _LONG and getattr(f.kind, "lines", 1) == 1]
        writable = [key for key, f in fields.items() if not f.computed]
        asked = [key for key in writable if fields[key].required]
        self.columns = (self.title, *first, *plain[:SHOWN], "owner", "updated_at")
        self.filters = (*(key for key, f in fields.items() if f.kind.name in _NARROWING), "owner", "created_at")
        self.search = (self.title, *([self.numbered] if self.numbered else ()))
        self.layout = {_("Profile"): (self.title, *first, *(key for key in fields if key not in first))}
        above = [self.parent] if self.parent else []
        self.quick = (self.title, *above, *asked, *(key for key in writable if key not in asked))[: max(ASKED, 1 + len(asked))]
        self.chips = (self.stage,) if self.stage else ()
        self.boards = (Board(self.stage, card=tuple(plain[:4])),) if self.stage else ()
        self.views = (
            Preset("mine", _("I own"), ["owner", "is", "me"]),
            Preset("all", _("All")),
            *([Preset("board", _("Board"), layout="board", by=self.stage)] if self.stage else ()),
        )

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Those of every entity; the title is called as the administrators call it."""
        found = super().fields
        named = {self.title: replace(found[self.title], label=self.called)}
        return {**found, **named} if not self.row_of else {**named, PARENT: self._above(), **found, **named}

    def _above(self) -> Field:
        """The lookup by which its records are rows of another's."""
        kind, back = LookupKind(self.row_of), f"rows-{self.number}"
        return Field(
            PARENT, kind, kind.target.label, Naming(f"{PARENT}_id"), required=True, extra={"of": self.key, "back": back, "back_label": ""}
        )

    def sort_path(self, key: str) -> str:
        return f"{PARENT}_id" if key == PARENT else super().sort_path(key)

    @cached_property
    def region_path(self) -> str:
        """None: a row does not lie in somebody's territory."""
        return ""

    @property
    def schema(self) -> str:
        return "Custom" + "".join(part.title() for part in self.slug.split("-"))

    @property
    def derived(self) -> tuple[str, ...]:
        return (*super().derived, "kind")

    def among(self, rows: Any) -> Any:
        return rows.filter(kind=self.number)

    def blank(self) -> Any:
        record = super().blank()
        record.kind = self.number
        return record

    def titled(self, text: str) -> Q:
        found = super().titled(text)
        return found | Q(Exact(self.fields[self.numbered].column.expression(), Value(text))) if self.numbered else found


def load(own: Mapping[str, Sequence[Field]]) -> None:
    """Bring the registry in line with the rows; `own` are the fields by the key of their entity."""
    known = {entity.number: entity for entity in registry if isinstance(entity, Designed)}
    found = []
    for said in CustomEntity.objects.order_by("id"):
        entity = known.get(said.pk) or Designed(said.pk)
        entity.define(said, own.get(entity.key, ()))
        found.append(entity)
    registry.design(found)


__all__ = ["ACCESS", "Designed", "load"]

"""Custom fields: definitions in the database, values under a key of the record's `custom` document.

What is stored by a definition fits the same interface as a declared field. Administrators make them: see `write.fields`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from guanxi.kernel import findable
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.fields import rollup
from guanxi.kernel.fields.base import Field, Kind, Label
from guanxi.kernel.fields.boolean import BooleanKind
from guanxi.kernel.fields.choice import ChoiceKind, TagsKind
from guanxi.kernel.fields.code import NumberKind
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.fields.contact import EmailKind, PhoneKind, RegionKind, UrlKind
from guanxi.kernel.fields.dates import DateKind, DateTimeKind
from guanxi.kernel.fields.geo import GeoKind
from guanxi.kernel.fields.lookup import LookupKind
from guanxi.kernel.fields.measure import DurationKind, PercentKind, RatingKind
from guanxi.kernel.fields.money import MoneyKind
from guanxi.kernel.fields.number import DecimalKind, IntegerKind
from guanxi.kernel.fields.person import DepartmentKind, PersonKind
from guanxi.kernel.fields.picture import PictureKind
from guanxi.kernel.fields.secret import SecretKind
from guanxi.kernel.fields.text import TextKind
from guanxi.kernel.reckoned import kind_of

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity
    from guanxi.kernel.models import CustomField

KINDS: dict[str, Callable[[dict[str, Any]], Kind]] = {
    "text": lambda o: TextKind(o.get("max_length", 200), o.get("lines", 1)),
    "integer": lambda o: IntegerKind(),
    "decimal": lambda o: DecimalKind(o.get("places", 2)),
    "boolean": lambda o: BooleanKind(),
    "date": lambda o: DateKind(),
    "datetime": lambda o: DateTimeKind(),
    "choice": lambda o: ChoiceKind(Dictionary(o["dictionary"])),
    "tags": lambda o: TagsKind(Dictionary(o["dictionary"])),
    "phone": lambda o: PhoneKind(),
    "email": lambda o: EmailKind(),
    "url": lambda o: UrlKind(),
    "region": lambda o: RegionKind(),
    "percent": lambda o: PercentKind(o.get("places", 2)),
    "rating": lambda o: RatingKind(),
    "duration": lambda o: DurationKind(),
    "money": lambda o: MoneyKind(),
    "lookup": lambda o: LookupKind(o["to"]),
    "person": lambda o: PersonKind(),
    "department": lambda o: DepartmentKind(),
    "number": lambda o: NumberKind(o["prefix"], o.get("reset", "")),
    "secret": lambda o: SecretKind(o.get("max_length", 200)),
    "geo": lambda o: GeoKind(),
    "image": lambda o: PictureKind(),
    "formula": kind_of,
    "rollup": lambda o: KINDS[o["type"]](o.get("shape") or {}),
}

#: Kinds whose values people never write.
GIVEN = ("number", "formula", "rollup")

_definitions: dict[str, list[Field]] = {}
_state: dict[str, int | None] = {"version": None}


def fields_of(entity: Entity) -> dict[str, Field]:
    """The custom fields of an entity by key (`f12`)."""
    return {f.key: f for f in _definitions.get(entity.key, [])}


def _by_language(zh: str, en: str) -> str:
    return en if en and (get_language() or "zh").startswith("en") else zh


#: The text in the reader's language of one in Chinese and one in English, which may be empty.
named: Callable[[str, str], Label] = lazy(_by_language, str)


def field_of(row: CustomField) -> Field:
    """A definition as the field that it makes."""
    kind, key, given = KINDS[row.kind](row.options), f"f{row.pk}", row.kind in GIVEN
    return Field(
        key,
        kind,
        named(row.label, row.en),
        Keyed(key, kind),
        required=row.required and not given,
        computed=given,
        help=row.help,
        aliases=tuple({row.label, row.en} - {""}),
        search=findable.CLASSES.get(row.kind, "") if row.searched else "",
        unique=row.unique,
        first=row.first,
        shown_when=row.shown_when,
        asked_when=row.asked_when,
        quick=row.quick,
        formula=row.options.get("source", "") if row.kind == "formula" else "",
        rolls=rollup.of_options(key, row.options) if row.kind == "rollup" else None,
        extra={"of": row.entity, "back": key if row.options.get("back") else "", "back_label": ""},
    )


def load() -> None:
    """Read every definition, design what administrators designed, and reshape all entities."""
    from guanxi.kernel import designed, layouts
    from guanxi.kernel.models import CustomField
    from guanxi.kernel.registry import registry

    found: dict[str, list[Field]] = {}
    for row in CustomField.objects.filter(active=True).order_by("position", "id"):
        found.setdefault(row.entity, []).append(field_of(row))
    _definitions.clear()
    _definitions.update(found)
    designed.load(found)
    layouts.clear()
    for entity in registry:
        entity.reshape()


def seen() -> int | None:
    """The version at which they were last read."""
    return _state["version"]


def refresh(version: int) -> None:
    """Read them again when `shape_version` has moved."""
    if _state["version"] != version:
        _state["version"] = version
        load()

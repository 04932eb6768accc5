"""Several people, departments, positions or field names in one column: who belongs to something, and what is closed there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _
from markupsafe import Markup

from guanxi.kernel import directory
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.fields.base import Declared, Field, Invalid, Kind, Label, Reader
from guanxi.kernel.fields.person import DepartmentKind, PersonKind
from guanxi.kernel.registry import registry


class Several(Kind):
    """What such lists have in common; subclasses say what may stand in them."""

    operators: ClassVar[Sequence[str]] = ("has", "has_all", "empty", "not_empty")
    stored = "list"
    sortable = False
    width = 180

    @property
    def blank(self) -> Any:  # type: ignore[override]
        """A new empty list each time: it ends up on a record."""
        return []

    def one(self, raw: Any, reader: Reader) -> Any:
        """A single value. Raises Invalid."""
        raise NotImplementedError

    def choices(self, reader: Reader) -> Mapping[Any, str]:
        """What this reader may choose, and what it is called."""
        raise NotImplementedError

    def words(self, value: Any) -> str:
        """One value as people read it; empty for what is no more."""
        raise NotImplementedError

    def read(self, raw: Any, reader: Reader) -> Any:
        return sorted({self.one(part, reader) for part in self.parts(raw)})

    def parts(self, raw: Any) -> list[Any]:
        """What was given, one by one."""
        found = raw if isinstance(raw, (list, tuple)) else str(raw).replace("，", ",").replace("、", ",").replace(";", ",").split(",")
        return [part for part in found if str(part).strip()]

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        return None if op in ("empty", "not_empty") else self.read(raw, reader)

    def test(self, op: str, operand: Any) -> Primitive:
        if op in ("has", "has_all"):
            return Primitive("overlap" if op == "has" else "superset", operand)
        return super().test(op, operand)

    def text(self, value: Any, reader: Reader) -> str:
        return "、".join(filter(None, map(self.words, value or ())))

    def json(self, value: Any) -> Any:
        return list(value or ())

    def typed(self, value: Any, reader: Reader) -> str:
        return ",".join(map(str, value or ()))

    def options(self, reader: Reader) -> list[dict[str, Any]]:
        return [{"value": value, "label": label} for value, label in self.choices(reader).items()]

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        return _boxes(name or bound.key, value, self.choices(reader))

    def samples(self) -> Iterable[Any]:
        known = list(self.choices(Reader(SYSTEM)))
        return (known[:1], known[:2], [])


def _boxes(key: str, value: Any, choices: Mapping[Any, str]) -> Markup:
    """A box for each, ticked where it stands; none ticked says so."""
    chosen = set(value or ())
    boxes = Markup("").join(
        Markup('<label class="check"><input type="checkbox" name="{}" value="{}"{}> {}</label>').format(
            key, each, Markup(" checked") if each in chosen else "", label
        )
        for each, label in choices.items()
    )
    return Markup('<input type="hidden" name="{0}" value=""><div class="checks" id="f-{0}">{1}</div>').format(key, boxes)


class PeopleKind(Several):
    """People of the company."""

    name = "people"
    json_type = {"type": "array", "items": {"type": "integer"}}

    def one(self, raw: Any, reader: Reader) -> int:
        return PersonKind().read(raw, reader)

    def words(self, value: Any) -> str:
        return directory.person_name(value)

    def choices(self, reader: Reader) -> Mapping[Any, str]:
        return {e.id: e.name for e in sorted(directory.colleagues(reader.actor).values(), key=lambda e: e.name) if e.active}


class DepartmentsKind(Several):
    """Departments, each with what lies below it."""

    name = "departments"
    json_type = {"type": "array", "items": {"type": "integer"}}

    def one(self, raw: Any, reader: Reader) -> int:
        return DepartmentKind().read(raw, reader)

    def words(self, value: Any) -> str:
        return directory.department_name(value)

    def choices(self, reader: Reader) -> Mapping[Any, str]:
        return {e.id: e.name for e in directory.branches(reader.actor).values() if e.active}

    def samples(self) -> Iterable[Any]:
        known = list(self.choices(Reader(SYSTEM)))
        return ([], known[:1], known[:2])


class PositionsKind(Several):
    """Positions that somebody holds."""

    name = "positions"
    json_type = {"type": "array", "items": {"type": "integer"}}

    def stays(self, raw: Any, value: Any) -> bool:
        """A closed position stays where it stands, whether it is given by number or by name."""
        given = {str(part).strip() for part in self.parts(raw)}
        return bool(value) and len(given) == len(value) and all({str(each), self.words(each)} & given for each in value)

    def one(self, raw: Any, reader: Reader) -> int:
        entry = directory.find(directory.positions(reader.actor), raw)
        if entry is None:
            raise Invalid(_("There is no position “%(name)s”. Administrators add it to the list of positions.") % {"name": raw})
        return entry.id

    def words(self, value: Any) -> str:
        return directory.grantee_name("position", value)

    def choices(self, reader: Reader) -> Mapping[Any, str]:
        return {e.id: e.name for e in directory.positions(reader.actor).values() if e.active}

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        """Also closed ones that stand there: the form would take them away otherwise."""
        found = {**self.choices(reader), **{each: self.words(each) for each in value or ()}}
        return _boxes(name or bound.key, value, found) if found else Markup('<span class="sub">{}</span>').format(_("There are none yet."))


class FieldNamesKind(Several):
    """Names of fields of what lies in pools; in a record that says of which entity, of that one."""

    name = "fieldnames"
    json_type = {"type": "array", "items": {"type": "string"}}

    def __init__(self, chosen: Callable[[Mapping[str, Any]], str] | None = None, of: str = "") -> None:
        self.chosen, self.of = chosen, of

    def beside(self, values: Mapping[str, Any]) -> Kind:
        return FieldNamesKind(of=self.chosen(values)) if self.chosen is not None else self

    def one(self, raw: Any, reader: Reader) -> str:
        text = str(raw).strip()
        found = next((key for key, label in self.choices(reader).items() if text in (key, label)), None)
        if found is None:
            raise Invalid(_("There is no field “%(name)s”.") % {"name": text})
        return str(found)

    def words(self, value: Any) -> str:
        return self.choices(Reader(SYSTEM)).get(value, "")

    def choices(self, reader: Reader) -> Mapping[Any, str]:
        pooled = [entity for entity in registry if entity.pooled and self.of in ("", entity.key)]
        fields = [(key, field) for entity in pooled for key, field in entity.fields.items()]
        closed = {"pool", *(entity.title for entity in pooled)}
        return {key: str(field.label) for key, field in fields if key not in closed}

    def samples(self) -> Iterable[Any]:
        return (["remark"], ["remark", "source"], [])


class _Listed(Declared, ArrayField):
    """An array column of one of the kinds above."""

    def lay(
        self, kind: Kind, label: Label, base: models.Field[Any, Any], help: Label, django: dict[str, Any], aliases: Sequence[str] = ()
    ) -> None:
        """Build the column."""
        django.setdefault("base_field", base)
        django.setdefault("default", list)
        super().__init__(verbose_name=label, blank=True, **django)
        self.declare(kind, required=False, help=help, aliases=aliases)


class People(_Listed):
    """Ids of people."""

    def __init__(self, label: Label, *, help: Label = "", **django: Any) -> None:
        self.lay(PeopleKind(), label, models.BigIntegerField(), help, django)


class Departments(_Listed):
    """Ids of departments."""

    def __init__(self, label: Label, *, help: Label = "", **django: Any) -> None:
        self.lay(DepartmentsKind(), label, models.BigIntegerField(), help, django)


class Positions(_Listed):
    """Ids of positions."""

    def __init__(self, label: Label, *, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        self.lay(PositionsKind(), label, models.BigIntegerField(), help, django, aliases)


class FieldNames(_Listed):
    """Keys of fields."""

    def __init__(self, label: Label, *, chosen: Callable[[Mapping[str, Any]], str] | None = None, help: Label = "", **django: Any) -> None:
        self.lay(FieldNamesKind(chosen), label, models.TextField(), help, django)


__all__ = ["Departments", "FieldNames", "People", "Positions"]

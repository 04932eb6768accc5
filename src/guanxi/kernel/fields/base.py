"""What every kind of field answers, whether its values live in a column or under a key of the record's JSON.

A `Kind` is a stateless strategy over *values*; where the values are stored is the business of `Field.column`
(`kernel.fields.column`). That is why a field that an administrator adds by hand is first-class everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.primitive import Primitive

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity
    from guanxi.kernel.fields.column import Column
    from guanxi.kernel.fields.rollup import RollUp

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Label: TypeAlias = str | _StrPromise
else:
    Label = str | Promise

#: Operators in the order the filter builder offers them, with the words it uses.
OPERATORS: dict[str, Label] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "in": gettext_lazy("is any of"),
    "not_in": gettext_lazy("is none of"),
    "contains": gettext_lazy("contains"),
    "starts": gettext_lazy("starts with"),
    "lt": gettext_lazy("less than"),
    "lte": gettext_lazy("at most"),
    "gt": gettext_lazy("more than"),
    "gte": gettext_lazy("at least"),
    "between": gettext_lazy("between"),
    "before": gettext_lazy("before"),
    "after": gettext_lazy("after"),
    "within": gettext_lazy("within"),
    "has": gettext_lazy("has any of"),
    "has_all": gettext_lazy("has all of"),
    "empty": gettext_lazy("is empty"),
    "not_empty": gettext_lazy("is not empty"),
}


class Invalid(ValueError):
    """A value that a kind refuses; its text tells a person what to do."""

    def __init__(self, message: Label) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Sheet:
    """The fields of an entity for one actor: to set, to see, and (key, field, value) of lists that have a default."""

    writable: dict[str, Field]
    visible: dict[str, Field]
    firsts: list[tuple[str, Field, Any]]


@dataclass(frozen=True)
class Reader:
    """For whom values are rendered: the language is the active one, the person decides what `me` and masks mean."""

    actor: Actor
    #: (entity key, id) of records already found to be in the actor's scope, so that bulk writes ask once.
    known: set[tuple[str, int]] = field(default_factory=set, compare=False)
    #: The same for parents: (entity key, id) → owner and department, which their children take over.
    stamps: dict[tuple[str, int], tuple[int | None, int | None]] = field(default_factory=dict, compare=False)
    #: What tags have said of other records: (entity key, id, field key) → value.
    told: dict[tuple[str, int, str], Any] = field(default_factory=dict, compare=False, repr=False)
    #: By entity: what the actor may set and see, and what begins with its first choice, asked once however many rows there are.
    _sheets: dict[str, Sheet] = field(default_factory=dict, compare=False, repr=False)

    def sheet(self, entity: Entity) -> Sheet:
        """What of an entity's fields is open to the actor."""
        known = self._sheets.get(entity.key)
        if known is None:
            firsts = [
                (key, found, first.id)
                for key, found in entity.fields.items()
                if found.kind.name == "choice" and not found.first and found.rolls is None and (first := found.kind.first(self)) is not None  # type: ignore[attr-defined]
            ]
            from guanxi.kernel import ruled

            own = [(key, found, ruled.first(found, self)) for key, found in entity.fields.items() if found.first]
            firsts += [each for each in own if each[2] is not None]
            known = self._sheets[entity.key] = Sheet(entity.writable(self.actor), entity.visible(self.actor), firsts)
        return known


class Kind:
    """The interface; subclasses override what differs from plain text."""

    name: ClassVar[str] = "text"
    operators: ClassVar[Sequence[str]] = ("is", "is_not", "in", "not_in", "empty", "not_empty")
    align: ClassVar[str] = ""
    control: ClassVar[str] = "text"
    json_type: ClassVar[dict[str, Any]] = {"type": ["string", "null"]}
    sortable: ClassVar[bool] = True
    #: Whether its values are few enough to narrow a list by: such columns share an index.
    facet: ClassVar[bool] = False
    #: How a custom field of this kind compares: "text", "number", "integer", "boolean", "list" or "sealed".
    stored: ClassVar[str] = "text"
    #: What stands below a column of them at first: "sum", "avg", or nothing at all.
    foot: ClassVar[str] = ""
    #: Whether an equal value may look different a minute later: how long since, what has fallen due.
    moves: ClassVar[bool] = False
    width: int = 140
    blank: Any = None

    def beside(self, values: Mapping[str, Any]) -> Kind:
        """The kind as it is in a record with these values by field key; most are the same whatever those are."""
        return self

    def parse(self, raw: Any, reader: Reader) -> Any:
        """Turn what a form, cell, API body or spreadsheet gave into a value; empty becomes `blank`.

        Raises Invalid with a message for the person who typed it.
        """
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return self.blank
        return self.read(raw, reader)

    def stays(self, raw: Any, value: Any) -> bool:
        """Whether what was given only repeats the value that stands there, which the reader need not be able to choose."""
        return False

    def read(self, raw: Any, reader: Reader) -> Any:
        """Parse a value that is not empty."""
        raise NotImplementedError

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        """Parse what stands on the right of an operator in a condition."""
        if op in ("empty", "not_empty"):
            return None
        if op in ("in", "not_in", "has", "has_all"):
            items = raw if isinstance(raw, list) else [raw]
            return [self.read(item, reader) for item in items]
        if op == "between":
            if not isinstance(raw, list) or len(raw) != 2:
                raise Invalid(_("Give a lower and an upper value."))
            return [self.read(item, reader) for item in raw]
        if raw is None or isinstance(raw, (list, dict)):
            raise Invalid(_("Give one value to compare with."))
        return self.read(raw, reader)

    def comparisons(self) -> Sequence[str]:
        """The operators that the filter builder shows."""
        return self.operators

    def test(self, op: str, operand: Any) -> Primitive:
        """Reduce an operator and its parsed operand to the form that both interpreters know."""
        negated = {"is_not": "is", "not_in": "in", "not_empty": "empty"}.get(op)
        if negated:
            return self.test(negated, operand).negated()
        match op:
            case "empty":
                return Primitive("blank")
            case "is":
                return Primitive("eq", operand)
            case "in":
                return Primitive("in", operand)
            case "lt":
                return Primitive("range", (None, operand, False))
            case "lte":
                return Primitive("range", (None, operand, True))
            case "gt":
                return Primitive("above", operand)
            case "gte":
                return Primitive("range", (operand, None, False))
            case "between":
                return Primitive("range", (operand[0], operand[1], True))
        raise Invalid(_("This comparison is not possible here."))

    def is_blank(self, value: Any) -> bool:
        """Whether the value counts as empty."""
        return value is None or value == "" or value == []

    def text(self, value: Any, reader: Reader) -> str:
        """Plain text for people: titles, history, exports of labels, sentences."""
        return "" if value is None else str(value)

    def html(self, value: Any, reader: Reader) -> str:
        """Escaped HTML of a cell."""
        return str(escape(self.text(value, reader)))

    def mask(self, value: Any) -> str:
        """What a person with a masked right sees."""
        return "" if self.is_blank(value) else "****"

    def export(self, value: Any, reader: Reader) -> Any:
        """The cell of a workbook: text, number, date, datetime, boolean or None; `parse` reads it back."""
        return self.text(value, reader) or None

    def json(self, value: Any) -> Any:
        """The value as the API and custom fields carry it."""
        return value

    def from_json(self, data: Any) -> Any:
        """The inverse of `json` for values that were stored by us."""
        return data

    def companions(self, path: str) -> tuple[str, ...]:
        """Further ORM paths that a cell needs beside its value."""
        return ()

    def sort_path(self, path: str) -> str:
        """The ORM path by which the field sorts and sums."""
        return path

    def cell(self, values: Sequence[Any], reader: Reader) -> str:
        """HTML of a list cell from the value and its companions."""
        return self.html(values[0], reader)

    def typed(self, value: Any, reader: Reader) -> str:
        """The value as a form control holds it."""
        return self.text(value, reader)

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        """The form control."""
        return Markup('<input type="{}" name="{}" id="f-{}" value="{}" {}>').format(
            self.control, name or bound.key, name or bound.key, self.typed(value, reader), attributes(bound)
        )

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the value in the API."""
        return dict(self.json_type)

    def samples(self) -> Iterable[Any]:
        """Valid raw values for contract tests, the plain first and the nasty last."""
        return ("a",)

    def options(self, reader: Reader) -> list[dict[str, Any]] | None:
        """Choices for the filter builder and pickers: value, label, colour."""
        return None


def attributes(bound: Field) -> Markup:
    """HTML attributes that say what the control needs."""
    marks = Markup('required placeholder=" " ') if bound.required else Markup("")
    return marks + Markup('aria-describedby="e-{}"').format(bound.key)


def picker(bound: Field, key: str, url: str, value: str, text: str, more: str = "") -> Markup:
    """A text input that searches, with the hidden input that holds the choice."""
    return Markup(
        '<span class="pick"><input type="hidden" name="{0}" id="f-{0}-id" value="{2}"><input type="text" id="f-{0}" data-picker="{1}" '
        'data-for="f-{0}-id" value="{3}" placeholder=" " autocomplete="off" {4} {5}></span>'
    ).format(key, url, value, text, attributes(bound), more)


@dataclass(frozen=True)
class Field:
    """A typed attribute of an entity: a kind, where its values live, and what it is called."""

    key: str
    kind: Kind
    label: Label
    column: Column
    required: bool = False
    computed: bool = False
    help: Label = ""
    aliases: tuple[str, ...] = ()
    search: str = ""
    unique: bool = False
    default: Any = None
    extra: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)
    #: What a new record begins with, as somebody typed it; `today` and `me` are found out then.
    first: str = ""
    #: Conditions about the same record: when a form asks for the field, and when it has to be filled in.
    shown_when: Any = field(default=None, compare=False, hash=False)
    asked_when: Any = field(default=None, compare=False, hash=False)
    #: Whether an index serves its filters and sorts.
    quick: bool = False
    #: What it is reckoned by from other fields of the record.
    formula: str = ""
    #: How it follows from records that refer to this one, where an administrator has said so.
    rolls: RollUp | None = field(default=None, compare=False, hash=False)

    def value(self, record: Any) -> Any:
        """The value on a record."""
        return self.column.get(record)

    def set(self, record: Any, value: Any) -> None:
        """Put a parsed value on a record."""
        self.column.set(record, value)


class Declared:
    """Mixin for the Django fields that declarations use: carries the kind, migrates as the plain Django field."""

    kind: Kind
    required: bool
    computed: bool
    help: Label
    aliases: tuple[str, ...]
    search: str

    def declare(
        self, kind: Kind, *, required: bool, computed: bool = False, help: Label = "", aliases: Sequence[str] = (), search: str = ""
    ) -> None:
        """Attach the kind and what the Django field has no place for."""
        self.kind, self.required, self.computed = kind, required, computed
        self.help, self.aliases, self.search = help, tuple(aliases), search

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Migrate as the nearest Django field: labels and kinds are no business of the schema."""
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        base = next(c for c in type(self).__mro__ if c.__module__.startswith("django."))
        for cosmetic in ("verbose_name", "help_text", "choices", "validators"):
            kwargs.pop(cosmetic, None)
        module = "django.db.models" if base.__module__.startswith("django.db.models") else base.__module__
        return name, f"{module}.{base.__name__}", args, kwargs

    def clone(self) -> Any:
        """Django clones fields into migration states; those are plain."""
        _name, path, args, kwargs = self.deconstruct()
        plain: models.Field[Any, Any] = import_string(path)(*args, **kwargs)
        return plain

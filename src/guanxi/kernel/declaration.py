"""The pieces of which a declaration is made: what must be unique, preset views, named verbs, clocks, boards, ways to enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Field, Label

if TYPE_CHECKING:
    from guanxi.kernel.duplicates import Likeness
    from guanxi.kernel.entity import Entity
    from guanxi.kernel.write import Outcome


@dataclass(frozen=True)
class Unique:
    """No two live records may share the normalised value.

    `normalise` is "fold" (width, case and spaces), "company" (legal forms too, see china.names) or a function from a record to
    its value, None meaning that the record claims none.
    """

    field: str
    normalise: Callable[[Any], str | None] | str = "fold"

    @property
    def column(self) -> str:
        """The stored normalised column."""
        return f"{self.field}_key"


@dataclass(frozen=True)
class Preset:
    """A preset view of the strip. `where` is a condition, `sort` a field with - for descending.

    `layout` is board or calendar where it is no table, `by` the field of its columns or days.

    `among` narrows to records that were opened to the reader in person, as co-owner, collaborator or by a special grant
    ("shared"), or that bear his star ("starred").
    """

    code: str
    label: Label
    where: Sequence[Any] = ()
    sort: str = ""
    layout: str = ""
    columns: tuple[str, ...] = ()
    among: str = ""
    by: str = ""


@dataclass(frozen=True)
class Opening:
    """How the form of an action begins: parsed values by key, and what may exist already."""

    values: Mapping[str, Any] = field(default_factory=dict)
    likely: Sequence[Likeness] = ()


@dataclass(frozen=True)
class Action:
    """A named verb on one record. `effect(record, values, actor)` returns the fields to change, through `write`.

    With `run` it is also offered for a selection.
    """

    code: str
    label: Label
    effect: Callable[[Any, dict[str, Any], Actor], dict[str, Any]] | None = None
    icon: str = ""
    form: tuple[str, ...] = ()
    grant: str = "edit"
    when: Sequence[Any] = ()
    tone: str = ""
    #: Does it itself, to many records at once, where it is more than a change of fields: `run(entity, ids, values, actor, door)`.
    run: Callable[..., Outcome] | None = None
    #: Fields that have to be filled in though the record may do without them.
    asks: tuple[str, ...] = ()
    #: What a person should know before he does it.
    note: Label = ""
    #: Done to a record only as it was read: whoever has changed it meanwhile is read first.
    as_read: bool = False
    #: What it asks beside fields of the record: fields by key that are stored nowhere.
    inputs: Mapping[str, Field] = field(default_factory=dict)
    #: What its form begins with, and likely duplicates to be shown above it: `opening(record, actor)`.
    opening: Callable[[Any, Actor], Opening] | None = None

    def fields(self, entity: Entity) -> dict[str, Field]:
        """What its form asks, by key in order."""
        return {key: self.inputs.get(key) or entity.fields[key] for key in self.form}


@dataclass(frozen=True)
class Clock:
    """What may be long ago: an instant of the record, empty where it never was; `nothing` says that so many days passed without it."""

    code: str
    label: Label
    field: str


@dataclass(frozen=True)
class Board:
    """Columns over a choice field; `total` is summed per column, `stale` a field whose age in days is flagged."""

    by: str
    total: str = ""
    stale: str = ""
    limit: int = 14
    card: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One of several ways to enter a record: what it says of the record from the start, and what it does not ask.

    `sets` maps choice fields to codes; a record is edited by the form whose codes it bears.
    """

    code: str
    label: Label
    sets: Mapping[str, str]
    without: tuple[str, ...] = ()

    def fits(self, entity: Entity, record: Any) -> bool:
        """Whether a record is of this form."""
        return all(entity.fields[key].kind.json(entity.fields[key].value(record)) == code for key, code in self.sets.items())


__all__ = ["Action", "Board", "Clock", "Form", "Opening", "Preset", "Unique"]

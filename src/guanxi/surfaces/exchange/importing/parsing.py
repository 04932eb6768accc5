"""From the cells of a row to values by field: each kind parses its own, words that repeat are parsed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.surfaces.exchange.cells import Cell, as_text
from guanxi.surfaces.exchange.importing.lookups import Named, Names, answered
from guanxi.surfaces.exchange.importing.targets import ID, Target

#: Kinds whose unknown words a person may settle once for the file, and kinds that are read as text.
LISTED = ("choice", "tags", "region")
WORDS = (*LISTED, "person", "department", "lookup", "links")
TEXTUAL = (*LISTED, "person", "department", "text", "phone", "uscc", "resident_id", "number")
#: Words remembered for a column, and unknown ones told of.
_KEPT, _UNKNOWN_KEPT = 20_000, 200


@dataclass
class Part:
    """What one record of a row is to hold: values and refusals by field key, and the cell that each came from."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    id: int | None = None
    #: Fields that a word of the cell is to leave empty.
    left: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.values or self.errors or self.id)


class Column:
    """One mapped column."""

    def __init__(self, index: int, target: Target, reader: Reader, *, words: Mapping[str, str], names: Names | None) -> None:
        self.index, self.target, self.reader, self.words, self.names = index, target, reader, words, names
        self.key = target.key.split(".", 1)[-1]
        self.unknown: dict[str, int] = {}
        self._known: dict[tuple[type, Cell], tuple[Any, str]] = {}

    def read(self, cell: Cell) -> tuple[Any, str]:
        """(value, "") or (None, why not)."""
        if self.names is not None:
            named = self._named(as_text(cell))
            if named[1] and self.target.kind == "lookup":
                self._strange(as_text(cell).strip())
            return named
        key = (type(cell), cell)
        found = self._known.get(key)
        if found is None:
            found = self._parse(cell)
            if len(self._known) < _KEPT:
                self._known[key] = found
        if found[1] and self.target.kind in WORDS:
            self._strange(as_text(cell).strip())
        return found

    def _parse(self, cell: Cell) -> tuple[Any, str]:
        if self.target.field is None:
            text = as_text(cell).strip()
            return (int(text), "") if text.isdecimal() and len(text) < 16 else (None, _("This is no record ID."))
        kind = self.target.field.kind
        word: Any = as_text(cell).strip() if kind.name in TEXTUAL else cell
        try:
            return kind.parse(word, self.reader), ""
        except Invalid as error:
            if kind.name not in WORDS or word not in self.words:
                return None, str(error)
        try:
            return kind.parse(self.words[word], self.reader), ""
        except Invalid as error:
            return None, str(error)

    def _strange(self, word: str) -> None:
        if word in self.unknown or len(self.unknown) < _UNKNOWN_KEPT:
            self.unknown[word] = self.unknown.get(word, 0) + 1

    def _named(self, text: str) -> tuple[Any, str]:
        assert self.names is not None
        parts = self.names.split(text) if self.target.kind == "links" else [text.strip()]
        found: list[Named] = []
        for part in parts:
            if part in self.words and not self.names.exact(part):
                settled = answered(self.words[part])
                found += [settled] if settled is not None else []
                continue
            try:
                found.append(self.names.find(part))
            except Invalid as error:
                return None, str(error)
        if self.target.kind == "links":
            return found, ""
        return (found[0], "") if found else (None, "")


class Columns:
    """All mapped columns of a file."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns

    def prepare(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Ask for all names of a batch at once."""
        for column in self.columns:
            if column.names is not None:
                column.names.prepare(
                    [as_text(row[column.index]) for row in rows if column.index < len(row) and row[column.index] is not None]
                )

    def read(self, row: Sequence[Cell]) -> dict[str, Part]:
        """Parts of the row by the name of the related tab; "" is the record itself. Empty cells say nothing."""
        parts: dict[str, Part] = {"": Part()}
        for column in self.columns:
            cell = row[column.index] if column.index < len(row) else None
            if cell is None or (isinstance(cell, str) and not cell.strip()):
                continue
            part = parts.setdefault(column.target.key.split(".")[0] if column.target.via else "", Part())
            value, refusal = column.read(cell)
            part.cells[column.key] = cell
            if refusal:
                part.errors[column.key] = refusal
            elif value is None and column.key == "owner":
                continue
            elif column.target.key == ID:
                part.id = value
            else:
                part.values[column.key] = value
                if value in (None, []) and column.target.kind in WORDS:
                    part.left.add(column.key)
        return parts

    def blank(self, row: Sequence[Cell]) -> list[str]:
        """Own fields whose cell is empty."""
        return [
            c.key
            for c in self.columns
            if not c.target.via and c.target.writes and (c.index >= len(row) or row[c.index] is None or not as_text(row[c.index]).strip())
        ]

    def unknown(self) -> dict[str, dict[str, int]]:
        """Words that the lists do not know, by target."""
        return {c.target.key: c.unknown for c in self.columns if c.unknown}

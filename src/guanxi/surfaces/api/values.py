"""Records as JSON: the same plan as lists and exports, so what is hidden is absent and what is masked is masked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from guanxi.kernel import plan
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Kind, Reader
from guanxi.kernel.fields.column import Keyed, Linked

Titles = dict[str, dict[int, str]]


class Shape:
    """What is selected of each record and how it is written out, compiled once a request."""

    def __init__(self, entity: Entity, actor: Actor, keys: Iterable[str] | None = None) -> None:
        self.entity, self.reader = entity, Reader(actor)
        self.compiled = plan.compile(entity, list(entity.fields if keys is None else keys), actor)
        self.paths: list[Any] = [*self.compiled.paths, "version"]

    @property
    def wanted(self) -> plan.Plan:
        """The plan with what is selected beside it, under keys that no list has."""
        return replace(self.compiled, paths=tuple(self.paths), keys=("version", *self.compiled.keys))

    def records(self, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
        """Documents of rows that were selected as (id, sort value, *paths)."""
        return list(self.each(rows))

    def each(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        """The same one after another; whatever has to be asked of the database was asked when the first one comes."""
        versions = [row[-1] for row in rows]
        complete = self.compiled.attach(row[:-1] for row in rows)
        writers = self._writers(self._titles(complete))
        return (self._record(row, version, writers) for row, version in zip(complete, versions, strict=True))

    def one(self, record_id: int, *, deleted: bool | None = False) -> dict[str, Any] | None:
        """The document of one record, or None where the reader may not see it."""
        return self.some([record_id], deleted=deleted).get(record_id)

    def some(self, ids: Collection[int], *, deleted: bool | None = False) -> dict[int, dict[str, Any]]:
        """By id the documents of those of these records that the reader may see."""
        if not ids:
            return {}
        rows = self.entity.rows(self.reader.actor, deleted=deleted).filter(id__in=ids).values_list("id", "version", *self.paths)
        return {document["id"]: document for document in self.records(list(rows))}

    def _titles(self, rows: Sequence[tuple[Any, ...]]) -> Titles:
        """Titles of linked records, which came beside their ids."""
        linked = [column for column in self.compiled.columns if isinstance(column.field.column, Linked)]
        return {c.field.key: {i: title for row in rows for i, title in row[c.start + 1].items()} for c in linked}

    def _writers(self, titles: Titles) -> list[tuple[str, Callable[[Sequence[Any]], Any]]]:
        """What stands under each key of a document, by the row it is read from."""
        found: list[tuple[str, Callable[[Sequence[Any]], Any]]] = []
        for column in self.compiled.columns:
            found.append((column.field.key, _writer(column, titles)))
            if has_currency(column.field) and not column.masked:
                found.append((f"{column.field.key}_currency", itemgetter(column.start + 1)))
        return found

    def _record(self, row: tuple[Any, ...], version: int, writers: list[tuple[str, Callable[[Sequence[Any]], Any]]]) -> dict[str, Any]:
        document: dict[str, Any] = {"id": row[0], "version": version}
        for key, write in writers:
            document[key] = write(row)
        return document


def _writer(column: plan.Column, titles: Titles) -> Callable[[Sequence[Any]], Any]:
    """How one column is written out: decided once, not again for each record."""
    field, kind, at = column.field, column.field.kind, column.start
    if column.masked:
        return lambda row: column.values(row)[0] or ""
    if isinstance(field.column, Linked):
        known = titles[field.key]
        return lambda row: [{"id": i, "title": known.get(i)} for i in row[at]]
    if hasattr(kind, "target"):
        return lambda row: _reference(column.values(row))
    if isinstance(field.column, Keyed):
        return lambda row: kind.json(column.values(row)[0])
    if type(kind).json is Kind.json:
        return itemgetter(at)
    return lambda row: kind.json(row[at])


def _reference(values: Sequence[Any]) -> dict[str, Any] | None:
    return None if values[0] is None else {"id": values[0], "title": values[1]}


def has_currency(field: Field) -> bool:
    """Whether `<key>_currency` stands beside the amount."""
    return field.kind.name == "money" and bool(field.kind.companions(field.key))


def stored(field: Field, raw: Any) -> Any:
    """A value as the history keeps it, in the form of the API."""
    kind = field.kind
    if raw is None:
        return kind.json(kind.blank)
    return kind.json(kind.from_json(raw)) if kind.name in ("date", "datetime") or kind.stored == "number" else kind.json(raw)

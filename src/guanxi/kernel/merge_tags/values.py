"""What tags stand for, of many records in a few queries, as far as the reader may see it: hidden is empty, masked is masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language

from guanxi.kernel import clock, plan
from guanxi.kernel.access import AnyOf
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.money import show_amount
from guanxi.kernel.merge_tags import formats
from guanxi.kernel.merge_tags.formats import Written
from guanxi.kernel.merge_tags.naming import DATES, NUMBERS, Bound, Path, Piece, field_of, label, steps

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

NOTHING = Written("")


class Values:
    """The values of these paths of these records, on which the actor may `action`; of others there are none."""

    def __init__(self, entity: Entity, paths: Iterable[Path], ids: Sequence[int], actor: Actor, *, action: str = "view") -> None:
        self.entity, self.actor, self.reader = entity, actor, Reader(actor)
        wanted = set(paths)
        near = steps(entity)
        self._titles = {via: target.title for via, target in near.items()}
        own = {path.via or path.key for path in wanted}
        rows = entity.rows(actor, action).filter(AnyOf(F("id"), list(ids)))
        self._own = _read(entity, sorted(own & entity.fields.keys()), rows, self.reader)
        self._near: dict[str, dict[int, dict[str, Written]]] = {}
        for via in {path.via for path in wanted if path.via in near}:
            target, keys = near[via], sorted(path.key for path in wanted if path.via == via)
            named = {row[via].raw for row in self._own.values() if via in row and isinstance(row[via].raw, int)}
            beyond = target.rows(actor).filter(AnyOf(F("id"), sorted(named)))
            self._near[via] = _read(target, [key for key in keys if key in target.fields], beyond, self.reader) if named else {}

    @property
    def ids(self) -> frozenset[int]:
        """The records that were found."""
        return frozenset(self._own)

    def value(self, record: int, path: Path) -> Written:
        """One value; empty where the reader may not see it."""
        if not path.via and path.key not in self.entity.fields:
            return further(path.key, self.actor)
        row = self._own.get(record, {})
        if not path.via:
            return row.get(path.key, NOTHING)
        named = row.get(path.via, NOTHING)
        if path.key == self._titles.get(path.via):
            return Written(named.text)  # also of one in the recycle bin, of which nothing else is told
        return self._near.get(path.via, {}).get(named.raw or 0, {}).get(path.key, NOTHING)

    def text(self, record: int, pieces: Sequence[Piece]) -> str:
        """The text with its tags filled in."""
        return filled(pieces, lambda path: self.value(record, path))


class Samples:
    """Stands in for the values of a record where there is none to show: what a field is called, or a value of its sort."""

    def __init__(self, entity: Entity, actor: Actor) -> None:
        self.entity, self.actor = entity, actor

    def value(self, record: int, path: Path) -> Written:
        """A value of the sort that the field holds."""
        field = field_of(self.entity, path)
        if field is None:
            return further(path.key, self.actor)
        if field.kind.name in NUMBERS:
            return written(Decimal("12345.60") if field.kind.name in ("money", "decimal") else 12, field, Reader(self.actor))
        if field.kind.name in DATES:
            return written(clock.now() if field.kind.name == "datetime" else clock.today(), field, Reader(self.actor))
        return Written(f"〔{label(self.entity, path)}〕")

    def text(self, record: int, pieces: Sequence[Piece]) -> str:
        """The text with its tags filled in."""
        return filled(pieces, lambda path: self.value(record, path))


def filled(pieces: Sequence[Piece], value: Any) -> str:
    """Pieces as one text; `value` gives what a path stands for."""
    language = get_language() or "zh"
    return "".join(piece if isinstance(piece, str) else _formatted(value(piece.path), piece, language) for piece in pieces)


def paths(*texts: Sequence[Piece]) -> set[Path]:
    """What these texts read."""
    return {piece.path for pieces in texts for piece in pieces if isinstance(piece, Bound)}


def _formatted(value: Written, piece: Bound, language: str) -> str:
    text = value.text
    for each in piece.formats:
        text = formats.apply(each.name, each.argument, Written(text, value.raw, value.currency), language)
    return text


def _read(entity: Entity, keys: Sequence[str], rows: Any, reader: Reader) -> dict[int, dict[str, Written]]:
    compiled = plan.compile(entity, keys, reader.actor)
    found = compiled.attach(rows.order_by().values_list("id", "version", *compiled.paths))
    return {row[0]: {column.field.key: _cell(column, row, reader) for column in compiled.columns} for row in found}


def _cell(column: plan.Column, row: Sequence[Any], reader: Reader) -> Written:
    """One cell of the plan: what is masked is a text and nothing else."""
    values, field = column.values(row), column.field
    if column.masked:
        return Written(str(values[0] or ""))
    if field.kind.name == "lookup":
        return Written(str(values[1] or "") if len(values) > 1 else field.kind.text(values[0], reader), values[0])
    if field.kind.name == "links":
        titles: Mapping[int, str] = values[1]
        return Written("、".join(titles.values()))
    return written(values[0], field, reader, currency=values[1] if len(values) > 1 and field.kind.name == "money" else "CNY")


def written(value: Any, field: Field, reader: Reader, *, currency: str = "CNY") -> Written:
    """A value as a tag says it."""
    if field.kind.is_blank(value):
        return NOTHING
    text = show_amount(value, currency) if field.kind.name == "money" else field.kind.text(value, reader)
    if field.kind.name not in (*NUMBERS, *DATES):
        return Written(text)
    return Written(text, timezone.localtime(value) if isinstance(value, datetime) else value, currency)


def further(key: str, actor: Actor) -> Written:
    """What is not of the record."""
    if key == "today":
        return Written(clock.today().isoformat(), clock.today())
    return Written(actor.name) if key == "me" else NOTHING


__all__ = ["NOTHING", "Samples", "Values", "filled", "further", "paths", "written"]

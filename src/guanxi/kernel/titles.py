"""What a new record is called where nobody says so: a text with tags, as administrators have put it, filled from the record itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from guanxi.kernel import pools
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.merge_tags.formats import Written
from guanxi.kernel.merge_tags.naming import FURTHER, Bound, Path
from guanxi.kernel.merge_tags.values import NOTHING, Values, filled, further, written
from guanxi.kernel.proposed import clear, source

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: Known of a record before it is saved, though nobody sets it.
BORN = ("created_at", "created_by")
#: Kinds that stand veiled, sealed or masked on their own record: a title would say them to everybody, and nobody would be on record.
VEILED = ("phone", "secret", "resident_id")
_closers: list[Callable[[], Collection[tuple[str, str]]]] = []


def closed_by(closer: Callable[[], Collection[tuple[str, str]]]) -> None:
    """Called once by the area that knows roles: (entity key, field key) of what one of them hides or masks."""
    _closers[:] = [closer]


def possible(entity: Entity) -> bool:
    """Whether its title is a line of text that people type."""
    field = entity.fields.get(entity.title)
    return field is not None and field.kind.name == "text" and not field.computed and field.kind.lines == 1  # type: ignore[attr-defined]


def usable(entity: Entity, path: Path) -> bool:
    """Whether a new record knows such a value already: not its number, and nothing that is counted or calculated."""
    field = entity.fields.get(path.via or path.key)
    if field is None:
        return path.key in FURTHER
    known = field.key in BORN or not (field.computed or field.kind.name in ("number", "links", "image"))
    return known and field.key != entity.title


def shared(entity: Entity, path: Path) -> bool:
    """Whether everybody who reads a title may read this in it: no number that is veiled, nothing that a role or a pool closes to somebody."""
    field = entity.fields.get(path.via or path.key)
    if field is None or not _told_to_all(entity, field):
        return field is None
    if field.kind.name != "lookup":
        return True
    target: Entity = field.kind.target  # type: ignore[attr-defined]
    told_ = target.fields.get(path.key if path.via else target.title)
    return told_ is not None and _told_to_all(target, told_)


def _told_to_all(entity: Entity, field: Field) -> bool:
    closed = any((entity.key, field.key) in closer() for closer in _closers)
    pooled = any(field.key in pool.hidden | pool.masked for pool in pools.of(entity))
    return field.kind.name not in VEILED and not closed and not pooled


def fills(field: Field) -> bool:
    """Whether this field may be left empty because it is filled so."""
    from guanxi.kernel.registry import registry

    entity = next((each for each in registry if each.key == field.extra.get("of")), None)
    return entity is not None and field.key == entity.title and bool(source(entity))


def told(entity: Entity) -> str:
    """The text with the names of fields for tags, for who reads what he gets."""
    if not source(entity):
        return ""
    pieces = naming.still(entity, source(entity))
    return "".join(piece if isinstance(piece, str) else f"〔{naming.label(entity, piece.path)}〕" for piece in pieces)


def propose(entity: Entity, record: Any, reader: Reader) -> str:
    """What an unsaved record is called by it, as long as the field takes; what is closed to who makes it is left out."""
    if not source(entity):
        return ""
    pieces = [
        piece
        for piece in naming.still(entity, source(entity))
        if isinstance(piece, str) or (usable(entity, piece.path) and shared(entity, piece.path))
    ]  # what has become uncertain or closed since says nothing
    if not any(isinstance(piece, Bound) for piece in pieces):
        return ""
    values = {piece.path: _value(entity, record, piece.path, reader) for piece in pieces if isinstance(piece, Bound)}
    if not any(value.text for value in values.values()):
        return ""  # the words around what nobody has filled in make no name
    most: int = entity.fields[entity.title].kind.max_length  # type: ignore[attr-defined]
    return " ".join(filled(pieces, lambda path: values[path]).replace("\x00", "").split())[:most].strip()


def _value(entity: Entity, record: Any, path: Path, reader: Reader) -> Written:
    field = entity.fields.get(path.via or path.key)
    if field is None:
        return further(path.key, reader.actor)
    value = field.value(record)
    if _closed(entity, field.key, reader.actor) or field.kind.is_blank(value):
        return NOTHING
    if field.kind.name != "lookup":
        return written(value, field, reader, currency=getattr(record, f"{field.key}_currency", "CNY"))
    target: Entity = field.kind.target  # type: ignore[attr-defined]
    key = path.key if path.via else target.title
    if _closed(target, key, reader.actor):
        return NOTHING
    asked = (target.key, value, key)
    if asked not in reader.told:
        reader.told[asked] = Values(target, [Path(key)], [value], reader.actor).value(value, Path(key))
    return reader.told[asked]


def _closed(entity: Entity, key: str, actor: Actor) -> bool:
    return actor.right(entity.key, key) in ("hidden", "masked")


__all__ = ["clear", "closed_by", "fills", "possible", "propose", "shared", "source", "told", "usable"]

"""What a row would change on a record that exists, and how the plan keeps values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.surfaces.exchange.cells import Cell, as_text
from guanxi.surfaces.exchange.importing.lookups import Named
from guanxi.surfaces.exchange.importing.parsing import Part


def plain(value: Any) -> Any:
    """A value as a record holds it: names that were found become ids, names to be made nothing yet."""
    if isinstance(value, Named):
        return value.id
    if isinstance(value, list) and value and isinstance(value[0], Named):
        return [named.id for named in value if named.id is not None]
    return value


def document(bound: Field, value: Any) -> Any:
    """A value as the plan keeps it; `kind.parse` reads it back at the commit."""
    if isinstance(value, Named):
        return value.document()
    if isinstance(value, list) and value and isinstance(value[0], Named):
        return [named.document() for named in value]
    return bound.kind.json(value)


def documents(entity: Entity, values: dict[str, Any]) -> dict[str, Any]:
    """All values of a record as the plan keeps them; what is computed is only for finding."""
    return {key: document(entity.fields[key], value) for key, value in values.items() if not entity.fields[key].computed}


def differences(
    entity: Entity, record: Any, part: Part, reader: Reader, options: Mapping[str, Any], blanks: Iterable[str] = ()
) -> dict[str, Any]:
    """The values that would change `record`; refusals of cells that change nothing are dropped from the part.

    A cell that reads as the export of the present value is no change, whatever it parses to. A word that leaves its field
    empty erases what stands there only where empty cells do.
    """
    fill, kept = options.get("policy") == "fill", set() if options.get("erase") else part.left
    changes: dict[str, Any] = {}
    for key in [k for k in (*part.values, *part.errors) if k not in kept]:
        bound = entity.fields.get(key)
        if bound is None or bound.computed:
            part.errors.pop(key, None)
            continue
        old = bound.value(record)
        if (fill and not bound.kind.is_blank(old) and old is not False) or same(bound, old, part.cells.get(key), reader):
            part.errors.pop(key, None)
        elif key in part.values and _new(part.values[key], old):
            changes[key] = part.values[key]
    for key in blanks:
        if not fill and key in entity.fields and not entity.fields[key].kind.is_blank(entity.fields[key].value(record)):
            changes[key] = entity.fields[key].kind.blank
    return changes


def _new(value: Any, old: Any) -> bool:
    named = value if isinstance(value, list) else [value]
    return any(isinstance(n, Named) and n.id is None for n in named) or plain(value) != old


def same(bound: Field, old: Any, cell: Cell, reader: Reader) -> bool:
    """Whether the cell says what an export would say of the present value."""
    if bound.kind.name in ("lookup", "links") and not old:
        return False
    return as_text(bound.kind.export(old, reader)) == as_text(cell)

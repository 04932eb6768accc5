"""Two people at one record: what each changed stands side by side, and where both changed the same they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guanxi.kernel import history
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.write.errors import Clash, Conflict


def merged(
    entity: Entity, row: Any, parsed: Mapping[str, Any], codes: Mapping[str, str], base: int
) -> tuple[dict[str, Any], dict[str, str]]:
    """What the person really changed: a form posts its other fields as they were at `base`. Raises Conflict.

    An amount and its currency are one value: whoever changed either is asked when somebody else changed the other.
    """
    moved = history.keys_since(row.id, base)
    mine, currencies, clashes = dict(parsed), dict(codes), []
    for key in dict.fromkeys([*parsed, *codes]):
        bound = entity.fields[key]
        clash = _clash(bound, row, parsed, codes, moved)
        if clash is None:
            continue
        if bound.column.path and (bound.kind.json(clash.mine), _mine(clash)) == (_as_read(bound, clash.old), _read(clash)):
            mine.pop(key, None)
            currencies.pop(key, None)
        else:
            clashes.append(clash)
    if clashes:
        raise Conflict(clashes, row.version)
    return mine, currencies


def _clash(bound: Field, row: Any, parsed: Mapping[str, Any], codes: Mapping[str, str], moved: Mapping[str, Any]) -> Clash | None:
    """What was read, what stands now and what was sent, where somebody moved the field and not to the same."""
    key, column, beside = bound.key, bound.column.path or bound.key, f"{bound.key}_currency"
    if column not in moved and beside not in moved:
        return None
    theirs = bound.value(row)
    old = moved.get(column, bound.kind.json(theirs))
    value = parsed[key] if key in parsed else value_as_read(bound, old)
    if not hasattr(row, beside):
        return None if value == theirs else Clash(key, old, theirs, value)
    now = getattr(row, beside)
    read = moved.get(beside, now)
    sent = codes.get(key, read)
    return None if (value, sent) == (theirs, now) else Clash(key, old, theirs, value, (read, now, sent))


def _as_read(bound: Field, old: Any) -> Any:
    from guanxi.kernel.write.undo import comparable

    return comparable(bound, old)


def value_as_read(bound: Field, old: Any) -> Any:
    """The value of a field out of what history keeps of it."""
    return bound.kind.blank if old is None else bound.kind.from_json(_as_read(bound, old))


def _read(clash: Clash) -> str:
    return clash.currencies[0] if clash.currencies else ""


def _mine(clash: Clash) -> str:
    return clash.currencies[2] if clash.currencies else ""

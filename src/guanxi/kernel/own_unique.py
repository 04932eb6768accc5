"""No two alike: own fields whose value only one live record may bear, folded as conditions compare text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.fold import fold

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: How a kind may be stored whose values tell records apart.
TELLING = ("text", "number", "integer")
#: So many values that several records bear are told of.
TOLD = 20


def fields(entity: Entity) -> list[Field]:
    """The own fields of which no two live records may bear the same value."""
    return [f for f in entity.fields.values() if f.unique and isinstance(f.column, Keyed)]


def possible(field: Field) -> bool:
    """Whether a field can be made unique."""
    return isinstance(field.column, Keyed) and field.kind.stored in TELLING and field.kind.name != "image" and field.rolls is None


def expression(key: str) -> str:
    """What the index holds; `key` is `f` and a number."""
    return f"lower(normalize(custom ->> '{key}', NFKC) COLLATE \"default\")"


def of_document(key: str, document: Mapping[str, Any]) -> str | None:
    """The value as `expression` gives it; None where there is none."""
    value = document.get(key)
    return None if value is None or value == "" else fold(str(value))


def claims(entity: Entity, record: Any) -> list[tuple[str, str]]:
    """(field, value) of each value that only this record may bear, of declared and own fields."""
    declared = [(u.field, getattr(record, u.column, None)) for u in entity.unique]
    own = [(f.key, of_document(f.key, record.custom)) for f in fields(entity)]
    return [(key, value) for key, value in (*declared, *own) if value is not None]


def rivals(entity: Entity, records: Sequence[Any], stored: Mapping[int, Mapping[str, Any]] | None) -> dict[tuple[str, str], int]:
    """(field, value) → another live record that bears it; one query a unique field. What a record bore before it bears on."""
    taken: dict[tuple[str, str], int] = {}
    own = [r.id for r in records if isinstance(r.id, int)]
    for field in fields(entity):
        held = {i: of_document(field.key, row.get("custom") or {}) for i, row in (stored or {}).items()}
        wanted = {v for r in records if (v := of_document(field.key, r.custom)) and v != held.get(r.id)}
        if wanted:
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT {expression(field.key)}, max(id) FROM "{entity.table}" WHERE deleted_at IS NULL '
                    f"AND {expression(field.key)} = ANY(%s) AND id <> ALL(%s::bigint[]) GROUP BY 1",
                    [list(wanted), own],
                )
                taken |= {(field.key, value): holder for value, holder in cursor.fetchall()}
    return taken


def tellable(entity: Entity, key: str, actor: Actor) -> bool:
    """Whether values may be named to who shapes a field, who need not see records: he sees all of them, and this field."""
    return actor.system or (actor.everywhere(entity.key, "view") and actor.right(entity.key, key) not in ("hidden", "masked"))


def doubles(entity: Entity, key: str) -> list[tuple[str, int]]:
    """(value, how many live records bear it) of values that more than one does, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT min(custom ->> %s), count(*) FROM "{entity.table}" '
            f"WHERE deleted_at IS NULL AND custom ? %s GROUP BY {expression(key)} HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT %s",
            [key, key, TOLD],
        )
        return [(str(value), number) for value, number in cursor.fetchall()]


__all__ = ["claims", "doubles", "expression", "fields", "possible", "rivals", "tellable"]

"""The department that records bear is that of their owner: when he moves, they move with him."""

from __future__ import annotations

from typing import Any

from django.db import connection

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Stored
from guanxi.kernel.history import stamped
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after
from guanxi.kernel.write.unit import unit


def follow_owner(owner: int, department: int | None, *, actor: Actor, door: str) -> dict[str, int]:
    """Stamp all that a person owns, the recycle bin included, with his new department; how many records by entity key.

    One statement an entity. What follows a parent changes without a line of history, as when the parent is handed over.
    Whoever calls has moved the person and answers for the right to do so; see `org.moves`.
    """
    moved: dict[str, int] = {}
    with unit(actor, door, verb="moved") as u, connection.cursor() as cursor:
        for entity in registry:
            ids = _stamp(cursor, entity, owner, department)
            if ids:
                moved[entity.key] = len(ids)
                if not stamped(entity):
                    after.announce(u, entity, ids, "moved", {"keys": ["department"]})
        cursor.execute("UPDATE kernel_searchentry SET department = %s WHERE owner = %s", [department, owner])
    return moved


def _stamp(cursor: Any, entity: Entity, owner: int, department: int | None) -> list[int]:
    counted = "" if stamped(entity) else ", version = version + 1"
    cursor.execute(
        f'UPDATE "{entity.table}" SET department_id = %s{counted} WHERE owner_id = %s AND department_id IS DISTINCT FROM %s RETURNING id',
        [department, owner, department],
    )
    return [row[0] for row in cursor.fetchall()]


def relocate(department: int, into: int, *, actor: Actor, door: str) -> dict[str, int]:
    """Whatever names a department names another from now on: stamps, departments that people chose, and special grants.

    One statement an entity, the recycle bin included. Whoever calls has moved the people and answers for the right to do so.
    """
    moved: dict[str, int] = {}
    with unit(actor, door, verb="moved") as u, connection.cursor() as cursor:
        for entity in registry:
            ids = _relocate(cursor, entity, department, into)
            if ids:
                moved[entity.key] = len(ids)
                if not stamped(entity):
                    after.announce(u, entity, ids, "moved", {"keys": ["department"]})
        cursor.execute("UPDATE kernel_searchentry SET department = %s WHERE department = %s", [into, department])
        cursor.execute(
            "UPDATE kernel_share s SET grantee = %s WHERE s.to = 'department' AND s.grantee = %s AND NOT EXISTS (SELECT 1 FROM kernel_share o "
            "WHERE o.entity = s.entity AND o.record = s.record AND o.to = 'department' AND o.grantee = %s)",
            [into, department, into],
        )
    return moved


def _relocate(cursor: Any, entity: Entity, department: int, into: int) -> list[int]:
    columns = [
        f'"{f.column.path}"'
        for f in entity.fields.values()
        if f.kind.name == "department" and isinstance(f.column, Stored) and f.column.path
    ]
    counted = "" if stamped(entity) else ", version = version + 1"
    cursor.execute(
        f'UPDATE "{entity.table}" SET {", ".join(f"{c} = CASE {c} WHEN %s THEN %s ELSE {c} END" for c in columns)}{counted} '
        f"WHERE %s IN ({', '.join(columns)}) RETURNING id",
        [*[department, into] * len(columns), department],
    )
    return [row[0] for row in cursor.fetchall()]

"""Indexes of own fields: built and dropped by jobs while everybody works on, by the role that owns the tables.

`quick` serves filters and sorts of a field, in the scope of all records and in that of one's own; `unique` keeps values apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import F, Index, Q
from django.db.models.sql import Query
from django.utils.translation import gettext as _

from guanxi.kernel import custom, jobs, own_unique, versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.text import TextKind
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry

KIND = "own_index"
QUICK, UNIQUE = "quick", "unique"


class Unbuilt(Exception):
    """Why an index could not be built, for whoever asked for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def later(row: CustomField, *, actor: Actor) -> None:
    """Have the indexes of a field brought in line with what it says of itself."""
    title = _("Indexes of the field “%(name)s”") % {"name": row.label}
    jobs.start(KIND, title, actor, {"field": row.pk, "url": f"/admin/fields/{registry.get(row.entity).slug}/?field={row.pk}"}, jobs.BULK)


@jobs.runner(KIND)
def build(progress: jobs.Progress) -> None:
    """Build what is missing, one after another, and drop what is wanted no more. Running twice is harmless."""
    row = CustomField.objects.get(pk=progress.spec["field"])
    entity = registry.get(row.entity)
    versions.refresh(versions.current()["shape"])
    field = custom.field_of(row)
    wanted = _wanted(entity, row, field)
    names = {name for kind in (QUICK, UNIQUE) for name in _names(row, kind)}
    progress.total = len(names)
    with owner() as cursor:
        for name in sorted(names):
            valid = _valid(cursor, name)
            if valid is False or (valid and name not in wanted):
                cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
            if name in wanted and not valid:
                _make(cursor, wanted[name], name, entity, row, progress.actor)
            progress.advance(1)
            progress.save()
        _spread(cursor, entity, row, field)


def set_aside(row: CustomField) -> None:
    """Drop what keeps the values of a field apart while all of them are reckoned anew, one after another; `later` builds it again."""
    with owner() as cursor:
        for name in _names(row, UNIQUE):
            cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"'.encode())


def _make(cursor: psycopg.Cursor[Any], sql: str, name: str, entity: Entity, row: CustomField, actor: Actor) -> None:
    """Build one index; of a failed one nothing stays, and the field no longer says that it has it. Raises Unbuilt."""
    try:
        cursor.execute(sql.encode())
    except psycopg.Error as error:
        cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
        told = name.rsplit("_", 1)[-1]
        CustomField.objects.filter(pk=row.pk).update(**{UNIQUE if told == UNIQUE else QUICK: False})
        versions.bump("shape")
        custom.load()
        if isinstance(error, psycopg.errors.UniqueViolation):
            raise Unbuilt(doubles_told(entity, row, actor)) from error
        raise Unbuilt(_("The database refused the index: %(why)s") % {"why": str(error).splitlines()[0]}) from error


def doubles_told(entity: Entity, row: CustomField, actor: Actor) -> str:
    """What stands in the way of a field without doubles, by value to who may see it; empty where nothing does."""
    told = own_unique.tellable(entity, f"f{row.pk}", actor)
    found = own_unique.doubles(entity, f"f{row.pk}")
    named = "、".join(f"{value if told else '…'} × {number}" for value, number in found)
    return _("Several records bear the same value: %(values)s. Change these first.") % {"values": named} if found else ""


def _names(row: CustomField, kind: str) -> tuple[str, ...]:
    ends = (UNIQUE,) if kind == UNIQUE else ("all", "owner", "folded")
    return tuple(f"own_f{row.pk}_{end}" for end in ends)


def _wanted(entity: Entity, row: CustomField, field: Field) -> dict[str, str]:
    """Name → statement of each index that the field is to have; a retired one has none but what keeps it unique."""
    table, found = entity.table, {}
    if row.unique:
        (name,) = _names(row, UNIQUE)
        expression = own_unique.expression(field.key)
        found[name] = f'CREATE UNIQUE INDEX CONCURRENTLY "{name}" ON "{table}" (({expression})) WHERE deleted_at IS NULL'
    if row.quick and row.active:
        everything, owned, folded = _names(row, QUICK)
        value: Any = field.column.expression()
        for name, parts in ((everything, [value]), (owned, [F("owner"), value])):
            index = Index(*parts, F("id"), name=name, condition=Q(deleted_at=None))
            with connection.schema_editor(collect_sql=True, atomic=False) as editor:
                composed = index.create_sql(entity.model, editor, concurrently=True)
            composed.rename_table_references(entity.model._meta.db_table, table)
            found[name] = str(composed)
        if isinstance(field.kind, TextKind):
            found[folded] = f'CREATE INDEX CONCURRENTLY "{folded}" ON "{table}" (({_as_compared(field)}), id) WHERE deleted_at IS NULL'
    return found


def _as_compared(field: Field) -> str:
    """Text is compared folded and sorted as it is."""
    return f'lower(normalize((custom ->> \'{field.key}\') COLLATE "C", NFKC) COLLATE "default")'


def _spread(cursor: psycopg.Cursor[Any], entity: Entity, row: CustomField, field: Field) -> None:
    """Let PostgreSQL know how the values of a field with an index are spread.

    It has no statistics of an expression but those of an index, and passes over indexes of live rows only (selfuncs.c,
    examine_variable); so it would take any value for one of two hundred and fetch all rows that bear a frequent one.
    """
    name = f"own_f{row.pk}_spread"
    cursor.execute(f'DROP STATISTICS IF EXISTS "{name}"'.encode())
    if row.quick and row.active:
        expressions = [_written(entity, field.column.expression()), *([_as_compared(field)] if isinstance(field.kind, TextKind) else [])]
        cursor.execute(f'CREATE STATISTICS "{name}" ON {", ".join(f"({each})" for each in expressions)} FROM "{entity.table}"'.encode())
        cursor.execute(f'ANALYZE "{entity.table}"'.encode())


def _written(entity: Entity, expression: Any) -> str:
    """An expression of columns as SQL without parameters."""
    query = Query(entity.model, alias_cols=False)
    sql, params = query.get_compiler(connection=connection).compile(expression.resolve_expression(query))
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        return str(sql % tuple(editor.quote_value(each) for each in params))


def _valid(cursor: psycopg.Cursor[Any], name: str) -> bool | None:
    """Whether an index is there and whole; None where there is none."""
    cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
    found = cursor.fetchone()
    return None if found is None else bool(found[0])


@contextmanager
def owner() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of the role that owns the tables, outside of any transaction: an index is built beside the work of others."""
    with (
        psycopg.connect(settings.GUANXI_OWNER_AUTH_URL, dbname=connection.settings_dict["NAME"], autocommit=True) as mine,
        mine.cursor() as cursor,
    ):
        yield cursor


def possible(field: Field) -> bool:
    """Whether an index serves a field: lists are found by what they contain, and sealed text by nothing."""
    return field.kind.stored not in ("list", "sealed") and field.kind.name != "image"


__all__ = ["KIND", "Unbuilt", "build", "doubles_told", "later", "owner", "possible", "set_aside"]

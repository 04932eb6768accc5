"""Statements compiled once and run often.

Composing a scoped list through the ORM costs several times what PostgreSQL needs to answer it, and the same person asks
for the same list all day with another page, another term or another record. The SQL is kept under what went into it;
what differs from one run to the next is left open as a `Slot` and given when the statement runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models.expressions import Expression
from psycopg import sql as composing
from psycopg._preparing import Prepare
from psycopg.pq import Format

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.kept import Kept


@dataclass(frozen=True)
class Mark:
    """Stands among the parameters of a compiled statement for a value given at each run."""

    name: str


class Slot(Expression):
    """An open place in a query that `Statement.run` fills."""

    def __init__(self, name: str, output_field: models.Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=output_field)
        self.mark = Mark(name)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """A parameter that PostgreSQL types by what it is compared with."""
        return "%s", [self.mark]


@dataclass(frozen=True)
class Statement:
    """SQL with its parameters, some of them marks, and what Django does to the values that come back."""

    sql: str
    params: tuple[Any, ...]
    converters: Any
    compiler: Any
    lasting: bool = True
    #: Whether PostgreSQL may keep one plan for all values: not where values decide which index serves.
    plain: bool = True

    def run(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values of the slots."""
        if not self.sql:
            return []
        given = [values[p.name] if type(p) is Mark else p for p in self.params]
        with prepared_cursor(binary=not self.converters, prepare=self.plain) as cursor:
            cursor.execute(self.sql, given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return list(map(tuple, self.compiler.apply_converters(found, self.converters))) if self.converters else found


_statements: Kept[Statement] = Kept(2_000)


def kept(actor: Actor, key: tuple[Hashable, ...], make: Callable[[], Statement]) -> Statement:
    """The statement that `make` compiles, which it does only when nothing lasting is kept under `key`.

    `key` names all that goes into the query apart from rights, declarations, the day and the slots.
    """
    return _statements.get(actor, (clock.today(), *key), make, lasts=lambda s: s.lasting)


def objects(model: type[models.Model], actor: Actor, key: tuple[Hashable, ...], make: Callable[[], Any], **values: Any) -> list[Any]:
    """Instances of `model` out of the queryset that `make` composes when nothing is kept under `key`."""
    names = [f.attname for f in model._meta.concrete_fields]
    statement = kept(actor, (model, *key), lambda: compiled(make().values_list(*names)))
    return [model.from_db("default", names, row) for row in statement.run(**values)]


def compiled(queryset: Any, *, lasting: bool = True, plain: bool = True) -> Statement:
    """The statement of a queryset of tuples; without SQL where nothing can match."""
    compiler = queryset.query.get_compiler("default")
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return Statement("", (), {}, None, lasting, plain)
    converters = compiler.get_converters([part for part, _sql, _alias in compiler.select[: compiler.col_count]])
    return Statement(sql, tuple(params), converters, compiler if converters else None, lasting, plain)


def first_of_each(queryset: Any, place: str, order: str, most: int) -> Statement:
    """The statement of those rows of a queryset of tuples whose column `place`, a window's row number, is at most `most`; ordered by `order`.

    The ORM can narrow by a window too, but loses columns that are selected twice.
    """
    whole = compiled(queryset)
    names = ", ".join(f'"{name}"' for name in (order, place))
    return replace(whole, sql=whole.sql and f'SELECT * FROM ({whole.sql}) AS given WHERE "{place}" <= {most:d} ORDER BY {names}')


def written(statement: Statement) -> Statement:
    """The same with its values in the text, all but the slots: they decide which index serves, so a plan that is kept must know them."""
    if not statement.sql:
        return statement
    connection.ensure_connection()
    given, slots = iter(statement.params), []

    def fill(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return place[0]
        value = next(given)
        if type(value) is Mark:
            slots.append(value)
            return place[0]
        return composing.Literal(value).as_string(connection.connection).replace("%", "%%")

    return replace(statement, sql=_PLACE.sub(fill, statement.sql), params=tuple(slots))


_PLACE = re.compile("%[%s]")


class _Cursor(ServerBindingCursor):  # type: ignore[misc]
    """Remembers what it ran, prepared or not, for whoever reads the log of queries."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        done = super().execute(query, params, **options)  # type: ignore[misc]
        if self._query is None:  # type: ignore[has-type]
            self._query = SimpleNamespace(query=query.encode(), params=params)
        return done


class _Unprepared(_Cursor):
    """Has every statement planned for its values."""

    def _get_prepared(self, pgq: Any, prepare: bool | None = None) -> tuple[Prepare, bytes]:
        return Prepare.NO, b""


def prepared_cursor(*, binary: bool = False, prepare: bool = True) -> Any:
    """A cursor whose values go to the server apart from the SQL, which it prepares once it has come a few times.

    The ORM's own cursor writes the values into the text, so that PostgreSQL parses and plans every query anew.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor: Any = (_Cursor if prepare else _Unprepared)(connection.connection)  # type: ignore[call-arg]
        cursor.format = Format.BINARY if binary else Format.TEXT
        return connection._prepare_cursor(cursor)  # type: ignore[attr-defined]

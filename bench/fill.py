"""Fill the tables by COPY: triggers off, plain indexes dropped before and built after, two processes making rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import psycopg
from psycopg import sql

from bench import rows

TABLES: dict[str, Callable[..., Iterator[tuple[dict[str, Any], Any]]]] = {
    "customers_customer": rows.customers,
    "customers_contact": rows.contacts,
    "activity_followup": rows.follow_ups,
    "sales_opportunity": rows.opportunities,
}
SLICE = 25_000


def fill(url: str, deal: rows.Deal, count: int) -> None:
    """Make everything that belongs to `count` customers. `url` is the owner's."""
    with psycopg.connect(url, autocommit=True) as connection:
        with _bare(connection, [*TABLES, "kernel_searchentry"]):
            defaults = {table: _defaults(connection, table) for table in TABLES}
            with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
                for table in TABLES:  # one after the other: children refer to parents
                    jobs = [(url, deal, table, defaults[table], first, min(first + SLICE, count)) for first in range(0, count, SLICE)]
                    for done, _none in enumerate(pool.map(_slice, jobs), start=1):
                        print(f"\r  {table} {done}/{len(jobs)}   ", end="", flush=True)
        print()
        connection.execute("VACUUM ANALYZE")


def _slice(job: tuple[str, rows.Deal, str, dict[str, Any], int, int]) -> None:
    url, deal, table, defaults, first, last = job
    made = list(TABLES[table](deal, first, last))
    with psycopg.connect(url) as connection:
        if made:
            names = [*made[0][0], *(n for n in defaults if n not in made[0][0])]
            _copy(connection, table, names, ([row.get(n, defaults.get(n)) for n in names] for row, _entry in made))
        entries = [entry for _row, entry in made if entry]
        if entries:
            _copy(connection, "kernel_searchentry", list(entries[0]), (list(e.values()) for e in entries))


def _copy(connection: psycopg.Connection, table: str, names: list[str], values: Iterator[list[Any]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, names)))
    with connection.cursor().copy(statement) as copy:
        for row in values:
            copy.write_row(row)


def _defaults(connection: psycopg.Connection, table: str) -> dict[str, Any]:
    """A value for each column that may not be empty and that the rows do not name."""
    columns = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'", [table]
    ).fetchall()
    blank = {"text": "", "character varying": "", "boolean": False, "integer": 1, "bigint": 0, "ARRAY": [], "jsonb": json.dumps({})}
    known = {"id", "created_at", "updated_at"}
    return {name: ("CNY" if name.endswith("_currency") else blank[kind]) for name, kind in columns if name not in known}


@contextmanager
def _bare(connection: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """Without triggers and plain indexes inside the block."""
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef NOT LIKE 'CREATE UNIQUE%%'", [tables]
    ).fetchall()
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
    for name, _definition in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    connection.execute("SET maintenance_work_mem = '1GB'")
    for _name, definition in found:
        connection.execute(definition)
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))

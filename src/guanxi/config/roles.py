"""Two roles and a database: one owns the tables, one works with the rows, and neither is a superuser."""

from __future__ import annotations

import psycopg
from psycopg import sql

DATABASE = "guanxi"
SUPERUSER, OWNER, APP = "postgres", "guanxi_owner", "guanxi_app"


def provision(connection: psycopg.Connection, *, template: str) -> None:
    """Make roles and database where they are missing. `template` is the address of template1.

    What the owner creates, the app may read and write, in every database made from now on.
    """
    if connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
        return
    owner, app = sql.Identifier(OWNER), sql.Identifier(APP)
    for role, rights in ((OWNER, sql.SQL("createdb")), (APP, sql.SQL(""))):
        if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
            connection.execute(sql.SQL("create role {} login {}").format(sql.Identifier(role), rights))
    connection.execute(sql.SQL("grant {} to {}").format(app, owner))
    # Default rights of the template are copied into every database made from it, those of the tests included.
    with psycopg.connect(template, autocommit=True) as pattern:
        for what in ("select, insert, update, delete on tables", "usage, select on sequences"):
            rights = sql.SQL(what)  # type: ignore[arg-type]
            pattern.execute(sql.SQL("alter default privileges for role {} grant {} to {}").format(owner, rights, app))
        pattern.execute("create extension if not exists pg_stat_statements")
    connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(DATABASE), owner))

"""Database addresses: from a URL to what Django, psycopg and the PostgreSQL tools each want to hear."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from guanxi.config.environment import Environment
from guanxi.config.postgres import EmbeddedPostgres
from guanxi.config.refusal import Refusal

PENDING_KB = 512
LOCK_TIMEOUT_MS = 2000


def parse(url: str, *, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Split postgresql://user:password@host:port/database?option=value into Django's keys."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise Refusal(f"{name} must begin with postgresql:// (Guanxi needs PostgreSQL 15 or newer).", code=2)
    try:
        options: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as problem:
        raise Refusal(f"{name} cannot be read: {problem}", code=2) from problem
    database = options.pop("dbname", None)
    if not database:
        raise Refusal(f"{name} names no database: postgresql://user:password@host:5432/guanxi", code=2)
    return {
        "ENGINE": "guanxi.config.postgresql",
        "NAME": database,
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": str(options.pop("port", "")),
        "OPTIONS": options,
    }


def embedded(environment: Environment) -> EmbeddedPostgres:
    """The embedded server of this data folder, started or not."""
    return EmbeddedPostgres(environment.data / "postgres")


def app_url(environment: Environment) -> str:
    """The role that pages and jobs use: rows only, no tables, no superuser."""
    return environment.database_url or embedded(environment).app_url


def owner_url(environment: Environment) -> str:
    """The role that owns the tables: migrations, index jobs, backups."""
    if environment.owner_url:
        return environment.owner_url
    return environment.database_url or embedded(environment).owner_url


def connection(environment: Environment) -> dict[str, Any]:
    """Django's DATABASES["default"] for this process."""
    url = owner_url(environment) if environment.as_owner else app_url(environment)
    settings = parse(url, name="DATABASE_OWNER_URL" if environment.as_owner and environment.owner_url else "DATABASE_URL")
    settings["CONN_MAX_AGE"] = None
    settings["CONN_HEALTH_CHECKS"] = True
    settings["OPTIONS"].setdefault("connect_timeout", "10")
    # Cursors that ask for it (`kernel.statement`) prepare what they are given for the second time.
    settings["OPTIONS"]["prepare_threshold"] = 2
    if environment.pgbouncer:
        # Behind transaction pooling a session setting would stick to a stranger's connection: give the time-outs to
        # the role instead (ALTER ROLE guanxi_app SET statement_timeout = '5s'; ... SET lock_timeout = '2s';
        # ... SET gin_pending_list_limit = '512kB').
        settings["DISABLE_SERVER_SIDE_CURSORS"] = True
        settings["OPTIONS"]["prepare_threshold"] = None
    elif not environment.as_owner:
        # Pages answer out of one process: helpers take longer to start than most queries take, and cores from other people.
        limits = f"-c statement_timeout={environment.statement_timeout_ms} -c lock_timeout={LOCK_TIMEOUT_MS}"
        # The list of search entries that are not sorted in yet: half a megabyte adds 0.4 ms to a search (decision 0015).
        limits += f" -c max_parallel_workers_per_gather=0 -c gin_pending_list_limit={PENDING_KB}"
        settings["OPTIONS"]["options"] = " ".join(filter(None, (settings["OPTIONS"].get("options"), limits)))
    return settings

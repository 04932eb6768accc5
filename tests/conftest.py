"""A database for every test run: the embedded server, shared by all runs on this checkout, one database per run.

`DATABASE_URL` wins when it is set. Runs at the same time do not meet: a run's databases carry its process id.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from guanxi.config.environment import Environment
from guanxi.config.postgres import CARELESS, EmbeddedPostgres

RUN = "GUANXI_TEST_RUN"
held: list[tuple[IO[str], EmbeddedPostgres]] = []


def pytest_configure(config: pytest.Config) -> None:
    controller = not hasattr(config, "workerinput")
    if controller:
        os.environ[RUN] = str(os.getpid())
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_guanxi_{os.environ[RUN]}"
    if controller and not os.environ.get("DATABASE_URL"):
        _wake(Environment().data)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last run out turns off the light."""
    while held:
        lock, server = held.pop()
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            server.stop()


def _wake(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    lock = (data / "runs.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_SH)
    server = EmbeddedPostgres(data / "postgres", settings=CARELESS)
    server.start()
    held.append((lock, server))
    _sweep(server)


def _sweep(server: EmbeddedPostgres) -> None:
    """Drop the databases of runs that were killed."""
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        rows = connection.execute("select datname from pg_database where datname ~ '^test_guanxi_[0-9]+'").fetchall()
        for (name,) in rows:
            if not Path(f"/proc/{name.split('_')[2]}").exists():
                connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

"""A database for every test run: the embedded server, shared by all runs on this checkout, one database per run.

`DATABASE_URL` wins when it is set. Runs at the same time do not meet: a run's databases carry its process id.
"""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Playwright, sync_playwright
from psycopg import sql
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from guanxi.config.environment import Environment, present
from guanxi.config.postgres import CARELESS, EmbeddedPostgres
from tests.features import (  # noqa: F401 - hooks of pytest
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_runtest_logreport,
    pytest_sessionfinish,
)

pytest_plugins = ["tests.people"]

RUN = "GUANXI_TEST_RUN"
#: What takes long to prepare is prepared by one process, which does all of it: the largest part is given out first.
TOGETHER = ("tests/journeys/", "tests/kit/")
awake = ExitStack()


class Sharing(LoadScopeScheduling):
    """Tests go one by one to whichever process has room, those of `TOGETHER` all to the same."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return Sharing(config, log)


def pytest_configure(config: pytest.Config) -> None:
    controller = not hasattr(config, "workerinput")
    if controller:
        os.environ[RUN] = str(os.getpid())
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_guanxi_{os.environ[RUN]}"
    if controller and not os.environ.get("DATABASE_URL"):
        _wake(Environment().data)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there before the first test stays to the last: the collector need not walk it again and again, a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last run out turns off the light."""
    awake.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Beside the tables, what the kernel keeps in the database: triggers, grants, dictionaries."""
    if present("guanxi.kernel.install"):
        with django_db_blocker.unblock():
            importlib.import_module("guanxi.kernel.install").install()
            importlib.import_module("tests.people").hire_nobody()


def _wake(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(data / "postgres", settings=CARELESS)
    awake.enter_context(server.held())
    _sweep(server)


def _sweep(server: EmbeddedPostgres) -> None:
    """Drop the databases of runs that were killed."""
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        rows = connection.execute("select datname from pg_database where datname ~ '^test_guanxi_[0-9]+'").fetchall()
        for (name,) in rows:
            if not Path(f"/proc/{name.split('_')[2]}").exists():
                connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(autouse=True)
def chinese() -> None:
    """Each test begins in the language of the house, whatever the one before it was served in."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """One driver of browsers a process: a second one refuses to start beside it."""
    with sync_playwright() as play:
        yield play

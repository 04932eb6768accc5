"""Bring the database to the shape this code expects: one process at a time, with a backup first, never backwards."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from guanxi.config import backup, installation
from guanxi.config.environment import Environment, present
from guanxi.config.refusal import Refusal

LOCK = 0x6775616E7869  # "guanxi"


def migrate(environment: Environment, *, say: Callable[[str], None], force: bool = False) -> None:
    """Apply what is pending, then install what the kernel keeps in the database. `force` installs in any case."""
    _refuse_newer()
    if not force and up_to_date():
        return
    with _alone():
        if _pending():
            _back_up_first(environment, say)
            say("Bringing the database up to date")
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
        _install()
        with connection.cursor() as cursor:
            installation.note(cursor, shape=installation.code_shape())


def up_to_date() -> bool:
    """Has the database the shape that this code expects?"""
    with connection.cursor() as cursor:
        found = installation.read(cursor)
    return found is not None and found.shape == installation.code_shape()


def settle_if_inhabited() -> bool:
    """Note it when there are people; the result says so."""
    inhabited = get_user_model()._default_manager.exists()
    if inhabited:
        with connection.cursor() as cursor:
            installation.settle(cursor)
    return inhabited


def _install() -> None:
    """Triggers, grants and dictionaries, which the kernel keeps in the database beside the tables."""
    if present("guanxi.kernel.install"):
        importlib.import_module("guanxi.kernel.install").install()


def _pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _refuse_newer() -> None:
    """A database that knows migrations which this code does not is from a later release."""
    loader = MigrationExecutor(connection).loader
    unknown = sorted(set(loader.applied_migrations or ()) - set(loader.disk_migrations or ()))
    if unknown:
        app, name = unknown[-1]
        raise Refusal(
            f"The database is newer than this code: it holds {app}.{name}, which is unknown here."
            " Install the newer Guanxi, or restore a backup into an empty folder."
        )


def _back_up_first(environment: Environment, say: Callable[[str], None]) -> None:
    if environment.embedded and MigrationExecutor(connection).loader.applied_migrations:
        path = backup.backup(environment, backup.new_path(environment, prefix="before-migration"))
        say(f"Backed up to {path}")


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

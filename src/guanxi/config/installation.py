"""What a database was last brought up to, noted in the database itself, so that a start needs one question, not minutes.

The *shape* is a fingerprint of everything in the code that decides how the database looks: which migrations there are,
the SQL that the kernel installs beside the tables, and the releases of the libraries that bring tables of their own.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from guanxi.config.environment import PACKAGE, words

TABLE = "guanxi_installation"
LIBRARIES = ("django", "procrastinate")


class Cursor(Protocol):
    """What psycopg's and Django's cursors share."""

    def execute(self, sql: Any, params: Any = None, /) -> Any: ...
    def fetchone(self) -> Any: ...


@dataclass(frozen=True)
class Installation:
    """The note: which shape the database has, and whether people (or the demo company) have moved in."""

    shape: str
    settled: bool


def code_shape() -> str:
    """The shape that this code expects."""
    total = hashlib.sha256()
    for library in LIBRARIES:
        total.update(f"{library} {importlib.metadata.version(library)}\n".encode())
    for folder in (PACKAGE, *_extra_folders()):
        for path in sorted(folder.glob("**/migrations/*.py")):
            total.update(f"{path.relative_to(folder)}\n".encode())
    for path in sorted((*PACKAGE.glob("**/*.sql"), *PACKAGE.glob("kernel/install*/*.py"), *PACKAGE.glob("kernel/install.py"))):
        total.update(path.read_bytes())
    return total.hexdigest()


def read(cursor: Cursor) -> Installation | None:
    """The note, or None in a database that has never been brought up."""
    cursor.execute("SELECT to_regclass(%s)", [TABLE])
    if cursor.fetchone()[0] is None:
        return None
    # The count of applied migrations guards against those undone or added by hand since.
    cursor.execute(f"SELECT shape, settled FROM {TABLE} WHERE applied = (SELECT count(*) FROM django_migrations)")
    row = cursor.fetchone()
    return Installation(*row) if row else None


def note(cursor: Cursor, *, shape: str) -> None:
    """Write down that the database has this shape now; whether people live there stays as it was."""
    cursor.execute(
        f"""
        CREATE TABLE IF NOT EXISTS {TABLE} (
            one boolean PRIMARY KEY DEFAULT true CHECK (one),
            shape text NOT NULL,
            applied bigint NOT NULL,
            settled boolean NOT NULL DEFAULT false
        )
        """
    )
    cursor.execute(
        f"""
        INSERT INTO {TABLE} (shape, applied) SELECT %s, count(*) FROM django_migrations
        ON CONFLICT (one) DO UPDATE SET shape = excluded.shape, applied = excluded.applied
        """,
        [shape],
    )


def settle(cursor: Cursor) -> None:
    """From now on this is somebody's installation: never load the demo company by oneself again."""
    cursor.execute(f"UPDATE {TABLE} SET settled = true")


def _extra_folders() -> list[Path]:
    specs = (importlib.util.find_spec(package) for package in words("GUANXI_EXTRA_AREAS"))
    return [Path(spec.origin).parent for spec in specs if spec is not None and spec.origin]

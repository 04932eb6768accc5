"""The person of a session, who comes with the statement that brings the session: of the questions that every request asks
the database, one less.

Django asks for the session and hands the number in it to the authentication backend, with no way to hand on more. What
came is good once, and only for whom the session names.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from guanxi.org.models import User

_FIELDS = [f.attname for f in User._meta.concrete_fields]
_PREFERENCES = 2 + _FIELDS.index("preferences")
#: The version counters and the columns of `person`, an alias of org_user.
COLUMNS = "(SELECT value FROM kernel_version WHERE name = 'shape'), (SELECT value FROM kernel_version WHERE name = 'access'), " + ", ".join(
    f'person."{f.column}"' for f in User._meta.concrete_fields
)

_came: ContextVar[tuple[Any, ...] | None] = ContextVar("came", default=None)


def bring(row: tuple[Any, ...] | None) -> None:
    """Keep `COLUMNS` of whom a session belongs to, or forget who came before."""
    _came.set(row)


def take(user_id: int) -> tuple[Any, ...] | None:
    """What came with the session, if it is this person's; the next who asks finds nothing."""
    row = _came.get()
    _came.set(None)
    return row if row is not None and row[2 + _FIELDS.index("id")] == user_id else None


def person(row: tuple[Any, ...]) -> User:
    """The person of a row of `COLUMNS`, with `shape_version` and `access_version` beside him."""
    user = User.from_db("default", _FIELDS, row[2:])
    user.preferences = json.loads(row[_PREFERENCES])
    user.shape_version, user.access_version = row[:2]  # type: ignore[attr-defined]
    return user

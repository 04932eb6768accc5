"""Sign-in by login and password, and the person of a session together with the version counters in one query."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from guanxi.kernel.statement import prepared_cursor
from guanxi.org.models import User

#: Known to everybody who reads the README, so good for the demo's own people only.
DEMO_PASSWORD = "guanxi-demo"


class LoginBackend(BaseBackend):
    """The same time and answer whether the login is unknown or the password wrong."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The active person of a right password. Known demo passwords are refused outside the demo company."""
        user = User.objects.filter(login__iexact=(username or "").strip()).first()
        if user is None:
            User().set_password(password)
            return None
        if password == DEMO_PASSWORD and not user.demo:
            return None
        return user if user.check_password(password or "") and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The person with `shape_version` and `access_version` beside him."""
        with prepared_cursor() as cursor:
            cursor.execute(_PERSON, [user_id])
            row = cursor.fetchone()
        if row is None:
            return None
        user = User.from_db("default", [f.attname for f in User._meta.concrete_fields], row[2:])
        user.preferences = json.loads(row[_PREFERENCES])
        user.shape_version, user.access_version = row[:2]  # type: ignore[attr-defined]
        return user


_PREFERENCES = 2 + [f.attname for f in User._meta.concrete_fields].index("preferences")
#: Every request asks this, so it is written by hand.
_PERSON = (
    "SELECT (SELECT value FROM kernel_version WHERE name = 'shape'), (SELECT value FROM kernel_version WHERE name = 'access'), "
    + ", ".join(f'"{f.column}"' for f in User._meta.concrete_fields)
    + " FROM org_user WHERE id = %s AND is_active"
)

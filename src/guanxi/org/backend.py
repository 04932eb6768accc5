"""Sign-in by login and password, and the person of a session together with the version counters in one query."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from guanxi.kernel.statement import prepared_cursor
from guanxi.org import arrived
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
            User().set_password(password)  # as long as for an unknown login
            return None
        return user if user.check_password(password or "") and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The person with `shape_version` and `access_version` beside him."""
        row = arrived.take(user_id) or _ask(user_id)
        return arrived.person(row) if row else None


def _ask(user_id: int) -> tuple[Any, ...] | None:
    with prepared_cursor() as cursor:
        cursor.execute(_PERSON, [user_id])
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


_PERSON = f"SELECT {arrived.COLUMNS} FROM org_user person WHERE id = %s AND is_active"

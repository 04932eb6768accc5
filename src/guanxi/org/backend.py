"""Sign-in by login and password, and the person of a session together with the version counters in one query."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import Subquery
from django.http import HttpRequest

from guanxi.kernel.models import Version
from guanxi.org.models import User


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
        return user if user.check_password(password or "") and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The person with `shape_version` and `access_version` beside him."""
        return (
            User.objects.filter(pk=user_id, is_active=True)
            .annotate(
                shape_version=Subquery(Version.objects.filter(name="shape").values("value")),
                access_version=Subquery(Version.objects.filter(name="access").values("value")),
            )
            .first()
        )

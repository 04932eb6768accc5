"""Personal API tokens: shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from guanxi.kernel import clock
from guanxi.org.models import Token, User

PREFIX = "gx_"
#: How exactly the last use is known: a busy program does not write at every request.
NOTED = timedelta(minutes=1)


def digest(token: str) -> str:
    """SHA-256 of a token; tokens are random, so a slow hash would protect nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(login: str) -> str:
    """Make a token for a login and return it; it cannot be shown again. Raises User.DoesNotExist."""
    user = User.objects.get(login=login, is_active=True)
    token = PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(user=user, digest=digest(token), hint=token[:8])
    return token


def owner(token: str) -> User | None:
    """The active person a token belongs to; that it was used is noted once a minute."""
    row = Token.objects.select_related("user").filter(digest=digest(token), revoked_at=None, user__is_active=True).first()
    if row is None:
        return None
    now = clock.now()
    if row.used_at is None or now - row.used_at >= NOTED:
        Token.objects.filter(pk=row.pk).update(used_at=now)
    return row.user

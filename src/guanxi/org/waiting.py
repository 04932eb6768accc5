"""Who has said the right password and still owes the second factor: not signed in, and only for a while."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from guanxi.kernel import clock
from guanxi.org.models import User

KEY = "waiting"
#: So many seconds to find the phone.
PATIENCE = 600


def hold(request: HttpRequest, user: User) -> None:
    """Remember him in a session of his own, which is not that of anybody signed in."""
    request.session.flush()
    until = clock.now().timestamp() + PATIENCE
    request.session[KEY] = {"user": user.pk, "match": user.get_session_auth_hash(), "until": until}
    request.session.cycle_key()


def held(request: HttpRequest) -> User | None:
    """Who waits; nobody once the time is over, or his password or account have changed."""
    kept: dict[str, Any] = request.session.get(KEY) or {}
    if not kept or kept["until"] < clock.now().timestamp():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["match"], user.get_session_auth_hash()):
        return None
    return user


def settle(request: HttpRequest) -> None:
    """He is in, or begins anew."""
    request.session.pop(KEY, None)

"""A forgotten password: whoever reads the mail of an account may set a new one, once and within half an hour.

The token is Django's: signed, it names the password, the last login and the address of the moment, so that it is void
after any of them has changed. Nothing is stored. A second factor is still asked for afterwards.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.db.models import F, Q

from guanxi.org import mailboxes
from guanxi.org.models import User


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "guanxi.recovery"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.epoch}"


_tokens = _Tokens()


def meant(asked: str) -> list[User]:
    """The accounts of a login or an address that a letter may go to."""
    asked = asked.strip()
    if not asked:
        return []
    found = User.objects.filter(Q(login__iexact=asked) | Q(email__iexact=asked), is_active=True).exclude(email="")
    return [user for user in found if user.has_usable_password()]


def token(user: User) -> str:
    """Good once, for half an hour."""
    return _tokens.make_token(user)


def bearer(user_id: int, given: str) -> User | None:
    """The account that the token opens; None when it is used, old or made up."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return user if user is not None and _tokens.check_token(user, given) else None


def renew(user: User, password: str) -> None:
    """The new password; every session ends, and the address is proved."""
    user.set_password(password)
    new = {"password": user.password, "must_change_password": False, "demo": False}
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(**new, epoch=F("epoch") + 1)
        mailboxes.prove(user, user.email)

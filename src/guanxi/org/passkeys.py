"""Passkeys: a key on a device that asks for a finger, a face or a PIN. One is a second factor, or instead of the password.

The ceremony is django-allauth's and fido2's: challenge, origin, signature, and that the device has made sure who it is.
Keys are made for the address of the house and answer to no other.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import factors
from guanxi.org.models import User

#: For whom a key may be added in this session: he has just said his password.
ADDING = "passkey_for"
MOST = 20


def of(user: User) -> Any:
    """His passkeys, the oldest first."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk")


def begin_adding(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser needs to make a key. Raises Invalidated."""
    if of(user).count() >= MOST:
        raise Invalidated({"name": _("You have %(n)d passkeys already. Remove one first.") % {"n": MOST}})
    request.session[ADDING] = user.pk
    return _plain(auth.begin_registration(user, True))


def add(request: HttpRequest, user: User, name: str, credential: str, *, actor: Actor) -> list[str]:
    """The key that the browser made; returns recovery codes where there were none yet. Raises Invalidated."""
    if request.session.pop(ADDING, None) != user.pk:
        raise Invalidated({"name": _("Say your password first.")})
    try:
        answer = _answer(credential)
        if not auth.complete_registration(answer).is_user_verified():
            raise ValueError("nobody looked who it is")
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise Invalidated({"name": _("This passkey could not be used. Try again.")}) from problem
    with unit(actor, factors.OWN_DOOR):
        auth.WebAuthn.add(user, " ".join(name.replace("\x00", "").split())[:60] or _("Passkey"), answer)
        had = factors.codes_left(user)
        factors.recount(user)
        return [] if had else factors.fresh_codes(user)


def begin(user: User | None = None) -> dict[str, Any]:
    """What the browser needs to show a key: of this person, or of whoever it is."""
    return _plain(auth.begin_authentication(user))


def shown(credential: str, user: User | None = None) -> User | None:
    """Whose key was shown, of this person or of anybody active; None when it proves nothing."""
    try:
        answer = _answer(credential)
        found = user or auth.extract_user_from_response(answer)
        key = auth.complete_authentication(found, answer)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if not found.is_active:
        return None
    key.record_usage()
    return User.objects.get(pk=found.pk)


def _answer(credential: str) -> dict[str, Any]:
    """What the browser sent, if it speaks of a page of ours. Raises ValueError or KeyError."""
    try:
        answer = json.loads(credential[:20_000])
    except RecursionError:
        raise ValueError("nested without end") from None
    told = str(answer["response"]["clientDataJSON"])
    origin = json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))["origin"]
    own = urlsplit(settings.GUANXI_URL)
    if origin != f"{own.scheme}://{own.netloc}":
        raise ValueError("of another page")
    found: dict[str, Any] = answer
    return found


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """As JSON; bytes in base64 without padding, as browsers want it."""
    text = json.dumps(options, default=_encoded)
    found: dict[str, Any] = json.loads(text)
    return found


def _encoded(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.urlsafe_b64encode(value).decode().rstrip("=")
    return dict(value)

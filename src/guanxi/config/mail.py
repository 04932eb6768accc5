"""Where mail goes: `GUANXI_MAIL_URL` taken apart into what Django wants to know."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from guanxi.config.refusal import Refusal

#: Scheme: usual port, encrypted from the start, encrypted once connected.
SCHEMES = {"smtp": (25, False, False), "smtps": (465, True, False), "smtp+starttls": (587, False, True)}
#: A mail server that does not answer holds up a worker for so many seconds.
PATIENCE = 20


def settings_of(url: str) -> dict[str, Any]:
    """Django's settings for the address; without one nothing is sent. Raises Refusal, which does not repeat the password."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise _unusable() from problem
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise _unusable()
    usual, encrypted, starttls = SCHEMES[parts.scheme]
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or usual,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": encrypted,
        "EMAIL_USE_TLS": starttls,
        "EMAIL_TIMEOUT": PATIENCE,
    }


def _unusable() -> Refusal:
    return Refusal("GUANXI_MAIL_URL must look like smtps://user:password@mail.example.com (or smtp://, smtp+starttls://).", code=2)

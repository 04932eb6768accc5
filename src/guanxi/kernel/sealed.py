"""Secrets that have to be read again, encrypted at rest with the installation's field key.

AES-256-GCM with a random nonce; what a secret is about is bound to it, so that one cannot be passed off as another. The
name of the key stands in front: a secret of another installation is told apart from a damaged one.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FORM = "v1"
NONCE = 12


class Unreadable(Exception):
    """Sealed by another key, about something else, or damaged."""


def seal(text: str, *, about: str) -> str:
    """The text encrypted, as printable ASCII."""
    key, nonce = _key(settings.GUANXI_FIELD_KEY), secrets.token_bytes(NONCE)
    hidden = AESGCM(key).encrypt(nonce, text.encode(), about.encode())
    return f"{FORM}.{_name(key)}.{urlsafe_b64encode(nonce + hidden).decode()}"


def unseal(sealed: str, *, about: str) -> str:
    """What `seal` was given. Raises Unreadable."""
    key = _key(settings.GUANXI_FIELD_KEY)
    form, _dot, rest = sealed.partition(".")
    name, _dot, body = rest.partition(".")
    if form != FORM or name != _name(key):
        raise Unreadable("sealed with another key than GUANXI_FIELDS_KEY or keys/fields")
    try:
        raw = urlsafe_b64decode(body)
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], about.encode()).decode()
    except (ValueError, InvalidTag) as problem:
        raise Unreadable("damaged, or about something else") from problem


def is_sealed(text: str, *, about: str) -> bool:
    """Whether a text is what `seal` made, about the same."""
    try:
        return text.startswith(f"{FORM}.") and unseal(text, about=about) is not None
    except Unreadable:
        return False


@lru_cache(maxsize=4)
def _key(field_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"guanxi.sealed.v1").derive(field_key.encode())


def _name(key: bytes) -> str:
    return hashlib.sha256(b"name" + key).hexdigest()[:8]


__all__ = ["Unreadable", "is_sealed", "seal", "unseal"]

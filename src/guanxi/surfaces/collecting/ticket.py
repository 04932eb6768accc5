"""What stands for a page of ours having been filled in by somebody who took his time: a signed note of when it was drawn.

It takes the place of the token against forged requests, too: there is no session that a forged request could misuse, and whoever
wants to send something needs a ticket that was drawn for this form.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from django.core import signing

from guanxi.kernel import clock

#: Seconds in which nobody fills in a form, and after which a page is drawn anew.
QUICKEST, OLDEST = 2, 24 * 3600
_SALT = "guanxi.collect"
FINE, QUICK, OLD = "", "quick", "old"


def draw(form: int) -> str:
    """A ticket for one page of a form."""
    return signing.dumps({"f": form, "at": int(clock.now().timestamp()), "n": secrets.token_urlsafe(12)}, salt=_SALT)


def judge(form: int, given: str) -> str:
    """Whether a ticket is fine, was sent too quickly, or is too old, damaged or of another form."""
    try:
        read: dict[str, Any] = signing.loads(given[:300], salt=_SALT)
    except signing.BadSignature:
        return OLD
    age = clock.now().timestamp() - read["at"]
    if read["f"] != form or age > OLDEST:
        return OLD
    return QUICK if age < QUICKEST else FINE


def digest(given: str, values: dict[str, Any]) -> str:
    """What tells a page that is sent twice from one that was changed and sent again."""
    said = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{given}\n{said}".encode("utf-8", "surrogatepass")).hexdigest()


__all__ = ["FINE", "OLD", "OLDEST", "QUICK", "QUICKEST", "digest", "draw", "judge"]

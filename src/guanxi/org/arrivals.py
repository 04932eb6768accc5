"""Who came in, from where and with what, who was turned away, and who left: kept in the access log, never the password."""

from __future__ import annotations

import re

from django.http import HttpRequest

from guanxi.kernel import clock
from guanxi.kernel.models import AccessLog
from guanxi.org.address import client_address
from guanxi.org.models import User

IN, WRONG, PAUSED, OUT, PASSWORD = "sign_in", "sign_in_wrong", "sign_in_paused", "sign_out", "password"
SECOND_WRONG, SECOND_SET, SECOND_GONE, CODES = "second_wrong", "second_set", "second_gone", "second_codes"
ENDED, RECOVERY, RECOVERED = "sessions_ended", "recovery_asked", "recovered"
REGISTERED, FULL = "registered", "licence_full"
SINGLE_WRONG, LINKED, UNLINKED = "single_wrong", "single_linked", "single_unlinked"
VERBS = (
    IN,
    WRONG,
    PAUSED,
    OUT,
    PASSWORD,
    SECOND_WRONG,
    SECOND_SET,
    SECOND_GONE,
    CODES,
    ENDED,
    RECOVERY,
    RECOVERED,
    SINGLE_WRONG,
    LINKED,
    UNLINKED,
    REGISTERED,
    FULL,
)
LONGEST = 80

_BROWSERS = (
    ("Edge", r"Edg\w*/(\d+)"),
    ("WeChat", r"MicroMessenger/(\d+)"),
    ("Firefox", r"Firefox/(\d+)"),
    ("Chrome", r"Chrom\w*/(\d+)"),
    ("Safari", r"Version/(\d+).*Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iOS", "iPhone|iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("macOS", "Mac OS X"),
    ("Linux", "Linux"),
)


def note(request: HttpRequest, verb: str, *, user: User | None = None, login: str = "") -> None:
    """Keep one of `VERBS`; `login` is what was typed where nobody is known, or whom it befell."""
    data = {"login": (login or (user.login if user else ""))[:LONGEST], "address": client_address(request), "device": device(request)}
    AccessLog.objects.create(at=clock.now(), actor=user.pk if user else None, verb=verb, entity="org.user", data=data)


def device(request: HttpRequest) -> str:
    """Browser and system in two words, as the browser says of itself."""
    agent = request.headers.get("User-Agent", "")[:400]
    browser = next((f"{name} {found[1]}" for name, pattern in _BROWSERS if (found := re.search(pattern, agent))), "")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, agent)), "")
    return " · ".join(part for part in (browser, system) if part) or agent.split(" ")[0][:40]

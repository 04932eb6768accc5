"""From where a request comes: the one place that knows whom to believe about it."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address. Behind the trusted proxy it is the last that `X-Forwarded-For` names: the one the proxy added itself."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.GUANXI_TRUSTED_PROXY:
        return direct
    named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(named))
    except ValueError:
        return direct

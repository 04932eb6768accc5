"""One id for all that a request causes: taken from X-Request-ID or made, in every log line and in the answer."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-ID"
ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")

logger = logging.getLogger("guanxi.request")
request_id: ContextVar[str] = ContextVar("request_id", default="")


#: Addresses whose further parts let their bearer in.
SECRET = ("/recover/", "/settings/email/", "/f/")


def without_secrets(path: str) -> str:
    """An address as it may stand in a log."""
    return next((f"{start}…" for start in SECRET if path.startswith(start) and path != start), path)


class RequestIdMiddleware:
    """Sets `request.id`; a strange id from outside is replaced, never echoed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        name = given if ACCEPTABLE.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(name)
        request.id = name  # type: ignore[attr-defined]
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            took_ms = round((time.perf_counter() - began) * 1000, 1)
            # The path without the query: what people search for is not for the log.
            extra = {"status_code": response.status_code, "took_ms": took_ms}
            logger.info("%s %s", request.method, without_secrets(request.path), extra=extra)
        finally:
            request_id.reset(token)
        response.headers[HEADER] = name
        return response

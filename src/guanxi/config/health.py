"""Two answers for load balancers: /healthz says the process lives, /readyz that it can serve people now.

A middleware and not a page: asked before sessions, hosts and redirects have their say.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from guanxi.config import installation


class HealthMiddleware:
    """Answers the two addresses and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.shape = installation.code_shape()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return _plain("ok")
        if request.path == "/readyz":
            return self._ready()
        return self.get_response(request)

    def _ready(self) -> HttpResponse:
        try:
            with connection.cursor() as cursor:
                found = installation.read(cursor)
        except DatabaseError:
            return _plain("database unreachable", status=503)
        if found is None or found.shape != self.shape:
            return _plain("migrations pending", status=503)
        return _plain("ok")


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})

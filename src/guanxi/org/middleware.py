"""Put the actor on the request, freeze the clock, and drop caches that a newer version has outdated."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from guanxi.kernel import clock, versions
from guanxi.kernel.write import set_request
from guanxi.org import actors, directory
from guanxi.org.models import User

OPEN = ("/login/", "/static/", "/healthz", "/readyz", "/api/", "/favicon.ico", "/manifest.webmanifest")


class ActorMiddleware:
    """`request.actor` is an Actor for signed-in people and absent for strangers, whom pages send to the login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with clock.frozen():
            set_request(str(getattr(request, "id", "")))
            if not request.path.startswith(OPEN):
                user = request.user
                if isinstance(user, User) and user.is_authenticated:
                    self.enter(request, user)
            try:
                return self.get_response(request)
            finally:
                timezone.deactivate()

    def enter(self, request: HttpRequest, user: User) -> None:
        """Language, zone and rights of the person."""
        shape = getattr(user, "shape_version", None) or 1
        access = getattr(user, "access_version", None) or 1
        directory.refresh(access)
        versions.refresh(shape)
        request.actor = actors.resolve(user, access_version=access)  # type: ignore[attr-defined]
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language
        timezone.activate(ZoneInfo(user.time_zone))

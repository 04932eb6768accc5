"""Put the actor on the request, freeze the clock, and drop caches that a newer version has outdated."""

from __future__ import annotations

import json
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from guanxi.kernel import clock, versions
from guanxi.kernel.write import set_request
from guanxi.org import actors, directory, presences, preview
from guanxi.org.models import User

OPEN = ("/login/", "/static/", "/healthz", "/readyz", "/api/v1/", "/oauth/", "/mcp", "/f/", "/favicon.ico", "/manifest.webmanifest")

#: The page asks it by itself, so it is no sign of life.
ASKED_BY_THE_PAGE = "/_here/"


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
                    if request.path != ASKED_BY_THE_PAGE:
                        presences.touch(request)
                    if getattr(request, "preview", None) and preview.refuses(request):
                        return _only_a_look()
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
        if preview.KEY in request.session and (other := preview.through(request, request.actor)):  # type: ignore[attr-defined]
            request.actor, request.preview = other, other.name  # type: ignore[attr-defined]


def _only_a_look() -> HttpResponse:
    text = _("You are looking through a colleague's eyes and can change nothing. Leave the preview first.")
    told = json.dumps({"toast": {"message": text, "level": "error"}})
    return HttpResponse(text, status=403, content_type="text/plain; charset=utf-8", headers={"HX-Trigger": told, "HX-Reswap": "none"})

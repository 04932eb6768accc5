"""The root of all addresses. Pages and the API bring their own; nothing is registered here by hand."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.urls import ResolverMatch, URLPattern, URLResolver, include
from django.urls.resolvers import RoutePattern

from guanxi.config.environment import present

#: Addresses whose view is remembered.
REMEMBERED = 2_000


class RememberedResolver(URLResolver):
    """Which view answers an address never changes while the process lives, and finding it tries some hundred patterns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._found = lru_cache(REMEMBERED)(super().resolve)

    def resolve(self, path: str) -> ResolverMatch:
        """The view of a path. Raises Resolver404, which is not remembered."""
        return self._found(path)


urlpatterns: list[URLPattern | URLResolver] = []
if present("guanxi.surfaces.urls"):
    pages, _application, _namespace = include("guanxi.surfaces.urls")
    urlpatterns.append(RememberedResolver(RoutePattern(""), pages))
handler400 = "guanxi.surfaces.pages.errors.bad"
handler403 = "guanxi.surfaces.pages.errors.forbidden"
handler404 = "guanxi.surfaces.pages.errors.missing"
handler500 = "guanxi.surfaces.pages.errors.broken"

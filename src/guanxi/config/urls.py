"""The root of all addresses. Pages and the API bring their own; nothing is registered here by hand."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from guanxi.config.environment import present

urlpatterns: list[URLPattern | URLResolver] = []
if present("guanxi.surfaces.urls"):
    urlpatterns.append(path("", include("guanxi.surfaces.urls")))

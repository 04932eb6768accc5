"""The root of all addresses. Pages and the API bring their own; nothing is registered here by hand."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from guanxi.config.environment import present

urlpatterns: list[URLPattern | URLResolver] = []
if present("guanxi.surfaces.urls"):
    urlpatterns.append(path("", include("guanxi.surfaces.urls")))
handler400 = "guanxi.surfaces.pages.errors.bad"
handler403 = "guanxi.surfaces.pages.errors.forbidden"
handler404 = "guanxi.surfaces.pages.errors.missing"
handler500 = "guanxi.surfaces.pages.errors.broken"

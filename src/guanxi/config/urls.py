"""The root of all addresses. Pages and the API bring their own; nothing is registered here by hand."""

from __future__ import annotations

import importlib.util

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
if importlib.util.find_spec("guanxi.surfaces.urls"):
    urlpatterns.append(path("", include("guanxi.surfaces.urls")))

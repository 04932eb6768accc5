"""The demo company: an app of its own so that an installation can do without it."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Has no tables; `guanxi demo` calls its loader."""

    name = "guanxi.demo"
    label = "demo"

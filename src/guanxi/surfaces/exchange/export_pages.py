"""Stub."""

from __future__ import annotations

from django.urls import URLPattern

from guanxi.kernel import directory


def people() -> list[directory.Entry]:
    """Everybody who may be given records, by name."""
    return sorted((e for e in directory.people().values() if e.active), key=lambda e: e.name)


urls: list[URLPattern] = []

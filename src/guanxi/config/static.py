"""Addresses of static files that name their content, so that a browser may keep a file for ever and never has a stale one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class VersionedStaticFiles(StaticFilesStorage):
    """/static/built/guanxi.css?v=3f2a…: the file keeps its name, its address changes with what is in it."""

    def url(self, name: str | None) -> str:
        # A page asks for the icon sprite dozens of times: outside of development a process asks the disk once.
        return self._address(name) if settings.DEBUG else self._remembered(name)

    @lru_cache(maxsize=500)  # noqa: B019 - there is one storage a process, and it lives as long
    def _remembered(self, name: str | None) -> str:
        return self._address(name)

    def _address(self, name: str | None) -> str:
        address = super().url(name)
        path = finders.find(name) if name else None
        if not isinstance(path, str):
            return address
        return f"{address}?v={hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]}"

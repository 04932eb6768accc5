"""From which place an address comes, by the table that GUANXI_IP_FILE names: for people to recognise a sign-in by, no more.

The table is read in the background when it is first asked for, and again when the file has changed. A wrong file costs the
places and nothing else: it is said in the log, and by `guanxi check`.
"""

from __future__ import annotations

import logging
import threading
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from babel import Locale
from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.org.ranges import Atlas, Spot, Wrong, read

log = logging.getLogger("guanxi.origins")
#: Seconds that the first who asks waits for the table, and rows that `guanxi check` looks at.
PATIENCE, SAMPLE = 2.0, 1_000
_Stamp = tuple[str, int, int]


class _Table:
    """The table of this process: which file it was, and what was read of it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stamp: _Stamp | None = None
        self.atlas: Atlas | None = None
        self.ready = threading.Event()

    def current(self, path: Path) -> Atlas | None:
        """What is known, after a moment's patience where it is being read; nothing until then."""
        try:
            found = path.stat()
            stamp = (str(path), found.st_mtime_ns, found.st_size)
        except OSError:
            stamp = (str(path), 0, 0)
        with self.lock:
            if stamp != self.stamp:
                self.stamp, self.atlas, self.ready = stamp, None, threading.Event()
                threading.Thread(target=self._read, args=(path, stamp, self.ready), name="origins", daemon=True).start()
            ready = self.ready
        ready.wait(PATIENCE)
        return self.atlas

    def _read(self, path: Path, stamp: _Stamp, ready: threading.Event) -> None:
        atlas = None
        try:
            atlas = read(path)
        except Wrong as wrong:
            log.error("GUANXI_IP_FILE: %s is no table of addresses and places: %s. Places are left out.", path, wrong)
        except Exception:
            log.exception("GUANXI_IP_FILE: %s cannot be read. Places are left out.", path)
        with self.lock:
            if stamp == self.stamp:
                self.atlas = atlas
        ready.set()


_table = _Table()


def configured() -> bool:
    """Whether places are shown at all."""
    return settings.GUANXI_IP_FILE is not None


def place(address: str) -> str:
    """The place of an address in words, "" where it is not known."""
    if settings.GUANXI_IP_FILE is None:
        return ""
    try:
        asked: Any = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    asked = getattr(asked, "ipv4_mapped", None) or asked
    if asked.is_private or asked.is_loopback or asked.is_link_local:
        return _("inner network")
    atlas = _table.current(settings.GUANXI_IP_FILE)
    spot = atlas.find(asked.version, int(asked)) if atlas is not None else None
    return words(spot) if spot is not None else ""


def words(spot: Spot) -> str:
    """Country, region and city, nothing twice."""
    parts = [_country(spot.country), spot.region, spot.city]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _country(code: str) -> str:
    """The name of a country in the reader's language."""
    names = Locale.parse("en" if (get_language() or "").startswith("en") else "zh").territories
    return str(names.get(code.upper(), code)) if len(code) == 2 else code


@register()
def check_file(**kwargs: Any) -> list[CheckMessage]:
    """Warn of a file that is no such table, by how it begins; nothing else depends on it."""
    if settings.GUANXI_IP_FILE is None:
        return []
    try:
        read(settings.GUANXI_IP_FILE, rows=SAMPLE)
    except Wrong as wrong:
        said = f"GUANXI_IP_FILE: {settings.GUANXI_IP_FILE} is no table of addresses and places: {wrong}."
        hint = "Name a csv of IP2Location LITE (DB1, DB3) or DB-IP (country, city), or leave the variable out."
        return [Warning(said, hint=hint, id="guanxi.W020")]
    return []


__all__ = ["check_file", "configured", "place", "words"]

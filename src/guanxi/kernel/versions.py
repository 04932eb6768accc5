"""Two counters, read with the session: while they stand still, what a process has cached is good."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F

from guanxi.kernel import custom, dictionary, layouts, numbering, proposed

if TYPE_CHECKING:
    from guanxi.kernel.statement import Statement


def bump(name: str) -> None:
    """Say that `shape` or `access` has changed; every process sees it at its next request."""
    from guanxi.kernel.models import Version

    if not Version.objects.filter(name=name).update(value=F("value") + 1):
        Version.objects.create(name=name, value=2)
    if name == "shape":
        dictionary.clear()


def current() -> dict[str, int]:
    """Both counters."""
    found = dict(_counters().run())
    return {"shape": found.get("shape", 1), "access": found.get("access", 1)}


@cache
def _counters() -> Statement:
    """Composed once: every request of a program and every job begins with it."""
    from guanxi.kernel.models import Version
    from guanxi.kernel.statement import compiled

    return compiled(Version.objects.values_list("name", "value"))


def watch(table: str, counter: str, columns: str = "") -> None:
    """Have every change of a table, by whatever road, move a counter; `columns` limits which of its columns count."""
    with connection.cursor() as cursor:
        cursor.execute((files("guanxi.kernel") / "versions.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT guanxi_counts(%s, %s, %s)", [table, counter, columns])


def shape() -> int | None:
    """The shape that this process has last seen."""
    return custom.seen()


def catch_up() -> None:
    """Know the shape as it is now, where no request or job brings it: which entities there are, and their fields."""
    refresh(current()["shape"])


def refresh(shape: int) -> None:
    """Drop what an older shape had cached."""
    dictionary.refresh(shape)
    custom.refresh(shape)
    layouts.refresh(shape)
    numbering.refresh(shape)
    proposed.refresh(shape)

"""How fast the machine is just now, by three small works of the kinds that a page is made of.

A loop over integers says little of either: it stays in the caches and needs no database (docs/decisions/0031). Each work is held
against what it takes on the reference machine when nothing else runs; the pace is the geometric mean of the three.
"""

from __future__ import annotations

import gc
import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import psycopg

#: Seconds on two idle cores of an AMD EPYC with 32 MiB of L3, CPython 3.11 and PostgreSQL 18: medians of twenty on 2026-11-24.
REFERENCE = {"loop": 0.059, "objects": 0.057, "database": 0.062}
#: Strings digested, sorted and counted: PostgreSQL's executor at work without a table.
STATEMENT = "SELECT count(DISTINCT md5(n::text)) FROM generate_series(1, 120000) n"


@dataclass
class Pace:
    """Measures on one connection to the database at hand."""

    connection: psycopg.Connection

    def __call__(self) -> float:
        """How many times slower than the reference the machine is now."""
        parts = self.parts()
        return prod(parts.values()) ** (1 / len(parts))

    def parts(self) -> dict[str, float]:
        """The same of each work by itself."""
        works: dict[str, Callable[[], object]] = {"loop": _loop, "objects": _objects, "database": self._database}
        return {name: _seconds(work) / REFERENCE[name] for name, work in works.items()}

    def _database(self) -> None:
        self.connection.execute(STATEMENT).fetchall()


def _seconds(work: Callable[[], object]) -> float:
    gc.disable()  # what else this process holds is not to be counted
    begun = time.perf_counter()
    work()
    taken = time.perf_counter() - begun
    gc.enable()
    return taken


def _loop() -> None:
    total = 0
    for n in range(1_500_000):
        total += n * n % 7


def _objects() -> None:
    """Rows as dictionaries, drawn as text, packed, and written out: larger than the caches next to a core."""
    rows = [{"id": n, "name": f"客户{n}有限公司", "owner": n % 97, "tags": [n, n + 1]} for n in range(36_000)]
    text = "".join([f'<td data-id="{row["id"]}">{row["name"]}</td>' for row in rows])
    gzip.compress(text.encode(), 1)
    json.dumps(rows)

"""Take the figures: wall time, requests per second, CPU of server and database, raw SQL beside."""

from __future__ import annotations

import statistics
import time
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import many, pages, queries, server, weights, wide
from bench.client import Client, Timing, repeat

BUDGETS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())
ROLES = ("sales", "manager", "director")
#: Seconds that the calibration loop takes on two otherwise idle cores of the machines the budgets were set for
#: (Xeon at 2.5 GHz, CPython 3.11: best of twenty on 2026-11-22). On a busy machine CPU time grows with it as wall time does.
REFERENCE = 0.53


@dataclass
class Row:
    """One line of the result."""

    name: str
    role: str
    clients: int
    p50_ms: float
    p95_ms: float
    rps: float
    cpu_ms: float
    raw_sql_ms: float | None
    calibration: float
    budget_ms: float | None
    within: bool | None
    #: The same of the figure as it stands, not held against the pace of the machine.
    plain: bool | None


@dataclass
class Figure:
    """Anything but the time of a request: rows a second, bytes, requests, memory. `limit` is the least for rates, the most for the rest."""

    name: str
    value: float
    unit: str
    calibration: float
    limit: float | None
    within: bool | None
    role: str = ""
    plain: bool | None = None


def calibration() -> float:
    """How much slower than the reference this machine is now: at least 1 never flatters, below 1 is kept."""
    begun = time.perf_counter()
    total = 0
    for n in range(5_000_000):
        total += n * n % 7
    return (time.perf_counter() - begun) / REFERENCE


class Bench:
    """Measures against one running server."""

    def __init__(self, data: Path, port: int, pid: int, url: str, times: int) -> None:
        self.data, self.port, self.pid, self.times = data, port, pid, times
        self.connection = psycopg.connect(url, autocommit=True)
        self.scale = calibration()
        self.rows: list[Row] = []
        self.figures: list[Figure] = []

    def pids(self) -> set[int]:
        """Server and database processes as they are now."""
        return server.family(self.pid) | server.family(server.postmaster(self.data))

    def ask(self, name: str, role: str, paths: list[str], *, budget: str, clients: int = 1, raw: str = "", fragment: str = "") -> Row:
        """Measure GETs of these addresses."""
        people = [Client(self.port, role) for _n in range(clients)]
        repeat(people, paths, len(paths), fragment=fragment)  # once round: what is composed once is not what is measured
        times = max(len(paths), self.times // clients)
        return self.take(name, role, lambda: repeat(people, paths, times, fragment=fragment), budget=budget, clients=clients, raw=raw)

    def in_turns(self, role: str, paths: tuple[str, str]) -> float:
        """How many times as long the second address takes as the first, by the medians of requests that alternate: what the machine does
        meanwhile, it does to both.
        """
        client = Client(self.port, role)
        samples: tuple[list[float], list[float]] = ([], [])
        for _n in range(self.times):
            for path, taken in zip(paths, samples, strict=True):
                begun = time.perf_counter()
                client.get(path)
                taken.append(time.perf_counter() - begun)
        return statistics.median(samples[1]) / statistics.median(samples[0])

    def take(self, name: str, role: str, work: Callable[[], Timing], *, budget: str, clients: int = 1, raw: str = "") -> Row:
        """Measure whatever `work` does, with the machine's pace before and after it."""
        self.scale = calibration()
        before = server.cpu_ms(self.pids())
        timing = work()
        cpu = (server.cpu_ms(self.pids()) - before) / len(timing.samples)
        self.scale = (self.scale + calibration()) / 2
        return self.note(name, role, clients, timing, cpu, budget, self.raw(raw) if raw else None)

    def note(self, name: str, role: str, clients: int, timing: Timing, cpu: float, budget: str, raw: float | None) -> Row:
        """Keep a line and print it."""
        limits = BUDGETS.get(budget, {}) if clients == 1 else {}
        p50, p95 = timing.quantile(0.5), timing.quantile(0.95)
        pairs = [(x, limits[key]) for x, key in ((p50, "p50"), (p95, "p95"), (cpu, "cpu")) if key in limits]
        within, plain = (all(x / scale <= limit for x, limit in pairs) if limits else None for scale in (self.scale, 1))
        rate, scale = round(timing.rate, 1), round(self.scale, 2)
        row = Row(name, role, clients, round(p50, 2), round(p95, 2), rate, round(cpu, 2), raw, scale, limits.get("p50"), within, plain)
        self.rows.append(row)
        print(
            f"{name:<28}{role:<10}{clients:>3}  p50 {p50:7.1f}  p95 {p95:7.1f}  cpu {cpu:6.1f}  {timing.rate:7.1f}/s  raw {raw}  x{scale}  {within} {plain}"
        )
        return row

    def raw(self, statement: str) -> float:
        """Median milliseconds of a statement written by hand, fetched whole."""
        samples = []
        for _n in range(7):
            begun = time.perf_counter()
            self.connection.execute(statement).fetchall()
            samples.append((time.perf_counter() - begun) * 1000)
        return round(sorted(samples)[3], 2)

    def lists(self) -> None:
        """The six queries, whole page, for three roles; page 200 is reached by its cursor."""
        for role in ROLES:
            raws = queries.raw_lists(self.connection, role)
            for name, path in queries.lists().items():
                self.ask(f"list.{name}", role, [path], budget="list_rare" if name == "rare" else "list", raw=raws[name])
            self.ask("list.page_200", role, [self.page(role, 200)], budget="list")
            self.ask("fragment.default", role, [queries.lists()["default"]], budget="fragment", fragment="list")

        for role in wide.ROLES:
            for name, path in queries.lists().items():
                self.ask(f"list.{name}", role, [path], budget="list_wide")
            self.ask(
                "search.fifty_terms", role, [f"/_search/?q={queries.quote(t)}" for t in queries.terms()], budget="", fragment="palette"
            )

    def page(self, role: str, number: int) -> str:
        """Walk to a page by the links that a person would click; stops at the last one."""
        import re

        client, path = Client(self.port, role), queries.address([])
        for _n in range(number - 1):
            import gzip

            text = gzip.decompress(client.get(path)).decode()
            found = re.findall(r'href="(/customers/\?[^"]*at=[^"]+)" aria-label="下一页', text) or re.findall(
                r'href="(/customers/\?[^"]*at=[^"]+)" aria-label="Next', text
            )
            if not found:
                break
            path = found[0].replace("&amp;", "&")
        return path

    def others(self) -> None:
        """Search, record, load with many clients, creation."""
        terms = [f"/_search/?q={queries.quote(t)}" for t in queries.terms()]
        for role in ROLES:
            self.ask("search.fifty_terms", role, terms, budget="search", fragment="palette")
            self.ask("record.page", role, queries.records(self.connection, "sales"), budget="record")
        pages.run(self)
        for clients in (8, 32):
            for role in ROLES:
                self.ask("list.default", role, [queries.lists()["default"]], budget="list", clients=clients)
        self.create()

    def measure(self, name: str, value: float, unit: str, role: str = "") -> None:
        """Keep a figure that is no request's time, and print it. Rates are held against the least, on an idle machine; the rest against the most."""
        limit = BUDGETS["figures"].get(name)
        rate = unit == "rows/s"
        within, plain = (None if limit is None else (value * s >= limit if rate else value <= limit) for s in (self.scale, 1))
        self.figures.append(Figure(name, round(value, 1), unit, round(self.scale, 2), limit, within, role, plain))
        print(f"{name:<38}{value:12,.1f} {unit:<8} x{self.scale:.2f}  {within} {plain}")

    def flows(self, count: int) -> None:
        """What goes in, out and over by the thousand."""
        works: list[Callable[[], list[many.Pace]]] = [lambda: many.imported(self.port)]
        if count >= many.LEAST:
            works += [lambda: many.changed(self.port, self.connection), lambda: many.exported(self.port, self.connection)]
        for work in works:
            self.scale = calibration()
            paces = work()
            self.scale = (self.scale + calibration()) / 2
            for pace in paces:
                self.measure(pace.name, pace.rate, "rows/s", pace.role)

    def weigh(self) -> None:
        """What pages weigh on the wire, and the processes in memory after all that came before."""
        for name, value in {**weights.pages(self.port), **weights.memory(self.data, self.pid)}.items():
            self.measure(name, value, name.rpartition(".")[2])

    def create(self) -> None:
        """Create customers through the form."""
        client = Client(self.port, "sales")
        client.get("/customers/new/?quick=1")

        def work() -> Timing:
            timing, begun = Timing(), time.perf_counter()
            for n in range(self.times // 2):
                start = time.perf_counter()
                given = {"name": f"基准新建{time.time_ns()}有限公司", "phone": f"138{n:08d}", "level": "A"}
                status = client.post("/customers/new/?quick=1", given)
                assert status == 204, status
                timing.samples.append((time.perf_counter() - start) * 1000)
            timing.seconds = time.perf_counter() - begun
            return timing

        self.take("create.quick_form", "sales", work, budget="create")

    def results(self) -> dict[str, Any]:
        """What is written to latest.json."""
        return {"calibration": round(self.scale, 3), "rows": [asdict(r) for r in self.rows], "figures": [asdict(f) for f in self.figures]}

"""The API as a program uses it: pages of records, and a thousand at once."""

from __future__ import annotations

import http.client
import json
import re
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from bench.client import Client, Timing

if TYPE_CHECKING:
    from bench.measure import Bench

ROLES = ("sales", "director")
ROUNDS, ROWS = 5, 1_000
#: Requests before the first that counts: a statement is prepared when it has come a few times.
WARM = 10


class Program:
    """A program with a token of `login`, on one connection."""

    def __init__(self, port: int, login: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {_token(Client(port, login))}", "Content-Type": "application/json"}

    def send(self, verb: str, path: str, body: Any = None) -> bytes:
        """The answer to one request. Raises RuntimeError for any status but 200."""
        self.connection.request(verb, f"/api/v1/{path}", None if body is None else json.dumps(body).encode(), self.headers)
        response = self.connection.getresponse()
        found = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status} for {path}: {found[:200]!r}")
        return found


def _token(client: Client) -> str:
    """Made on the page of one's tokens, where it is shown once."""
    client.get("/settings/tokens/")
    found = re.search(r'<code class="secret">([^<]+)<', client.posted("/settings/tokens/", {"name": "bench", "scope": "", "days": "30"}))
    assert found, "no token was shown"
    return found[1]


def run(bench: Bench) -> None:
    """Pages of 50 and of 1,000 records, then creation in bulk."""
    for role in ROLES:
        program = Program(bench.port, role)
        for name, path, times in (("api.list_50", "customers?limit=50", bench.times), ("api.list_1000", "customers?limit=1000", 10)):
            _asked(program, path, WARM)
            bench.take(name, role, partial(_asked, program, path, times), budget=name.replace(".", "_"))
    _bulk(bench)


def _asked(program: Program, path: str, times: int) -> Timing:
    timing, begun = Timing(), time.perf_counter()
    for _n in range(times):
        start = time.perf_counter()
        program.send("GET", path)
        timing.samples.append((time.perf_counter() - start) * 1000)
    timing.seconds = time.perf_counter() - begun
    return timing


def _bulk(bench: Bench) -> None:
    """Customers by the thousand, each with a name that nobody has used."""
    from bench.measure import calibration

    program, mark = Program(bench.port, "sales"), f"{time.time_ns():x}"[-8:]
    bench.scale, seconds = calibration(), 0.0
    for turn in range(ROUNDS):
        rows = [{"name": f"接口{mark}{turn * ROWS + n}有限公司", "phone": f"0571-{60_000_000 + turn * ROWS + n}"} for n in range(ROWS)]
        start = time.perf_counter()
        answer = json.loads(program.send("POST", "customers/bulk", {"create": rows}))
        seconds += time.perf_counter() - start
        refused = [each for each in answer["results"] if each.get("status") != "done"]
        assert not refused, refused[:2]
    bench.scale = (bench.scale + calibration()) / 2
    bench.measure("api.bulk_create", ROUNDS * ROWS / seconds, "rows/s", "sales")

"""A file of new customers through the import wizard, taken back afterwards, and a workbook of what is there."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from bench.client import Client
from bench.rows import BRAND, PLACES, TRADES

ROWS = 5_000
PATIENCE = 900.0
_BOUNDARY = "guanxi-bench-boundary"


@dataclass
class Pace:
    """So many rows in so many seconds."""

    name: str
    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds


def run(port: int) -> list[Pace]:
    """Plan, commit and undo an import as `sales`, then export the own customers as `director`."""
    client = Client(port, "sales")
    where = _upload(client, _file())
    client.post(f"{where}plan/", {"c0": "name", "c1": "phone", "c2": "level", "c3": "address", "match": "name", "policy": "skip"})
    found = [Pace("import.plan", ROWS, _wait(client, where))]
    client.post(f"{where}commit/", {})
    found.append(Pace("import.commit", ROWS, _wait(client, where)))
    client.post(f"{where}undo/", {})
    found.append(Pace("import.undo", ROWS, _wait(client, where)))
    return found


def _file() -> bytes:
    """Names that no other run has used."""
    mark = f"{time.time_ns():x}"[-8:]
    lines = ["客户名称,电话,级别,地址"]
    for n in range(ROWS):
        name = f"{PLACES[n % len(PLACES)]}{BRAND[n % 40 : n % 40 + 2]}{TRADES[n % len(TRADES)]}{mark}{n}有限公司"
        lines.append(f"{name},0571-{80_000_000 + n},{'ABC'[n % 3]},文三路{n}号")
    return "\n".join(lines).encode()


def _upload(client: Client, body: bytes) -> str:
    """Give the file to the wizard; the address of the run."""
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="bench.csv"\r\nContent-Type: text/csv\r\n\r\n'
    status, headers = client.send("/customers/import/", head.encode() + body + f"\r\n--{_BOUNDARY}--\r\n".encode(), boundary=_BOUNDARY)
    assert status == 302, f"the upload answered {status}"
    return headers["Location"]


def _wait(client: Client, where: str) -> float:
    """Seconds until the run is no longer busy."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < PATIENCE:
        time.sleep(0.1)
        if not re.search(rb'hx-trigger="[^"]*every', client.text(f"{where}look/")):
            return time.perf_counter() - begun
    raise RuntimeError(f"{where} was still busy after {PATIENCE} s")

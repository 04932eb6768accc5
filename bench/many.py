"""What goes in, out and over by the thousand: an import, a bulk edit, a handover with children, an export. Records a second.

Each is what a person would do in the browser; the seconds of a job are those between its start and its end, as it noted them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from bench.client import Client
from bench.queries import quote
from bench.rows import BRAND, PLACES, TRADES

ROWS = 5_000
PATIENCE = 900.0
#: Below this many customers `sales` owns too few for a job.
LEAST = 500_000
_BOUNDARY = "guanxi-bench-boundary"


@dataclass
class Pace:
    """So many rows in so many seconds."""

    name: str
    rows: int
    seconds: float
    role: str = "sales"

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds


def imported(port: int) -> list[Pace]:
    """Plan, commit and undo an import as `sales`."""
    client = Client(port, "sales")
    where = _upload(client, _file())
    client.post(f"{where}plan/", {"c0": "name", "c1": "phone", "c2": "level", "c3": "address", "match": "name", "policy": "skip"})
    found = [Pace("import.plan", ROWS, _wait(client, where))]
    client.post(f"{where}commit/", {})
    found.append(Pace("import.commit", ROWS, _wait(client, where)))
    client.post(f"{where}undo/", {})
    found.append(Pace("import.undo", ROWS, _wait(client, where)))
    return found


def changed(port: int, connection: psycopg.Connection) -> list[Pace]:
    """One choice on all customers of a level that `sales` owns; then all of a status, with what hangs on them, to somebody else. Both are taken back."""
    client, found = Client(port, "sales"), []
    heir = connection.execute("SELECT id FROM org_user WHERE login = 'p1'").fetchone()
    assert heir
    wishes = {
        "bulk.edit": ("_bulk", ["level", "is", "A"], {"field": "source", "source": "referral"}),
        "bulk.transfer": ("_transfer", ["and", ["level", "is", "C"], ["status", "is", "abandoned"]], {"owner": str(heir[0])}),
    }
    for name, (page, where, values) in wishes.items():
        address = f"/customers/{page}/?view=mine&where={quote(json.dumps(where))}"
        counting = _job(client, connection, address, {"all": "1", **values})
        doing = _job(client, connection, f"/jobs/{counting.id}/go/", {})
        back = _job(client, connection, f"/jobs/{doing.id}/back/", {})
        found += [counting.pace(f"{name}.count"), doing.pace(name), back.pace(f"{name}.undo")]
    return found


def exported(port: int, connection: psycopg.Connection) -> list[Pace]:
    """Twelve columns of every customer of level A, by the director, as csv and as xlsx."""
    client, found = Client(port, "director"), []
    columns = ["name", "level", "status", "industry", "region", "phone", "owner", "number", "source", "address", "created_at", "updated_at"]
    for form in ("csv", "xlsx"):
        wish = {"format": form, "view": "all", "where": json.dumps(["level", "is", "A"]), "all": "1", "column": columns}
        found.append(_job(client, connection, "/customers/export/", wish).pace(f"export.{form}", "director"))
    return found


@dataclass
class Done:
    """A job that has ended."""

    id: int
    rows: int
    seconds: float

    def pace(self, name: str, role: str = "sales") -> Pace:
        """Its rows a second."""
        return Pace(name, self.rows, self.seconds, role)


#: The job begun after another, its state, how many records it has changed or written, its seconds, and what it says.
_NEXT_JOB = """
SELECT id, state, coalesce((counts->>'done')::int, (counts->>'undone')::int, done), extract(epoch FROM ended_at - started_at), message
FROM kernel_job WHERE id > %s ORDER BY id LIMIT 1
"""


def _job(client: Client, connection: psycopg.Connection, path: str, fields: Mapping[str, object]) -> Done:
    """Post something that becomes a job, and wait for its end."""
    before = connection.execute("SELECT coalesce(max(id), 0) FROM kernel_job").fetchone()
    status = client.post(path, fields)
    assert status in (200, 204, 302), f"{path} answered {status}"
    begun = time.perf_counter()
    while time.perf_counter() - begun < PATIENCE:
        row = connection.execute(_NEXT_JOB, before).fetchone()
        assert row, f"{path} began no job"
        if row[1] not in ("waiting", "running"):
            assert row[1] == "done", f"{path}: {row[1]}, {row[4]}"
            return Done(row[0], row[2], float(row[3]))
        time.sleep(0.1)
    raise RuntimeError(f"{path} was still busy after {PATIENCE} s")


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

"""The real server on the benchmark's own data folder, and what its processes cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def environment(data: Path, port: int) -> dict[str, str]:
    """Variables under which every command of the benchmark works on its own company."""
    return {**os.environ, "GUANXI_DATA": str(data), "GUANXI_PORT": str(port), "GUANXI_DEMO": "0", "GUANXI_LOG_LEVEL": "error"}


@contextmanager
def running(data: Path, port: int) -> Iterator[int]:
    """`guanxi serve`; gives its pid."""
    command = [str(Path(sys.executable).with_name("guanxi")), "serve"]
    process = subprocess.Popen(command, env=environment(data, port), stdout=subprocess.DEVNULL)
    try:
        for _attempt in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1)
                break
            time.sleep(0.2)
        else:
            raise RuntimeError("the server did not become ready")
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(300)  # a database that has much to write before it stops


def family(pid: int) -> set[int]:
    """The process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, wave = {pid}, [pid]
    while wave:
        wave = [c for p in wave for c in children.get(p, [])]
        found |= set(wave)
    return found


def postmaster(data: Path) -> int:
    """The pid of the embedded PostgreSQL."""
    return int(next(data.glob("postgres/**/postmaster.pid")).read_text().split()[0])


def cpu_ms(pids: set[int]) -> float:
    """CPU time of these processes so far, children that ended included."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(fields[i]) for i in (11, 12, 13, 14))
    return total * 1000 / TICK

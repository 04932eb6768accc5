"""What a browser fetches for a first and a second page, and the memory that the processes have to themselves."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench import server
from bench.company import PASSWORD
from scripts import browser as chromium


def pages(port: int) -> dict[str, float]:
    """Bytes on the wire (thousands, headers included) and requests of the first list that somebody opens after logging in with an
    empty cache, and of the record and the second list that he goes to from there.
    """
    house = f"http://127.0.0.1:{port}"
    with sync_playwright() as play:
        seen = play.chromium.launch(executable_path=chromium.find(), args=chromium.launch_arguments())
        door = seen.new_page()
        door.goto(f"{house}/login/")
        door.fill("[name=username]", "sales")
        door.fill("[name=password]", PASSWORD)
        door.press("[name=password]", "Enter")
        door.wait_for_url(lambda url: "/login/" not in url)
        page = seen.new_context(storage_state=door.context.storage_state()).new_page()
        first = _weigh(page, lambda: page.goto(f"{house}/customers/"))
        record = _weigh(page, page.locator("#list tr[data-href] a").first.click)
        second = _weigh(page, lambda: page.goto(f"{house}/contacts/"))
        seen.close()
    found: dict[str, float] = {}
    for name, (bytes_, requests) in {"page.first": first, "page.drawer": record, "page.second": second}.items():
        found |= {f"{name}.kB": round(bytes_ / 1000, 1), f"{name}.requests": requests}
    return found


def _weigh(page: Any, do: Callable[[], Any]) -> tuple[float, int]:
    """Bytes and requests until nothing more comes for a second."""
    wire, sizes = page.context.new_cdp_session(page), []
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    do()
    page.wait_for_load_state("networkidle")
    time.sleep(1)
    page.evaluate("1")  # lets the events in
    wire.detach()
    return float(sum(sizes)), sum(size > 0 for size in sizes)


#: How the command line of a worker is told from the rest.
_WORKER = b"guanxi.config.cli\0worker"


def memory(data: Path, pid: int) -> dict[str, float]:
    """Proportional set size in MB (10^6 bytes): of the launcher, the web processes and the worker that takes most, which is what the
    budget is for; of all workers; and of the database's processes.
    """
    database = server.family(server.postmaster(data))
    ours = server.family(pid) - database
    workers = sorted((one for one in ours if _WORKER in _command(one)), key=lambda one: _pss({one}))
    assert workers, "no worker is running"
    return {
        "memory.guanxi.MB": _pss(ours - set(workers[:-1])),
        "memory.all.MB": _pss(ours),
        "memory.database.MB": _pss(database),
        "memory.processes": len(ours),
    }


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _pss(pids: set[int]) -> float:
    total = 0
    for pid in pids:
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return round(total * 1024 / 1e6, 1)

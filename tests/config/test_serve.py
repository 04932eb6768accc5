"""`guanxi serve` as a person at a terminal and a power cut see it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from guanxi.config.postgres import EmbeddedPostgres
from tests.config.conftest import environment

PATIENCE = 120


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def family(folder: Path) -> set[int]:
    """Every process that was started for this data folder, zombies left out."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            named = f"GUANXI_DATA={folder}".encode() in (entry / "environ").read_bytes().split(b"\0")
            if named and "\nState:\tZ" not in (entry / "status").read_text():
                found.add(int(entry.name))
    return found


@pytest.fixture
def served(folder):
    """A running Guanxi: the process, its port, its folder."""
    port = free_port()
    command = [sys.executable, "-m", "guanxi.config.cli", "serve"]
    process = subprocess.Popen(
        command,
        env=environment(folder, GUANXI_PORT=str(port), GUANXI_WEB_WORKERS="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # Whoever started the tests in the background may have them ignore Ctrl C, which children would inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "running at" in line:
            break
    yield process, port
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def test_it_serves_and_leaves_nothing_behind_after_ctrl_c(served, folder):
    process, port = served
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        assert answer.read() == b"ok\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    until(lambda: not family(folder))
    assert not EmbeddedPostgres(folder / "postgres").running()


def test_a_killed_supervisor_takes_its_children_along(served, folder):
    process, port = served
    os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    server = EmbeddedPostgres(folder / "postgres")
    postgres = {pid for pid in family(folder) if b"postgres" in (Path("/proc") / str(pid) / "cmdline").read_bytes().split(b"\0")[0]}
    assert server.running()
    until(lambda: not (family(folder) - postgres))
    with socket.create_server(("127.0.0.1", port), reuse_port=False):
        pass


def test_a_dead_web_server_is_started_again(served, folder):
    _process, port = served
    web = {pid for pid in family(folder) if b"granian" in (Path("/proc") / str(pid) / "cmdline").read_bytes()}
    for pid in web:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def answers() -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
        return False

    until(answers)

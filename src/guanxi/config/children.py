"""Child processes of `guanxi serve`: started apart from the terminal's Ctrl C, restarted when they die, ended in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

PR_SET_PDEATHSIG = 1
#: What glibc keeps of freed memory: two heaps instead of eight a core, and no more than this many bytes at the end of each.
SPARING = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
PATIENCE = 20.0
LONGEST_PAUSE = 30.0
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Child:
    """One process that should be running. `look` starts it again when it has died, ever more slowly."""

    def __init__(self, name: str, command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.command = command
        self.environment = {**SPARING, **os.environ, **(environment or {})}
        self.deaths = 0
        self.not_before = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, in a session of its own: only we decide when it ends."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - the supervisor has one thread
        )

    def look(self) -> bool:
        """Restart the process if it died; the result says whether it was alive."""
        if self.process is not None and self.process.poll() is None:
            return True
        if self.process is not None:
            self.process = None
            self.deaths += 1
            self.not_before = time.monotonic() + min(2.0 ** (self.deaths - 1), LONGEST_PAUSE)
            print(f"guanxi: the {self.name} process ended and is started again.", file=sys.stderr, flush=True)
        if time.monotonic() >= self.not_before:
            self.start()
        return False

    def ask_to_end(self) -> None:
        """Let it finish what it is doing."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """Wait for it, and use force in the end."""
        if self.process is None:
            return
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _die_with_parent() -> None:
    """A supervisor that was killed cannot end its children, so the system does."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

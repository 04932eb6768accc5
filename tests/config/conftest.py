"""Installations of their own for the tests that start, break and restore one."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guanxi.config.postgres import CARELESS, EmbeddedPostgres

OURS = ("GUANXI_", "DATABASE_", "DJANGO_")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the server's account can walk into, as pytest's own under a root account is not."""
    path = Path(tempfile.mkdtemp(prefix="guanxi-test-"))
    path.chmod(0o755)
    yield path
    EmbeddedPostgres(path / "postgres").stop()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> EmbeddedPostgres:
    server = EmbeddedPostgres(folder / "postgres", settings=CARELESS)
    server.start()
    return server


@pytest.fixture
def guanxi(folder: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command on the data folder; keywords are environment variables."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "guanxi.config.cli", *arguments]
        return subprocess.run(command, env=environment(folder, **variables), capture_output=True, text=True, check=False, timeout=120)

    return run


def environment(folder: Path, **variables: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**plain, "GUANXI_DATA": str(folder), "GUANXI_DEMO": "0", **variables}

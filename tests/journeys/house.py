"""A real Guanxi for the journeys: its own database, data folder and port, with the small demo company in it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from guanxi.config import database
from guanxi.config.environment import Environment

GUANXI = (sys.executable, "-m", "guanxi.config.cli")
LOAD = "from guanxi.demo.small import load_small; load_small()"
OURS = ("GUANXI_", "DATABASE_", "DJANGO_")
PATIENCE = 60


@contextmanager
def lived_in(name: str, calls: str = "") -> Iterator[str]:
    """Create the database `name`, fill and serve it; gives the address of the house and leaves nothing behind.

    It `calls` services on this machine by the hosts that are named, separated by commas.
    """
    folder = Path(tempfile.mkdtemp(prefix="guanxi-journeys-"))
    folder.chmod(0o755)
    base = Environment()
    urls = {word: urlsplit(find(base))._replace(path=f"/{name}").geturl() for word, find in ADDRESSES.items()}
    _execute(base, "drop database if exists {} with (force)", name)
    _execute(base, "create database {}", name)
    port = _free_port()
    variables = {**urls, "GUANXI_DATA": str(folder), "GUANXI_DEMO": "0", "GUANXI_PORT": str(port), "GUANXI_WEB_WORKERS": "1"}
    variables["GUANXI_WEBHOOK_HOSTS"] = calls
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith(OURS)}, **variables}
    try:
        subprocess.run([*GUANXI, "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*GUANXI, "manage", "shell", "--no-imports", "-c", LOAD], env=environment, check=True, stdout=subprocess.DEVNULL)
        with _serving(environment, folder):
            yield f"http://127.0.0.1:{port}"
    finally:
        _execute(base, "drop database if exists {} with (force)", name)
        shutil.rmtree(folder, ignore_errors=True)


ADDRESSES = {"DATABASE_URL": database.app_url, "DATABASE_OWNER_URL": database.owner_url}


@contextmanager
def _serving(environment: dict[str, str], folder: Path) -> Iterator[None]:
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*GUANXI, "serve"], env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        try:
            if not any("running at" in line for line in process.stdout):
                raise RuntimeError((folder / "log").read_text())
            yield
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def _execute(base: Environment, statement: str, name: str) -> None:
    with psycopg.connect(database.owner_url(base), dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))  # type: ignore[arg-type]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])

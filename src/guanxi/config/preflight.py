"""What must be true before anything starts, each with its one line when it is not."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import psycopg

from guanxi.config import database
from guanxi.config.environment import Environment
from guanxi.config.refusal import Refusal

OLDEST_SERVER = 15


def data_folder(data: Path) -> None:
    """The folder exists, is a folder, and takes files."""
    trial = data / f".write-test-{os.getpid()}"
    try:
        data.mkdir(parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()
    except FileExistsError as problem:
        raise Refusal(f"The data folder {data} is not a folder. Set GUANXI_DATA to another one.") from problem
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise Refusal(f"The data folder {data} cannot be written to: {reason}. Set GUANXI_DATA to another one.") from problem


def port_is_free(address: str, port: int) -> None:
    """Nobody else listens there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OverflowError as problem:
            raise Refusal(f"GUANXI_PORT must be between 1 and 65535, not {port}.", code=2) from problem
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise Refusal(f"Port {port} is in use by another program: set GUANXI_PORT to another port.") from problem
            raise Refusal(f"Port {port} at {address} cannot be opened: {problem.strerror}.") from problem


def database_answers(environment: Environment) -> None:
    """The database that DATABASE_URL names lets us in and is recent enough."""
    named = {"DATABASE_URL": database.app_url(environment), "DATABASE_OWNER_URL": environment.owner_url}
    for name, url in named.items():
        if url:
            _answers(name, url)


def _answers(name: str, url: str) -> None:
    options = database.parse(url, name=name)
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            major = connection.info.server_version // 10000
    except psycopg.Error as problem:
        reason = str(problem).strip().splitlines()[-1].removeprefix("connection failed: ")
        where = f"{options['HOST'] or 'the local socket'}:{options['PORT'] or 5432}"
        raise Refusal(f"The database {options['NAME']} at {where} does not answer ({name}): {reason}") from problem
    if major < OLDEST_SERVER:
        raise Refusal(f"Guanxi needs PostgreSQL {OLDEST_SERVER} or newer; {name} points at version {major}.")

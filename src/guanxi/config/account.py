"""Which system account runs the embedded server: PostgreSQL refuses root, so root lends it to a lesser account."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guanxi.config.refusal import Refusal

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The account of the server process; `name` is None when it is simply ours."""

    name: str | None
    uid: int
    gid: int

    @property
    def process(self) -> dict[str, Any]:
        """Keywords for subprocess that start a process as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.name else {}

    def own(self, path: Path) -> None:
        """Hand a file or folder to the account."""
        if self.name:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """May the account walk down to this path? A checkout under /root (0700) it may not."""
        if not self.name:
            return True
        there = next(parent for parent in (path, *path.parents) if parent.exists())
        return all(self._enters(parent) for parent in (there, *there.parents))

    def _enters(self, path: Path) -> bool:
        state = path.stat()
        if state.st_uid == self.uid:
            return bool(state.st_mode & 0o100)
        if state.st_gid == self.gid:
            return bool(state.st_mode & 0o010)
        return bool(state.st_mode & 0o001)


def server_account() -> Account:
    """Our own account, or, for root, postgres or nobody."""
    if os.geteuid() != 0:
        return Account(None, os.geteuid(), os.getegid())
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise Refusal(
        "PostgreSQL does not run as root and this machine has neither an account postgres nor nobody:"
        " start Guanxi as an ordinary user, or set DATABASE_URL."
    )

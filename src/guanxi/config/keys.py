"""Secrets made at first start and kept in the data folder, readable by the owner alone, and part of every backup."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from guanxi.config.refusal import Refusal

SIGNING = "signing"
FIELDS = "fields"


def key_folder(data: Path) -> Path:
    """Where the keys of this data folder live."""
    return data / "keys"


def key(data: Path, name: str) -> str:
    """The key of that name; made now if there is none. GUANXI_<NAME>_KEY in the environment wins."""
    if given := os.environ.get(f"GUANXI_{name.upper()}_KEY", "").strip():
        return given
    path = key_folder(data) / name
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise Refusal(f"The key file {path} cannot be read or made ({problem}). Check GUANXI_DATA.") from problem
    if len(text) < 32:
        raise Refusal(f"The key file {path} is damaged (too short). Restore it from a backup.")
    return text


def _make(path: Path) -> None:
    """Write a new key whole or not at all: two processes starting at once must end up with the same one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

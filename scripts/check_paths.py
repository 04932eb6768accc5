"""Nothing that is committed names the machine it was written on, nor the host a package came from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-uv.lock", "frontend/package-lock.json")
HOST_MARKS = ("://", "--index-url", "--find-links", '"resolved"')
# A funding link inside a package's own description is not where it was fetched from.
HARMLESS = ('"url":', '"funding":')


def main() -> int:
    findings = [*machine_paths(), *hosts()]
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


def machine_paths() -> Iterator[str]:
    for name in tracked():
        text = read(ROOT / name)
        if f"{ROOT}/" in text:
            yield f"{name}: names {ROOT}"


def hosts() -> Iterator[str]:
    for name in LOCKS:
        for number, line in enumerate(read(ROOT / name).splitlines(), 1):
            if any(mark in line for mark in HOST_MARKS) and not line.strip().startswith(HARMLESS):
                yield f"{name}:{number}: names a host: {line.strip()[:80]}"


def tracked() -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    return [name for name in listing.stdout.split("\0") if name]


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


if __name__ == "__main__":
    sys.exit(main())

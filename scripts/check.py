"""`make check`: every stage that needs no database, each with its time; all of them run, any failure fails the check.

Names of stages as arguments run only those.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PY = sys.executable
DJANGO = [PY, "-W", "ignore::RuntimeWarning", "-m", "django"]
FOLDERS = [name for name in ("src", "tests", "scripts", "bench") if (ROOT / name).is_dir()]
ENVIRONMENT = {
    **os.environ,
    "DJANGO_SETTINGS_MODULE": "guanxi.config.settings",
    "GUANXI_DATA": str(ROOT / "var" / "check"),
    "GUANXI_AS_OWNER": "1",
    "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
}
STAGES: dict[str, list[str]] = {
    "format": [PY, "-m", "ruff", "format", "--check", "--quiet", *FOLDERS],
    "lint": [PY, "-m", "ruff", "check", "--quiet", *FOLDERS],
    "sizes": [PY, "scripts/check_sizes.py"],
    "paths": [PY, "scripts/check_paths.py"],
    "imports": ["lint-imports", "--no-cache"],
    "types": [PY, "-m", "mypy"],
    "system": [*DJANGO, "check", "--fail-level", "WARNING"],
    "migrations": [*DJANGO, "makemigrations", "--check", "--dry-run"],
    "translations": [PY, "scripts/check_translations.py"],
}


def main(names: list[str]) -> int:
    failed = [name for name in names or STAGES if not passes(name, STAGES[name])]
    if failed:
        print(f"check: failed in {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    began = time.perf_counter()
    result = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    passed = result.returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'} {name:<13} {time.perf_counter() - began:5.1f} s", flush=True)
    if not passed:
        print((result.stdout + result.stderr).rstrip(), flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

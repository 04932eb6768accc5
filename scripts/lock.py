"""Renew the locks of the Python libraries; only hashes and versions are written, never the host they came from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"
PLAIN = ["--quiet", "--universal", "--generate-hashes", "--no-header", "--no-emit-index-url", "--python-version", "3.11"]


def main(arguments: list[str]) -> int:
    for source, target in ((["pyproject.toml", "--group", "dev"], "requirements.lock"), (["requirements-uv.in"], "requirements-uv.lock")):
        command = [str(UV), "pip", "compile", *PLAIN, *arguments, *source, "--output-file", target]
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

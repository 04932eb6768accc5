"""`make features`: the IDs that passing tests prove, one a line, and their count.

A full test run leaves its list in var/features.json; without one of this state of the code the marked tests are run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.features import LIST, code_state  # noqa: E402


def main() -> int:
    if proved() is None:
        command = [sys.executable, "-m", "pytest", "-n", "2", "-q", "--only-features"]
        outcome = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False)
        if outcome.returncode:
            print("guanxi: some of the marked tests fail; features they stand for are not listed.", file=sys.stderr)
    names = proved() or []
    print("\n".join([*names, str(len(names))]))
    return 0


def proved() -> list[str] | None:
    """The IDs that the last run of this very code proved, or None."""
    if not LIST.exists():
        return None
    found = json.loads(LIST.read_text(encoding="utf-8"))
    return sorted(found["proved"]) if found["state"] == code_state() else None


if __name__ == "__main__":
    sys.exit(main())

"""Foreign workbooks are parsed in a process of their own: if it crashes or outgrows its limits, the file is refused.

The child gets no environment of ours (no keys, no database), only the place of the code.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import guanxi
from guanxi.surfaces.exchange.reading.limits import Limits
from guanxi.surfaces.exchange.reading.reasons import damaged, protected, too_large, too_wide
from guanxi.surfaces.exchange.refusal import Refused

_CHILD = "guanxi.surfaces.exchange.workbook_child"
_CODE = Path(guanxi.__file__).resolve().parent.parent


def convert(path: Path, sheet: str, spool: Path, *, limits: Limits) -> tuple[tuple[str, ...], str | None]:
    """Write the rows of a sheet, of the first one for "", into `spool` (see `exchange.spool`).

    Gives the names of the visible worksheets, and which of them was written: None where there is no such sheet.
    """
    reply = _ask(limits, str(path), sheet, str(spool))
    return tuple(reply["sheets"]), reply.get("sheet")


def _ask(limits: Limits, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-P", "-s", "-m", _CHILD, json.dumps(asdict(limits)), *arguments]
    environment = {"PYTHONPATH": str(_CODE), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refusal("time") from None
    if done.returncode != 0:
        raise refusal("killed")
    reply: dict[str, Any] = json.loads(done.stdout)
    if "refused" in reply:
        raise refusal(reply["refused"], columns=limits.columns)
    return reply


def refusal(code: str, *, columns: int = 0) -> Refused:
    """The child's code, or its end, in words."""
    if code == "password":
        return protected()
    if code == "wide":
        return too_wide(columns)
    return damaged() if code == "corrupt" else too_large()

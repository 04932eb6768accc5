"""`guanxi shape export|diff|import`: the shape as a file, from a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from guanxi.kernel import versions
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.write import Refused
from guanxi.surfaces.shape import state, taking

#: Characters of a value that a line tells.
LONGEST = 300


def run(verb: str, file: Path | None) -> int:
    """Do one; the result is the exit code: of `diff` 1 where something differs, of `import` 1 where something is refused."""
    versions.refresh(versions.current()["shape"])
    if verb == "export":
        text = state.text()
        if file is None:
            sys.stdout.write(text)
        else:
            file.write_text(text, encoding="utf-8")
        return 0
    try:
        document = state.read(file.read_bytes() if file else sys.stdin.buffer.read())
    except Refused as refusal:
        print(f"guanxi: {refusal}", file=sys.stderr)
        return 2
    if verb == "diff":
        found = state.differences(state.described(), document)
        print("\n".join(_said(one) for one in found) or "No difference.")
        return 1 if found else 0
    found, refused, _done = taking.run(document, actor=SYSTEM)
    print("\n".join([*(_said(one) for one in found), *(f"refused  {line}" for line in refused)]))
    if refused:
        return 1
    taking.run(document, actor=SYSTEM, promised=taking.fingerprint(found))
    print(f"{len(found)} differences taken over.")
    return 0


def _said(one: state.Difference) -> str:
    changes = "; ".join(f"{key}: {old[:LONGEST] or '—'} → {new[:LONGEST] or '—'}" for key, old, new in one.changes)
    return f"{one.verb:<8} {' / '.join(one.place)}{': ' + changes if changes else ''}"


__all__ = ["run"]

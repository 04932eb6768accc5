"""Modules and functions stay short enough to be read: over 400 and 50 lines they are refused."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "scripts", "bench")
LONGEST_MODULE, LONGEST_FUNCTION = 400, 50


def main() -> int:
    findings = [finding for path in sources() for finding in too_long(path)]
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def too_long(path: Path) -> Iterator[str]:
    text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT)
    lines = text.count("\n")
    if lines > LONGEST_MODULE:
        yield f"{name}: {lines} lines, at most {LONGEST_MODULE}: make it two modules"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{name}:{node.lineno}: {node.name} has {length} lines, at most {LONGEST_FUNCTION}"


if __name__ == "__main__":
    sys.exit(main())

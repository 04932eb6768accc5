"""What parts the columns of a text table. Imports no Django: the processes that open strangers' files use it too."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 64 * 1024


def find_delimiter(path: Path, encoding: str) -> tuple[str, bool]:
    """The delimiter, and whether the first line only declares it (Excel's `sep=;`)."""
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE)
    first = sample[:6].splitlines()[0] if sample else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], True
    lines = sample.splitlines(keepends=True)
    whole = lines[:-1] if len(lines) > 1 and len(sample) == _SAMPLE else lines
    return max(_DELIMITERS, key=lambda delimiter: _regularity(whole, delimiter)), False


def _regularity(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Share of records that have the commonest width above one, then that width: higher is likelier."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0, 0
    counted = Counter(width for width in widths if width > 1)
    if not counted:
        return 0.0, 0
    width, times = counted.most_common(1)[0]
    return round(times / len(widths), 2), width

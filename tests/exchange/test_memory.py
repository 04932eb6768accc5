"""A million rows pass through in the memory of a few."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import guanxi

MIB = 1024 * 1024
CODE = Path(guanxi.__file__).resolve().parent.parent

PROGRAM = """
import json, sys
from pathlib import Path
from django.conf import settings
settings.configure(USE_I18N=False)
from guanxi.surfaces.exchange.reading import open_table
from guanxi.surfaces.exchange.writing import write_csv, write_xlsx

def peak():  # Not getrusage: its peak includes the parent's before the program was started.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024

path, kind, many = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
write = {"csv": write_csv, "xlsx": write_xlsx}[kind]
write(path, ["a"], [["x"]] * 300)
with open_table(path, name="first") as table:
    list(table.rows())
before = peak()
write(path, ["name", "phone", "n"], ([f"customer {n}", "13800138000", n] for n in range(many)))
with open_table(path, name="list") as table:
    count = sum(1 for sheet in table.sheets for row in table.rows(sheet))
print(json.dumps({"rows": count, "grown": peak() - before}))
"""


def measured(path: Path, kind: str, many: int) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), kind, str(many)],
        env={"PYTHONPATH": str(CODE)},
        check=True,
        capture_output=True,
    )
    return json.loads(done.stdout)


def test_a_million_rows_of_csv_are_written_and_read_in_a_few_megabytes(tmp_path):
    result = measured(tmp_path / "big.csv", "csv", 1_000_000)
    assert result["rows"] == 1_000_001
    assert result["grown"] < 16 * MIB


def test_a_workbook_is_written_and_streamed_in_a_few_megabytes(tmp_path):
    """The parser's own process holds one sheet; ours does not."""
    result = measured(tmp_path / "big.xlsx", "xlsx", 120_000)
    assert result["rows"] == 120_001
    assert result["grown"] < 24 * MIB

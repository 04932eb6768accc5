"""Results as JSON, a table and a chart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def write(results: dict[str, Any], *, folder: Path = FOLDER) -> None:
    """`latest.json`, `latest.md` and `latest.svg`."""
    folder.mkdir(exist_ok=True)
    (folder / f"{results['customers']}.json").write_text(json.dumps(results, ensure_ascii=False) + "\n")
    results = {**results, **growth(results, folder / "10000.json")} if results["customers"] != 10_000 else results
    (folder / "latest.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    (folder / "latest.md").write_text(table(results))
    (folder / "latest.svg").write_text(chart(results["rows"]))


def table(results: dict[str, Any]) -> str:
    """The rows as Markdown."""
    lines = [
        f"Scale: {results['customers']:,} customers. Calibration {results['calibration']} (1 = the machine the budgets were set on).",
        "",
        "| what | role | clients | p50 ms | p95 ms | req/s | CPU ms | raw SQL ms | ratio | budget p50 | within |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    paces = [row for row in results["rows"] if row["rate"]]
    for row in results["rows"]:
        if row["rate"]:
            continue
        ratio = f"{row['p50_ms'] / row['raw_sql_ms']:.1f}" if row["raw_sql_ms"] else ""
        mark = {True: "yes", False: "**no**", None: ""}[row["within"]]
        raw = "" if row["raw_sql_ms"] is None else row["raw_sql_ms"]
        lines.append(
            f"| {row['name']} | {row['role']} | {row['clients']} | {row['p50_ms']} | {row['p95_ms']} | {row['rps']} | {row['cpu_ms']} "
            f"| {raw} | {ratio} | {row['budget_ms'] or ''} | {mark} |"
        )
    lines += ["", *(f"- {row['name']}: {row['rate']:,} rows a second" for row in paces)]
    lines += [
        "",
        *(f"- {name}: {times} times what it is at {results['grown_from']:,}" for name, times in results.get("growth", {}).items()),
    ]
    return "\n".join(lines) + "\n"


def growth(results: dict[str, Any], smaller: Path) -> dict[str, Any]:
    """How much longer each list takes than in the results of a smaller company, both as on an idle machine."""
    if not smaller.exists():
        return {}
    before = json.loads(smaller.read_text())
    known = {(r["name"], r["role"]): r["p50_ms"] / r["calibration"] for r in before["rows"] if r["clients"] == 1 and not r["rate"]}
    lists = [r for r in results["rows"] if r["name"].startswith("list.") and r["clients"] == 1 and (r["name"], r["role"]) in known]
    times = {f"{r['name']} {r['role']}": round(r["p50_ms"] / r["calibration"] / known[r["name"], r["role"]], 2) for r in lists}
    return {"growth": times, "grown_from": before["customers"]}


def chart(rows: list[dict[str, Any]]) -> str:
    """Bars of p50 for one client, the budget as a tick."""
    single = [r for r in rows if r["clients"] == 1 and not r["rate"]]
    most = max([r["p95_ms"] for r in single] or [1])
    height = 22 * len(single) + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="820" height="{height}" font-family="sans-serif" font-size="12">']
    for place, row in enumerate(single):
        y = 10 + 22 * place
        width, far = row["p50_ms"] / most * 480, row["p95_ms"] / most * 480
        colour = "#c4320a" if row["within"] is False else "#2457d6"
        parts.append(f'<text x="0" y="{y + 12}">{row["name"]} {row["role"]}</text>')
        parts.append(f'<rect x="250" y="{y + 2}" width="{far:.1f}" height="12" fill="#dbe6fd"/>')
        parts.append(f'<rect x="250" y="{y + 2}" width="{width:.1f}" height="12" fill="{colour}"/>')
        if row["budget_ms"]:
            x = 250 + row["budget_ms"] / most * 480
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 16}" stroke="#1c2430"/>')
        parts.append(f'<text x="{255 + far:.1f}" y="{y + 12}">{row["p50_ms"]}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"

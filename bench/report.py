"""Results as JSON, tables and charts; how they grow with the company, where it was measured at other sizes, too."""

from __future__ import annotations

import json
import tomllib
from html import escape
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"
#: Sizes between which growth is shown.
SIZES = (10_000, 100_000, 1_000_000)
COLOURS = {"sales": "#2457d6", "manager": "#0b8a5f", "director": "#b54708", "wide": "#7a3fd1", "chief": "#64748b"}
Results = dict[str, Any]


def write(results: Results, *, folder: Path = FOLDER) -> None:
    """`latest.json`, `latest.md` and `latest.svg`; with results of all sizes also `curve.md` and `curve.svg`."""
    folder.mkdir(exist_ok=True)
    (folder / f"{results['customers']}.json").write_text(json.dumps(results, ensure_ascii=False) + "\n")
    (folder / "latest.json").write_text(
        json.dumps({**results, "rows": [*results["rows"], *rates(results)]}, ensure_ascii=False, indent=1) + "\n"
    )
    (folder / "latest.md").write_text(table(results))
    (folder / "latest.svg").write_text(chart(results["rows"]))
    files = [folder / f"{size}.json" for size in SIZES]
    if all(file.exists() for file in files):
        grown = growth([json.loads(file.read_text()) for file in files])
        (folder / "curve.md").write_text(growth_table(grown))
        (folder / "curve.svg").write_text(curves(grown))


def rates(results: Results) -> list[dict[str, Any]]:
    """What goes by the thousand as rows: `rate` is rows a second."""
    return [
        {k: figure[k] for k in ("name", "role", "calibration", "within")}
        | {"clients": 1, "rate": figure["value"], "budget_rate": figure["limit"]}
        for figure in results["figures"]
        if figure["unit"] == "rows/s"
    ]


def table(results: Results) -> str:
    """The rows as Markdown."""
    lines = [
        f"Scale: {results['customers']:,} customers. Calibration {results['calibration']} (1 = the machine the budgets were set on).",
        "",
        "| what | role | clients | p50 ms | p95 ms | req/s | CPU ms | machine | raw SQL ms | ratio | budget p50 | within | as it stands |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---|",
    ]
    for row in results["rows"]:
        ratio = f"{row['p50_ms'] / row['raw_sql_ms']:.1f}" if row["raw_sql_ms"] else ""
        raw = "" if row["raw_sql_ms"] is None else row["raw_sql_ms"]
        lines.append(
            f"| {row['name']} | {row['role']} | {row['clients']} | {row['p50_ms']} | {row['p95_ms']} | {row['rps']} | {row['cpu_ms']} "
            f"| x{row['calibration']} | {raw} | {ratio} | {row['budget_ms'] or ''} | {_mark(row)} | {_mark(row, 'plain')} |"
        )
    lines += ["", "| figure | value | unit | machine | budget | within | as it stands |", "|---|---:|---|---:|---:|---|---|"]
    for figure in results["figures"]:
        limit = "" if figure["limit"] is None else f"{figure['limit']:,}"
        value = f"{figure['value']:,}"
        lines.append(
            f"| {figure['name']} | {value} | {figure['unit']} | x{figure['calibration']} | {limit} | {_mark(figure)} | {_mark(figure, 'plain')} |"
        )
    return "\n".join(lines) + "\n"


def _mark(row: dict[str, Any], verdict: str = "within") -> str:
    return {True: "yes", False: "**no**", None: ""}[row[verdict]]


def growth(results: list[Results]) -> dict[str, dict[str, list[float]]]:
    """p50 of one client at each size as on an idle machine, by what was asked and by whom."""
    grown: dict[str, dict[str, list[float]]] = {}
    for company in results:
        for row in company["rows"]:
            if row["clients"] == 1:
                times = grown.setdefault(row["name"], {}).setdefault(row["role"], [])
                times.append(round(row["p50_ms"] / row["calibration"], 2))
    whole = {name: {r: t for r, t in roles.items() if len(t) == len(results)} for name, roles in grown.items()}
    return {name: roles for name, roles in whole.items() if roles}


def growth_table(grown: dict[str, dict[str, list[float]]]) -> str:
    """The growth as Markdown."""
    limit = tomllib.loads((FOLDER.parent / "budgets.toml").read_text())["growth"]
    heads = " | ".join(f"{size:,}" for size in SIZES)
    lines = [
        "p50 in milliseconds for one client, as on an idle machine, by the number of customers.",
        "",
        f"| what | role | {heads} | last ÷ first | at most {limit} |",
        "|---|---|" + "---:|" * len(SIZES) + "---:|---|",
    ]
    for name, roles in grown.items():
        for role, times in roles.items():
            grew, shown = times[-1] / times[0], " | ".join(map(str, times))
            mark = _mark({"within": grew <= limit})
            lines.append(f"| {name} | {role} | {shown} | {grew:.2f} | {mark} |")
    return "\n".join(lines) + "\n"


def curves(grown: dict[str, dict[str, list[float]]]) -> str:
    """One small chart for each question: p50 over the size of the company (logarithmic), a line for each role."""
    wide, high, across = 200, 130, 4
    rows = -(-len(grown) // across)
    parts = [_head(across * wide + 10, rows * high + 30)]
    for place, (role, colour) in enumerate(COLOURS.items()):
        parts.append(f'<circle cx="{16 + 90 * place}" cy="12" r="4" fill="{colour}"/><text x="{26 + 90 * place}" y="16">{role}</text>')
    for place, (name, roles) in enumerate(grown.items()):
        left, top = 10 + place % across * wide, 34 + place // across * high
        most = max(max(times) for times in roles.values())
        foot = top + high - 36
        parts.append(f'<text x="{left}" y="{top + 10}">{escape(name)}</text>')
        parts.append(f'<line x1="{left}" x2="{left + wide - 50}" y1="{foot}" y2="{foot}" stroke="#cbd5e1"/>')
        parts += [
            f'<text x="{left + (wide - 60) * n / (len(SIZES) - 1):.0f}" y="{foot + 14}" fill="#64748b" font-size="10">{_short(size)}</text>'
            for n, size in enumerate(SIZES)
        ]
        for role, times in roles.items():
            points = [(left + (wide - 60) * n / (len(times) - 1), foot - t / most * (high - 62)) for n, t in enumerate(times)]
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS.get(role, "#64748b")}" stroke-width="2"/>')
        parts.append(f'<text x="{left + wide - 52}" y="{foot - (high - 62) + 4}" fill="#64748b" font-size="10">{most:.0f} ms</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _short(size: int) -> str:
    return f"{size // 1_000_000} M" if size >= 1_000_000 else f"{size // 1_000} k"


def _head(width: int, height: int) -> str:
    box = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">{box}'


def chart(rows: list[dict[str, Any]]) -> str:
    """Bars of p50 for one client, the budget as a tick."""
    single = [r for r in rows if r["clients"] == 1]
    most = max([r["p95_ms"] for r in single] or [1])
    parts = [_head(820, 22 * len(single) + 20)]
    for place, row in enumerate(single):
        y = 10 + 22 * place
        width, far = row["p50_ms"] / most * 480, row["p95_ms"] / most * 480
        colour = "#c4320a" if row["within"] is False else "#2457d6"
        parts.append(f'<text x="4" y="{y + 12}">{escape(row["name"])} {row["role"]}</text>')
        parts.append(f'<rect x="250" y="{y + 2}" width="{far:.1f}" height="12" fill="#dbe6fd"/>')
        parts.append(f'<rect x="250" y="{y + 2}" width="{width:.1f}" height="12" fill="{colour}"/>')
        if row["budget_ms"]:
            x = 250 + row["budget_ms"] / most * 480
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 16}" stroke="#1c2430"/>')
        parts.append(f'<text x="{255 + far:.1f}" y="{y + 12}">{row["p50_ms"]}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"

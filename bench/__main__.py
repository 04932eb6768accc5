"""`python -m bench`: make (or reuse) the company of SCALE, start the server, measure, write the results.

SCALE is `full` (1,000,000 customers, the default), `small` (50,000) or a number. TIMES is requests per figure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench import anatomy, api, falling, own, plans, report, rows, server, wide
from bench.company import Company

SCALES = {"full": 1_000_000, "small": 50_000}
PORT = 8765


def main() -> int:
    """Run everything."""
    scale = os.environ.get("SCALE", "full")
    count = SCALES.get(scale) or int(scale)
    root = Path(os.environ.get("BENCH_DATA", Path(__file__).parent.parent / "var" / "bench"))
    data = root / f"{count}-v{rows.VERSION}"
    data.mkdir(parents=True, exist_ok=True)
    os.environ.update(server.environment(data, PORT))
    if not (data / "filled").exists():
        prepare(data, count)
    with server.running(data, PORT) as pid:
        from bench.measure import Bench
        from guanxi.config.postgres import EmbeddedPostgres

        bench = Bench(data, PORT, pid, EmbeddedPostgres(data / "postgres").owner_url, int(os.environ.get("TIMES", "100")))
        wide.hire(bench.connection)
        own.wait(bench)  # what a fresh company has still to do is not what is measured
        bench.lists()
        bench.others()
        own.run(bench)
        api.run(bench)
        bench.flows(count)
        bench.weigh()
    if count >= falling.LEAST:
        for figure in falling.measured(data):
            bench.measure(*figure)
    report.write({"customers": count, **bench.results()})
    plans.write(data, report.FOLDER / f"plans-{count}.md")
    anatomy.write(data, report.FOLDER / f"anatomy-{count}.md")
    failed = [f"{r.name} as {r.role}" for r in bench.rows if r.within is False] + [f.name for f in bench.figures if f.within is False]
    print(f"{len(failed)} over budget: {', '.join(failed)}" if failed else "All within budget.")
    plain = [f"{r.name} as {r.role}" for r in bench.rows if r.plain is False] + [f.name for f in bench.figures if f.plain is False]
    print(f"{len(plain)} over budget as they stand: {', '.join(plain)}" if plain else "All within budget as they stand.")
    return 0


def prepare(data: Path, count: int) -> None:
    """Migrate an empty database and fill it."""
    guanxi = str(Path(sys.executable).with_name("guanxi"))
    subprocess.run([guanxi, "migrate"], check=True)
    os.environ["GUANXI_AS_OWNER"] = "1"
    from guanxi.config.postgres import EmbeddedPostgres

    with EmbeddedPostgres(data / "postgres").held():
        import django

        os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.config.settings"
        django.setup()
        from bench import company, fill

        made = company.create()
        print(f"Filling {count:,} customers ...")
        fill.fill(EmbeddedPostgres(data / "postgres").owner_url, deal(made, own.define()), count)
        own.later()
    (data / "filled").touch()


def deal(company: Company, keys: tuple[str, ...]) -> rows.Deal:
    """Dictionary ids for the rows, and the keys of own fields."""
    from guanxi.kernel.dictionary import Dictionary

    def ids(code: str) -> tuple[int, ...]:
        return tuple(item.id for item in Dictionary(code).items())

    outcome = Dictionary("opportunity_outcome")
    pipeline = Dictionary("pipeline").id("standard")
    stages = [s for s in Dictionary("opportunity_stage").items() if s.parent == pipeline]
    return rows.Deal(
        company.owners,
        company.departments,
        ids("customer_level"),
        ids("customer_status"),
        ids("industry"),
        ids("customer_source"),
        ids("contact_mode"),
        tuple((s.id, outcome.id(str(s.extra["outcome"]))) for s in stages[:6]),
        pipeline,
        keys,
    )


if __name__ == "__main__":
    sys.exit(main())

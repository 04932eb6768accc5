"""The public pools at night: what a dry run costs, how quickly customers fall in, and how long what hangs on them takes to follow."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

#: So many customers fall, as near as whole days allow, of those for whom there is a rule; below so many in all there are too few.
ROWS, LEAST = 50_000, 500_000
#: For whom the rule is: stamping a million for the first time would take longer than all that is measured.
LEVEL = "A"


def measured(data: Path) -> list[tuple[str, float, str]]:
    """(name, value, unit) of each figure. Changes the company: to be measured last."""
    from guanxi.config.postgres import EmbeddedPostgres

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    with EmbeddedPostgres(data / "postgres").held():
        import django
        from django.db import connections

        django.setup()
        connections.close_all()  # the database was stopped since the company was made
        return _measured()


def _measured() -> list[tuple[str, float, str]]:
    from guanxi.kernel import clock, pools, recycling, write
    from guanxi.kernel.registry import registry
    from guanxi.kernel.write import lagging
    from guanxi.org import actors
    from guanxi.org.models import User

    entity = registry.get("customers.customer")
    usual = pools.usual(entity)
    assert usual is not None
    _rule(usual.id, _days(entity.model._meta.db_table))
    pool = pools.get(usual.id)
    assert pool is not None
    director = actors.resolve(User.objects.get(login="director"))
    dry, forecast = _timed(lambda: recycling.forecast(entity, pool, director, clock.today()))
    sum(recycling.catch_up(entity))  # as the nights before have done
    lagging.catch_up()  # what hung on those handed over last
    run, fell = _timed(lambda: write.recycle(entity))
    follow, followed = _timed(lagging.catch_up)
    assert fell == forecast.total, (fell, forecast.total)
    assert 0 <= fell - followed <= lagging.FEW, (fell, followed)  # what hangs on a last few comes along at once
    return [("pool.dry_run.s", dry, "s"), ("pool.fall", fell / run, "rows/s"), ("pool.follow", followed / follow, "rows/s")]


def _timed(do: Any) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = do()
    return time.perf_counter() - begun, found


def _days(table: str) -> int:
    """After how many days without a follow-up about ROWS customers are due."""
    from django.db import connection

    from guanxi.kernel.dictionary import Dictionary

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (current_date - (greatest(coalesce(owned_at, created_at), last_follow_up_at) AT TIME ZONE 'Asia/Shanghai')::date) AS days, "
            f'count(*) FROM "{table}" WHERE deleted_at IS NULL AND owner_id IS NOT NULL AND level = %s GROUP BY 1 ORDER BY 1 DESC',
            [Dictionary("customer_level").id(LEVEL)],
        )
        total = 0
        for days, number in cursor.fetchall():
            total += number
            if total >= ROWS:
                return int(days)
    return 1


def _rule(pool: int, days: int) -> None:
    """The pool has this rule and no other, spares nobody, and is at work without warning."""
    from guanxi.kernel import pools, write
    from guanxi.kernel.actor import SYSTEM
    from guanxi.kernel.registry import registry

    rules = registry.get("customers.poolrule")
    for one in rules.rows(SYSTEM).filter(pool_id=pool):
        write.update(one, {"active": False}, actor=SYSTEM, door="bench")
    values = {"name": f"{days} days", "pool": pool, "since": "follow_up", "days": days, "where": json.dumps(["level", "is", LEVEL])}
    write.create(rules, values, actor=SYSTEM, door="bench")
    write.update((registry.get("customers.pool"), pool), {"recycles": True, "warning_days": 0, "spared": ""}, actor=SYSTEM, door="bench")
    pools.clear()

"""What the queue calls in the area: at night, what is due falls into its public pool; every minute, what has come in is given out."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.customers.rules import pooling
from guanxi.kernel import clock, pools, versions, write
from guanxi.kernel.registry import registry
from guanxi.org import directory

#: The company's hour at which it happens.
HOUR = 1


@app.periodic(cron="23 * * * *")
@app.task(name="guanxi.recycle", queue="bulk", queueing_lock="guanxi.recycle")
def recycle(timestamp: int) -> None:
    """Once a day by the company's clock."""
    if timezone.localtime(clock.now(), timezone.get_default_timezone()).hour != HOUR:
        return
    _catch_up()
    for entity in registry:
        if entity.pooled:
            write.recycle(entity)


@app.periodic(cron="* * * * *")
@app.task(name="guanxi.assign", queue="default", queueing_lock="guanxi.assign")
def assign(timestamp: int) -> None:
    """What has come into pools that assign by themselves."""
    _catch_up()
    for pool in pools.everywhere().values():
        if pool.assigns:
            write.share_out(registry.get(pool.entity), pool)


def _catch_up() -> None:
    """Know of people, rights and pools what is known now."""
    now = versions.current()
    directory.refresh(now["access"])
    versions.refresh(now["shape"])


__all__ = ["assign", "pooling", "recycle"]

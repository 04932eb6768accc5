"""What the queue calls in the area: at night, what is due falls into its public pool."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.customers.rules import pooling
from guanxi.kernel import clock, versions, write
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
    now = versions.current()
    directory.refresh(now["access"])
    versions.refresh(now["shape"])
    for entity in registry:
        if entity.pooled:
            write.recycle(entity)


__all__ = ["pooling", "recycle"]

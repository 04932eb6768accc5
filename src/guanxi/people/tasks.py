"""What the queue calls about people: days without a second press are closed, and who asked long ago is forgotten."""

from __future__ import annotations

from procrastinate.contrib.django import app

from guanxi.kernel import versions
from guanxi.org import directory
from guanxi.people import clocking, registration


@app.periodic(cron="37 * * * *")
@app.task(name="guanxi.close_days", queue="default", queueing_lock="guanxi.close_days")
def close_days(timestamp: int) -> None:
    """Every hour, because the company's midnight is not the server's; with nothing open it is one query."""
    now = versions.current()
    directory.refresh(now["access"])
    versions.refresh(now["shape"])
    clocking.close_days()
    registration.forget_decided()

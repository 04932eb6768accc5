"""What the queue calls about people."""

from __future__ import annotations

from procrastinate.contrib.django import app

from guanxi.org import presences


@app.periodic(cron="41 3 * * *")
@app.task(name="guanxi.sweep_sessions", queue="default", queueing_lock="guanxi.sweep_sessions")
def sweep_sessions(timestamp: int) -> None:
    """At night, so that ended sessions do not pile up."""
    presences.forget_the_ended()

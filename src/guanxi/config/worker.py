"""A job worker: takes jobs from its queues until it is told to stop, then finishes what it holds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from guanxi.config import collector

# A job may take longer than a page: the time-out of one statement is that of a minute, not of five seconds.
STATEMENT_TIMEOUT_MS = "60000"
GRACE_SECONDS = 15.0


def work(*, queues: Sequence[str], concurrency: int, name: str) -> None:
    """Run until SIGTERM or SIGINT. Without queues the worker takes from all of them. Needs Django set up."""
    from procrastinate.contrib.django import app

    async def run() -> None:
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                queues=list(queues) or None,  # type: ignore[arg-type] # None means all of them
                concurrency=concurrency,
                name=name,
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE_SECONDS,
            )

    collector.settle()
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        asyncio.run(run())


def allow_long_statements() -> None:
    """To be called before the settings are read."""
    os.environ.setdefault("GUANXI_STATEMENT_TIMEOUT_MS", STATEMENT_TIMEOUT_MS)

"""Brings the runners of the surfaces into every process, and tells the queue who people are."""

from __future__ import annotations

from procrastinate.contrib.django import app

from guanxi.kernel import jobs, versions
from guanxi.kernel.actor import Actor
from guanxi.org import actors, directory
from guanxi.surfaces import handing
from guanxi.surfaces.exchange import exporting
from guanxi.surfaces.exchange.importing import committing, planning, sweeping, undoing
from guanxi.surfaces.pages import pool


def person(user: int) -> Actor:
    """The actor of a job with his rights of this moment; what the process knew of an older company is forgotten."""
    now = versions.current()
    directory.refresh(now["access"])
    versions.refresh(now["shape"])
    return actors.by_id(user)


jobs.resolve_people_with(person)


@app.periodic(cron="17 3 * * *")
@app.task(name="guanxi.sweep_imports", queue="default", queueing_lock="guanxi.sweep_imports")
def sweep_imports(timestamp: int) -> None:
    """Drop old plans, at night."""
    sweeping.sweep()


__all__ = ["committing", "exporting", "handing", "person", "planning", "pool", "sweep_imports", "undoing"]

"""Brings the runners of the surfaces into every process, and tells the queue who people are."""

from __future__ import annotations

from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from guanxi.kernel import jobs, versions
from guanxi.kernel.actor import Actor
from guanxi.org import actors, directory
from guanxi.surfaces import bulk_jobs, handing, letters, merging
from guanxi.surfaces.admin import lists
from guanxi.surfaces.channels import sending as outbox
from guanxi.surfaces.collecting import settling
from guanxi.surfaces.exchange import exporting
from guanxi.surfaces.exchange.importing import committing, planning, sweeping, undoing
from guanxi.surfaces.hooks import keeping, sending, taking
from guanxi.surfaces.pages import mailbox, pool, recovery
from guanxi.surfaces.prints import printing, unused


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


@app.periodic(cron="* * * * * */5")
@app.task(name="guanxi.webhooks", queue="outbound", lock="guanxi.webhooks", queueing_lock="guanxi.webhooks", pass_context=False)
def tell_others(timestamp: int) -> None:
    """What has happened goes out to the programs that want to know."""
    versions.catch_up()
    taking.take()
    sending.send_due()


@app.periodic(cron="* * * * * */5")
@app.task(name="guanxi.messages", queue="outbound", lock="guanxi.messages", queueing_lock="guanxi.messages", pass_context=False)
def send_messages(timestamp: int) -> None:
    """What people have written to customers goes out."""
    versions.catch_up()
    outbox.send_due()


@app.periodic(cron="33 3 * * *")
@app.task(name="guanxi.sweep_deliveries", queue="default", queueing_lock="guanxi.sweep_deliveries")
def sweep_deliveries(timestamp: int) -> None:
    """Drop the log of what was told long ago, at night."""
    sending.sweep()


@app.periodic(cron="48 3 * * *")
@app.task(name="guanxi.sweep_submissions", queue="default", queueing_lock="guanxi.sweep_submissions")
def sweep_submissions(timestamp: int) -> None:
    """Empty what strangers sent and was settled long ago, at night."""
    settling.sweep()


@app.periodic(cron="47 3 * * *")
@app.task(name="guanxi.sweep_pictures", queue="default", queueing_lock="guanxi.sweep_pictures")
def sweep_pictures(timestamp: int) -> None:
    """Drop pictures that no template shows, at night."""
    unused.sweep()


@app.task(name=letters.TASK, queue=letters.QUEUE, retry=RetryStrategy(max_attempts=6, exponential_wait=4))
def letter(kind: str, about: dict[str, Any]) -> None:
    """Write and send one; a mail server that is away is tried again for an hour or so."""
    letters.write(kind, about)


__all__ = [
    "bulk_jobs",
    "committing",
    "exporting",
    "handing",
    "keeping",
    "letter",
    "lists",
    "mailbox",
    "merging",
    "person",
    "planning",
    "pool",
    "printing",
    "recovery",
    "sweep_imports",
    "undoing",
]

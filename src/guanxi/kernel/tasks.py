"""What the queue calls. Found by procrastinate in every installed app; the work itself is in `kernel.jobs`."""

from __future__ import annotations

from procrastinate.contrib.django import app

from guanxi.kernel import jobs


@app.task(name=jobs.TASK)
def run(job: int) -> None:
    """Do a job."""
    jobs.run(job)


@app.periodic(cron="* * * * * */10")
@app.task(name="guanxi.revive", queue="default", queueing_lock="guanxi.revive", pass_context=False)
def revive(timestamp: int) -> None:
    """Give jobs of dead workers to living ones."""
    jobs.revive()

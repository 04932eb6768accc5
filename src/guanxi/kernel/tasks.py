"""What the queue calls. Found by procrastinate in every installed app; the work itself is in `kernel.jobs`."""

from __future__ import annotations

from procrastinate.contrib.django import app

from guanxi.kernel import history, jobs, loose, notices, numbering, own_index, pairs, search, versions
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lagging, reckoning, retyping, rolling, searching

#: Whoever asked, the worker knows of it.
jobs.RUNNERS |= {
    own_index.KIND: own_index.build,
    retyping.KIND: retyping.bring_over,
    reckoning.KIND: reckoning.recalculate,
    rolling.KIND: rolling.count,
    searching.KIND: searching.rewrite,
}


@app.task(name=jobs.TASK)
def run(job: int) -> None:
    """Do a job."""
    versions.catch_up()
    jobs.run(job)


@app.periodic(cron="* * * * * */10")
@app.task(name="guanxi.revive", queue="default", queueing_lock="guanxi.revive", pass_context=False)
def revive(timestamp: int) -> None:
    """Give jobs of dead workers to living ones, and the turns that they kept."""
    jobs.revive()
    jobs.release()


@app.periodic(cron="* * * * * */20")
@app.task(name="guanxi.sort_in", queue="default", queueing_lock="guanxi.sort_in", pass_context=False)
def sort_in(timestamp: int) -> None:
    """So that no clerk's write has to do it for those before, and searches have a short list to read."""
    search.sort_in()


@app.periodic(cron="* * * * * */20")
@app.task(name=lagging.TASK, queue="default", lock=lagging.TASK, queueing_lock=lagging.TASK, priority=lagging.FIRST, pass_context=False)
def bring_along(timestamp: int) -> None:
    """What hangs on the many that were handed over; asked for when they were, and now and then in case that was lost."""
    versions.catch_up()
    lagging.catch_up()


@app.periodic(cron="* * * * *")
@app.task(name="guanxi.numbers_ahead", queue="default", queueing_lock="guanxi.numbers_ahead", pass_context=False)
def numbers_ahead(timestamp: int) -> None:
    """So that nobody's first record of a month waits until all of them were looked at."""
    versions.catch_up()
    numbering.ahead()


@app.periodic(cron="11 2 * * *")
@app.task(name="guanxi.months_ahead", queue="default", queueing_lock="guanxi.months_ahead")
def months_ahead(timestamp: int) -> None:
    """At night, so that every month of the logs has its part before it begins."""
    history.months_ahead()


@app.periodic(cron="26 2 * * *")
@app.task(name="guanxi.sweep_notices", queue="default", queueing_lock="guanxi.sweep_notices")
def sweep_notices(timestamp: int) -> None:
    """At night, so that what was read long ago does not pile up."""
    notices.sweep()


@app.periodic(cron="37 2 * * *")
@app.task(name="guanxi.sweep_loose", queue="default", queueing_lock="guanxi.sweep_loose")
def sweep_loose(timestamp: int) -> None:
    """At night, so that what was chosen in forms that were never saved does not pile up."""
    loose.sweep()


@app.periodic(cron="41 19 * * *")
@app.task(name="guanxi.pairs", queue="bulk", queueing_lock="guanxi.pairs", pass_context=False)
def find_pairs(timestamp: int) -> None:
    """While the company sleeps (19:41 UTC is 03:41 in China): which records look like one another."""
    versions.catch_up()
    for entity in registry:
        if pairs.rules(entity):
            for _found in pairs.find(entity):
                pass

"""A worker that is killed with kill -9 half-way through an import: another goes on, and nothing is written twice or lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from guanxi.customers.entities.customer import Customer
from guanxi.kernel import install, jobs
from guanxi.kernel.models import Job
from guanxi.surfaces.exchange.importing import committing
from guanxi.surfaces.exchange.models import ImportRow
from tests.exchange.company import Company, Make, found, preview
from tests.exchange.test_importing import csv

PATIENCE = 120
ROWS = 4_000


@pytest.fixture
def company(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Company]:
    settings.MEDIA_ROOT = tmp_path / "data" / "media"
    install.install()
    yield found()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def worker(data: Path) -> subprocess.Popen[bytes]:
    """The real one, on the database of this test."""
    given = connection.settings_dict
    login = f"{quote(given['USER'])}:{quote(given['PASSWORD'] or '')}"
    url = f"postgresql://{login}@/{given['NAME']}?host={quote(given['HOST'], safe='')}&port={given['PORT'] or 5432}"
    environment = {**os.environ, "DATABASE_URL": url, "GUANXI_DATA": str(data), "GUANXI_AS_OWNER": "1"}
    command = [sys.executable, "-m", "guanxi.config.cli", "worker", "--name", "killed"]
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def test_an_import_whose_worker_is_killed_is_finished_by_another(company: Company, file_of: Make, tmp_path: Path) -> None:
    sales = company.actor("sales")
    run = preview(file_of(csv("名称", *(f"客户{n}" for n in range(ROWS)))), sales)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    job = committing.begin(run, sales)
    first = worker(tmp_path / "data")
    try:
        until(lambda: ImportRow.objects.filter(run=run, result="created").exists())
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    job.refresh_from_db()
    done = ImportRow.objects.filter(run=run, result="created").count()
    assert 0 < done < ROWS
    assert job.state == "running"
    assert job.done == done == Customer.objects.count(), "a slice and its progress commit together"

    _long_ago(job)
    assert jobs.revive() == 1
    second = worker(tmp_path / "data")
    try:
        until(lambda: Job.objects.get(pk=job.pk).ended_at)
    finally:
        os.killpg(second.pid, signal.SIGTERM)
        second.wait()
    job.refresh_from_db()
    assert (job.state, job.done, job.counts["created"]) == ("done", ROWS, ROWS)
    assert Customer.objects.count() == ROWS
    assert len(set(ImportRow.objects.filter(run=run).values_list("record", flat=True))) == ROWS


def _long_ago(job: Job) -> None:
    """As if nobody had heard of the worker for an hour."""
    past = timezone.now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk).update(beat_at=past, started_at=past)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = %s", [past])


def test_a_run_that_was_given_up_cannot_write_beside_its_successor(company: Company) -> None:
    job = jobs.start("nothing", "nothing", company.actor("sales"), {})
    mine = jobs.Progress(jobs._claim(job.pk), company.actor("sales"))  # type: ignore[arg-type]
    assert jobs._claim(job.pk) is None, "somebody works on it"
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now() - timedelta(hours=1))
    theirs = jobs._claim(job.pk)
    assert theirs is not None
    with pytest.raises(jobs.Lost), mine.slice():
        Customer.objects.create(name="twice", created_at=timezone.now(), updated_at=timezone.now())
    assert not Customer.objects.exists()

"""Two transactions of a job at once: every item once, errors told, and the job's figures whole whatever happens between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone, translation

from guanxi.kernel import jobs, parallel
from guanxi.kernel.models import Job
from tests.people import Cast


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "LANES", 2)


@pytest.fixture
def job(two: None, committed: Cast) -> Iterator[Job]:
    now = timezone.now()
    made = Job.objects.create(kind="test", title="x", actor=0, state="running", created_at=now, started_at=now)
    yield made
    Job.objects.all().delete()


@pytest.mark.usefixtures("committed")
def test_each_item_once_on_two_connections_in_the_language_of_the_caller(two: None) -> None:
    meet, seen = threading.Barrier(2), set[Any]()

    def do(item: int) -> tuple[int, str | None]:
        if item < 2:
            meet.wait(20)  # nobody gets past unless two are at work
        seen.add((threading.get_ident(), id(connection.connection)))
        return item, translation.get_language()

    with translation.override("en"):
        assert sorted(parallel.each(do, range(50))) == [(item, "en") for item in range(50)]
    assert threading.get_ident() not in {thread for thread, _connection in seen}


@pytest.mark.django_db
def test_inside_a_transaction_one_follows_the_other_and_sees_what_it_wrote(two: None) -> None:
    with transaction.atomic():
        assert parallel.each(lambda item: (item, threading.get_ident()), range(3)) == [(n, threading.get_ident()) for n in range(3)]


@pytest.mark.usefixtures("committed")
def test_what_one_raises_ends_it_all(two: None) -> None:
    begun = []

    def do(item: int) -> None:
        begun.append(item)
        if item == 3:
            raise KeyError(item)

    with pytest.raises(KeyError):
        parallel.each(do, count())
    assert len(begun) < 1_000


@pytest.mark.usefixtures("committed")
def test_two_that_meet_in_a_deadlock_are_both_done(two: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE met (id int PRIMARY KEY, n int DEFAULT 0)")
        cursor.execute("INSERT INTO met (id) VALUES (0), (1)")
    meet, tries = threading.Barrier(2), []

    def do(first: int) -> None:
        tries.append(first)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE met SET n = n + 1 WHERE id = %s", [first])
            if len(tries) <= 2:
                meet.wait(20)
            cursor.execute("UPDATE met SET n = n + 1 WHERE id = %s", [1 - first])

    try:
        parallel.each(do, [0, 1])
        with connection.cursor() as cursor:
            cursor.execute("SELECT n FROM met ORDER BY id")
            assert cursor.fetchall() == [(2,), (2,)]
        assert len(tries) > 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE met")


@pytest.mark.usefixtures("committed")
def test_another_error_of_the_database_is_not_tried_again(two: None) -> None:
    tries = []

    def do(item: int) -> None:
        tries.append(item)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(2)")

    with pytest.raises(OperationalError):
        parallel.each(do, [1])
    assert tries == [1]


@pytest.mark.usefixtures("committed")
def test_parts_add_up_and_a_second_run_knows_which_are_done(job: Job) -> None:
    progress = jobs.Progress(job, jobs.SYSTEM)
    progress.total = 30

    def do(place: int) -> None:
        with progress.part(place) as part:
            part.advance(10, done=9, refused=1)
            part.error(place, "no")

    parallel.each(do, [0, 10, 20])
    progress.gather()
    assert (progress.done, progress.counts, len(progress.errors)) == (30, {"done": 27, "refused": 3}, 3)
    assert sorted(jobs.Progress(Job.objects.get(pk=job.pk), jobs.SYSTEM).job.parts) == [0, 10, 20]


@pytest.mark.usefixtures("committed")
def test_a_part_of_a_run_that_was_given_up_changes_nothing(job: Job) -> None:
    progress = jobs.Progress(job, jobs.SYSTEM)
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now())

    def do() -> None:
        with progress.part(0) as part:
            Job.objects.filter(pk=job.pk).update(title="written beside the successor")
            part.advance(10, done=10)

    with pytest.raises(jobs.Lost):
        do()
    now = Job.objects.get(pk=job.pk)
    assert (now.title, now.done, now.parts) == ("x", 0, [])

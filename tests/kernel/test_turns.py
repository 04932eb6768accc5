"""What runs one at a time runs on after its worker was killed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from guanxi.kernel import jobs

pytestmark = pytest.mark.django_db
TASK = "guanxi.messages"


def asked() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status) "
            "VALUES ('outbound', %s, %s, %s, '{}', 'todo') RETURNING id",
            [TASK, TASK, TASK],
        )
        return int(cursor.fetchone()[0])


def worker(heard_of: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", [heard_of])
        return int(cursor.fetchone()[0])


def takes(number: int) -> int | None:
    """What a worker gets to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(ARRAY['outbound']::varchar[], %s)", [number])
        return cursor.fetchone()[0]


def long_ago(job: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '1 hour' WHERE job_id = %s", [job])


def silenced(number: int, *, swept: bool) -> None:
    """Its worker is not heard of any more; others sweep such workers away."""
    with connection.cursor() as cursor:
        if swept:
            cursor.execute("DELETE FROM procrastinate_workers WHERE id = %s", [number])
        else:
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' WHERE id = %s", [number])


@pytest.mark.parametrize("swept", [True, False])
def test_the_turn_of_a_dead_worker_goes_to_the_next(swept: bool) -> None:
    first, second = worker(timezone.now()), worker(timezone.now())
    job = asked()
    assert takes(first) == job
    later = asked()
    long_ago(job)
    assert jobs.release() == 0  # it takes long, and its worker lives
    assert takes(second) is None
    silenced(first, swept=swept)
    assert jobs.release() == 1
    assert takes(second) == later
    assert jobs.release() == 0


def test_a_turn_that_was_only_just_taken_is_left_alone() -> None:
    number = worker(timezone.now() - timedelta(hours=1))
    takes_at_once = asked()
    assert takes(number) == takes_at_once
    assert jobs.release() == 0

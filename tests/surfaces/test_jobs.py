"""The job centre shows a person his own long work, while it runs and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Job
from tests.people import Cast

Desk = Callable[[Actor], Client]


@pytest.fixture(autouse=True)
def _shelf(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def job(actor: Actor, **given: Any) -> Job:
    at = clock.now()
    first = {"kind": "import", "title": "Import customers.xlsx", "actor": actor.id, "created_at": at, "started_at": at, "beat_at": at}
    return Job.objects.create(**{**first, "state": "running", "total": 1000, "done": 250, **given})


def test_a_running_job_shows_how_far_it_is_and_asks_again(cast: Cast, at_desk: Desk) -> None:
    made = job(cast.owner, counts={"created": 240, "refused": 10}, errors=[{"row": 7, "message": "No such city"}])
    page = at_desk(cast.owner).get(f"/jobs/{made.id}/").content.decode()
    assert "25%" in page
    assert "No such city" in page
    assert 'hx-trigger="every 1s"' in page
    again = at_desk(cast.owner).get(f"/jobs/{made.id}/", headers={"HX-Request": "true", "HX-Target": f"job-{made.id}"})
    assert "<html" not in again.content.decode()


def test_an_ended_job_stops_asking_and_gives_its_result(cast: Cast, at_desk: Desk) -> None:
    path = default_storage.save("exports/1.csv", ContentFile(b"a,b"))
    made = job(cast.owner, state="done", done=1000, ended_at=clock.now(), result=path, spec={"filename": "客户.csv"})
    client = at_desk(cast.owner)
    assert "every 1s" not in client.get(f"/jobs/{made.id}/").content.decode()
    answer = client.get(f"/jobs/{made.id}/result/")
    assert b"".join(answer.streaming_content) == b"a,b"
    assert "%E5%AE%A2%E6%88%B7.csv" in answer.headers["Content-Disposition"]


def test_nobody_sees_stops_or_downloads_the_job_of_another(cast: Cast, at_desk: Desk) -> None:
    path = default_storage.save("exports/2.csv", ContentFile(b"secret"))
    made = job(cast.owner, result=path, ended_at=clock.now(), state="done")
    for actor in (cast.mate, cast.director, cast.admin):
        client = at_desk(actor)
        assert client.get(f"/jobs/{made.id}/").status_code == 404
        assert client.get(f"/jobs/{made.id}/result/").status_code == 404
        assert client.post(f"/jobs/{made.id}/cancel/").status_code == 404
        assert made.title not in client.get("/jobs/").content.decode()


def test_stopping_asks_the_job_and_says_so_when_it_has_ended(cast: Cast, at_desk: Desk) -> None:
    made = job(cast.owner)
    client = at_desk(cast.owner)
    assert client.post(f"/jobs/{made.id}/cancel/").status_code == 200
    made.refresh_from_db()
    assert made.cancel
    made.ended_at, made.state = clock.now(), "done"
    made.save()
    assert client.post(f"/jobs/{made.id}/cancel/").status_code == 409


def test_a_job_without_a_sign_of_life_is_not_shown_as_healthy(cast: Cast, at_desk: Desk) -> None:
    made = job(cast.owner, beat_at=clock.now() - timedelta(minutes=10))
    assert "No sign of life" in at_desk(cast.owner).get(f"/jobs/{made.id}/").content.decode()


def test_an_empty_job_centre_explains_itself(cast: Cast, at_desk: Desk) -> None:
    assert "No jobs yet" in at_desk(cast.owner).get("/jobs/").content.decode()

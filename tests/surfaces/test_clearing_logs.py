"""Old lines of a log go only after they were written to a file, never the recent ones, and that they went is logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.test import Client

from guanxi.kernel import clock, jobs
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog, Job
from guanxi.org import clearing
from tests.people import Cast

Desk = Callable[[Actor], Client]


def logged(days: int, verb: str = "sign_in") -> AccessLog:
    return AccessLog.objects.create(
        at=clock.now() - timedelta(days=days), actor=None, verb=verb, entity="org.user", data={"login": f"d{days}"}
    )


@pytest.mark.feature("SYS-03")
def test_old_sign_ins_are_exported_and_then_gone(cast: Cast, at_desk: Desk) -> None:
    old, revealed, recent = logged(400), logged(400, "reveal"), logged(100)
    desk, day = at_desk(cast.admin), (clock.now() - timedelta(days=300)).date().isoformat()
    assert desk.post("/admin/clearing/", {"log": "signins", "before": day}).status_code == 302
    job = Job.objects.get(kind="clear")
    jobs.run(job.pk)
    job.refresh_from_db()
    with default_storage.open(job.result) as file:
        text = file.read().decode("utf-8-sig")
    assert "d400" in text
    assert "d100" not in text
    left = set(AccessLog.objects.values_list("id", flat=True))
    assert old.pk not in left
    assert {revealed.pk, recent.pk} <= left
    said = AccessLog.objects.get(verb="clear")
    assert (said.actor, said.data["lines"]) == (cast.admin.id, 1)
    assert cast.admin.name in desk.get("/admin/clearing/").content.decode()
    assert Client().get(f"/jobs/{job.pk}/result/").status_code == 302
    assert at_desk(cast.director).get(f"/jobs/{job.pk}/result/").status_code == 404


def test_nothing_of_the_last_180_days_goes_by_any_road(cast: Cast, at_desk: Desk) -> None:
    recent = logged(100)
    day = (clock.now() - timedelta(days=10)).date().isoformat()
    assert at_desk(cast.admin).post("/admin/clearing/", {"log": "signins", "before": day}).status_code == 422
    assert at_desk(cast.director).post("/admin/clearing/", {"log": "signins", "before": day}).status_code == 404
    for expected, days in ((1, 10), (7, 300)):  # too recent; not what was exported
        logged(400)
        with pytest.raises(DatabaseError), transaction.atomic():
            clearing.clear("signins", clock.now() - timedelta(days=days), expected, actor=cast.admin)
    assert AccessLog.objects.filter(pk=recent.pk).exists()
    assert not AccessLog.objects.filter(verb="clear").exists()
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("SELECT guanxi_clear('change', now() - interval '1 year', 0, 1, '{}')")

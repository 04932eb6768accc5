"""Two tabs press, or send the same request, at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from guanxi.kernel import write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.write import Invalidated
from guanxi.people import absence, clocking
from guanxi.people.entities.attendance import Attendance
from tests.people import Cast


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed")
def test_six_presses_at_once_make_one_row_with_one_time(committed: Cast) -> None:
    start = Barrier(6)

    def press(_n: int) -> int:
        start.wait()
        try:
            return int(clocking.press("in", "", actor=committed.owner).id)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(press, range(6)))
    assert len(ids) == 1
    assert Attendance._default_manager.filter(owner=committed.owner.id).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed")
def test_of_six_requests_for_one_day_one_stands_and_the_others_say_when_it_is(committed: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where nobody looked before: the database holds it."""
    start, values = Barrier(6), {"kind": "annual", "reason": "Family", "first_day": "2026-11-17", "owner": committed.owner.id}
    monkeypatch.setattr("guanxi.people.overlap.collisions", lambda *_args: {})

    def ask(_n: int) -> str:
        start.wait()
        try:
            return str(write.create(absence.ENTITY, values, actor=SYSTEM, door="test").id)
        except Invalidated as refusal:
            return refusal.errors["first_day"]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(ask, range(6)))
    assert absence.ENTITY.rows(SYSTEM).count() == 1
    assert len([words for words in said if "2026-11-17" in words]) == 5

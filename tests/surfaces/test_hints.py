"""Administrators are told what looks unusual: much taken away, nights, guesses, refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.org import hints
from tests import samples
from tests.people import Cast

Desk = Callable[[Actor], Client]


def log(verb: str, actor: int | None, at: datetime, **data: object) -> None:
    AccessLog.objects.create(at=at, actor=actor, verb=verb, entity="x", data=data)


def noon(days: int = 1) -> datetime:
    """Midday in Shanghai so many days ago."""
    return (clock.now() - timedelta(days=days)).astimezone(UTC).replace(hour=4, minute=0)


def test_exports_of_a_day_are_added_up(cast: Cast) -> None:
    for rows in (3_000, 2_500):
        log("export", cast.owner.id, noon(), rows=rows)
    log("export", cast.mate.id, noon(), rows=4_000)
    log("export", cast.mate.id, noon(2), rows=4_000)
    assert [(h.kind, h.person) for h in hints.found()] == [("export", cast.owner.id)]


def test_night_is_night_where_the_company_is(cast: Cast) -> None:
    log("sign_in", cast.owner.id, noon())
    log("sign_in", cast.mate.id, noon().replace(hour=18))  # two o'clock in Shanghai
    assert [(h.kind, h.person) for h in hints.found()] == [("night", cast.mate.id)]


def test_wrong_passwords_for_one_login_and_many_numbers(cast: Cast) -> None:
    for _n in range(5):
        log("sign_in_wrong", None, noon(), login="root")
    for _n in range(50):
        log("reveal", cast.owner.id, noon())
    log("sign_in_wrong", None, noon(), login="other")
    assert {(h.kind, h.person) for h in hints.found()} == {("guess", None), ("reveal", cast.owner.id)}


@pytest.mark.parametrize("part", ["", "_field/name/"])
def test_who_walks_through_the_numbers_of_records_is_noticed(cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setattr(hints, "DENIALS", 3)
    record = samples.make(registry.get("customers.customer"), actor=cast.owner)
    stranger = at_desk(cast.stranger)
    for number in (record.id, record.id + 100_000, record.id):
        assert stranger.get(f"/customers/{number}/{part}").status_code == 404
    assert [(h.kind, h.person) for h in hints.found()] == [("denied", cast.stranger.id)]
    assert cast.stranger.name in at_desk(cast.admin).get("/admin/hints/").content.decode()
    assert at_desk(cast.director).get("/admin/hints/").status_code == 404

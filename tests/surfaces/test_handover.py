"""One person's whole work passes to another with its history, and comes back as a whole while nobody has gone on with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import clock, history, jobs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Job, Share
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from guanxi.surfaces import handing
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")
OPPORTUNITY, FOLLOW_UP = registry.get("sales.opportunity"), registry.get("activity.followup")
Desk = Callable[[Actor], Client]


@pytest.fixture(autouse=True)
def _shelf(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(handing, "SLICE", 2)


def held(cast: Cast) -> dict[str, list[Any]]:
    """Olivia's work: three customers, the first with a contact, an opportunity and a follow-up; one alone of Max's."""
    customers = [samples.make(CUSTOMER, actor=cast.owner) for _n in range(3)]
    first = customers[0].id
    below = [samples.make(e, actor=cast.owner, customer=first) for e in (CONTACT, OPPORTUNITY, FOLLOW_UP)]
    alone = samples.make(CONTACT, actor=cast.owner)
    return {"customers": customers, "below": below, "alone": [alone], "other": [samples.make(CUSTOMER, actor=cast.mate)]}


def owners(records: list[Any]) -> set[int | None]:
    return {type(r)._default_manager.get(id=r.id).owner_id for r in records}


def done(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return job


def begin(cast: Cast, **given: Any) -> Job:
    wanted = {"keys": [e.key for e in registry], "shares": True, "actor": cast.manager, **given}
    giver, taker = wanted.pop("giver", cast.owner.id), wanted.pop("taker", cast.mate.id)
    return handing.begin(giver or 0, taker or 0, **wanted)


@pytest.mark.feature("OWN-02", "OWN-06")
def test_everything_passes_with_what_lies_below_and_its_history(cast: Cast) -> None:
    work = held(cast)
    before = len(history.of_record(work["customers"][0].id))
    made = list(CUSTOMER.model._default_manager.filter(owner_id=cast.owner.id))
    job = done(begin(cast))
    mine = [*work["customers"], *work["below"], *work["alone"]]
    assert owners(mine) == {cast.mate.id}
    assert owners(work["other"]) == {cast.mate.id}
    story = history.of_record(work["customers"][0].id)
    assert len(story) == before + 1
    assert (story[0].verb, story[0].door, story[0].actor) == ("transfer", "handover", cast.manager.id)
    assert all(c.verb == "create" for c in story[1:])
    assert job.counts["customers"] == len(made)


@pytest.mark.feature("OWN-06")
def test_it_comes_back_as_a_whole_but_not_what_has_moved_on(cast: Cast, at_desk: Desk) -> None:
    work = held(cast)
    job = done(begin(cast))
    moved = work["customers"][2]
    write.transfer(CUSTOMER, [moved.id], cast.manager.id or 0, actor=cast.director, door="test")
    with pytest.raises(write.Invalidated):
        handing.take_back(job.pk, actor=cast.mate)
    answer = at_desk(cast.manager).post(f"/handover/{job.pk}/back/")
    assert answer.status_code == 302
    back = done(Job.objects.get(kind=handing.UNDO))
    assert [owners([r]) for r in (*work["customers"][:2], *work["below"], *work["alone"])] == [{cast.owner.id}] * 6
    assert owners([moved]) == {cast.manager.id}
    assert back.counts["kept"] == 1
    with pytest.raises(write.Invalidated):
        handing.take_back(job.pk, actor=cast.manager)


@pytest.mark.feature("OWN-06")
def test_it_comes_back_from_where_one_hands_nothing_over_oneself(cast: Cast) -> None:
    work = held(cast)
    job = done(handing.begin(cast.owner.id or 0, cast.stranger.id or 0, [CUSTOMER.key], shares=False, actor=cast.manager))
    assert owners(work["customers"]) == {cast.stranger.id}
    assert not CUSTOMER.rows(cast.manager, "transfer").filter(owner=cast.stranger.id).exists()
    handing.take_back(job.pk, actor=cast.manager)
    back = done(Job.objects.get(kind=handing.UNDO))
    assert owners(work["customers"]) == {cast.owner.id}
    assert back.counts["kept"] == 0


def test_after_seven_days_it_stays(cast: Cast) -> None:
    held(cast)
    job = done(begin(cast))
    Job.objects.filter(pk=job.pk).update(created_at=clock.now() - timedelta(days=8))
    with pytest.raises(write.Invalidated):
        handing.take_back(job.pk, actor=cast.manager)


def test_only_what_is_chosen_and_within_reach_passes(cast: Cast, at_desk: Desk) -> None:
    work = held(cast)
    done(begin(cast, keys=[CONTACT.key], shares=False))
    assert owners(work["alone"]) == {cast.mate.id}
    assert owners(work["customers"]) == {cast.owner.id}
    for who in (cast.stranger, cast.mate):  # sellers hand over what they own, and own nothing of Olivia's
        with pytest.raises(write.Invalidated):
            handing.begin(cast.owner.id or 0, who.id or 0, [CUSTOMER.key], shares=True, actor=who)
    for who in (cast.admin, cast.readonly):
        assert at_desk(who).get(f"/handover/?giver={cast.owner.id}").status_code == 404
    seen = at_desk(cast.stranger).get(f"/handover/?giver={cast.owner.id}").content.decode()
    assert "Nothing that you may hand over" in seen


@pytest.mark.feature("OWN-06")
def test_who_has_left_loses_nothing_and_his_successor_takes_part_where_he_did(cast: Cast) -> None:
    work = held(cast)
    theirs = work["other"][0].id
    write.share(CUSTOMER, [theirs], [write.Grantee("person", cast.owner.id or 0)], "collaborator", None, actor=cast.mate, door="test")
    User.objects.filter(id=cast.owner.id).update(is_active=False)
    with pytest.raises(write.Invalidated):  # never to somebody who has left
        handing.begin(cast.mate.id or 0, cast.owner.id or 0, [CUSTOMER.key], shares=True, actor=cast.again(cast.manager))
    job = handing.begin(cast.owner.id or 0, cast.manager.id or 0, [CUSTOMER.key], shares=True, actor=cast.manager)
    done(job)
    assert owners(work["customers"]) == {cast.manager.id}
    assert Share.objects.get(record=theirs).grantee == cast.manager.id
    assert Share.objects.get(record=theirs).part == "collaborator"


def test_a_run_started_again_goes_on_where_it_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    work = held(cast)
    job = begin(cast, keys=[CUSTOMER.key], shares=False)
    real, calls = write.transfer, []

    def stumble(*args: Any, **given: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return real(*args, **given)

    monkeypatch.setattr(write, "transfer", stumble)
    jobs.run(job.pk)
    assert owners(work["customers"]) == {cast.owner.id, cast.mate.id}
    Job.objects.filter(pk=job.pk).update(state="waiting", ended_at=None)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert owners(work["customers"]) == {cast.mate.id}
    assert (job.state, job.done, job.total, job.counts["customers"]) == ("done", job.done, job.done, job.done)


def failing_after(monkeypatch: pytest.MonkeyPatch, verb: str, calls: int) -> None:
    """From so many calls on the verb of `write` fails; `monkeypatch.undo` mends it."""
    real, made = getattr(write, verb), []

    def stumble(*args: Any, **given: Any) -> Any:
        made.append(args)
        if len(made) > calls:
            raise RuntimeError("the power went")
        return real(*args, **given)

    monkeypatch.setattr(write, verb, stumble)


def failed(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    return job


@pytest.mark.feature("OWN-06")
def test_a_take_back_that_failed_is_begun_again_and_goes_on_where_it_stopped(
    cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, desk = held(cast), at_desk(cast.manager)
    job = done(begin(cast, keys=[CUSTOMER.key], shares=False))
    desk.post(f"/handover/{job.pk}/back/")
    with monkeypatch.context() as broken:
        failing_after(broken, "undo", 1)
        back = failed(Job.objects.get(kind=handing.UNDO))
    assert owners(work["customers"]) == {cast.owner.id, cast.mate.id}
    assert f"/jobs/{back.pk}/again/" in desk.get(f"/jobs/{back.pk}/").content.decode()
    assert f"/handover/{job.pk}/back/" in desk.get("/handover/").content.decode()
    halfway = len(history.of_request(f"job:{back.pk}"))
    answer = desk.post(f"/handover/{job.pk}/back/")
    assert answer.headers["Location"] == f"/jobs/{back.pk}/"
    done(back)
    assert owners(work["customers"]) == {cast.owner.id}
    assert (halfway, len(history.of_request(f"job:{back.pk}"))) == (2, job.counts["customers"])
    assert back.counts["undone"] == job.counts["customers"]
    assert f"/handover/{job.pk}/back/" not in desk.get("/handover/").content.decode()


@pytest.mark.feature("OWN-06")
def test_a_take_back_that_was_stopped_before_it_began_goes_on_at_the_job(cast: Cast, at_desk: Desk) -> None:
    work, desk = held(cast), at_desk(cast.manager)
    job = done(begin(cast, keys=[CUSTOMER.key], shares=False))
    back = handing.take_back(job.pk, actor=cast.manager)
    desk.post(f"/jobs/{back.pk}/cancel/")
    assert "Go on" in desk.get(f"/jobs/{back.pk}/").content.decode()
    assert at_desk(cast.mate).post(f"/jobs/{back.pk}/again/").status_code == 404
    desk.post(f"/jobs/{back.pk}/again/")
    done(back)
    assert owners(work["customers"]) == {cast.owner.id}
    assert "Go on" not in desk.get(f"/jobs/{back.pk}/").content.decode()


@pytest.mark.feature("OWN-06")
def test_a_handover_that_failed_halfway_can_be_taken_back_or_gone_on_with(
    cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, desk = held(cast), at_desk(cast.manager)
    with monkeypatch.context() as broken:
        failing_after(broken, "transfer", 1)
        job = failed(begin(cast, keys=[CUSTOMER.key], shares=False))
    assert owners(work["customers"]) == {cast.owner.id, cast.mate.id}
    shown = desk.get(f"/jobs/{job.pk}/").content.decode()
    assert "Try again" in shown
    assert f"/handover/{job.pk}/back/" in shown
    desk.post(f"/jobs/{job.pk}/again/")
    done(job)
    assert owners(work["customers"]) == {cast.mate.id}
    with monkeypatch.context() as broken:
        failing_after(broken, "transfer", 1)
        again = failed(begin(cast, keys=[CUSTOMER.key], shares=False, giver=cast.mate.id, taker=cast.owner.id))
    desk.post(f"/handover/{again.pk}/back/")
    assert "/again/" not in desk.get(f"/jobs/{again.pk}/").content.decode()  # what is being taken back does not go on
    desk.post(f"/jobs/{again.pk}/again/")
    assert Job.objects.get(pk=again.pk).state == "failed"
    done(Job.objects.get(kind=handing.UNDO))
    assert owners(work["customers"]) == {cast.mate.id}

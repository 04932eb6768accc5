"""A selection that is handed over says what comes along, takes along what belongs to the same owner, and comes back as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import clock, history, jobs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Grant, User
from guanxi.surfaces import bulk, bulk_jobs, given, handing
from tests import samples
from tests.people import Cast, forget

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")
OPPORTUNITY, FOLLOW_UP = registry.get("sales.opportunity"), registry.get("activity.followup")
ASKED = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _shelf(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def work(cast: Cast) -> dict[str, list[Any]]:
    """Two customers of Olivia's: a contact, a follow-up and three opportunities, of which one is Max's."""
    customers = [samples.make(CUSTOMER, actor=cast.owner) for _n in range(2)]
    first, second = (c.id for c in customers)
    below = [samples.make(e, actor=cast.owner, customer=first) for e in (CONTACT, FOLLOW_UP)]
    mine = [samples.make(OPPORTUNITY, actor=cast.owner, customer=i) for i in (first, second)]
    other = samples.make(OPPORTUNITY, actor=cast.owner, customer=first)
    write.transfer(OPPORTUNITY, [other.id], cast.manager.id or 0, actor=cast.director, door="test")
    return {"customers": customers, "below": below, "opportunities": mine, "other": [other]}


def owners(records: list[Any]) -> set[int | None]:
    return {type(r)._default_manager.get(id=r.id).owner_id for r in records}


def ended(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return job


def words(html: str) -> str:
    """The text of a fragment."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def chosen(cast: Cast, work: dict[str, list[Any]], **more: Any) -> dict[str, Any]:
    return {"ids": ",".join(str(c.id) for c in work["customers"]), "owner": str(cast.mate.id), **more}


@pytest.mark.feature("OWN-02", "OWN-06")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("Contacts 1", "Follow-ups 1", "Opportunities 2", "Take along")),
        ("zh-hans", ("联系人 1", "跟进记录 1", "商机 2", "同时移交")),
    ],
)
def test_the_dialogue_counts_what_comes_along_before_and_after_a_successor_is_chosen(
    cast: Cast, at_desk: Desk, work: dict[str, list[Any]], language: str, told: tuple[str, ...]
) -> None:
    desk = at_desk(cast.owner)
    User.objects.filter(id=cast.owner.id).update(language=language)
    for owner in ("", str(cast.mate.id)):
        given_ = chosen(cast, work, owner=owner, along=OPPORTUNITY.key)
        shown = desk.post("/customers/_rehearse/transfer/?view=all", given_, headers=ASKED).content.decode()
        assert all(each in words(shown) for each in told), words(shown)
        assert f'value="{OPPORTUNITY.key}" checked' in shown
    assert owners([*work["customers"], *work["opportunities"]]) == {cast.owner.id}


@pytest.mark.feature("OWN-02", "OWN-06")
def test_what_is_taken_along_moves_in_the_same_write_and_comes_back_with_it(cast: Cast, at_desk: Desk, work: dict[str, list[Any]]) -> None:
    stages = [(o.id, o.stage) for o in OPPORTUNITY.model._default_manager.order_by("id")]
    mine, desk = [*work["customers"], *work["below"], *work["opportunities"]], at_desk(cast.owner)
    answer = desk.post("/customers/_transfer/?view=all", chosen(cast, work, along=OPPORTUNITY.key, reason="换区"), headers=ASKED)
    assert answer.status_code == 204
    assert owners(mine) == {cast.mate.id}
    assert owners(work["other"]) == {cast.manager.id}
    stories = [history.of_record(r.id, limit=1)[0] for r in (*work["customers"], *work["opportunities"])]
    assert {(c.write_id, c.verb, c.reason) for c in stories} == {(stories[0].write_id, "transfer", "换区")}
    past = words(desk.get("/handover/").content.decode())
    assert "Customers 2 · Opportunities 2 to Max" in past
    assert "4 records" in past
    desk.post(f"/handover/{stories[0].write_id}/back/")
    back = ended(Job.objects.get(kind=handing.UNDO))
    assert owners(mine) == {cast.owner.id}
    assert back.counts["kept"] == 0
    assert [(o.id, o.stage) for o in OPPORTUNITY.model._default_manager.order_by("id")] == stages
    assert "to Max" not in words(desk.get("/handover/").content.decode())


def test_what_is_not_chosen_stays_and_the_toast_takes_back_what_left_one_s_sight(
    cast: Cast, at_desk: Desk, work: dict[str, list[Any]]
) -> None:
    desk = at_desk(cast.owner)
    desk.post("/customers/_transfer/?view=all", chosen(cast, work, owner=str(cast.stranger.id)), headers=ASKED)
    assert owners(work["customers"]) == {cast.stranger.id}
    assert owners(work["opportunities"]) == {cast.owner.id}
    write_id = history.of_record(work["customers"][0].id, limit=1)[0].write_id
    assert at_desk(cast.stranger).post(f"/_undo/{write_id}/").status_code == 404
    assert desk.post(f"/_undo/{write_id}/", headers=ASKED).status_code == 204
    assert owners(work["customers"]) == {cast.owner.id}
    assert given.of(cast.owner) == []


def test_nobody_takes_back_what_another_gave_or_what_is_older_than_a_week(
    cast: Cast, at_desk: Desk, work: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = at_desk(cast.owner)
    desk.post("/customers/_transfer/?view=all", chosen(cast, work), headers=ASKED)
    write_id = history.of_record(work["customers"][0].id, limit=1)[0].write_id
    at_desk(cast.mate).post(f"/handover/{write_id}/back/")
    later = clock.now() + timedelta(days=8)
    with monkeypatch.context() as week:
        week.setattr(clock, "now", lambda: later)
        with pytest.raises(write.Invalidated):
            given.take_back(write_id, actor=cast.owner)
    assert not Job.objects.filter(kind=handing.UNDO).exists()
    assert [each.records for each in given.of(cast.owner)] == [2]


@pytest.mark.feature("OWN-06", "CUS-22")
def test_a_job_of_many_counts_what_comes_along_and_is_taken_back_from_the_page_of_handovers(
    cast: Cast, at_desk: Desk, work: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    monkeypatch.setattr(bulk_jobs, "SLICE", 1)
    number = CUSTOMER.model._default_manager.filter(owner_id=cast.owner.id).count()
    desk, asked = at_desk(cast.owner), {"all": "1", "owner": str(cast.mate.id), "along": OPPORTUNITY.key}
    shown = desk.post("/customers/_rehearse/transfer/?view=all", asked, headers=ASKED).content.decode()
    assert 'name="along"' in shown
    desk.post("/customers/_transfer/?view=all", asked, headers=ASKED)
    counting = ended(Job.objects.get(kind=bulk_jobs.REHEARSAL))
    assert counting.counts == {"will": number, "opportunities": 2}
    assert owners(work["opportunities"]) == {cast.owner.id}
    desk.post(f"/jobs/{counting.pk}/go/")
    doing = ended(Job.objects.get(kind=bulk_jobs.KIND))
    assert doing.counts == {"done": number, "opportunities": 2}
    assert owners([*work["customers"], *work["opportunities"], *work["below"]]) == {cast.mate.id}
    assert f'action="/jobs/{doing.pk}/back/"' in desk.get("/handover/").content.decode()
    desk.post(f"/jobs/{doing.pk}/back/")
    assert ended(Job.objects.get(kind=bulk_jobs.UNDO)).counts == {"undone": number + 2}
    assert owners([*work["customers"], *work["opportunities"], *work["below"]]) == {cast.owner.id}
    assert f'action="/jobs/{doing.pk}/back/"' not in desk.get("/handover/").content.decode()


def test_what_may_not_be_handed_over_is_not_offered_nor_taken(cast: Cast, at_desk: Desk, work: dict[str, list[Any]]) -> None:
    Grant.objects.filter(role=Assignment.objects.get(user=cast.owner.id).role, entity=OPPORTUNITY.key, action="transfer").delete()
    forget()
    desk = at_desk(cast.owner)
    asked = chosen(cast, work, along=[OPPORTUNITY.key, CONTACT.key, "nothing"])
    shown = desk.post("/customers/_rehearse/transfer/?view=all", asked, headers=ASKED).content.decode()
    assert 'name="along"' not in shown
    desk.post("/customers/_transfer/?view=all", asked, headers=ASKED)
    assert owners(work["customers"]) == {cast.mate.id}
    assert owners(work["opportunities"]) == {cast.owner.id}


@pytest.mark.feature("OWN-06", "FRM-03")
def test_what_refers_by_a_lookup_of_one_s_own_is_offered_and_taken_along(cast: Cast, at_desk: Desk) -> None:
    with samples.designed("拜访报告", en="Visit report", plural="Visit reports") as visit:
        via = samples.added(visit, "lookup", to=CUSTOMER.key, back=True)
        customer, other = (samples.make(CUSTOMER, actor=cast.owner) for _ in range(2))
        owner = cast.again(cast.owner)
        mine, elsewhere = (
            write.create(visit, {"name": name, via: c.id}, actor=owner, door="test") for name, c in (("甲", customer), ("乙", other))
        )
        his = write.create(visit, {"name": "丙", via: customer.id, "owner": cast.mate.id}, actor=cast.again(cast.director), door="test")
        desk, asked = at_desk(owner), {"ids": str(customer.id), "owner": str(cast.stranger.id)}
        shown = desk.post("/customers/_rehearse/transfer/?view=all", asked, headers=ASKED).content.decode()
        assert "Visit reports 1" in words(shown)
        assert desk.post("/customers/_transfer/?view=all", {**asked, "along": visit.key}, headers=ASKED).status_code == 204
        held = {row.id: row.owner_id for row in visit.rows(cast.again(cast.director))}
        assert held == {mine.id: cast.stranger.id, elsewhere.id: cast.owner.id, his.id: cast.mate.id}
        write_id = history.of_record(customer.id, limit=1)[0].write_id
        assert history.of_record(mine.id, limit=1)[0].write_id == write_id

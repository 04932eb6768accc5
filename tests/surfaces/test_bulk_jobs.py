"""Many records at once: counted exactly before anything changes, refused one by one with the reason, taken back as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock, history, jobs, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.models import AccessLog, Job
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Grant
from guanxi.surfaces import bulk, bulk_jobs
from tests.customers.pool_company import lying, pool
from tests.people import Cast, forget, review
from tests.samples import make

pytestmark = pytest.mark.django_db
CUSTOMERS = registry.get("customers.customer")
Desk = Callable[[Actor], Client]
ASKED = {"HX-Request": "true"}
LEVEL_A = "/customers/_bulk/?view=all&where=" + json.dumps(["level", "in", ["A", "C"]])


@pytest.fixture(autouse=True)
def _small(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(bulk_jobs, "SLICE", 2)


@pytest.fixture
def five(cast: Cast) -> list[int]:
    """Five customers of the owner: three of level A, two of level C."""
    return [make(CUSTOMERS, actor=cast.owner, level=level).id for level in "AACAC"]


def levels(ids: list[int]) -> str:
    found = {r.id: r for r in CUSTOMERS.model._default_manager.filter(id__in=ids)}
    return "".join(str(CUSTOMERS.fields["level"].kind.json(CUSTOMERS.fields["level"].value(found[i]))) for i in ids)


def ended(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return job


def latest(kind: str) -> Job:
    return Job.objects.filter(kind=kind).latest("id")


@pytest.mark.feature("CUS-22")
def test_what_is_more_than_a_page_can_do_is_counted_then_done_then_taken_back(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    desk = at_desk(cast.owner)
    answer = desk.post(LEVEL_A, {"all": "1", "field": "level", "level": "A"}, headers=ASKED)
    counting = ended(latest(bulk_jobs.REHEARSAL))
    assert answer.headers["HX-Redirect"] == f"/jobs/{counting.pk}/"
    assert counting.counts == {"will": 2, "unchanged": 3}
    assert levels(five) == "AACAC"
    assert "Do it: 2 records" in desk.get(f"/jobs/{counting.pk}/").content.decode()

    desk.post(f"/jobs/{counting.pk}/go/")
    doing = ended(latest(bulk_jobs.KIND))
    assert (doing.counts, levels(five)) == ({"done": 2, "unchanged": 3}, "AAAAA")
    assert {c.door for c in history.of_request(f"job:{doing.pk}")} == {"bulk"}
    assert "Do it" not in desk.get(f"/jobs/{counting.pk}/").content.decode()

    write.update((CUSTOMERS, five[2]), {"level": "B"}, actor=cast.owner, door="test")
    desk.post(f"/jobs/{doing.pk}/back/")
    back = ended(latest(bulk_jobs.UNDO))
    assert (back.counts, levels(five)) == ({"undone": 1, "kept": 1}, "AABAC")
    assert "Take back" not in desk.get(f"/jobs/{doing.pk}/").content.decode()


@pytest.mark.feature("CUS-22")
def test_taking_back_that_failed_halfway_is_begun_again(
    cast: Cast, at_desk: Desk, five: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = at_desk(cast.owner)
    desk.post("/customers/_delete/?view=all&where=" + json.dumps(["level", "in", ["A", "C"]]), {"all": "1"}, headers=ASKED)
    desk.post(f"/jobs/{ended(latest(bulk_jobs.REHEARSAL)).pk}/go/")
    doing = ended(latest(bulk_jobs.KIND))
    assert doing.counts == {"done": 5}
    desk.post(f"/jobs/{doing.pk}/back/")
    back, real, calls = latest(bulk_jobs.UNDO), write.undo, []

    def stumble(*args: Any, **given: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return real(*args, **given)

    monkeypatch.setattr(write, "undo", stumble)
    jobs.run(back.pk)
    assert Job.objects.get(pk=back.pk).state == "failed"
    assert 0 < CUSTOMERS.rows(SYSTEM).filter(id__in=five).count() < 5
    assert "Take back" in desk.get(f"/jobs/{doing.pk}/").content.decode()
    assert "Try again" in desk.get(f"/jobs/{back.pk}/").content.decode()
    desk.post(f"/jobs/{doing.pk}/back/")
    assert ended(back).counts == {"undone": 5}
    assert CUSTOMERS.rows(SYSTEM).filter(id__in=five).count() == 5
    assert "Take back" not in desk.get(f"/jobs/{doing.pk}/").content.decode()


def test_what_is_done_is_what_was_counted_also_when_more_match_by_then(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    desk = at_desk(cast.owner)
    desk.post(LEVEL_A, {"all": "1", "field": "remark", "remark": "x"}, headers=ASKED)
    counting = ended(latest(bulk_jobs.REHEARSAL))
    late = make(CUSTOMERS, actor=cast.owner, level="A").id
    desk.post(f"/jobs/{counting.pk}/go/")
    ended(latest(bulk_jobs.KIND))
    remarks = dict(CUSTOMERS.rows(cast.owner).values_list("id", "remark"))
    assert [remarks[i] for i in (*five, late)] == ["x"] * 5 + [""]


def test_what_may_not_be_changed_is_refused_by_name_and_nobody_else_is_told_of_it(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    for record in five[:2]:
        write.share(CUSTOMERS, [record], [write.Grantee("person", cast.stranger.id or 0)], "viewer", None, actor=cast.owner, door="test")
    mine = [make(CUSTOMERS, actor=cast.stranger, level="A").id for _n in range(2)]
    desk = at_desk(cast.stranger)
    desk.post(LEVEL_A, {"all": "1", "field": "remark", "remark": "x"}, headers=ASKED)
    counting = ended(latest(bulk_jobs.REHEARSAL))
    assert counting.counts == {"will": 2, "refused": 2}
    assert counting.total == 4
    listed = b"".join(desk.get(f"/jobs/{counting.pk}/result/").streaming_content).decode()  # type: ignore[arg-type]
    assert [str(i) in listed for i in (*five, *mine)] == [True, True, False, False, False, False, False]
    assert "you may not change it" in listed
    assert at_desk(cast.owner).post(f"/jobs/{counting.pk}/go/").status_code == 404


def refused_of_shared(cast: Cast, desk: Client, five: list[int]) -> str:
    """The file of what a stranger was refused who was let look at two records."""
    for record in five[:2]:
        write.share(CUSTOMERS, [record], [write.Grantee("person", cast.stranger.id or 0)], "viewer", None, actor=cast.owner, door="test")
    for _n in range(2):
        make(CUSTOMERS, actor=cast.stranger, level="A")
    desk.post(LEVEL_A, {"all": "1", "field": "remark", "remark": "x"}, headers=ASKED)
    counting = ended(latest(bulk_jobs.REHEARSAL))
    return b"".join(desk.get(f"/jobs/{counting.pk}/result/").streaming_content).decode()  # type: ignore[arg-type]


def test_a_refused_job_names_nothing_to_who_may_not_export(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    Grant.objects.filter(role=Assignment.objects.get(user=cast.stranger.id).role, entity=CUSTOMERS.key, action="export").delete()
    forget()
    listed = refused_of_shared(cast, at_desk(cast.stranger), five)
    names = CUSTOMERS.model._default_manager.filter(id__in=five[:2]).values_list("name", flat=True)
    assert all(str(i) in listed for i in five[:2])
    assert not any(name in listed for name in names)
    assert not AccessLog.objects.filter(verb="export").exists()


def test_what_a_refused_job_names_is_on_record_as_an_export(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    Grant.objects.filter(role=Assignment.objects.get(user=cast.stranger.id).role, entity=CUSTOMERS.key, action="export").delete()
    Grant.objects.create(role=Assignment.objects.get(user=cast.stranger.id).role, entity=CUSTOMERS.key, action="export", scope="all")
    forget()
    listed = refused_of_shared(cast, at_desk(cast.stranger), five)
    assert all(name in listed for name in CUSTOMERS.model._default_manager.filter(id__in=five[:2]).values_list("name", flat=True))
    taken = AccessLog.objects.get(verb="export", actor=cast.stranger.id)
    assert (taken.entity, taken.data["rows"], taken.data["columns"]) == (CUSTOMERS.key, 2, [CUSTOMERS.title])


def test_a_list_of_jobs_costs_the_same_for_two_as_for_twelve(cast: Cast, at_desk: Desk) -> None:
    desk, at, costs = at_desk(cast.owner), clock.now(), []
    given = {"kind": bulk_jobs.REHEARSAL, "title": "x", "actor": cast.owner.id, "state": "done", "counts": {"will": 2}, "ended_at": at}
    wish = {"slug": "customers", "verb": "edit"}
    for number in (2, 2, 10):
        for _n in range(number):
            Job.objects.create(**given, created_at=at, spec={"wish": wish})
        with CaptureQueriesContext(connection) as captured:
            assert "Do it: 2 records" in desk.get("/jobs/").content.decode()
        costs.append(len(captured.captured_queries))
    assert costs[1] == costs[2]


def test_a_rehearsed_claim_of_many_says_at_most(cast: Cast, at_desk: Desk) -> None:
    into = pool(claims_a_day=3)
    lying(cast, into, 5)
    desk = at_desk(cast.owner)
    desk.post(f"/pool-{into.id}/_do/claim/?view=all", {"all": "1"}, headers=ASKED)
    counting = ended(latest(bulk_jobs.REHEARSAL))
    shown = desk.get(f"/jobs/{counting.pk}/").content.decode()
    assert "Do it: at most 5 records" in shown
    assert "fewer" in shown


@pytest.mark.parametrize("reader", [history.of_request, history.writes_of])
def test_what_a_job_changed_is_found_by_its_index(cast: Cast, reader: Callable[[str], Any]) -> None:
    with CaptureQueriesContext(connection) as captured:
        reader("job:12")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql = captured.captured_queries[-1]["sql"].replace("$1", "'job:12'")
        cursor.execute(f"EXPLAIN {sql}")
        told = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in told
    assert "request_idx" in told or "change_request" in told, told


def test_a_stopped_job_keeps_what_it_did_and_that_goes_back(
    cast: Cast, at_desk: Desk, five: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = at_desk(cast.owner)
    desk.post(LEVEL_A, {"all": "1", "field": "remark", "remark": "x"}, headers=ASKED)
    desk.post(f"/jobs/{ended(latest(bulk_jobs.REHEARSAL)).pk}/go/")
    asked: list[int] = []
    monkeypatch.setattr(jobs.Progress, "cancelled", lambda self: asked.append(1) or len(asked) > 1)
    job = latest(bulk_jobs.KIND)
    jobs.run(job.pk)
    job.refresh_from_db()
    monkeypatch.undo()
    assert (job.state, job.counts) == ("cancelled", {"done": 2})
    desk.post(f"/jobs/{job.pk}/back/")
    assert ended(latest(bulk_jobs.UNDO)).counts == {"undone": 2}
    assert not CUSTOMERS.rows(cast.owner).filter(remark="x").exists()


def test_many_deleted_and_many_handed_over_come_back_too(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    for actor, address, given in ((cast.owner, "_delete", {}), (cast.manager, "_transfer", {"owner": str(cast.mate.id)})):
        desk = at_desk(actor)
        desk.post(f"/customers/{address}/?view=all", {"all": "1", **given}, headers=ASKED)
        desk.post(f"/jobs/{ended(latest(bulk_jobs.REHEARSAL)).pk}/go/")
        doing = ended(latest(bulk_jobs.KIND))
        assert doing.counts == {"done": 5}
        assert not CUSTOMERS.rows(SYSTEM).filter(owner_id=cast.owner.id).exists()
        desk.post(f"/jobs/{doing.pk}/back/")
        assert ended(latest(bulk_jobs.UNDO)).counts == {"undone": 5}
        assert CUSTOMERS.rows(SYSTEM).filter(owner_id=cast.owner.id).count() == 5


def test_a_dialogue_counts_exactly_and_changes_nothing(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    other = make(CUSTOMERS, actor=cast.stranger)
    events = Job.objects.count(), AccessLog.objects.count()
    given = {"ids": f"{five[0]},{five[2]},{other.id}", "field": "level", "level": "A"}
    shown = at_desk(cast.owner).post("/customers/_rehearse/edit/?view=all", given, headers=ASKED).content.decode()
    for words in ("Would change <b>1</b>", "unchanged <b>1</b>", "refused <b>1</b>", "another record"):
        assert words in shown
    assert other.name not in shown
    assert levels(five) == "AACAC"
    assert len(history.of_record(five[2])) == 1
    assert (Job.objects.count(), AccessLog.objects.count()) == events


def test_a_dialogue_says_that_many_are_counted_by_a_job(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    address = LEVEL_A.replace("_bulk", "_rehearse/edit")
    shown = at_desk(cast.owner).post(address, {"all": "1", "field": "level", "level": "B"}, headers=ASKED).content.decode()
    assert "More than 3 records" in shown


def test_nobody_rehearses_what_he_may_not_do(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    desk = at_desk(cast.readonly)
    for verb in ("edit", "transfer", "delete", "nothing"):
        assert desk.post(f"/customers/_rehearse/{verb}/?view=all", {"ids": str(five[0])}, headers=ASKED).status_code == 404


def test_what_was_refused_among_several_stays_on_the_screen_with_its_reason(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    other = make(CUSTOMERS, actor=cast.stranger)
    answer = at_desk(cast.owner).post("/customers/_bulk/", {"ids": f"{five[0]},{other.id}", "field": "level", "level": "B"}, headers=ASKED)
    assert answer.headers["HX-Retarget"] == "#modal"
    assert "you may not change it" in answer.content.decode()
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]


def test_what_somebody_must_agree_to_is_counted_as_sent(cast: Cast, at_desk: Desk, five: list[int]) -> None:
    review(cast.owner, CUSTOMERS.key)
    given = {"ids": str(five[2]), "field": "level", "level": "A"}
    shown = at_desk(cast.owner).post("/customers/_rehearse/edit/?view=all", given, headers=ASKED).content.decode()
    assert "Sent for review <b>1</b>" in shown


def test_taking_back_many_costs_the_same_for_twelve_as_for_thirty(cast: Cast) -> None:
    costs = []
    for number in (12, 12, 30):
        ids = [make(CUSTOMERS, actor=cast.owner, level="A").id for _n in range(number)]
        written = write.update_many(CUSTOMERS, {i: {"level": "C"} for i in ids}, actor=cast.owner, door="test").written
        changes = history.of_write(history.of_record(next(iter(written)), limit=1)[0].write_id)
        with CaptureQueriesContext(connection) as captured:
            assert write.undo(changes, actor=cast.owner, door="undo").records == number
        assert levels(ids) == "A" * number
        costs.append(len(captured.captured_queries))
    assert costs[1] == costs[2]

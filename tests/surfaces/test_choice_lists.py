"""Choice lists on a screen: what is added is offered at once, what is retired stays where it stands, two that meant the same become one."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from guanxi.kernel import dictionary, history, jobs, lists, verify, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.models import DictionaryValue, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lists as verbs
from guanxi.org.models import Operation
from guanxi.surfaces.admin import lists as pages
from tests import samples
from tests.people import Cast, forget

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")
SOURCE, LEVEL, STAGE = Dictionary("customer_source"), Dictionary("customer_level"), Dictionary("opportunity_stage")


@pytest.fixture(autouse=True)
def _afresh() -> Any:
    yield
    dictionary.clear()


def field(entity: Any, record: int, key: str) -> Any:
    return entity.model._default_manager.values_list(key, flat=True).get(id=record)


def of(code: str) -> lists.ListOf:
    found = lists.get(code)
    assert found is not None
    return found


def follow() -> Job:
    job = Job.objects.filter(kind=pages.MERGE).latest("id")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return job


@pytest.mark.feature("DIC-01", "DIC-02", "DIC-04", "CUS-16")
def test_a_value_added_is_offered_imported_filtered_and_renamed(cast: Cast, at_desk: Desk) -> None:
    desk, owner = at_desk(cast.business), at_desk(cast.owner)
    answer = desk.post("/admin/lists/customer_source/add/", {"lines": "直播带货,Live shopping\n广告\n校友介绍"}, follow=True)
    assert answer.redirect_chain
    assert "2 added." in answer.content.decode()
    new = SOURCE.by_code("live_shopping")
    assert new is not None
    assert new.zh == "直播带货"
    assert SOURCE.by_code("xiaoyoujieshao") is not None
    assert "Live shopping" in owner.get("/customers/new/").content.decode()
    record = write.create(CUSTOMER, {"name": "云深制造", "source": "直播带货"}, actor=cast.owner, door="test").id
    assert field(CUSTOMER, record, "source") == new.id
    desk.post(f"/admin/lists/customer_source/{new.id}/", {"zh": "直播", "en": "Live", "colour": "g", "active": "1"})
    shown = owner.get('/customers/?view=all&where=["source","is","live_shopping"]').content.decode()
    assert "云深制造" in shown
    assert ">Live<" in owner.get(f"/customers/{record}/").content.decode()
    lines = Operation.objects.filter(subject="dictionaryvalue", subject_id=new.id).order_by("id")
    assert [line.verb for line in lines] == ["create", "update"]
    assert "直播" in at_desk(cast.admin).get("/admin/trail/?what=dictionaryvalue").content.decode()


@pytest.mark.feature("DIC-02")
def test_what_is_retired_stays_where_it_stands_and_is_chosen_no_more(cast: Cast, at_desk: Desk) -> None:
    old = SOURCE.by_code("ads") or SOURCE.active()[2]
    record = write.create(CUSTOMER, {"name": "云深制造", "source": old.code}, actor=cast.owner, door="test").id
    at_desk(cast.business).post(f"/admin/lists/customer_source/{old.id}/", {"zh": old.zh, "en": old.en})
    owner = at_desk(cast.owner)
    assert old.label not in owner.get("/customers/new/").content.decode()
    assert old.label in owner.get(f"/customers/{record}/").content.decode()
    write.update((CUSTOMER, record), {"source": old.code, "phone": "13812345678"}, actor=cast.owner, door="test")
    with pytest.raises(write.Invalidated, match="no longer offered"):
        write.create(CUSTOMER, {"name": "另一家", "source": old.label}, actor=cast.owner, door="test")
    assert CUSTOMER.rows(cast.owner).where(["source", "is", old.code]).count() == 1


@pytest.mark.feature("DIC-02")
def test_two_that_meant_the_same_become_one(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.business)
    one, other = SOURCE.active()[:2]
    ids = [samples.make(CUSTOMER, actor=cast.owner, source=one.code).id for _n in range(3)]
    binned = samples.make(CUSTOMER, actor=cast.owner, source=one.code).id
    write.delete((CUSTOMER, binned), actor=cast.owner, door="test")
    stands = field(CUSTOMER, ids[0], "updated_at")
    page = desk.get(f"/admin/lists/customer_source/?value={one.id}").content.decode()
    assert ">3<" in page
    desk.post(f"/admin/lists/customer_source/{one.id}/merge/", {"into": other.id})
    assert SOURCE.by_code(one.code) == SOURCE.by_name(one.zh) == other
    (left,) = verify.run()
    assert "3 records still bear" in left
    assert follow().counts == {"done": 4}
    assert {field(CUSTOMER, i, "source") for i in [*ids, binned]} == {other.id}
    assert field(CUSTOMER, ids[0], "updated_at") == stands
    change = history.of_record(ids[0])[0]
    assert (change.actor, change.diff["source"]) == (cast.business.id, [one.id, other.id])
    assert CUSTOMER.rows(cast.owner).where(["source", "is", one.code]).count() == 3
    late = write.create(CUSTOMER, {"name": "晚到一家", "source": one.zh}, actor=cast.owner, door="test").id
    assert field(CUSTOMER, late, "source") == other.id
    assert one not in of("customer_source").items
    assert verify.run() == []


def test_tags_and_fields_of_the_companys_own_follow_as_well(cast: Cast) -> None:
    key, several = (
        samples.added(CUSTOMER, "choice", dictionary="customer_source"),
        samples.added(CUSTOMER, "tags", dictionary="customer_source"),
    )
    forget()
    one, other, third = SOURCE.active()[:3]
    values = {"name": "云深制造", key: one.code, several: [one.code, other.code, third.code]}
    record = write.create(CUSTOMER, values, actor=cast.owner, door="test").id
    alone = write.create(CUSTOMER, {"name": "别家", several: [third.code]}, actor=cast.owner, door="test").id
    sources = of("customer_source")
    counted = lists.counts(sources)
    assert counted is not None
    assert counted[one.id] == 2
    verbs.merge(sources, one, other, actor=cast.business)
    assert sum(verbs.repoint(sources, one.id, other.id, actor=cast.business)) == 2
    assert field(CUSTOMER, record, "custom") == {key: other.id, several: sorted([other.id, third.id])}
    assert field(CUSTOMER, alone, "custom") == {several: [third.id]}


def test_a_list_by_which_rules_go_is_renamed_and_nothing_else(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.business)
    one, other = STAGE.active()[:2]
    assert desk.post("/admin/lists/opportunity_stage/add/", {"lines": "又一个"}).status_code == 422
    assert desk.post(f"/admin/lists/opportunity_stage/{one.id}/merge/", {"into": other.id}).status_code == 422
    assert desk.post(f"/admin/lists/opportunity_stage/{one.id}/", {"zh": one.zh, "en": one.en}).status_code == 422
    assert desk.post(f"/admin/lists/opportunity_stage/{one.id}/", {"zh": "初次拜访", "en": one.en, "active": "1"}).status_code == 302
    assert (STAGE.by_id(one.id) or one).zh == "初次拜访"
    assert not Job.objects.filter(kind=pages.MERGE).exists()


def test_order_and_default_are_those_of_every_form(cast: Cast, at_desk: Desk) -> None:
    desk, codes = at_desk(cast.business), [i.code for i in LEVEL.active()]
    last = LEVEL.active()[-1]
    desk.post(f"/admin/lists/customer_level/{last.id}/shift/", {"up": "1"})
    assert [i.code for i in LEVEL.active()] == [*codes[:-2], codes[-1], codes[-2]]
    for value in LEVEL.active()[:2]:
        desk.post(f"/admin/lists/customer_level/{value.id}/", {"zh": value.zh, "en": value.en, "active": "1", "default": "1"})
    assert [i.code for i in LEVEL.items() if i.default] == [LEVEL.active()[1].code]


@pytest.mark.parametrize(
    ("path", "given", "said"),
    [
        ("add/", {"lines": " \n"}, "Write one value a line"),
        ("add/", {"lines": "好" * 121}, "at most 120 characters"),
        ("add/", {"lines": "\n".join(f"v{n}" for n in range(501))}, "at most 500 at once"),
        ("{a}/", {"zh": "", "active": "1"}, "Give the value a name"),
        ("{a}/", {"zh": "b 普通", "active": "1"}, "in this list already"),
        ("{a}/merge/", {"into": "{a}"}, "Choose another value of the same list"),
        ("{a}/merge/", {"into": "9999999"}, "Choose another value of the same list"),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(cast: Cast, at_desk: Desk, path: str, given: dict[str, str], said: str) -> None:
    before = list(DictionaryValue.objects.order_by("id").values())
    ids = {"a": LEVEL.id("A")}
    answer = at_desk(cast.business).post(
        "/admin/lists/customer_level/" + path.format(**ids), {k: v.format(**ids) for k, v in given.items()}
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert list(DictionaryValue.objects.order_by("id").values()) == before


def test_how_often_a_value_is_used_is_told_to_who_may_see_all_of_it(cast: Cast, at_desk: Desk) -> None:
    samples.make(CUSTOMER, actor=cast.owner, level="A")
    assert "data-uses" not in at_desk(cast.admin).get("/admin/lists/customer_level/").content.decode()
    assert at_desk(cast.owner).get("/admin/lists/").status_code == 404
    assert '<td class="num">3</td>' in at_desk(cast.business).get("/admin/lists/").content.decode()
    assert at_desk(cast.owner).post("/admin/lists/customer_level/add/", {"lines": "x"}).status_code == 404


def test_a_list_is_taken_away_as_a_workbook(cast: Cast, at_desk: Desk) -> None:
    body = b"".join(at_desk(cast.business).get("/admin/lists/customer_level/export/").streaming_content)  # type: ignore[attr-defined]
    rows = list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [row[0] for row in rows] == ["Code", "A", "B", "C"]

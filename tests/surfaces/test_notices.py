"""People are told what they have to know: mentions, what they follow, what they are given; and never more than they may see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock, comments, marks, notices, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Notice
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from tests import samples
from tests.people import Cast, restrict

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


def told(actor: Actor) -> list[tuple[str, int]]:
    return [(one.verb, one.record) for one in notices.of(actor)]


def test_whoever_is_mentioned_is_told_with_what_was_said(cast: Cast, at_desk: Desk) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    answer = at_desk(cast.owner).post(f"/customers/{record.id}/_comment/", {"body": "@Min 请看一下报价"})
    assert answer.status_code in (200, 302)
    desk = at_desk(cast.manager)
    assert desk.get("/_counts/").json()["notifications"] == "1"
    page = desk.get("/notifications/").content.decode()
    assert "请看一下报价" in page
    assert record.name in page
    assert f'href="/customers/{record.id}/"' in page


def test_looking_at_the_record_or_saying_so_makes_it_read(cast: Cast, at_desk: Desk) -> None:
    first, second = (samples.make(CUSTOMER, actor=cast.owner) for _ in range(2))
    for record in (first, second):
        comments.add(CUSTOMER, record.id, "@Min look", actor=cast.owner)
    desk = at_desk(cast.manager)
    desk.post(f"/customers/{first.id}/_seen/")
    assert desk.get("/_counts/").json()["notifications"] == "1"
    desk.post("/notifications/read/")
    assert desk.get("/_counts/").json()["notifications"] == ""


def test_who_may_not_see_the_record_is_not_told_and_the_writer_learns_it(cast: Cast, at_desk: Desk) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    answer = at_desk(cast.owner).post(
        f"/customers/{record.id}/_compose/", {"mode": "_comment", "text": "@Stella 你认识他们吗"}, headers={"HX-Request": "true"}
    )
    assert "Stella" in answer.headers["HX-Trigger"]
    assert Notice.objects.filter(person=cast.stranger.id).count() == 0


@pytest.mark.parametrize("how", ["handed over", "deleted"])
def test_what_is_out_of_reach_by_now_is_neither_shown_nor_counted(cast: Cast, at_desk: Desk, how: str) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    comments.add(CUSTOMER, record.id, "@Olivia secret words", actor=cast.manager)
    assert told(cast.owner) == [(notices.MENTIONED, record.id)]
    if how == "handed over":
        write.transfer(CUSTOMER, [record.id], cast.stranger.id, actor=cast.director, door="test")
    else:
        write.delete((CUSTOMER, record.id), actor=cast.owner, door="test")
    assert told(cast.owner) == []
    desk = at_desk(cast.owner)
    assert "secret words" not in desk.get("/notifications/").content.decode()
    assert desk.get("/_counts/").json()["notifications"] == ""


def test_a_title_that_is_closed_is_not_told_and_a_comment_taken_back_neither(cast: Cast, at_desk: Desk) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    made = comments.add(CUSTOMER, record.id, "@Olivia hasty words", actor=cast.manager)
    comments.remove(made.pk, actor=cast.manager)
    actor = restrict(cast.owner, CUSTOMER.key, "name", "hidden")
    page = at_desk(actor).get("/notifications/").content.decode()
    assert f"/customers/{record.id}/" in page
    assert record.name not in page
    assert "hasty words" not in page


def test_followers_hear_of_changes_by_others_and_not_of_their_own(cast: Cast, at_desk: Desk) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    at_desk(cast.director).post(f"/customers/{record.id}/_follow/", {"on": "1"})
    write.update((CUSTOMER, record.id), {"name": samples.values(CUSTOMER, actor=cast.owner)["name"]}, actor=cast.owner, door="test")
    write.update((CUSTOMER, record.id), {"name": samples.values(CUSTOMER, actor=cast.owner)["name"]}, actor=cast.director, door="test")
    assert told(cast.director) == [("updated", record.id)]
    at_desk(cast.director).post(f"/customers/{record.id}/_follow/", {"on": ""})
    write.update_many(CUSTOMER, {record.id: {"remark": "x"}}, actor=cast.owner, door="test")
    assert len(told(cast.director)) == 1


def test_followers_hear_of_changes_to_many_at_once(cast: Cast) -> None:
    records = [samples.make(CUSTOMER, actor=cast.owner).id for _ in range(3)]
    for record in records[:2]:
        marks.put(marks.FOLLOWED, CUSTOMER, record, cast.manager)
    write.update_many(CUSTOMER, {i: {"remark": "x"} for i in records}, actor=cast.owner, door="test")
    assert sorted(told(cast.manager)) == [("updated", i) for i in records[:2]]


def test_the_new_owner_is_told_unless_he_gets_very_many(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    write.transfer(CUSTOMER, [record.id], cast.mate.id, actor=cast.director, door="test")
    assert told(cast.mate) == [("transfer", record.id)]
    many = [samples.make(CUSTOMER, actor=cast.owner).id for _ in range(21)]
    write.transfer(CUSTOMER, many, cast.mate.id, actor=cast.director, door="test")
    assert len(told(cast.mate)) == 1


def test_the_owner_hears_of_comments_once_even_when_he_is_mentioned(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    comments.add(CUSTOMER, record.id, "how are they?", actor=cast.manager)
    comments.add(CUSTOMER, record.id, "@Olivia how are they?", actor=cast.manager)
    assert told(cast.owner) == [(notices.MENTIONED, record.id), ("commented", record.id)]


def test_only_who_is_new_in_an_edited_comment_is_told_again(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    made = comments.add(CUSTOMER, record.id, "@Min look", actor=cast.owner)
    comments.edit(made.pk, "@Min @Dora look", actor=cast.owner)
    assert (len(told(cast.manager)), len(told(cast.director))) == (1, 1)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@王芳请看", ["wangfang"]),
        ("@王芳芳请看", ["wangff"]),
        ("@张伟 in doubt", []),
        ("@张伟(zhangwei2) please", ["zhangwei2"]),
        ("mail to a@wangfang.cn and @WangFang", ["wangfang"]),
        ("@gone @nobody @", []),
        ("@maxwell is not Max, @Max is", ["max"]),
    ],
)
def test_whom_a_text_calls(cast: Cast, text: str, names: list[str]) -> None:
    given = [("wangfang", "王芳"), ("wangff", "王芳芳"), ("zhangwei", "张伟"), ("zhangwei2", "张伟")]
    for login, name in given:
        User.objects.create(login=login, name=name, password="!")
    User.objects.create(login="gone", name="Gone", password="!", is_active=False)
    actor = cast.again(cast.owner)
    called = [User.objects.get(id=i).login for i in notices.mentioned(text, actor)]
    assert called == names


def test_colleagues_are_offered_by_name_login_and_reading(cast: Cast, at_desk: Desk) -> None:
    User.objects.create(login="wf", name="王芳", password="!")
    desk = at_desk(cast.again(cast.owner))
    for text in ("王", "wf", "wangf"):
        assert "王芳" in desk.get("/_pick/colleagues/", {"q": text}).content.decode(), text
    assert "Olivia" not in desk.get("/_pick/colleagues/?q=").content.decode()


def test_the_page_costs_the_same_however_much_there_is(cast: Cast, at_desk: Desk) -> None:
    desk, costs = at_desk(cast.manager), []
    for _ in range(2):
        for _n in range(5):
            comments.add(CUSTOMER, samples.make(CUSTOMER, actor=cast.owner).id, "@Min look", actor=cast.owner)
        desk.get("/notifications/")
        with CaptureQueriesContext(connection) as asked:
            desk.get("/notifications/")
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_what_was_read_long_ago_is_dropped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    for _ in range(2):
        comments.add(CUSTOMER, record.id, "@Min look", actor=cast.owner)
    Notice.objects.filter(id=notices.of(cast.manager)[0].id).update(read_at=clock.now() - notices.timedelta(days=notices.KEPT_DAYS + 1))
    assert notices.sweep() == 1
    assert len(told(cast.manager)) == 1


def test_that_a_hidden_field_moved_is_told_to_nobody_from_whom_it_is_hidden(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    marks.put(marks.FOLLOWED, CUSTOMER, record.id, cast.manager)
    manager = restrict(cast.manager, CUSTOMER.key, "remark", "hidden")
    write.update((CUSTOMER, record.id), {"remark": "y"}, actor=cast.owner, door="test")
    write.update_many(CUSTOMER, {record.id: {"remark": "z"}}, actor=cast.owner, door="test")
    assert (told(manager), notices.unread(manager)) == ([], 0)
    write.update((CUSTOMER, record.id), {"remark": "w", "phone": "13800138000"}, actor=cast.owner, door="test")
    assert told(manager) == [("updated", record.id)]


def test_very_many_calls_in_one_remark_are_not_followed_up(cast: Cast) -> None:
    assert notices.mentioned("@x" * 60 + "@Min", cast.owner) == []
    assert notices.mentioned("@x" * 10 + " @Min", cast.owner) == [cast.manager.id]

"""The feed for warehouses: nothing skipped, nothing twice, nothing hinted at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.org.models import FieldRight
from tests import samples
from tests.api.conftest import Program
from tests.people import Cast, let

customers, contacts = registry.get("customers.customer"), registry.get("customers.contact")


@pytest.fixture
def of(committed: Cast) -> Callable[[Any], Program]:
    """A program of somebody, in a house whose writes commit."""
    return lambda actor: Program(tokens.issue(actor.login), Client())


def told(mine: Program, since: str = "", **query: Any) -> tuple[list[tuple[str, int, str]], str]:
    """All that follows a cursor, page by page, and the cursor then."""
    found: list[tuple[str, int, str]] = []
    while True:
        answer = mine.get("changes", **({"since": since} if since else {}), **query)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        assert f"since={page['cursor']}" in page["next"]
        found += [(each["entity"], each["id"], each["change"]) for each in page["results"]]
        since = page["cursor"]
        if not page["more"]:
            return found, since


@pytest.mark.feature("INT-02")
def test_a_program_follows_what_happens(committed: Cast, of: Callable[[Any], Program]) -> None:
    mine, owner = of(committed.owner), committed.owner
    _none, cursor = told(mine, "now")
    one = samples.make(customers, actor=owner)
    write.update(one, {"remark": "x"}, actor=owner, door="test")
    found, cursor = told(mine, cursor)
    assert found == [("customers", one.id, "created"), ("customers", one.id, "changed")]
    write.delete(one, actor=owner, door="test")
    assert told(mine, cursor)[0] == [("customers", one.id, "deleted")]
    write.restore(one, actor=owner, door="test")
    found, cursor = told(mine, cursor)
    assert found[-1] == ("customers", one.id, "restored")
    assert told(mine, cursor) == ([], cursor)
    assert told(mine, limit=1)[0] == told(mine)[0]
    assert told(mine, entity="contacts")[0] == []
    assert mine.get("changes", include="record").json()["results"][-1]["record"]["id"] == one.id


def test_who_commits_late_is_not_skipped_and_nobody_comes_twice(committed: Cast, of: Callable[[Any], Program]) -> None:
    mine, owner = of(committed.owner), committed.owner
    quick = samples.make(contacts, actor=owner)
    _none, cursor = told(mine, "now")
    written, go, made = threading.Event(), threading.Event(), []

    def slow() -> None:
        try:
            with transaction.atomic():
                made.append(samples.make(customers, actor=owner).id)
                written.set()
                assert go.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(20)
    write.update(quick, {"remark": "meanwhile"}, actor=owner, door="test")
    before, cursor = told(mine, cursor)
    go.set()
    thread.join(20)
    after, cursor = told(mine, cursor)
    assert before == []  # what committed waits for who began earlier
    assert sorted(after) == [("contacts", quick.id, "changed"), ("customers", made[0], "created")]
    assert told(mine, cursor)[0] == []


def test_strangers_learn_nothing_and_who_gave_a_record_away_that_it_is_gone(committed: Cast, of: Callable[[Any], Program]) -> None:
    owner = committed.owner
    mine, strangers, bosses = of(owner), of(committed.stranger), of(committed.director)
    cursors = [told(p, "now")[1] for p in (mine, strangers, bosses)]
    one = samples.make(customers, actor=owner)
    write.transfer(customers, [one.id], committed.director.id, actor=committed.director, door="test")
    write.delete(one, actor=committed.director, door="test")
    kinds = [[(i, change) for _slug, i, change in told(p, c)[0]] for p, c in zip((mine, strangers, bosses), cursors, strict=True)]
    assert kinds[0] == [(one.id, "gone")]
    assert kinds[1] == []
    assert kinds[2] == [(one.id, "deleted")] * 3


def test_a_change_of_a_hidden_field_is_no_news(committed: Cast, of: Callable[[Any], Program]) -> None:
    one = samples.make(customers, actor=committed.owner)
    mine = of(committed.owner)
    _none, cursor = told(mine, "now")
    let(committed.owner, customers.key, "remark", "hidden")
    write.update(one, {"remark": "secret"}, actor=committed.director, door="test")
    assert told(mine, cursor)[0] == []
    FieldRight.objects.filter(entity=customers.key, field="remark").delete()


def test_a_merge_ends_one_and_changes_what_hung_on_it(committed: Cast, of: Callable[[Any], Program]) -> None:
    boss = committed.director
    keep, lost = (samples.make(customers, actor=boss) for _ in range(2))
    contact = samples.make(contacts, actor=boss, customer=lost.id)
    mine = of(boss)
    _none, cursor = told(mine, "now")
    write.merge(customers, keep.id, [lost.id], {}, actor=boss, door="test")
    found = set(told(mine, cursor)[0])
    assert {("customers", keep.id, "changed"), ("customers", lost.id, "deleted"), ("contacts", contact.id, "changed")} <= found


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=1-x", 400),
        ("since=99999999999999-1", 410),
        ("limit=0", 400),
        ("limit=1001", 400),
        ("entity=nothing", 404),
        ("include=all", 400),
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, program: Callable[[Any], Program], query: str, status: int) -> None:
    assert program(cast.owner).send("GET", f"changes?{query}").status_code == status

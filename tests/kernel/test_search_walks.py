"""What is frequent is looked for among the newest entries, and never further back than these, whoever asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock, frequent, search
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Grant, User
from tests.people import Cast
from tests.samples import make

CUSTOMER = registry.get("customers.customer")


@pytest.fixture
def chief(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Somebody to whom so many report that no index has their entries in order of time; every word counts as frequent."""
    monkeypatch.setattr(frequent, "frequent", lambda tokens: True)
    leader = User.objects.get(id=cast.manager.id)
    User.objects.bulk_create(
        User(login=f"r{n}", name=f"R{n}", department_id=leader.department_id, manager=leader, password="!")
        for n in range(search.MOST_PARTS + 2)
    )
    role = Assignment.objects.get(user=leader).role
    Grant.objects.filter(role=role, action="view").update(scope="reports")
    return cast.again(cast.manager)


def test_no_part_of_a_walk_is_without_an_end(cast: Cast, chief: Actor) -> None:
    with CaptureQueriesContext(connection) as captured:
        search.find("qqqq", chief)
    walks = [q["sql"] for q in captured.captured_queries if "CASE WHEN" in q["sql"] and "IS TRUE" not in q["sql"] and "UNION" in q["sql"]]
    assert walks
    for part in walks[-1].split("UNION ALL"):
        assert '"updated_at" >= ' in part or '"record" = ANY' in part or '"parent" = ANY' in part, part


def test_what_lies_further_back_is_found_all_the_same(cast: Cast, chief: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    record = make(CUSTOMER, actor=cast.owner, name="湘西凤凰银饰")
    monkeypatch.setattr(frequent, "edge", lambda column, value: clock.now() + timedelta(hours=1))
    assert [hit.record for hit in search.find("凤凰", chief)] == [record.id]

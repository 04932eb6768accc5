"""Many deleted records come back together: the same rights, history and counts as one by one, in the same number of statements."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import history, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Event, SearchEntry
from guanxi.kernel.registry import registry
from tests.people import Cast, review
from tests.samples import make

pytestmark = [pytest.mark.django_db, pytest.mark.feature("CUS-22")]
CUSTOMERS = registry.get("customers.customer")


def several(entity: Entity, number: int, actor: Actor) -> list[int]:
    return [make(entity, actor=actor).id for _n in range(number)]


def thrown_away(entity: Entity, ids: list[int], actor: Actor) -> list[history.Change]:
    """What history says of one deletion of all of them."""
    write.delete_many(entity, ids, actor=actor, door="bulk")
    return history.of_write(history.of_record(ids[0], limit=1)[0].write_id)


def statements(changes: list[history.Change], actor: Actor) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert write.undo(changes, actor=actor, door="undo").records == len(changes)
    return len(asked)


@pytest.mark.parametrize("key", ["customers.customer", "customers.contact", "sales.opportunity", "activity.followup"])
def test_bringing_back_costs_no_more_statements_for_more_records(cast: Cast, key: str) -> None:
    entity = registry.get(key)
    few, many = (several(entity, number, cast.owner) for number in (12, 48))
    statements(thrown_away(entity, few[:10], cast.owner), cast.owner)  # what is asked once only is asked now
    assert statements(thrown_away(entity, many, cast.owner), cast.owner) == statements(thrown_away(entity, few, cast.owner), cast.owner)


def test_each_comes_back_with_its_line_of_history_its_search_entry_and_its_event(cast: Cast) -> None:
    ids = several(CUSTOMERS, 12, cast.owner)
    result = write.undo(thrown_away(CUSTOMERS, ids, cast.owner), actor=cast.owner, door="undo")
    assert (result.records, result.kept, result.sent) == (12, [], [])
    assert CUSTOMERS.rows(cast.owner).filter(id__in=ids, deleted_by=None, version=3).count() == 12
    assert SearchEntry.objects.filter(record__in=ids).count() == 12
    assert Event.objects.filter(record__in=ids, verb="restored").count() == 12
    lines = [history.of_record(i) for i in ids]
    assert {(each[0].verb, each[0].door, each[0].actor, each[0].version, len(each)) for each in lines} == {
        ("restore", "undo", cast.owner.id, 3, 3)
    }
    assert len({each[0].write_id for each in lines}) == 1


def test_what_cannot_come_back_stays_and_is_counted_exactly(cast: Cast) -> None:
    ids = several(CUSTOMERS, 13, cast.owner)
    name = CUSTOMERS.model._default_manager.get(id=ids[0]).name
    changes = thrown_away(CUSTOMERS, ids, cast.owner)
    make(CUSTOMERS, actor=cast.stranger, name=name)
    write.restore((CUSTOMERS, ids[1]), actor=cast.owner, door="bin")
    CUSTOMERS.model._default_manager.filter(id=ids[2]).update(owner=cast.stranger.id, department=None)
    result = write.undo(changes, actor=cast.owner, door="undo")
    assert result.records == 10
    assert sorted((record, keys) for _entity, record, keys in result.kept) == [(i, ["deleted_at", "deleted_by"]) for i in ids[:3]]
    assert set(CUSTOMERS.rows(SYSTEM, deleted=True).filter(id__in=ids).values_list("id", flat=True)) == {ids[0], ids[2]}


def test_what_somebody_must_agree_to_waits_for_him(cast: Cast) -> None:
    ids = several(CUSTOMERS, 11, cast.owner)
    changes = thrown_away(CUSTOMERS, ids, cast.owner)
    bound = review(cast.owner, CUSTOMERS.key)
    result = write.undo(changes, actor=bound, door="undo")
    assert (result.records, sorted(result.sent), result.kept) == (0, ids, [])
    assert not CUSTOMERS.rows(SYSTEM).filter(id__in=ids).exists()
    again = write.undo(changes, actor=bound, door="undo")
    assert (again.records, again.sent, len(again.kept)) == (0, [], 11)


def test_figures_above_them_count_them_again(cast: Cast) -> None:
    opportunities = registry.get("sales.opportunity")
    customer: Any = make(CUSTOMERS, actor=cast.owner)
    ids = [make(opportunities, actor=cast.owner, customer=customer.id).id for _n in range(12)]
    figures = lambda: {r.field: getattr(CUSTOMERS.model._default_manager.get(id=customer.id), r.field) for r in CUSTOMERS.rollups}
    before = figures()
    changes = thrown_away(opportunities, ids, cast.owner)
    assert figures() != before
    write.undo(changes, actor=cast.owner, door="undo")
    assert figures() == before

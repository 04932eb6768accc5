"""What falls into a pool, when and why: the rules, the dry run, the night, and the warning before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guanxi.kernel import clock, history, recycling, verify, write
from guanxi.kernel.registry import registry
from tests import samples
from tests.customers.pool_company import customers, fresh, owned, pool, rule, switch
from tests.people import Cast


def falls(record: int) -> int | None:
    """In how many days."""
    day = fresh(record).falls_on
    return None if day is None else (day - clock.today()).days


def test_days_count_from_the_last_follow_up_or_from_owning_it(cast: Cast) -> None:
    into = rule(pool(people=[cast.owner.id], warning_days=3), days=15)
    mine = owned(cast.owner, days=5)
    into = switch(into, recycles=True)
    assert (falls(mine.id), fresh(mine.id).falls_to_id, fresh(mine.id).falls_why) == (10, into.id, into.rules[0].id)
    write.create(registry.get("activity.followup"), {"customer": mine.id, "summary": "spoke"}, actor=cast.owner, door="test")
    assert falls(mine.id) == 15


def test_the_shortest_rule_that_matches_decides(cast: Cast) -> None:
    into = pool(people=[cast.owner.id], warning_days=0)
    for days, level in ((15, "A"), (30, "B"), (60, "C")):
        into = rule(into, days=days, where=["level", "is", level])
    into = rule(into, since="deal", days=40)
    levels = {level: owned(cast.owner, level=level) for level in "ABC"}
    switch(into, recycles=True)
    assert {level: falls(row.id) for level, row in levels.items()} == {"A": 15, "B": 30, "C": 40}


def test_nothing_falls_before_its_owner_has_been_warned(cast: Cast) -> None:
    into = rule(pool(people=[cast.owner.id], warning_days=3), days=15)
    old = owned(cast.owner, days=400)
    switch(into, recycles=True)
    assert falls(old.id) == 3
    assert write.recycle(customers()) == 0
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert write.recycle(customers()) == 0
        assert falls(old.id) == 1
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert write.recycle(customers()) == 1
    assert fresh(old.id).owner_id is None


@pytest.mark.feature("OWN-01")
def test_the_night_writes_the_reason_and_is_harmless_twice(cast: Cast) -> None:
    into = rule(pool(people=[cast.owner.id], warning_days=0), days=15)
    old, young, theirs = owned(cast.owner, days=20), owned(cast.owner, days=3), owned(cast.stranger, days=20)
    contact = samples.make(registry.get("customers.contact"), actor=cast.owner, customer=old.id)
    into = switch(into, recycles=True)
    assert write.recycle(customers()) == 1
    assert write.recycle(customers()) == 0
    row = fresh(old.id)
    assert (row.owner_id, row.pool_id, row.pooled_from_id, row.pool_reason, row.falls_on) == (None, into.id, cast.owner.id, "15 days", None)
    change = history.of_record(old.id)[0]
    assert (change.verb, change.door, change.actor, change.diff["pool_reason"][1]) == ("recycle", "rule", None, "15 days")
    contact.refresh_from_db()
    assert contact.owner_id is None
    assert fresh(young.id).owner_id == cast.owner.id
    assert fresh(theirs.id).owner_id == cast.stranger.id
    assert verify.run() == []


def test_what_is_spared_never_falls(cast: Cast) -> None:
    spared = '["or", ["open_count", "gt", 0], ["locked", "is", true], ["status", "is", "signed"]]'
    into = rule(pool(people=[cast.owner.id], warning_days=0, spared=spared), days=15)
    busy, locked, signed, plain = (owned(cast.owner, days=20) for _ in range(4))
    samples.make(registry.get("sales.opportunity"), actor=cast.owner, customer=busy.id)
    write.update(locked, {"locked": True}, actor=cast.director, door="test")
    write.update(signed, {"status": "signed"}, actor=cast.owner, door="test")
    switch(into, recycles=True)
    assert [falls(r.id) is None for r in (busy, locked, signed, plain)] == [True, True, True, False]
    write.update(plain, {"status": "signed"}, actor=cast.owner, door="test")
    assert falls(plain.id) is None


def test_switching_off_takes_every_countdown_away(cast: Cast) -> None:
    into = rule(pool(people=[cast.owner.id]), days=15)
    mine = owned(cast.owner, days=1)
    into = switch(into, recycles=True)
    assert falls(mine.id) == 14
    switch(into, recycles=False)
    assert falls(mine.id) is None


def test_whoever_claims_has_the_full_time_again(cast: Cast) -> None:
    into = rule(pool(people=[cast.owner.id, cast.mate.id], warning_days=0), days=15)
    old = owned(cast.owner, days=20)
    into = switch(into, recycles=True)
    write.recycle(customers())
    write.claim(customers(), into, [old.id], actor=cast.mate, door="test")
    assert falls(old.id) == 15


class TestDryRun:
    """Who falls in tomorrow, and why: by what the reader may see, and nothing is changed."""

    def test_it_says_what_the_night_then_does(self, cast: Cast) -> None:
        into = rule(rule(pool(people=[cast.owner.id, cast.mate.id], warning_days=0), days=15), since="opportunity", days=10)
        due = [owned(cast.owner, days=16), owned(cast.mate, days=12), owned(cast.mate, days=9)]
        owned(cast.owner, days=2)
        into = switch(into, recycles=True)
        by = clock.today() + timedelta(days=1)
        found = recycling.forecast(customers(), into, cast.director, by)
        names = {(r.days, owner) for r in into.rules for (rule_id, owner) in found.counts if rule_id == r.id}
        assert names == {(10, cast.owner.id), (10, cast.mate.id)}
        assert found.total == 3
        with clock.frozen(clock.now() + timedelta(days=1)):
            assert write.recycle(customers()) == found.total
        assert all(fresh(r.id).owner_id is None for r in due)

    def test_of_a_pool_that_is_off_it_says_what_the_rules_would(self, cast: Cast) -> None:
        into = rule(pool(people=[cast.owner.id], warning_days=3), days=15)
        mine = owned(cast.owner, days=100)
        assert recycling.forecast(customers(), into, cast.director, clock.today()).total == 1
        assert (falls(mine.id), fresh(mine.id).version) == (None, 1)

    def test_it_counts_nothing_that_the_reader_may_not_see(self, cast: Cast) -> None:
        into = rule(pool(), days=15)
        owned(cast.owner, days=20), owned(cast.stranger, days=20)
        assert recycling.forecast(customers(), into, cast.manager, clock.today()).total == 1
        assert recycling.forecast(customers(), into, cast.director, clock.today()).total == 2


def test_a_pool_of_some_goes_before_the_pool_of_all(cast: Cast) -> None:
    everybody = rule(pool(rank=1, warning_days=0), days=5)
    east = rule(pool(rank=9, departments=[cast.owner.department], warning_days=0), days=30)
    mine, theirs = owned(cast.owner, days=1), owned(cast.stranger, days=1)
    switch(everybody, recycles=True)
    switch(east, recycles=True)
    assert (falls(mine.id), fresh(mine.id).falls_to_id) == (29, east.id)
    assert (falls(theirs.id), fresh(theirs.id).falls_to_id) == (4, everybody.id)


def test_a_rule_about_a_field_that_is_no_more_lets_nothing_fall(cast: Cast) -> None:
    into = rule(pool(people=[cast.owner.id], warning_days=0), days=1)
    mine = owned(cast.owner, days=9)
    registry.get("customers.poolrule").model._default_manager.update(where='["f999", "is", "x"]')
    switch(into, recycles=True)
    assert falls(mine.id) is None
    write.update(mine, {"remark": "still works"}, actor=cast.owner, door="test")

"""Leads in pools of their own: who sees and takes what, what falls in and why, and who is given what comes in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from guanxi.customers import tasks
from guanxi.kernel import clock, history, pooled, pools, recycling, sharing_out, verify, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Event
from guanxi.kernel.pools import Pool
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from tests import samples
from tests.customers import pool_company
from tests.people import Cast
from tests.sales.lead_company import fresh, gives, leads, lying, owned, pool, rule, status, switch, talk

TALK = registry.get("activity.leadfollowup")
PHONE = "13987654321"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def sees(actor: Actor, into: Pool) -> set[int]:
    return set(leads().rows(pooled.through(actor, into.slug)).values_list("id", flat=True))


def why(outcome: write.Outcome, record: int) -> str:
    return " ".join(outcome.refused[record].values())


def browser(actor: Actor) -> Client:
    User.objects.filter(id=actor.id).update(language="en")
    found = Client(headers={"HX-Request": "true"})
    found.force_login(User.objects.get(id=actor.id))
    return found


class TestTaking:
    """One gets it, as far as he may hold more, and not whoever has just given it up."""

    @pytest.mark.feature("OWN-01")
    def test_what_is_handed_back_with_its_reason_a_colleague_claims_in_the_browser(self, cast: Cast) -> None:
        into, mine = pool(cooling_days=30), owned(cast.owner, phone=PHONE)
        said = talk(cast.owner, mine.id)
        back = browser(cast.owner).post(f"/leads/{mine.id}/_action/release/", {"pool": into.id, "pool_reason": "not my region"})
        assert back.status_code == 204
        row = fresh(mine.id)
        assert (row.owner_id, row.pool_id, row.pooled_from_id, row.pool_reason) == (None, into.id, cast.owner.id, "not my region")
        assert "not my region" in browser(cast.mate).get(f"/{into.slug}/").content.decode()
        refused = browser(cast.owner).post(f"/{into.slug}/{mine.id}/_action/claim/")
        assert (refused.status_code, fresh(mine.id).owner_id) == (409, None)
        assert browser(cast.mate).post(f"/{into.slug}/{mine.id}/_action/claim/").status_code in (200, 204)
        assert fresh(mine.id).owner_id == cast.mate.id
        said.refresh_from_db()
        assert said.owner_id == cast.mate.id
        assert history.of_record(mine.id)[0].verb == "claim"
        assert verify.run() == []

    def test_caps_of_a_day_and_of_what_one_holds(self, cast: Cast) -> None:
        into = pool(claims_a_day=2, most_held=3)
        ids = lying(cast, into, 4)
        outcome = write.claim(leads(), into, ids, actor=cast.owner, door="test")
        assert (len(outcome.written), len(outcome.refused)) == (2, 2)
        with clock.frozen(clock.now() + timedelta(days=1)):
            rest = write.claim(leads(), into, ids[2:], actor=cast.owner, door="test")
            assert (len(rest.written), "Hand some back" in why(rest, ids[3])) == (1, True)

    def test_of_many_who_reach_for_a_lead_at_once_one_gets_it(self, committed: Cast) -> None:
        into = pool()
        ids = lying(committed, into, 3)
        people = [committed.owner, committed.mate, committed.stranger, committed.manager]

        def claim(actor: Actor) -> int:
            try:
                return len(write.claim(leads(), into, ids, actor=actor, door="test").written)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(people)) as room:
            taken = list(room.map(claim, people))
        assert sum(taken) == len(ids)
        for record in ids:
            (claimed,) = [change for change in history.of_record(record) if change.verb == "claim"]
            assert claimed.actor == fresh(record).owner_id


class TestClosed:
    """A pool closes fields for its members, and all of itself for the others."""

    def test_a_masked_number_is_nowhere_on_the_pages_of_the_pool(self, cast: Cast) -> None:
        into = pool(departments=[cast.owner.department], masked=["phone"], hidden=["remark", "company"], story=True)
        (record,) = lying(cast, into, phone=PHONE, remark="secret remark", company="Hidden Works")
        for part in ("", f"{record}/", f"{record}/_history/", f"{record}/_timeline/"):
            page = browser(cast.owner).get(f"/{into.slug}/{part}")
            assert page.status_code == 200, part
            text = page.content.decode().replace("139-8765-4321", PHONE)
            assert not {word for word in (PHONE, "secret remark", "Hidden Works") if word in text}, part
            assert browser(cast.stranger).get(f"/{into.slug}/{part}").status_code == 404
        assert browser(cast.owner).get(f"/leads/{record}/").status_code == 404

    def test_talks_are_read_in_the_pool_only_where_it_says_so(self, cast: Cast) -> None:
        for story, expected in ((False, 0), (True, 1)):
            into = pool(story=story)
            lead = samples.make(leads(), actor=cast.director)
            talk(cast.director, lead.id)
            write.release(leads(), [lead.id], into, "moved away", actor=cast.director, door="test")
            assert TALK.rows(pooled.through(cast.owner, into.slug)).count() == expected

    def test_a_pool_of_leads_is_none_of_customers(self, cast: Cast) -> None:
        into, theirs = pool(), pool_company.pool()
        (lead,) = lying(cast, into)
        (customer,) = pool_company.lying(cast, theirs)
        assert (sees(cast.owner, into), lead in sees(cast.owner, theirs)) == ({lead}, False)
        with pytest.raises(write.Invalidated):
            registry.get("sales.lead").action("release").run(  # type: ignore[union-attr, misc]
                leads(), [owned(cast.owner).id], {"pool": theirs.id, "pool_reason": "x"}, cast.owner, "test"
            )
        assert pool_company.fresh(customer).pool_id == theirs.id


class TestFalling:
    """Rules count from talks and from conversion; the owner is warned, the dry run says who, the night does it and says why."""

    def test_days_count_from_the_last_talk_and_from_owning_it(self, cast: Cast) -> None:
        into = rule(pool(people=[cast.owner.id], warning_days=0), days=7, where=["status", "is", "new"])
        into = rule(into, since="conversion", days=30)
        new, spoken = owned(cast.owner, days=3), owned(cast.owner, days=3)
        switch(into, recycles=True)
        talk(cast.owner, spoken.id)
        left = lambda record: (fresh(record).falls_on - clock.today()).days
        assert (left(new.id), left(spoken.id)) == (4, 27)

    @pytest.mark.feature("OWN-01")
    def test_the_dry_run_names_who_falls_and_the_night_writes_the_reason(self, cast: Cast) -> None:
        into = rule(pool(people=[cast.owner.id], managers=[cast.manager.id], warning_days=0), days=7)
        mine, spared = owned(cast.owner, days=9, name="Forgotten"), owned(cast.owner, days=9, name="Spared", status="qualified")
        into = switch(into, recycles=True, spared=json.dumps(["status", "is", "qualified"]))
        page = browser(cast.manager).get(f"/{into.slug}/_forecast/?days=1").content.decode()
        assert "Forgotten" in page
        assert "Spared" not in page
        assert browser(cast.owner).get(f"/{into.slug}/_forecast/").status_code == 404
        assert recycling.forecast(leads(), into, cast.manager, clock.today()).total == 1
        assert write.recycle(leads()) == 1
        assert write.recycle(leads()) == 0
        row = fresh(mine.id)
        assert (row.owner_id, row.pool_id, row.pool_reason, row.pooled_from_id) == (None, into.id, "7 days", cast.owner.id)
        change = history.of_record(mine.id)[0]
        assert (change.verb, change.diff["pool_reason"]) == ("recycle", ["", "7 days"])
        assert fresh(spared.id).owner_id == cast.owner.id
        assert Event.objects.filter(record=mine.id, verb="recycled").exists()

    def test_nothing_falls_before_its_owner_has_been_warned(self, cast: Cast) -> None:
        into = rule(pool(people=[cast.owner.id], warning_days=3), days=7)
        mine = owned(cast.owner, days=30)
        switch(into, recycles=True)
        assert (fresh(mine.id).falls_on - clock.today()).days == 3
        assert write.recycle(leads()) == 0

    def test_a_rule_counts_only_by_clocks_of_what_the_pool_holds(self, cast: Cast) -> None:
        for into, since in ((pool(), "deal"), (pool(), "opportunity"), (pool_company.pool(), "conversion")):
            with pytest.raises(write.Invalidated) as refusal:
                rule(into, since=since)
            assert set(refusal.value.errors) == {"since"}

    def test_conditions_speak_of_what_the_pool_holds(self, cast: Cast) -> None:
        with pytest.raises(write.Invalidated) as refusal:
            rule(pool(), where=["level", "is", "A"])
        assert set(refusal.value.errors) == {"where"}
        with pytest.raises(write.Invalidated):
            pool(spared=json.dumps(["won_amount", "gt", 0]))
        with pytest.raises(write.Invalidated):
            rule(pool_company.pool(), where=["rating", "is", "A"])

    def test_a_pool_goes_on_holding_what_it_was_made_for(self, cast: Cast) -> None:
        with pytest.raises(write.Invalidated):
            switch(pool(), holds="customers.customer")


class TestAssigning:
    """What comes in goes by rule to members: in turn, by load, by what the lead says."""

    @pytest.mark.feature("LEA-03")
    def test_what_a_program_sends_goes_in_turn_to_those_of_its_source(self, cast: Cast) -> None:
        into = pool(departments=[cast.owner.department, cast.stranger.department], assigns=True)
        into = gives(into, [cast.owner.id, cast.mate.id], ["source", "is", "fair"])
        into = gives(into, [cast.stranger.id], ["source", "is", "referral"], rank=2)
        fair = lying(cast, into, 3, source="fair")
        (referred,), (other,) = lying(cast, into, 1, source="referral"), lying(cast, into, 1, source="mail")
        tasks.assign(0)
        assert [fresh(i).owner_id for i in fair] == [cast.owner.id, cast.mate.id, cast.owner.id]
        assert (fresh(referred).owner_id, fresh(other).owner_id) == (cast.stranger.id, None)
        (more,) = lying(cast, into, 1, source="fair")
        tasks.assign(0)
        assert fresh(more).owner_id == cast.mate.id
        change = history.of_record(more)[0]
        assert (change.verb, change.actor, change.door) == ("assign", None, "rule")
        assert browser(cast.mate).get(f"/leads/{more}/").status_code == 200
        assert verify.run() == []

    def test_by_load_whoever_holds_least_gets_the_next(self, cast: Cast) -> None:
        into = gives(pool(assigns=True), [cast.owner.id, cast.mate.id], how="load")
        owned(cast.owner), owned(cast.owner)
        ids = lying(cast, into, 4)
        assert write.share_out(leads(), into) == 4
        assert sorted(fresh(i).owner_id for i in ids) == sorted([cast.mate.id] * 3 + [cast.owner.id])

    def test_what_a_member_hands_back_is_not_given_straight_back(self, cast: Cast) -> None:
        into = gives(pool(assigns=True), [cast.owner.id, cast.mate.id])
        mine = owned(cast.owner)
        write.release(leads(), [mine.id], into, "not for me", actor=cast.owner, door="test")
        assert write.share_out(leads(), into) == 0
        assert fresh(mine.id).owner_id is None

    def test_a_pool_that_does_not_assign_waits_for_claims(self, cast: Cast) -> None:
        into = gives(pool(), [cast.owner.id])
        lying(cast, into)
        assert write.share_out(leads(), into) == 0

    def test_nobody_is_given_more_than_he_may_hold(self, cast: Cast) -> None:
        into = gives(pool(assigns=True, most_held=1), [cast.owner.id, cast.mate.id])
        owned(cast.owner)
        ids = lying(cast, into, 3)
        write.share_out(leads(), into)
        assert [fresh(i).owner_id for i in ids].count(cast.owner.id) == 0
        assert [fresh(i).owner_id for i in ids].count(cast.mate.id) == 1

    def test_only_members_who_can_work_on_it_are_given_anything(self, cast: Cast) -> None:
        into = gives(pool(people=[cast.mate.id], assigns=True), [cast.owner.id, cast.readonly.id])
        lying(cast, into)
        assert write.share_out(leads(), into) == 0

    def test_a_rule_about_a_field_that_is_no_more_gives_nothing(self, cast: Cast) -> None:
        into = gives(pool(assigns=True), [cast.owner.id], ["source", "is", "fair"])
        lying(cast, into, 1, source="fair")
        registry.get("customers.assignmentrule").model._default_manager.update(where='["gone", "is", 1]')
        pools.clear()
        assert write.share_out(leads(), pool_company.again(into)) == 0

    def test_a_manager_leaves_it_to_the_rules_and_the_rest_goes_by_load(self, cast: Cast) -> None:
        into = pool(people=[cast.owner.id, cast.mate.id], managers=[cast.manager.id])
        into = gives(into, [cast.mate.id], ["source", "is", "fair"])
        owned(cast.mate), owned(cast.mate)
        (fair,), (other,) = lying(cast, into, 1, source="fair"), lying(cast, into, 1, source="mail")
        answer = browser(cast.manager).post(f"/{into.slug}/_do/assign/", {"ids": f"{fair},{other}", "owner": ""})
        assert answer.status_code in (200, 204), answer.content
        assert (fresh(fair).owner_id, fresh(other).owner_id) == (cast.mate.id, cast.owner.id)
        assert sharing_out.in_turn([1, 2, 3], [7, 8]) == {1: 7, 2: 8, 3: 7}


def test_a_converted_lead_is_spared_by_the_ready_pool(cast: Cast) -> None:
    from guanxi.sales.rules import conversion

    usual = pools.usual(leads())
    assert usual is not None
    mine, done = owned(cast.owner, days=60), owned(cast.owner, days=60, name="宁波海曙电子有限公司")
    conversion.convert(leads(), [done.id], {}, cast.owner, "test")
    switch(usual, recycles=True)
    assert (fresh(mine.id).falls_to_id, fresh(done.id).falls_on, status(done.id)) == (usual.id, None, "converted")

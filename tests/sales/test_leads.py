"""The life of a lead: talks make it contacted and planned, qualifying asks how warm it is, what is invalid says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from guanxi.kernel import clock, duplicates, history, verify, write
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast, restrict
from tests.sales.lead_company import fresh, leads, owned, status, talk

CUSTOMER = registry.get("customers.customer")
TALK = registry.get("activity.leadfollowup")


def act(code: str, lead: Any, values: dict[str, Any], actor: Any) -> Any:
    """A declared action as the pages and the API do it."""
    action = leads().action(code)
    assert action is not None
    assert action.effect is not None
    changes = action.effect(fresh(lead.id), values, actor)
    return write.update((leads(), lead.id), changes, actor=actor, door="action", verb=code, action=action.grant)


class TestTalks:
    """A lead's talks are its own children: whoever sees it reads them, and they say when it is spoken to next."""

    def test_the_first_talk_makes_it_contacted_and_plans_it(self, cast: Cast) -> None:
        lead = owned(cast.owner)
        when = clock.now() + timedelta(days=2)
        talk(cast.owner, lead.id, next_at=when.isoformat())
        row = fresh(lead.id)
        assert (status(lead.id), row.follow_up_count, row.next_follow_up_at) == ("contacted", 1, when)
        assert row.last_follow_up_at is not None
        talk(cast.owner, lead.id)
        assert fresh(lead.id).follow_up_count == 2
        assert verify.run() == []

    def test_a_talk_leaves_a_qualified_lead_qualified(self, cast: Cast) -> None:
        lead = owned(cast.owner, status="qualified")
        talk(cast.owner, lead.id)
        assert status(lead.id) == "qualified"

    def test_taking_the_talk_back_takes_back_what_it_brought_about(self, cast: Cast) -> None:
        lead = owned(cast.owner)
        said = talk(cast.owner, lead.id, next_at=(clock.now() + timedelta(days=2)).isoformat())
        change = history.of_record(said.id)[0]
        write.undo(history.of_write(change.write_id), actor=cast.owner, door="undo")
        row = fresh(lead.id)
        assert (status(lead.id), row.follow_up_count, row.last_follow_up_at, row.next_follow_up_at) == ("new", None, None, None)

    def test_talks_go_with_the_lead_to_whoever_gets_it(self, cast: Cast) -> None:
        lead = owned(cast.owner)
        said = talk(cast.owner, lead.id)
        assert not TALK.rows(cast.stranger).filter(id=said.id).exists()
        write.transfer(leads(), [lead.id], cast.stranger.id or 0, actor=cast.director, door="test")
        assert TALK.rows(cast.stranger).filter(id=said.id).exists()


class TestStates:
    """A state says what has happened, so it asks for it."""

    def test_qualifying_notes_how_warm_it_is_and_when(self, cast: Cast) -> None:
        lead = owned(cast.owner)
        with pytest.raises(write.Invalidated):
            act("qualify", lead, {"rating": ""}, cast.owner)
        act("qualify", lead, {"rating": "A", "budget": "120000"}, cast.owner)
        row = fresh(lead.id)
        assert (status(lead.id), leads().fields["rating"].kind.json(row.rating), int(row.budget)) == ("qualified", "A", 120_000)
        assert row.qualified_at is not None
        assert history.of_record(lead.id)[0].verb == "qualify"

    def test_nothing_is_invalid_without_a_reason_and_reopening_forgets_it(self, cast: Cast) -> None:
        lead = owned(cast.owner)
        with pytest.raises(write.Invalidated) as refusal:
            write.update(lead, {"status": "invalid"}, actor=cast.owner, door="board")
        assert set(refusal.value.errors) == {"invalid_reason"}
        act("invalid", lead, {"invalid_reason": "no_need"}, cast.owner)
        assert status(lead.id) == "invalid"
        act("reopen", lead, {}, cast.owner)
        assert (status(lead.id), fresh(lead.id).invalid_reason) == ("new", None)

    def test_nobody_says_converted_of_what_became_nothing(self, cast: Cast) -> None:
        for lead in (owned(cast.owner), owned(cast.owner, status="qualified")):
            with pytest.raises(write.Invalidated) as refusal:
                write.update(lead, {"status": "converted"}, actor=cast.owner, door="cell")
            assert "customer" in refusal.value.errors  # which the dialogue of converting asks for
        with pytest.raises(write.Invalidated):
            write.create(leads(), {"name": "Too fast", "status": "converted"}, actor=cast.owner, door="api")

    def test_no_door_sets_what_a_lead_became(self, cast: Cast) -> None:
        lead, customer = owned(cast.owner), samples.make(CUSTOMER, actor=cast.owner)
        with pytest.raises(write.Invalidated):
            write.update(lead, {"customer": customer.id}, actor=cast.owner, door="api")


class TestDuplicates:
    """What is typed into a lead is compared with leads and with customers, by the rules of customers."""

    @pytest.fixture(autouse=True)
    def _english(self) -> Any:
        with translation.override("en"):
            yield

    def test_a_name_meets_leads_and_customers_that_mean_the_same_company(self, cast: Cast) -> None:
        customer = samples.make(CUSTOMER, actor=cast.owner, name="宁波海曙电子有限公司")
        lead = owned(cast.owner, name="宁波海曙电子")
        hits = duplicates.find(leads(), {"name": "宁波海曙电子有限责任公司"}, cast.owner)
        assert {(hit.entity.key, hit.record, hit.visible) for hit in hits} == {
            ("customers.customer", customer.id, True),
            ("sales.lead", lead.id, True),
        }

    def test_a_company_meets_the_company_of_another_lead_that_is_called_otherwise(self, cast: Cast) -> None:
        lead = owned(cast.owner, name="二期弱电工程", company="宁波海曙电子有限公司")
        hits = duplicates.find(leads(), {"company": "宁波海曙电子"}, cast.owner)
        assert [(hit.entity.key, hit.record) for hit in hits] == [("sales.lead", lead.id)]

    def test_a_phone_meets_a_customer(self, cast: Cast) -> None:
        customer = samples.make(CUSTOMER, actor=cast.owner, name="宁波海曙电子有限公司", phone="13912345678")
        hits = duplicates.find(leads(), {"phone": "139 1234 5678"}, cast.owner)
        assert [(hit.entity.key, hit.record) for hit in hits] == [("customers.customer", customer.id)]

    def test_of_what_one_may_not_see_the_name_is_veiled_and_the_asking_is_kept(self, cast: Cast) -> None:
        samples.make(CUSTOMER, actor=cast.stranger, name="宁波海曙电子有限公司")
        (hit,) = duplicates.find(leads(), {"name": "宁波海曙电子有限公司"}, cast.owner)
        assert (hit.visible, hit.owner) == (False, "Stella")
        assert "海曙电子有限公司" not in hit.title
        assert AccessLog.objects.filter(verb="similar", entity="customers.customer", actor=cast.owner.id).exists()

    def test_who_may_not_read_phones_of_customers_is_told_nothing_by_one(self, cast: Cast) -> None:
        samples.make(CUSTOMER, actor=cast.owner, name="宁波海曙电子有限公司", phone="13912345678")
        for right in ("masked", "hidden"):
            closed = restrict(cast.owner, CUSTOMER.key, "phone", right)
            assert duplicates.find(leads(), {"phone": "13912345678"}, closed) == []

"""A lead becomes a customer, a contact and an opportunity in one write, with every right and rule asked; taking it back undoes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from guanxi.kernel import clock, drafts, history, verify, write
from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from guanxi.sales.rules import conversion
from tests import samples
from tests.people import Cast, review
from tests.sales.lead_company import fresh, leads, owned, status, talk

CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")
OPPORTUNITY, FOLLOW_UP = registry.get("sales.opportunity"), registry.get("activity.followup")
GIVEN = {
    "name": "宁波海曙电子有限公司", "contact": "王海", "phone": "13912345678", "source": "fair", "industry": "it", "region": "330203",
    "budget": "120000", "requirement": "Ten gateways",
}  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def convert(lead: Any, actor: Any, **values: Any) -> write.Outcome:
    return conversion.convert(leads(), [lead.id], values, actor, "test")


def count() -> list[int]:
    return [entity.model._default_manager.filter(deleted_at=None).count() for entity in (CUSTOMER, CONTACT, OPPORTUNITY, FOLLOW_UP)]


def test_a_lead_becomes_a_customer_a_contact_and_an_opportunity(cast: Cast) -> None:
    lead = owned(cast.owner, **GIVEN)
    outcome = convert(lead, cast.owner, opportunity="网关项目")
    row = fresh(lead.id)
    assert status(lead.id) == "converted"
    assert row.converted_at is not None
    customer, contact = CUSTOMER.rows(cast.owner).get(id=row.customer_id), CONTACT.rows(cast.owner).get(id=row.person_id)
    (deal,) = OPPORTUNITY.rows(cast.owner).filter(lead_id=lead.id)
    assert (customer.name, customer.phone, customer.owner_id) == (GIVEN["name"], lead.phone, cast.owner.id)
    assert CUSTOMER.fields["source"].kind.json(customer.source) == "fair"
    assert (contact.name, contact.mobile, contact.customer_id) == ("王海", lead.phone, customer.id)
    assert (deal.name, deal.customer_id, int(deal.amount), deal.requirement) == ("网关项目", customer.id, 120_000, "Ten gateways")
    assert outcome.lands == (CUSTOMER, customer.id)
    ids = {history.of_record(i)[0].write_id for i in (lead.id, customer.id, contact.id, deal.id)}
    assert len(ids) == 1
    assert verify.run() == []


def test_what_was_said_goes_on_at_the_customer_with_its_day_and_author(cast: Cast) -> None:
    lead = owned(cast.owner, days=20, **GIVEN)
    with clock.frozen(clock.now() - timedelta(days=9)):
        said = talk(cast.owner, lead.id, summary="asked for a price")
    write.transfer(leads(), [lead.id], cast.mate.id or 0, actor=cast.director, door="test")
    convert(fresh(lead.id), cast.mate)
    (carried,) = FOLLOW_UP.rows(cast.mate).filter(customer_id=fresh(lead.id).customer_id)
    assert (carried.summary, carried.happened_at, carried.created_by_id) == ("asked for a price", said.happened_at, cast.owner.id)
    customer = CUSTOMER.rows(cast.mate).get(id=fresh(lead.id).customer_id)
    assert customer.last_follow_up_at == said.happened_at
    assert verify.run() == []


def test_an_existing_customer_is_taken_and_its_contact_is_not_made_twice(cast: Cast) -> None:
    customer = samples.make(CUSTOMER, actor=cast.owner, name=GIVEN["name"])
    contact = samples.make(CONTACT, actor=cast.owner, name="王海", mobile="13912345678", customer=customer.id)
    lead = owned(cast.owner, **GIVEN)
    opening = conversion.opening(fresh(lead.id), cast.owner)
    assert opening.values["customer"] == customer.id
    before = count()
    convert(lead, cast.owner, customer=customer.id)
    assert count() == before
    assert (fresh(lead.id).customer_id, fresh(lead.id).person_id) == (customer.id, contact.id)


def test_of_a_customer_out_of_sight_the_dialogue_tells_no_more_than_typing_would(cast: Cast) -> None:
    customer = samples.make(CUSTOMER, actor=cast.stranger, name=GIVEN["name"])
    lead = owned(cast.owner, **GIVEN)
    opening = conversion.opening(fresh(lead.id), cast.owner)
    assert opening.values["customer"] is None
    assert [(hit.visible, hit.owner) for hit in opening.likely] == [(False, "Stella")]
    with pytest.raises(write.Invalidated):
        convert(lead, cast.owner, customer=customer.id)
    assert status(lead.id) == "new"


def test_a_taken_name_is_refused_as_on_every_door_and_nothing_is_left(cast: Cast) -> None:
    samples.make(CUSTOMER, actor=cast.stranger, name=GIVEN["name"])
    lead = owned(cast.owner, **GIVEN)
    before = count()
    with pytest.raises(write.Invalidated) as refusal:
        convert(lead, cast.owner, opportunity="网关项目")
    assert "Stella" in str(refusal.value)
    assert (count(), status(lead.id)) == (before, "new")


def test_whoever_may_not_create_customers_or_edit_the_lead_converts_nothing(cast: Cast) -> None:
    lead = owned(cast.owner, **GIVEN)
    before = count()
    for actor, refusal in ((cast.readonly, write.NotFound), (cast.stranger, write.NotFound), (cast.mate, write.NotFound)):
        with pytest.raises(refusal):
            convert(lead, actor)
    from dataclasses import replace

    seller = replace(cast.owner, grants={k: v for k, v in cast.owner.grants.items() if k != (CUSTOMER.key, "create")})
    with pytest.raises(write.Forbidden):
        convert(lead, seller)
    assert (count(), status(lead.id)) == (before, "new")


def test_it_is_converted_once(cast: Cast) -> None:
    lead = owned(cast.owner, **GIVEN)
    convert(lead, cast.owner)
    before = count()
    with pytest.raises(write.Invalidated):
        convert(lead, cast.owner)
    assert count() == before


def test_taking_it_back_undoes_all_of_it(cast: Cast) -> None:
    lead = owned(cast.owner, **GIVEN)
    talk(cast.owner, lead.id)
    before = count()
    outcome = convert(lead, cast.owner, opportunity="网关项目")
    assert outcome.write_id is not None
    result = write.undo(history.of_write(outcome.write_id), actor=cast.owner, door="undo")
    row = fresh(lead.id)
    assert (status(lead.id), row.customer_id, row.person_id, row.converted_at) == ("contacted", None, None, None)
    assert count() == before
    assert result.kept == []
    assert convert(row, cast.owner).written
    assert verify.run() == []


def test_of_several_one_that_is_refused_leaves_the_others_alone(cast: Cast) -> None:
    samples.make(CUSTOMER, actor=cast.stranger, name=GIVEN["name"])
    taken, free = owned(cast.owner, **GIVEN), owned(cast.owner, name="绍兴柯桥纺织")
    outcome = conversion.convert(leads(), [taken.id, free.id], {}, cast.owner, "bulk")
    assert (set(outcome.written), set(outcome.refused)) == ({free.id}, {taken.id})
    assert (status(taken.id), status(free.id)) == ("new", "converted")


def test_what_one_may_not_read_of_a_lead_does_not_come_out_at_the_customer(cast: Cast) -> None:
    from tests.people import restrict

    lead = owned(cast.owner, **GIVEN)
    convert(lead, restrict(cast.owner, "sales.lead", "phone", "masked"))
    row = fresh(lead.id)
    assert CUSTOMER.model._default_manager.get(id=row.customer_id).phone == ""
    assert CONTACT.model._default_manager.get(id=row.person_id).mobile == ""


class TestReviews:
    """What somebody must agree to first waits for him, and the rest does not pretend that it happened."""

    def test_an_opportunity_out_of_a_lead_waits_for_the_superior(self, cast: Cast) -> None:
        lead = owned(cast.owner, **GIVEN)
        seller = review(cast.owner, OPPORTUNITY.key, verbs=("create",))
        convert(lead, seller, opportunity="网关项目")
        assert status(lead.id) == "converted"
        assert not OPPORTUNITY.model._default_manager.filter(lead_id=lead.id).exists()
        draft = Draft.objects.get(entity=OPPORTUNITY.key, state="waiting")
        drafts.approve(draft.number, "", actor=cast.manager)
        (deal,) = OPPORTUNITY.model._default_manager.filter(lead_id=lead.id)
        assert (deal.name, deal.customer_id, deal.owner_id) == ("网关项目", fresh(lead.id).customer_id, cast.owner.id)

    def test_a_customer_that_waits_keeps_the_lead_open(self, cast: Cast) -> None:
        lead = owned(cast.owner, **GIVEN)
        seller = review(cast.owner, CUSTOMER.key, verbs=("create",))
        with pytest.raises(write.Invalidated):
            convert(lead, seller)
        assert status(lead.id) == "new"
        assert not Draft.objects.exists()

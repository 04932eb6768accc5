"""Ways around the rights that a hostile reading found, each closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel import petitions, pools, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Grantee
from guanxi.org import roles, tokens
from guanxi.org.models import Assignment, Grant, Role
from tests import samples
from tests.people import Cast, forget, restrict

pytestmark = pytest.mark.django_db
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")
Desk = Callable[[Actor], Client]


def opened(cast: Cast, part: str = "collaborator") -> int:
    """A customer of Olivia's opened to Stella."""
    record: int = samples.make(CUSTOMER, actor=cast.owner).id
    write.share(CUSTOMER, [record], [Grantee("person", cast.stranger.id or 0)], part, None, actor=cast.owner, door="test")
    return record


def test_a_collaborator_does_not_carry_a_contact_off_to_a_customer_of_his_own(cast: Cast) -> None:
    customer = opened(cast)
    contact = samples.make(CONTACT, actor=cast.owner, customer=customer)
    own = samples.make(CUSTOMER, actor=cast.stranger).id
    with pytest.raises(write.Forbidden):
        write.update(contact, {"customer": own}, actor=cast.stranger, door="test")
    outcome = write.update_many(CONTACT, {contact.id: {"customer": own}}, actor=cast.stranger, door="test")
    assert set(outcome.refused) == {contact.id}
    contact.refresh_from_db()
    assert (contact.customer_id, contact.owner_id) == (customer, cast.owner.id)
    other = samples.make(CUSTOMER, actor=cast.owner).id  # within one's own, or where one may hand over, it moves
    assert write.update(contact, {"customer": other}, actor=cast.owner, door="test").customer_id == other
    done = write.update_many(CONTACT, {contact.id: {"customer": own}}, actor=cast.director, door="test")
    assert set(done.written) == {contact.id}


def test_what_was_shared_is_shared_no_more_once_it_lies_in_a_pool(cast: Cast) -> None:
    customer = opened(cast, "co_owner")
    pool = pools.usual(CUSTOMER)
    assert pool is not None
    write.release(CUSTOMER, [customer], pool, "no answer", actor=cast.owner, door="test")
    assert not Share.objects.filter(record=customer).exists()
    assert not CUSTOMER.rows(cast.stranger).filter(id=customer).exists()


def test_a_link_that_somebody_follows_does_nothing(cast: Cast, at_desk: Desk) -> None:
    for entity in registry:
        record = samples.make(entity, actor=cast.owner)
        for action in entity.actions:
            before = entity.model._default_manager.filter(id=record.id).values().get()
            at_desk(cast.owner).get(f"/{entity.slug}/{record.id}/_action/{action.code}/")
            assert entity.model._default_manager.filter(id=record.id).values().get() == before, action.code


def test_a_masked_number_is_not_found_out_by_halves(cast: Cast, at_desk: Desk) -> None:
    reader = restrict(cast.readonly, CUSTOMER.key, "phone", "masked")
    one = ["phone", "is", "13800006021"]
    assert tree.parse(CUSTOMER, one, reader)
    for several in (["or", one, ["phone", "is", "13800006022"]], ["and", one, ["not", one]]):
        with pytest.raises(ConditionError):
            tree.parse(CUSTOMER, several, reader)


def test_readers_learn_nothing_from_the_duplicate_check_of_the_api(cast: Cast) -> None:
    samples.make(CUSTOMER, actor=cast.owner, phone="13800006021")
    token = tokens.issue("rita")
    answer = Client().get("/api/v1/customers/similar/?field=phone&value=13800006021", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_nobody_widens_a_role_that_he_holds(cast: Cast) -> None:
    sales = Role.objects.get(code="sales")
    Assignment.objects.create(user_id=cast.admin.id, role=sales)
    for attempt in (
        lambda: roles.grant(sales, CUSTOMER, "view", "all", actor=cast.admin),
        lambda: roles.restrict(sales, CUSTOMER, "locked", "edit", actor=cast.admin),
    ):
        with pytest.raises(write.Invalidated):
            attempt()
    roles.grant(sales, CUSTOMER, "export", "owned", actor=cast.admin)
    roles.restrict(sales, CUSTOMER, "phone", "masked", actor=cast.admin)


def test_a_petition_to_see_opens_nothing_to_change(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner, name="杭州云深智能科技有限公司").id
    petition = petitions.ask(CUSTOMER, "杭州云深智能科技有限公司", "basic", "x", actor=cast.stranger)
    for part in ("co_owner", "collaborator", "emperor"):
        with pytest.raises(write.Invalidated):
            petitions.decide(petition.pk, part=part, until=None, answer="", actor=cast.owner)
    assert not CUSTOMER.rows(cast.stranger).filter(id=record).exists()


def test_nul_in_words_is_no_reason_to_fall_over(cast: Cast, at_desk: Desk) -> None:
    samples.make(CUSTOMER, actor=cast.owner, name="杭州云深智能科技有限公司")
    asked = {"name": "杭州云深智能科技有限公司\x00", "asked": "basic", "reason": "a\x00b"}
    assert at_desk(cast.stranger).post("/petitions/new/customers/", asked).status_code == 302
    assert at_desk(cast.admin).post("/admin/roles/new/", {"name": "a\x00b", "about": "\x00"}).status_code == 302


def test_who_may_change_more_than_he_may_see_reads_no_cell_of_it(cast: Cast, at_desk: Desk) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner, address="雨花路 5 号").id
    role = Assignment.objects.get(user=cast.stranger.id).role
    Grant.objects.filter(role=role, entity=CUSTOMER.key, action="edit").update(scope="all")
    forget()
    for ask in (at_desk(cast.stranger).get, at_desk(cast.stranger).post):
        answer = ask(f"/customers/{record}/_field/address/", headers={"HX-Request": "true"})
        assert answer.status_code == 404
        assert "雨花路" not in answer.content.decode()

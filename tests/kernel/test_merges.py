"""What a merge means beyond fields and children: drafts, pools, families of companies, accounts, plans, requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from guanxi.kernel import clock, drafts, history, pools, verify, write
from guanxi.kernel.draft import Draft, Hold
from guanxi.kernel.models import Petition
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Invalidated
from guanxi.org.models import Grant
from tests import samples
from tests.people import Cast, review

CUSTOMER, CONTACT, POOL = (registry.get(key) for key in ("customers.customer", "customers.contact", "customers.pool"))


def two(cast: Cast, **given: Any) -> tuple[Any, Any]:
    return samples.make(CUSTOMER, actor=cast.owner), samples.make(CUSTOMER, actor=cast.owner, **given)


def now(record: Any) -> Any:
    return type(record)._default_manager.get(id=record.id)


def merge(cast: Cast, keep: Any, lost: Any, **choices: Any) -> Any:
    return write.merge(type(keep).entity, keep.id, [lost.id], choices, actor=cast.owner, door="test")


def take_back(cast: Cast, keep: Any) -> Any:
    return write.undo(history.of_write(history.of_record(keep.id)[0].write_id), actor=cast.owner, door="test")


def test_what_waits_about_the_lost_record_goes_back_and_frees_its_value(cast: Cast) -> None:
    keep, lost = two(cast)
    sender = review(cast.owner, CUSTOMER.key, verbs=("edit",))
    draft = write.update(lost, {"name": "Wanted name"}, actor=sender, door="test")
    assert isinstance(draft, Draft)
    write.merge(CUSTOMER, keep.id, [lost.id], {}, actor=cast.director, door="test")
    draft.refresh_from_db()
    assert (draft.state, bool(draft.note)) == ("stale", True)
    assert not Hold.objects.exists()


def test_what_waits_and_names_the_lost_record_names_the_survivor_until_the_merge_is_taken_back(cast: Cast) -> None:
    keep, lost = two(cast)
    sender = review(cast.owner, CONTACT.key, verbs=("create",))
    draft = write.create(CONTACT, {"name": "Zhou", "customer": lost.id, "customers": [lost.id]}, actor=sender, door="test")
    assert isinstance(draft, Draft)
    merge(cast, keep, lost)
    draft.refresh_from_db()
    assert (draft.values["customer"], draft.values["customers"]) == (keep.id, [keep.id])
    take_back(cast, keep)
    draft.refresh_from_db()
    assert draft.values["customer"] == lost.id
    merge(cast, keep, lost)
    done = drafts.approve(draft.number, "", actor=cast.manager)
    assert CONTACT.model._default_manager.get(id=done.record).customer_id == keep.id


def test_a_company_merged_with_its_own_parent_is_not_above_itself(cast: Cast) -> None:
    mother, daughter = two(cast)
    write.update(daughter, {"parent": mother.id}, actor=cast.owner, door="test")
    merge(cast, mother, daughter, parent=daughter.id)
    assert now(mother).parent_id is None
    take_back(cast, mother)
    assert now(daughter).parent_id == mother.id
    merge(cast, daughter, mother)
    assert now(daughter).parent_id is None
    take_back(cast, daughter)
    assert now(daughter).parent_id == mother.id


def test_a_contact_linked_to_both_is_linked_once_and_then_to_both_again(cast: Cast) -> None:
    keep, lost = two(cast)
    contact = samples.make(CONTACT, actor=cast.owner, customers=[keep.id, lost.id])
    merge(cast, keep, lost)
    assert CONTACT.fields["customers"].value(now(contact)) == [keep.id]
    take_back(cast, keep)
    assert set(CONTACT.fields["customers"].value(now(contact))) == {keep.id, lost.id}
    assert verify.run() == []


def test_customers_of_a_merged_pool_lie_in_the_other(cast: Cast) -> None:
    keep, lost = (samples.make(POOL, actor=cast.director, rank=rank) for rank in (1, 2))
    pools.clear()
    customer = samples.make(CUSTOMER, actor=cast.owner)
    found = pools.get(lost.id)
    assert found is not None
    write.release(CUSTOMER, [customer.id], found, "no time", actor=cast.owner, door="test")
    write.merge(POOL, keep.id, [lost.id], {}, actor=cast.director, door="test")
    assert (now(customer).pool_id, now(customer).owner_id) == (keep.id, None)
    write.undo(history.of_write(history.of_record(keep.id)[0].write_id), actor=cast.director, door="test")
    assert now(customer).pool_id == lost.id
    pools.clear()


def test_whoever_has_an_account_is_the_one_that_stays(cast: Cast) -> None:
    entity = registry.get("people.employee")
    keep, lost = (samples.make(entity, actor=cast.owner) for _n in range(2))
    write.decide((entity, lost.id), {"account": cast.mate.id}, actor=cast.owner, door="test")
    with pytest.raises(Invalidated):
        write.merge(entity, keep.id, [lost.id], {}, actor=cast.owner, door="test")
    write.merge(entity, lost.id, [keep.id], {}, actor=cast.owner, door="test")


def test_the_next_follow_up_is_what_all_follow_ups_together_plan(cast: Cast) -> None:
    follow_up = registry.get("activity.followup")
    keep, lost = two(cast)
    soon, later = (clock.now() + timedelta(days=days) for days in (2, 9))
    write.create(follow_up, {"summary": "a", "customer": keep.id, "next_at": soon}, actor=cast.owner, door="test")
    write.create(follow_up, {"summary": "b", "customer": lost.id, "next_at": later}, actor=cast.owner, door="test")
    before = now(keep).next_follow_up_at
    merge(cast, keep, lost)
    assert now(keep).next_follow_up_at == now(lost).next_follow_up_at
    assert verify.run() == []
    take_back(cast, keep)
    assert now(keep).next_follow_up_at == before
    assert verify.run() == []


def test_the_owner_changes_only_when_chosen_and_children_follow_him(cast: Cast) -> None:
    keep = samples.make(CUSTOMER, actor=cast.director)
    lost = samples.make(CUSTOMER, actor=cast.owner)
    contact = samples.make(CONTACT, actor=cast.owner, customer=lost.id)
    write.merge(CUSTOMER, keep.id, [lost.id], {}, actor=cast.director, door="test")
    assert (now(keep).owner_id, now(contact).owner_id) == (cast.director.id, cast.director.id)
    write.undo(history.of_write(history.of_record(keep.id)[0].write_id), actor=cast.director, door="test")
    assert now(contact).owner_id == cast.owner.id
    write.merge(CUSTOMER, keep.id, [lost.id], {"owner": lost.id}, actor=cast.director, door="test")
    assert (now(keep).owner_id, now(contact).owner_id) == (cast.owner.id, cast.owner.id)
    assert verify.run() == []


def test_a_merge_of_two_owners_is_taken_back_only_by_who_may_hand_over(cast: Cast) -> None:
    keep, lost = samples.make(CUSTOMER, actor=cast.director), samples.make(CUSTOMER, actor=cast.owner)
    write.merge(CUSTOMER, keep.id, [lost.id], {}, actor=cast.director, door="test")
    done = history.of_write(history.of_record(keep.id)[0].write_id)
    Grant.objects.filter(role__code="director", entity=CUSTOMER.key, action="transfer").delete()
    director = cast.again(cast.director)
    write.undo(done, actor=director, door="test")
    with pytest.raises(Forbidden):
        write.restore((CUSTOMER, lost.id), actor=director, door="test")
    assert now(lost).merged_into == keep.id


def test_who_asked_to_see_the_lost_record_asks_for_the_survivor(cast: Cast) -> None:
    keep, lost = two(cast)
    asked = {"entity": CUSTOMER.key, "asked_at": clock.now(), "asked": "basic", "reason": "mine"}
    Petition.objects.create(record=lost.id, asked_by=cast.stranger.id, **asked)
    merge(cast, keep, lost)
    assert Petition.objects.get().record == keep.id
    take_back(cast, keep)
    assert Petition.objects.get().record == lost.id


def test_undoing_a_merge_fails_whole_when_the_name_of_the_lost_record_is_taken(cast: Cast) -> None:
    keep, lost = two(cast, name="Taken Ltd")
    merge(cast, keep, lost)
    samples.make(CUSTOMER, actor=cast.owner, name="Taken Ltd")
    undone = take_back(cast, keep)
    assert (undone.records, [k[1] for k in undone.kept]) == (0, [lost.id])
    assert now(lost).deleted_at is not None


def test_erasing_a_person_erases_what_became_part_of_him(cast: Cast) -> None:
    first, second, third = (samples.make(CONTACT, actor=cast.director, name=name, mobile="13812346021") for name in ("Lin", "Linn", "Lynn"))
    for keep, lost in ((second, first), (third, second)):
        write.merge(CONTACT, keep.id, [lost.id], {}, actor=cast.director, door="test")
    write.forget((CONTACT, third.id), "asked on Monday", actor=cast.business, door="test")
    for row in (first, second, third):
        assert (now(row).mobile, row.name in now(row).name) == ("", False)
        assert not [c for c in history.of_record(row.id) if row.name in str(c.diff)]


def test_three_records_become_one_and_three_again(cast: Cast) -> None:
    keep, *others = (samples.make(CUSTOMER, actor=cast.owner) for _n in range(3))
    contacts = [samples.make(CONTACT, actor=cast.owner, customer=other.id) for other in others]
    write.merge(CUSTOMER, keep.id, [o.id for o in others], {}, actor=cast.owner, door="test")
    assert {now(c).customer_id for c in contacts} == {keep.id}
    assert take_back(cast, keep).records == 3
    assert [now(c).customer_id for c in contacts] == [o.id for o in others]

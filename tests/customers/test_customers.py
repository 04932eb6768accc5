"""Rules of customers and contacts."""

from __future__ import annotations

import pytest

from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from tests import samples
from tests.people import Cast

CUSTOMER = registry.get("customers.customer")
CONTACT = registry.get("customers.contact")


@pytest.mark.parametrize(
    "again", ["杭州云深（集团）有限公司", "杭州云深(集团)有限公司", " 杭州云深 （集团） 有限公司", "杭州云深（集团）有限公司　"]
)
def test_two_organisations_cannot_have_one_name(cast: Cast, again: str) -> None:
    first = samples.make(CUSTOMER, actor=cast.stranger, name="杭州云深（集团）有限公司")
    with pytest.raises(Invalidated) as refusal:
        write.create(CUSTOMER, {"name": again}, actor=cast.owner, door="test")
    assert refusal.value.rivals == [first.id]
    assert "Stella" in refusal.value.errors["name"]


def test_two_people_may_be_called_the_same(cast: Cast) -> None:
    for _ in range(2):
        write.create(CUSTOMER, {"name": "王伟", "person": True}, actor=cast.owner, door="test")
    assert CUSTOMER.rows(cast.owner).filter(name="王伟").count() == 2


def test_a_person_who_becomes_an_organisation_must_have_a_free_name(cast: Cast) -> None:
    write.create(CUSTOMER, {"name": "王伟"}, actor=cast.owner, door="test")
    person = write.create(CUSTOMER, {"name": "王伟", "person": True}, actor=cast.owner, door="test")
    with pytest.raises(Invalidated):
        write.update(person, {"person": False}, actor=cast.owner, door="test")


def test_a_credit_code_belongs_to_one(cast: Cast) -> None:
    write.create(CUSTOMER, {"name": "A", "uscc": "91330100799655058B"}, actor=cast.owner, door="test")
    with pytest.raises(Invalidated) as refusal:
        write.create(CUSTOMER, {"name": "B", "uscc": "91330100799655058b"}, actor=cast.owner, door="test")
    assert list(refusal.value.errors) == ["uscc"]


def test_the_name_of_a_deleted_customer_is_free_until_it_comes_back(cast: Cast) -> None:
    first = samples.make(CUSTOMER, actor=cast.owner, name="Free")
    write.delete(first, actor=cast.owner, door="test")
    second = samples.make(CUSTOMER, actor=cast.owner, name="free")
    with pytest.raises(Invalidated) as refusal:
        write.restore((CUSTOMER, first.id), actor=cast.owner, door="test")
    assert refusal.value.rivals == [second.id]


def test_a_batch_that_names_one_twice_keeps_the_first(cast: Cast) -> None:
    outcome = write.create_many(CUSTOMER, [{"name": "Twin"}, {"name": "ＴＷＩＮ"}, {"name": "Other"}], actor=cast.owner, door="test")
    assert (sorted(outcome.written), list(outcome.refused)) == ([0, 2], [1])


@pytest.mark.parametrize("name", ["云深（中国）有限公司", "Acme, Inc. (China)", "中国移动·浙江", "AT&T", "O'Neill-Smith"])
def test_names_may_hold_letters_brackets_commas_and_periods(cast: Cast, name: str) -> None:
    assert write.create(CUSTOMER, {"name": name}, actor=cast.owner, door="test").name == name


@pytest.mark.parametrize("name", ["云深<script>", "a;b", "100%", "云深@杭州", "#1", "a\\b", "云深？", "{x}"])
def test_other_signs_are_refused_by_name(cast: Cast, name: str) -> None:
    with pytest.raises(Invalidated) as refusal:
        write.create(CUSTOMER, {"name": name}, actor=cast.owner, door="test")
    assert any(sign in refusal.value.errors["name"] for sign in "<;%@#\\?？{")


def test_no_company_is_its_own_parent(cast: Cast) -> None:
    customer = samples.make(CUSTOMER, actor=cast.owner)
    with pytest.raises(Invalidated):
        write.update(customer, {"parent": customer.id}, actor=cast.owner, door="test")


def test_contacts_are_counted_as_they_come_go_and_move(cast: Cast) -> None:
    one, other = (samples.make(CUSTOMER, actor=cast.owner) for _ in range(2))

    def counts() -> tuple[int | None, int | None]:
        return tuple(CUSTOMER.rows(cast.owner).get(id=c.id).contact_count for c in (one, other))  # type: ignore[return-value]

    contact = samples.make(CONTACT, actor=cast.owner, customer=one.id)
    assert counts() == (1, None)
    write.update(contact, {"customer": other.id}, actor=cast.owner, door="test")
    assert counts() == (None, 1)
    write.create_many(CONTACT, [{"name": f"C{n}", "customer": one.id} for n in range(3)], actor=cast.owner, door="test")
    assert counts() == (3, 1)
    write.update_many(CONTACT, {contact.id: {"customer": one.id}}, actor=cast.owner, door="test")
    assert counts() == (4, None)
    write.delete(contact, actor=cast.owner, door="test")
    assert counts() == (3, None)
    write.restore((CONTACT, contact.id), actor=cast.owner, door="test")
    assert counts() == (4, None)
    write.delete_many(CONTACT, list(CONTACT.rows(cast.owner).values_list("id", flat=True)), actor=cast.owner, door="test")
    assert counts() == (None, None)

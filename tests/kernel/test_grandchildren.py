"""What lies below a record belongs to whom the record belongs to, however deep, by whatever road it changed hands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from guanxi.kernel import pools, write
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
CUSTOMER, CONTACT, CONSENT = (registry.get(f"customers.{key}") for key in ("customer", "contact", "consent"))
Road = Callable[[Cast, int, int], object]


def by_handing_over(cast: Cast, customer: int, contact: int) -> None:
    write.transfer(CUSTOMER, [customer], cast.stranger.id or 0, actor=cast.director, door="test")


def by_an_edit(cast: Cast, customer: int, contact: int) -> None:
    write.update((CUSTOMER, customer), {"owner": cast.stranger.id}, actor=cast.director, door="test")


def by_a_pool(cast: Cast, customer: int, contact: int) -> None:
    pool = pools.usual(CUSTOMER)
    assert pool is not None
    write.release(CUSTOMER, [customer], pool, "no time", actor=cast.owner, door="test")


def by_another_parent(cast: Cast, customer: int, contact: int) -> None:
    other = samples.make(CUSTOMER, actor=cast.stranger)
    write.update((CONTACT, contact), {"customer": other.id}, actor=cast.director, door="test")


def by_another_parent_for_many(cast: Cast, customer: int, contact: int) -> None:
    other = samples.make(CUSTOMER, actor=cast.stranger)
    outcome = write.update_many(CONTACT, {contact: {"customer": other.id}}, actor=cast.director, door="test")
    assert outcome.written


@pytest.mark.parametrize("road", [by_handing_over, by_an_edit, by_a_pool, by_another_parent, by_another_parent_for_many])
def test_the_third_generation_follows(cast: Cast, road: Road) -> None:
    customer = samples.make(CUSTOMER, actor=cast.owner)
    contact = samples.make(CONTACT, actor=cast.owner, customer=customer.id)
    consent = samples.make(CONSENT, actor=cast.owner, contact=contact.id)
    assert CONSENT.rows(cast.owner).filter(id=consent.id).exists()
    road(cast, customer.id, contact.id)
    one = CONTACT.model._default_manager.values("owner_id", "department_id").get(id=contact.id)
    other = CONSENT.model._default_manager.values("owner_id", "department_id").get(id=consent.id)
    assert one["owner_id"] != cast.owner.id
    assert other == one
    assert not CONSENT.rows(cast.owner).filter(id=consent.id).exists()

"""Nobody is given work who has left; what he still has stays his until somebody hands it over."""

from __future__ import annotations

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.org import tokens
from guanxi.org.models import User
from tests import samples
from tests.people import Cast, forget

CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")


@pytest.fixture
def leaver(cast: Cast) -> int:
    User.objects.filter(id=cast.mate.id).update(is_active=False)
    forget()
    assert cast.mate.id
    return cast.mate.id


def test_nothing_is_created_for_a_leaver(cast: Cast, leaver: int) -> None:
    for raw in (leaver, "max", "Max"):
        with pytest.raises(Invalidated) as refusal:
            write.create(CUSTOMER, {"name": "Acme", "owner": raw}, actor=cast.director, door="test")
        assert list(refusal.value.errors) == ["owner"]
    outcome = write.create_many(CUSTOMER, [{"name": "A", "owner": leaver}, {"name": "B"}], actor=cast.director, door="test")
    assert (list(outcome.refused), list(outcome.written)) == ([0], [1])


def test_nothing_is_handed_to_a_leaver(cast: Cast, leaver: int) -> None:
    record = samples.make(CUSTOMER, actor=cast.director)
    with pytest.raises(Invalidated, match="Max"):
        write.update(record, {"owner": leaver}, actor=cast.director, door="test")
    assert (
        "Max" in write.update_many(CUSTOMER, {record.id: {"owner": leaver}}, actor=cast.director, door="test").refused[record.id]["owner"]
    )
    assert "Max" in write.transfer(CUSTOMER, [record.id], leaver, actor=cast.director, door="test").refused[record.id]["owner"]
    answer = Client().patch(
        f"/api/v1/customers/{record.id}",
        {"owner": leaver},
        content_type="application/json",
        headers={"Authorization": f"Bearer {tokens.issue(cast.director.login)}"},
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["owner"])
    assert CUSTOMER.rows(cast.director).get(id=record.id).owner_id == cast.director.id


def test_what_a_leaver_has_is_edited_and_added_to_without_taking_it_from_him(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.mate)
    User.objects.filter(id=cast.mate.id).update(is_active=False)
    forget()
    row = write.update(record, {"remark": "still his", "owner": cast.mate.id}, actor=cast.director, door="test")
    assert (row.remark, row.owner_id) == ("still his", cast.mate.id)
    contact = samples.make(CONTACT, actor=cast.director, customer=record.id)
    assert contact.owner_id == cast.mate.id

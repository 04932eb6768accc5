"""The page of a colleague leads to his trainings, files, comments, and to what of the business is his."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.people.entities.employee import Employee
from tests import samples
from tests.people import Cast

Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


@pytest.mark.django_db
@pytest.mark.feature("HRM-04")
def test_business_training_files_and_words_of_a_colleague(cast: Cast, at_desk: Desk) -> None:
    one = samples.make(registry.get("people.employee"), name="Olivia")
    Employee._default_manager.filter(id=one.id).update(account=cast.owner.id)
    write.create(
        registry.get("people.training"),
        samples.values(registry.get("people.training")) | {"employee": one.id},
        actor=cast.business,
        door="test",
    )
    customer = samples.make(CUSTOMER, actor=cast.owner, name="杭州云深智能")
    samples.make(CUSTOMER, actor=cast.stranger, name="西安古城机械")
    samples.make(registry.get("activity.followup"), actor=cast.owner, customer=customer.id, next_plan="带样品上门")
    director, stranger = at_desk(cast.director), at_desk(cast.stranger)
    page = director.get(f"/employees/{one.id}/").content.decode()
    for code in ("trainings", "of_customers", "of_opportunities", "of_follow-ups"):
        assert f"_related/{code}/" in page, code
    assert "_files/" in page
    mine = director.get(f"/employees/{one.id}/_related/of_customers/").content.decode()
    assert "杭州云深智能" in mine
    assert "西安古城机械" not in mine
    assert director.get(f"/employees/{one.id}/_related/trainings/").status_code == 200
    hers = stranger.get(f"/employees/{one.id}/_related/of_customers/")
    assert "杭州云深智能" not in hers.content.decode()

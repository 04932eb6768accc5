"""Programs hand records over as people do, with the reason, and are refused what people are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from tests import samples
from tests.api.conftest import Program
from tests.api.test_schema import answered, faults
from tests.people import Cast, review

pytestmark = pytest.mark.django_db
Programs = Callable[[Any], Program]
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")


@pytest.mark.feature("OWN-02")
def test_a_program_hands_a_record_over_and_history_says_why(cast: Cast, program: Programs) -> None:
    customer = samples.make(CUSTOMER, actor=cast.owner).id
    contact = samples.make(CONTACT, actor=cast.owner, customer=customer).id
    chief = program(cast.manager)
    answer = chief.post(f"customers/{customer}/transfer", {"owner": cast.mate.id, "reason": "更换负责人"})
    assert answer.status_code == 200
    document = chief.get("openapi.json").json()
    assert faults(answer.json(), answered(document, "/api/v1/customers/{id}/transfer", "post", "200"), document) == []
    assert answer.json()["owner"] == cast.mate.id
    assert CONTACT.model._default_manager.get(id=contact).owner_id == cast.mate.id
    told = program(cast.mate).get(f"customers/{customer}/history").json()
    assert [(c["verb"], c["reason"]) for c in told["results"]] == [("transfer", "更换负责人"), ("create", "")]
    assert faults(told, answered(document, "/api/v1/customers/{id}/history", "get", "200"), document) == []


def test_what_is_not_one_s_own_to_give_stays(cast: Cast, program: Programs) -> None:
    customer = samples.make(CUSTOMER, actor=cast.owner).id
    place = f"customers/{customer}/transfer"
    given = {"owner": cast.mate.id}
    assert program(cast.stranger).post(place, given).status_code == 404
    assert program(cast.readonly).post(place, given).status_code == 403
    owner = program(cast.owner)
    for wrong in ({}, {"owner": True}, {"owner": 0}, {**given, "reason": 1}, {**given, "reason": "x" * 201}, {**given, "name": "x"}):
        assert owner.post(place, wrong).status_code == 422, wrong
    assert CUSTOMER.model._default_manager.get(id=customer).owner_id == cast.owner.id
    assert len(owner.get(f"customers/{customer}/history").json()["results"]) == 1


def test_what_somebody_must_agree_to_waits_with_its_reason(cast: Cast, program: Programs) -> None:
    customer = samples.make(CUSTOMER, actor=cast.owner).id
    owner = review(cast.owner, CUSTOMER.key, verbs=("edit", "transfer"))
    answer = program(owner).post(f"customers/{customer}/transfer", {"owner": cast.mate.id, "reason": "换人"})
    assert answer.status_code == 202
    assert Draft.objects.get(record=customer).reason == "换人"

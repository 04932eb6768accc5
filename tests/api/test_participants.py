"""Programs open records to others as people do, and learn no more of who takes part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.org.models import Department, Position, PositionHolder
from tests import samples
from tests.api.conftest import Program
from tests.api.test_schema import answered, faults
from tests.people import Cast, forget, review

pytestmark = pytest.mark.django_db
Programs = Callable[[Any], Program]
CUSTOMER = registry.get("customers.customer")


@pytest.fixture
def post(cast: Cast) -> int:
    """A position that Stella holds."""
    position = Position.objects.create(name="大区经理")
    PositionHolder.objects.create(position=position, user_id=cast.stranger.id)
    forget()
    return int(position.pk)


@pytest.mark.feature("OWN-03", "SEC-07")
def test_a_program_opens_a_record_to_a_position_and_closes_it_again(cast: Cast, program: Programs, post: int) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner).id
    owner, stranger, place = program(cast.owner), program(cast.stranger), f"customers/{record}/participants"
    assert stranger.get(place).status_code == 404
    given = {"grantees": [{"to": "position", "id": post}], "part": "collaborator", "until": "2999-12-31"}
    answer = owner.post(place, given)
    assert answer.status_code == 200
    (told,) = answer.json()["results"]
    assert (told["to"], told["grantee"], told["name"], told["part"]) == ("position", post, "大区经理", "collaborator")
    assert told["until"].startswith("2999-12-31")
    document = owner.get("openapi.json").json()
    assert faults(answer.json(), answered(document, "/api/v1/customers/{id}/participants", "post", "200"), document) == []
    assert stranger.get(f"customers/{record}").status_code == 200
    assert stranger.patch(f"customers/{record}", {"remark": "seen to"}).status_code == 200
    assert stranger.get(place).json() == answer.json()
    assert stranger.delete(f"{place}/{told['id']}").status_code == 403
    assert owner.delete(f"{place}/{told['id']}").status_code == 204
    assert stranger.get(f"customers/{record}").status_code == 404


def test_what_makes_no_sense_is_refused_and_opens_nothing(cast: Cast, program: Programs, post: int) -> None:
    place = f"customers/{samples.make(CUSTOMER, actor=cast.owner).id}/participants"
    whom = [{"to": "position", "id": post}]
    for given in (
        {}, {"grantees": []}, {"grantees": "all"}, {"grantees": [post]}, {"grantees": [{"to": "planet", "id": 1}]},
        {"grantees": [{"to": "position", "id": True}]}, {"grantees": [{"to": "position", "id": 10**12}]},
        {"grantees": whom, "part": "emperor"}, {"grantees": whom, "part": 1}, {"grantees": whom, "until": "yesterday"},
        {"grantees": whom, "until": "2001-01-01"}, {"grantees": whom, "company": 1},
    ):  # fmt: skip
        assert program(cast.owner).post(place, given).status_code == 422, given
    assert not Share.objects.exists()


def test_only_who_may_hand_over_opens_by_program(entity: Entity, cast: Cast, program: Programs) -> None:
    record = samples.make(entity, actor=cast.owner).id
    place, given = f"{entity.slug}/{record}/participants", {"grantees": [{"to": "person", "id": cast.readonly.id}]}
    for actor, status in ((cast.mate, 404), (cast.stranger, 404), (cast.admin, 404), (cast.readonly, 403)):
        assert program(actor).post(place, given).status_code == status, actor.login
    assert not Share.objects.exists()
    assert program(cast.owner).post(place, given).status_code == 200


def test_a_program_is_told_when_somebody_has_to_agree(cast: Cast, program: Programs) -> None:
    clerk = review(cast.owner, CUSTOMER.key, verbs=("transfer",))
    place = f"customers/{samples.make(CUSTOMER, actor=cast.owner).id}/participants"
    answer = program(clerk).post(place, {"grantees": [{"to": "person", "id": cast.stranger.id}], "part": "co_owner"})
    assert (answer.status_code, answer.json()["verb"]) == (202, "share")
    assert answer.json()["review"] == Draft.objects.get().number
    assert not Share.objects.exists()


@pytest.mark.feature("SEC-13")
def test_a_program_of_a_dealer_is_not_told_who_takes_part_elsewhere(cast: Cast, program: Programs, post: int) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner).id
    whom = [{"to": "position", "id": post}, {"to": "person", "id": cast.mate.id}, {"to": "person", "id": cast.stranger.id}]
    assert program(cast.owner).post(f"customers/{record}/participants", {"grantees": whom}).status_code == 200
    Department.objects.filter(code="west").update(company=True)
    forget()
    told = program(cast.stranger).results(f"customers/{record}/participants")
    assert {(one["to"], one["grantee"]) for one in told} == {("position", None), ("person", None), ("person", cast.stranger.id)}
    assert all("Max" not in one["name"] and "大区经理" not in one["name"] for one in told)

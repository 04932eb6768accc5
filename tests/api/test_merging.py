"""Programs merge by the rules of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from tests.api.conftest import Program, address
from tests.people import Cast, review
from tests.samples import make

Programs = Callable[[Actor | None], Program]
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")


@pytest.mark.feature("INT-03")
def test_two_records_of_any_entity_become_one(entity: Entity, cast: Cast, program: Programs) -> None:
    keep, lost = (make(entity, actor=cast.owner) for _n in range(2))
    client = program(cast.owner)
    answer = client.post(address(entity, keep, "merge"), {"with": [lost.id]})
    assert answer.status_code == 200, answer.content
    assert (answer.json()["id"], answer.json()["version"]) == (keep.id, keep.version + 1)
    moved = client.get(address(entity, lost))
    assert moved.status_code == 308
    assert moved.headers["Location"].endswith(f"/api/v1/{entity.slug}/{keep.id}")
    assert program(cast.stranger).get(address(entity, lost)).status_code == 404
    told = client.results(address(entity, keep, "history"))[0]
    assert (told["verb"], told["door"]) == ("merge", "api")
    assert client.post(address(entity, lost, "restore")).status_code == 200  # out of the bin, and parted again
    assert client.get(address(entity, lost)).status_code == 200


@pytest.mark.feature("INT-03")
def test_values_are_chosen_field_by_field_and_everything_comes_along(cast: Cast, program: Programs) -> None:
    keep = make(CUSTOMER, actor=cast.owner, name="云深科技", remark="ours", tags=["vip"])
    lost = make(CUSTOMER, actor=cast.owner, name="杭州云深", remark="theirs", phone="13812346021", tags=["risk"])
    contact = make(CONTACT, actor=cast.owner, customer=lost.id)
    client = program(cast.owner)
    choices = {"name": lost.id, "tags": "all"}
    found = client.post(address(CUSTOMER, keep, "merge"), {"with": [lost.id], "choices": choices}).json()
    assert (found["name"], found["remark"], found["phone"], found["tags"]) == ("杭州云深", "ours", "+8613812346021", ["vip", "risk"])
    assert client.get(address(CONTACT, contact)).json()["customer"]["id"] == keep.id


def test_a_repeated_request_merges_once(cast: Cast, program: Programs) -> None:
    keep, lost = (make(CUSTOMER, actor=cast.owner) for _n in range(2))
    client, given = program(cast.owner), {"with": [lost.id]}
    first, second = (client.post(address(CUSTOMER, keep, "merge"), given, **{"Idempotency-Key": "k1"}) for _n in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["version"] == second.json()["version"]


def test_what_was_read_too_long_ago_is_not_merged(cast: Cast, program: Programs) -> None:
    keep, lost = (make(CUSTOMER, actor=cast.owner) for _n in range(2))
    versions = {str(keep.id): keep.version, str(lost.id): lost.version}
    write.update(lost, {"remark": "since"}, actor=cast.owner, door="test")
    assert program(cast.owner).post(address(CUSTOMER, keep, "merge"), {"with": [lost.id], "versions": versions}).status_code == 409


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"with": []},
        {"with": "1"},
        {"with": [True]},
        {"with": [2**64]},
        {"with": [1], "choices": []},
        {"with": [1], "choices": {"name": "x"}},
        {"with": [1], "versions": {"a": 1}},
        {"with": [1], "nonsense": 1},
    ],
)
def test_nonsense_is_refused_with_its_key(cast: Cast, program: Programs, given: dict[str, Any]) -> None:
    keep = make(CUSTOMER, actor=cast.owner)
    answer = program(cast.owner).post(address(CUSTOMER, keep, "merge"), given)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_who_may_not_see_learns_nothing_and_who_may_not_change_is_refused(
    entity: Entity, cast: Cast, program: Programs, traces: Callable[[], Any]
) -> None:
    keep, lost = (make(entity, actor=cast.owner) for _n in range(2))
    own = make(entity, actor=cast.stranger)
    before = traces()
    for one, other in ((keep.id, lost.id), (own.id, lost.id), (keep.id, own.id), (own.id, 10**15)):
        assert program(cast.stranger).post(address(entity, one, "merge"), {"with": [other]}).status_code == 404
    for actor in (cast.manager, cast.readonly):
        assert program(actor).post(address(entity, keep, "merge"), {"with": [lost.id]}).status_code == 403
    assert program(review(cast.owner, entity.key)).post(address(entity, keep, "merge"), {"with": [lost.id]}).status_code == 403
    assert traces() == before


def test_the_document_describes_it_to_who_may(cast: Cast, program: Programs) -> None:
    path = "/api/v1/customers/{id}/merge"
    paths = program(cast.owner).get("openapi.json").json()["paths"]
    body = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "name" in body["properties"]["choices"]["properties"]
    assert path not in program(cast.readonly).get("openapi.json").json()["paths"]

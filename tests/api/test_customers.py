"""Customers from a program's side: filed, found, changed, thrown away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Program
from tests.people import Cast

Programs = Callable[[Any], Program]


@pytest.mark.feature("CUS-01")
def test_every_customer_has_an_id_and_a_number_of_its_own(cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    made = [mine.post("customers", {"name": f"杭州云深{n}号科技有限公司"}).json() for n in range(3)]
    assert len({r["id"] for r in made}) == len({r["number"] for r in made}) == 3
    for record in made:
        assert [r["id"] for r in mine.results("customers", where=["number", "is", record["number"]])] == [record["id"]]


@pytest.mark.feature("CUS-02", "OWN-07")
def test_a_customer_is_filed_belongs_to_who_filed_it_and_is_edited(cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    given = {"name": "杭州云深科技有限公司", "address": "滨江区江南大道 1 号", "phone": "0571-88881234"}
    record = mine.post("customers", given).json()
    assert (record["name"], record["address"], record["owner"]) == (given["name"], given["address"], cast.owner.id)
    assert record["department"] == cast.owner.department
    changed = mine.patch(f"customers/{record['id']}", {"address": "西湖区文三路 2 号"}).json()
    assert (changed["address"], changed["name"]) == ("西湖区文三路 2 号", given["name"])


@pytest.mark.feature("CUS-03")
def test_a_deleted_customer_is_gone_from_lists_and_search_and_can_be_restored(cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    record = mine.post("customers", {"name": "杭州云深科技有限公司"}).json()["id"]
    assert mine.delete(f"customers/{record}").status_code == 204
    assert mine.results("customers") == mine.results("customers", q="云深") == []
    assert mine.post(f"customers/{record}/restore").status_code == 200
    assert [r["id"] for r in mine.results("customers", q="云深")] == [record]


@pytest.mark.feature("CUS-09")
def test_without_its_required_fields_nothing_is_saved(cast: Cast, program: Programs, traces: Any) -> None:
    mine = program(cast.owner)
    before = traces()
    answer = mine.post("customers", {"address": "somewhere"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["name"])
    assert traces() == before


@pytest.mark.feature("CUS-10")
@pytest.mark.parametrize(
    ("name", "good"),
    [("杭州云深(集团)有限公司", True), ("Acme, Inc. (China)", True), ("杭州★云深", False), ("Acme<b>", False), ("云深#1", False)],
)
def test_names_take_only_the_characters_of_names(cast: Cast, program: Programs, name: str, good: bool) -> None:
    answer = program(cast.owner).post("customers", {"name": name})
    assert answer.status_code == (201 if good else 422)
    assert good or "name" in answer.json()["errors"]


@pytest.mark.feature("CUS-11")
def test_before_filing_at_most_five_likely_customers_are_named_with_their_owner(cast: Cast, program: Programs) -> None:
    theirs, mine = program(cast.stranger), program(cast.owner)
    for n in range(7):
        assert theirs.post("customers", {"name": f"北京海纳{n}号", "person": True, "phone": "13812346021"}).status_code == 201
    assert theirs.post("customers", {"name": "杭州云深科技有限公司"}).status_code == 201
    (hit,) = mine.results("customers/similar", field="name", value="云深科技（杭州）有限公司")
    assert (hit["owner"], hit["visible"], hit["id"]) == (cast.stranger.name, False, None)
    assert hit["title"] != "杭州云深科技有限公司"
    assert len(mine.results("customers/similar", field="phone", value="138 1234 6021")) == 5
    again = mine.post("customers", {"name": "杭州云深科技有限公司"})
    assert again.status_code == 422
    assert cast.stranger.name in again.json()["errors"]["name"]


@pytest.mark.feature("CUS-13")
def test_a_customer_is_in_one_of_four_states_that_change_into_each_other(cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    record = mine.post("customers", {"name": "杭州云深科技有限公司"}).json()
    assert record["status"] == "potential"
    for state in ("formal", "signed", "abandoned", "potential"):
        assert mine.patch(f"customers/{record['id']}", {"status": state}).json()["status"] == state
        for asked in ("potential", "formal", "signed", "abandoned"):
            assert bool(mine.results("customers", where=["status", "is", asked])) == (asked == state)
    assert mine.patch(f"customers/{record['id']}", {"status": "other"}).status_code == 422


@pytest.mark.feature("CUS-14", "CUS-15", "CUS-18", "CUS-19")
def test_customers_are_grouped_tagged_filtered_and_sorted(cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    for name, level, tags in (("甲公司", "A", ["vip"]), ("乙公司", "B", ["vip", "risk"]), ("丙公司", "A", [])):
        assert mine.post("customers", {"name": name, "level": level, "tags": tags}).status_code == 201

    def names(**query: Any) -> list[str]:
        return [r["name"] for r in mine.results("customers", **query)]

    assert names(where=["level", "is", "A"], sort="created_at") == ["甲公司", "丙公司"]
    assert names(where=["tags", "has_all", ["vip", "risk"]]) == ["乙公司"]
    either = ["or", ["and", ["level", "is", "A"], ["tags", "has", ["vip"]]], ["tags", "has", ["risk"]]]
    assert names(where=either, sort="-created_at") == ["乙公司", "甲公司"]
    assert names(sort="name") == ["丙公司", "甲公司", "乙公司"]  # bing, jia, yi


@pytest.mark.feature("CUS-17")
def test_a_private_person_is_found_by_name_and_by_identity_number(cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    given = {"name": "王一", "person": True, "resident_id": "11010519491231002X", "occupation": "医生", "phone": "13812346021"}
    record = mine.post("customers", given).json()
    assert record["occupation"] == "医生"
    assert [r["id"] for r in mine.results("customers", q="王一")] == [record["id"]]
    assert [r["id"] for r in mine.results("customers", where=["resident_id", "is", "11010519491231002x"])] == [record["id"]]
    assert mine.post("customers", {**given, "resident_id": "110105194912310021"}).status_code == 422
    assert mine.post("customers", given).status_code == 201  # two people may be called the same


def test_a_long_page_is_sent_while_it_is_written_and_says_the_same(cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    given = [{"name": f"长页{n}有限公司", "phone": f"0571-8{n:07d}"} for n in range(230)]
    assert mine.post("customers/bulk", {"create": given}).status_code == 200
    long = mine.get("customers", limit=1000, sort="name")
    assert long.streaming
    page = json.loads(b"".join(long.streaming_content))
    assert page["next"] is None
    assert len(page["results"]) == 230
    assert page["results"][:200] == mine.results("customers", sort="name", limit=200)
    assert json.loads(b"".join(mine.get("customers", limit=210).streaming_content))["next"]
    assert mine.get("customers", limit=1001).status_code == 400

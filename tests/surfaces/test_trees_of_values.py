"""Choice lists in levels: values stand below others, are picked level by level, and a filter on one means all below it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import openpyxl
import pytest
from django.test import Client
from django.utils import translation

from guanxi.kernel import dictionary, lists, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import predicate, sentence, tree
from guanxi.kernel.dictionary import Dictionary, Item
from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.kernel.models import DictionaryValue
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lists as verbs
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
INDUSTRY = Dictionary("industry")


@pytest.fixture(autouse=True)
def _afresh() -> Any:
    with translation.override("en"):
        yield
    dictionary.clear()


def industries() -> lists.ListOf:
    found = lists.get("industry")
    assert found is not None
    return found


def below(parent: Item | None, name: str, cast: Cast) -> Item:
    made = verbs.add(industries(), name, "", parent=parent.id if parent else None, actor=cast.business)
    found = INDUSTRY.by_id(made)
    assert found is not None
    return found


@pytest.fixture
def vehicles(cast: Cast) -> dict[str, Item]:
    """机电 / 汽车 / 新能源车, and 机电 / 其他 beside 化工 / 其他."""
    machines, chemistry = below(None, "机电", cast), below(None, "化工业", cast)
    cars = below(machines, "汽车", cast)
    return {
        "machines": machines,
        "chemistry": chemistry,
        "cars": cars,
        "electric": below(cars, "新能源车", cast),
        "others": below(machines, "其他小类", cast),
        "rest": below(chemistry, "其他小类", cast),
    }


def bearing(item: Item, cast: Cast) -> int:
    return int(samples.make(CUSTOMER, actor=cast.owner, industry=item.code).id)


def found_by(where: list[Any], cast: Cast) -> set[int]:
    return set(CUSTOMER.rows(cast.owner).where(where).values_list("id", flat=True))


@pytest.mark.feature("DIC-03")
def test_a_filter_within_a_value_finds_all_that_stand_below_it(cast: Cast, vehicles: dict[str, Item]) -> None:
    top, car, electric, other = (bearing(vehicles[key], cast) for key in ("machines", "cars", "electric", "rest"))
    machines, cars = vehicles["machines"].code, vehicles["cars"].code
    assert found_by(["industry", "within", machines], cast) == {top, car, electric}
    assert found_by(["industry", "within", [cars, vehicles["chemistry"].code]], cast) == {car, electric, other}
    assert found_by(["industry", "is", machines], cast) == {top}
    node = tree.parse(CUSTOMER, ["industry", "within", machines], cast.owner)
    rows = {
        row.id: predicate.matches(node, row, cast.owner) for row in CUSTOMER.rows(cast.owner).filter(id__in=[top, car, electric, other])
    }
    assert rows == {top: True, car: True, electric: True, other: False}
    assert vehicles["machines"].label in sentence.sentence(node, Reader(cast.owner))


@pytest.mark.feature("DIC-03")
def test_a_word_is_read_by_its_path_and_refused_where_it_may_mean_several(cast: Cast, vehicles: dict[str, Item]) -> None:
    kind, reader = CUSTOMER.fields["industry"].kind, Reader(cast.owner)
    assert kind.parse("新能源车", reader) == vehicles["electric"].id
    assert kind.parse("机电/汽车 / 新能源车", reader) == vehicles["electric"].id
    assert kind.parse("化工业 / 其他小类", reader) == vehicles["rest"].id
    with pytest.raises(Invalid, match="may mean several"):
        kind.parse("其他小类", reader)
    for item in vehicles.values():
        assert kind.parse(kind.export(item.id, reader), reader) == item.id
    assert kind.export(vehicles["electric"].id, reader) == "机电 / 汽车 / 新能源车"


@pytest.mark.feature("DIC-03")
def test_a_tree_is_picked_level_by_level_or_by_the_reading(cast: Cast, at_desk: Desk, vehicles: dict[str, Item]) -> None:
    desk = at_desk(cast.owner)

    def offered(text: str) -> str:
        return desk.get("/_pick/values/industry/", {"q": text}).content.decode()

    assert "机电" in offered("")
    assert "汽车" not in offered("")
    assert "机电 / 汽车" in offered("机电")
    assert "新能源车" not in offered("机电")
    assert "机电 / 汽车 / 新能源车" in offered("xny")
    assert desk.get("/_pick/values/customer_level/").status_code == 404
    assert 'data-picker="/_pick/values/industry/"' in desk.get("/customers/new/").content.decode()


@pytest.mark.feature("DIC-03")
def test_values_are_moved_with_all_below_them_and_never_below_themselves(cast: Cast, at_desk: Desk, vehicles: dict[str, Item]) -> None:
    desk = at_desk(cast.business)
    address = "/admin/lists/industry/{}/move/"
    cars, machines, chemistry = (vehicles[key].id for key in ("cars", "machines", "chemistry"))
    assert desk.post(address.format(machines), {"parent": cars}).status_code == 422
    rest = vehicles["rest"].id
    assert desk.post(address.format(cars), {"parent": chemistry, "before": rest}).status_code == 302
    assert INDUSTRY.path(INDUSTRY.by_id(vehicles["electric"].id) or vehicles["electric"]) == "化工业 / 汽车 / 新能源车"
    assert [i.id for i in INDUSTRY.items() if i.parent == chemistry] == [cars, rest]
    refused = desk.post(address.format(vehicles["others"].id), {"parent": chemistry})
    assert "in this list already" in refused.content.decode()
    desk.post(f"/admin/lists/industry/{rest}/shift/", {"up": "1"})
    assert [i.id for i in INDUSTRY.items() if i.parent == chemistry] == [rest, cars]


@pytest.mark.feature("DIC-03")
def test_there_are_nine_levels_and_no_tenth(cast: Cast) -> None:
    at = below(None, "第1级", cast)
    for level in range(2, 10):
        at = below(at, f"第{level}级", cast)
    assert len(INDUSTRY.line(at)) == 9
    with pytest.raises(write.Invalidated, match="at most 9 levels"):
        below(at, "第10级", cast)
    top = below(None, "另一支", cast)
    twig = below(top, "其下", cast)
    eighth = INDUSTRY.line(at)[7]
    with pytest.raises(write.Invalidated, match="at most 9 levels"):
        verbs.move(industries(), INDUSTRY.by_id(top.id) or top, eighth.id, actor=cast.business)
    verbs.move(industries(), INDUSTRY.by_id(twig.id) or twig, eighth.id, actor=cast.business)


@pytest.mark.feature("DIC-03")
def test_groups_are_by_value_or_by_the_topmost(cast: Cast, at_desk: Desk, vehicles: dict[str, Item]) -> None:
    for key in ("cars", "electric", "rest"):
        bearing(vehicles[key], cast)
    desk = at_desk(cast.owner)
    leaf = desk.get("/customers/?view=all&layout=groups&by=industry").content.decode()
    assert "机电 / 汽车 / 新能源车" in leaf
    top = desk.get("/customers/?view=all&layout=groups&by=industry.top").content.decode()
    table = top.split("<tbody>")[1]
    assert "新能源车" not in table
    assert "机电" in table
    assert quote_plus(json.dumps(["industry", "within", vehicles["machines"].code])) in table


def test_what_stands_below_a_retired_value_is_offered_no_more(cast: Cast, at_desk: Desk, vehicles: dict[str, Item]) -> None:
    cars = vehicles["cars"]
    at_desk(cast.business).post(f"/admin/lists/industry/{cars.id}/", {"zh": cars.zh, "en": cars.en})
    assert vehicles["electric"].id not in [item.id for item in INDUSTRY.active()]
    with pytest.raises(write.Invalidated, match="no longer offered"):
        bearing(vehicles["electric"], cast)


def test_a_branch_becomes_another_one_with_what_stands_below(cast: Cast, vehicles: dict[str, Item]) -> None:
    verbs.merge(industries(), vehicles["cars"], vehicles["chemistry"], actor=cast.business)
    assert INDUSTRY.path(INDUSTRY.by_id(vehicles["electric"].id) or vehicles["electric"]) == "化工业 / 新能源车"
    with pytest.raises(write.Invalidated):
        verbs.merge(industries(), INDUSTRY.by_id(vehicles["chemistry"].id), INDUSTRY.by_id(vehicles["rest"].id), actor=cast.business)  # type: ignore[arg-type]


def test_what_another_process_has_moved_meanwhile_makes_no_circle(cast: Cast, vehicles: dict[str, Item]) -> None:
    machines, chemistry, cars, rest = (vehicles[key] for key in ("machines", "chemistry", "cars", "rest"))
    assert machines.id not in INDUSTRY.below({chemistry.id})  # which this process remembers
    DictionaryValue.objects.filter(pk=chemistry.id).update(parent=machines.id)
    with pytest.raises(write.Invalidated, match="below itself"):
        verbs.move(industries(), machines, chemistry.id, actor=cast.business)
    DictionaryValue.objects.filter(pk=cars.id).update(into=rest.id, active=False)
    with pytest.raises(write.Invalidated):
        verbs.merge(industries(), rest, cars, actor=cast.business)


def test_a_merge_keeps_to_nine_levels_and_to_who_may_choose(cast: Cast, vehicles: dict[str, Item]) -> None:
    at = below(None, "第1级", cast)
    for level in range(2, 10):
        at = below(at, f"第{level}级", cast)
    with pytest.raises(write.Invalidated, match="at most 9 levels"):
        verbs.merge(industries(), vehicles["cars"], at, actor=cast.business)
    verbs.open_to(industries(), vehicles["cars"], [cast.owner.department or 0], actor=cast.business)
    cars, chemistry = (INDUSTRY.by_id(vehicles[key].id) or vehicles[key] for key in ("cars", "chemistry"))
    with pytest.raises(write.Invalidated, match="different departments"):
        verbs.merge(industries(), cars, chemistry, actor=cast.business)
    verbs.open_to(industries(), chemistry, [cast.owner.department or 0], actor=cast.business)
    verbs.merge(industries(), cars, chemistry, actor=cast.business)
    assert INDUSTRY.by_code(cars.code) == INDUSTRY.by_id(chemistry.id)


def test_the_export_of_a_tree_says_the_path(cast: Cast, at_desk: Desk, vehicles: dict[str, Item]) -> None:
    body = b"".join(at_desk(cast.business).get("/admin/lists/industry/export/").streaming_content)  # type: ignore[attr-defined]
    rows = list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert "机电 / 汽车 / 新能源车" in [row[1] for row in rows]

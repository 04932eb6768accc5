"""Statements whose values stand in the text find what the ORM finds, page for page, whatever people type."""

from __future__ import annotations

from typing import Any

import pytest

from guanxi.kernel import plan, statement
from guanxi.kernel.registry import registry
from guanxi.kernel.statement import Mark, Statement
from guanxi.kernel.window import Window
from tests import samples
from tests.kernel.conftest import TEXTS
from tests.people import Cast

HARD = [*(text for text in TEXTS if text.strip()), "%s", "%%s", "%(name)s", "\\'; DROP TABLE customers_customer; --", "$1", "''", "{1,2}"]


@pytest.mark.parametrize("text", HARD)
def test_a_condition_finds_what_it_says_on_every_page(cast: Cast, text: str) -> None:
    entity = registry.get("customers.customer")
    twins = [samples.make(entity, actor=cast.owner, address=f"{text}{n} 号") for n in range(5)]
    other = samples.make(entity, actor=cast.owner, address="完全不同")
    condition = ["address", "contains", text]
    expected = set(entity.rows(cast.owner).where(condition).filter(id__in=[*(t.id for t in twins), other.id]).values_list("id", flat=True))
    assert {t.id for t in twins} <= expected
    wanted = plan.compile(entity, ["name"], cast.owner)
    window = Window(entity, cast.owner, conditions=(condition,))
    sort = entity.rows(cast.owner).sort("-updated_at")
    for _again in range(4):  # asked anew, prepared, and with its plan kept
        found: list[int] = []
        page = window.page(sort, wanted, size=2)
        while True:
            found += [row[0] for row in page.rows]
            if not page.next:
                break
            page = window.page(sort, wanted, cursor=page.next, size=2)
        assert len(found) == len(set(found))
        assert {i for i in found if i in expected or i == other.id} == expected


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["50%", "a'b", 'a"b', "%s", "\\", "云深", 7, None, True, [1, 2], ["a'", "%"]])
def test_values_go_into_the_text_and_slots_stay_open(value: Any) -> None:
    made = statement.written(Statement("SELECT %s IS NOT DISTINCT FROM %s, '100%%', %s::int", (value, value, Mark("n")), (), None))
    assert made.params == (Mark("n"),)
    assert made.run(n=5) == [(True, "100%", 5)]

"""What verbs cost in queries, kept in queries.toml; and no page costs more because there are more rows."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import history, plan, search, write
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

BUDGETS = Path(__file__).with_name("queries.toml")


def cost(do: Callable[[], Any]) -> int:
    """Queries, savepoints left aside."""
    with CaptureQueriesContext(connection) as captured:
        do()
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)


def list_page(entity: Entity, actor: Any) -> list[str]:
    """What a list does: the page, its links, its cells."""
    compiled = plan.compile(entity, entity.fields, actor)
    rows = entity.rows(actor).where([])
    page = rows.page(rows.sort("-updated_at"), list(compiled.paths))
    rows.bounded_count()
    reader = Reader(actor)
    return [column.html(row, reader) for row in compiled.attach(page.rows) for column in compiled.columns if column.span]


def test_a_list_costs_the_same_with_five_rows_and_with_forty(entity: Entity, cast: Cast) -> None:
    costs = []
    for rows in (5, 35):
        raw = samples.values(entity, "full", actor=cast.owner)
        for unique in entity.unique:
            if unique.field != entity.title:
                raw.pop(unique.field)
        given = [{**raw, entity.title: f"{raw[entity.title]} {rows} {n}", **samples.apart(entity)} for n in range(rows)]
        assert not write.create_many(entity, given, actor=cast.owner, door="test").refused
        list_page(entity, cast.owner)
        costs.append(cost(lambda: list_page(entity, cast.owner)))
    assert costs[0] == costs[1]


def test_bulk_writes_cost_the_same_for_five_rows_and_for_forty(entity: Entity, cast: Cast) -> None:
    costs = []
    for rows in (2, 5, 40):  # the first round warms what the process caches
        given = [samples.values(entity, actor=cast.owner) for _ in range(rows)]
        made: list[Any] = []
        creating = cost(lambda: made.append(write.create_many(entity, given, actor=cast.owner, door="test")))
        ids = [r.id for r in made[0].written.values()]
        changes = {i: {entity.title: samples.values(entity, actor=cast.owner)[entity.title]} for i in ids}
        changing = cost(lambda: write.update_many(entity, changes, actor=cast.owner, door="test"))
        deleting = cost(lambda: write.delete_many(entity, ids, actor=cast.owner, door="test"))
        costs.append((creating, changing, deleting))
    assert costs[1] == costs[2]


def test_each_verb_keeps_its_budget(entity: Entity, cast: Cast) -> None:
    raw = samples.values(entity, actor=cast.owner)
    samples.make(entity, actor=cast.owner)
    record = write.create(entity, samples.values(entity, actor=cast.owner), actor=cast.owner, door="test")
    merged = [samples.make(entity, actor=cast.owner) for _n in range(2)]
    title = samples.values(entity, actor=cast.owner)[entity.title]
    search.find(title, cast.owner)  # which tokens are frequent is asked once in ten minutes
    spent = {
        "create": cost(lambda: write.create(entity, raw, actor=cast.owner, door="test")),
        "update": cost(lambda: write.update((entity, record.id), {entity.title: title}, actor=cast.owner, door="test")),
        "list": cost(lambda: list_page(entity, cast.owner)),
        "find": cost(lambda: search.find(title, cast.owner)),
        "history": cost(lambda: history.visible_changes(entity, record.id, cast.owner)),
        "merge": cost(lambda: write.merge(entity, merged[0].id, [merged[1].id], {}, actor=cast.owner, door="test")),
        "delete": cost(lambda: write.delete(record, actor=cast.owner, door="test")),
    }
    named = "designed" if entity not in registry.declared() else entity.key
    budgets = tomllib.loads(BUDGETS.read_text(encoding="utf-8")) if BUDGETS.exists() else {}
    if os.environ.get("GUANXI_RENEW_BUDGETS"):
        budgets[named] = spent
        lines = [f'["{key}"]\n' + "".join(f"{verb} = {n}\n" for verb, n in sorted(verbs.items())) for key, verbs in sorted(budgets.items())]
        head = "# Queries of each verb, exactly. Fewer is welcome, more needs a reason: GUANXI_RENEW_BUDGETS=1 writes this anew.\n\n"
        BUDGETS.write_text(head + "\n".join(lines), encoding="utf-8")
        return
    if named not in budgets:
        pytest.skip(f"{entity.key} has no budget yet; GUANXI_RENEW_BUDGETS=1 writes one")
    given = sum(isinstance(f.column, Keyed) and f.kind.name == "number" for f in entity.fields.values())
    budget = budgets[named]  # an automatic number of one's own asks its counter, nothing else costs more
    assert spent == {**budget, "create": budget["create"] + given}

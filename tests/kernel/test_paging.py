"""Keyset pages, forward and back, cover every row exactly once and in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.query import Page, Rows
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

Population = Callable[..., list[Any]]


def walk(rows: Rows, code: str, size: int) -> tuple[list[int], list[int]]:
    """Ids read forward from the first page, and back again from the last."""
    sort = rows.sort(code)
    pages: list[Page] = [rows.page(sort, [], size=size)]
    while pages[-1].next:
        pages.append(rows.page(sort, [], cursor=pages[-1].next, size=size))
        assert len(pages) < 100
    back = [pages[-1]]
    while back[-1].previous:
        back.append(rows.page(sort, [], cursor=back[-1].previous, size=size))
        assert len(back) < 100
    assert [p.first for p in pages] == [1 + size * n for n in range(len(pages))]
    assert back[-1].first == 1
    return [r[0] for p in pages for r in p.rows], [r[0] for p in reversed(back) for r in p.rows]


def test_every_row_once_in_order_both_ways(entity: Entity, cast: Cast, population: Population) -> None:
    """By every field; page by page of several sizes by the first of each way of being stored."""
    met = set()
    records = population(entity)
    rows = entity.rows(cast.director).filter(id__in=[r.id for r in records])
    for key, field in entity.fields.items():
        if not field.kind.sortable:
            continue
        for code in (key, f"-{key}"):
            whole = [r[0] for r in rows.page(rows.sort(code), [], size=100).rows]
            assert sorted(whole) == sorted(r.id for r in records), code
            for size in (3,) if field.kind.stored in met else (1, 3, 7):
                assert walk(rows, code, size) == (whole, whole), (code, size)
        met.add(field.kind.stored)


def test_empty_values_come_last_in_both_directions(entity: Entity, cast: Cast, population: Population) -> None:
    records = population(entity)
    rows = entity.rows(cast.director).filter(id__in=[r.id for r in records])
    for key, field in entity.fields.items():
        if not field.kind.sortable or field.kind.blank is not None or field.kind.stored == "boolean":
            continue
        for code in (key, f"-{key}"):
            values = [r[1] for r in rows.page(rows.sort(code), [], size=100).rows]
            filled = [v for v in values if v is not None]
            assert values == [*filled, *[None] * (len(values) - len(filled))], code
            if field.kind.stored in ("integer", "number"):
                assert filled == sorted(filled, reverse=code.startswith("-")), code


def test_a_title_sorts_by_its_reading(cast: Cast) -> None:
    entity = registry.get("customers.customer")
    names = ["长沙云深", "长江实业", "重庆火锅", "北京未来", "阿里", "Zeta"]
    ids = {samples.make(entity, actor=cast.owner, name=n).id: n for n in names}
    rows = entity.rows(cast.owner)
    found = [ids[r[0]] for r in rows.page(rows.sort("name"), []).rows]
    assert found.index("阿里") < found.index("北京未来") < found.index("长江实业") < found.index("Zeta")
    assert found.index("重庆火锅") < found.index("Zeta")


def test_a_forged_or_foreign_cursor_is_refused(entity: Entity, cast: Cast) -> None:
    for _ in range(3):
        samples.make(entity, actor=cast.owner)
    rows = entity.rows(cast.owner)
    sort = rows.sort("created_at")
    cursor = rows.page(sort, [], size=1).next
    for forged in ("x", cursor[:-1] + ("a" if cursor[-1] != "a" else "b"), cursor + "=", "\x00", cursor[5:]):
        with pytest.raises(ConditionError):
            rows.page(sort, [], cursor=forged, size=1)
    with pytest.raises(ConditionError):
        rows.page(rows.sort("-created_at"), [], cursor=cursor, size=1)


def test_a_cursor_gives_nobody_anothers_rows(entity: Entity, cast: Cast) -> None:
    for _ in range(3):
        samples.make(entity, actor=cast.owner)
    rows = entity.rows(cast.owner)
    cursor = rows.page(rows.sort("created_at"), [], size=1).next
    theirs = entity.rows(cast.stranger)
    assert theirs.page(theirs.sort("created_at"), [], cursor=cursor, size=9).rows == []


def test_pages_hold_while_rows_come_and_go(entity: Entity, cast: Cast) -> None:
    records = [samples.make(entity, actor=cast.owner) for _ in range(6)]
    rows = entity.rows(cast.owner)
    sort = rows.sort("created_at")
    first = rows.page(sort, [], size=2)
    entity.model._default_manager.filter(id=records[1].id).update(deleted_at=records[1].created_at)
    second = rows.page(sort, [], cursor=first.next, size=2)
    assert [r[0] for r in second.rows] == [records[2].id, records[3].id]


def test_counting_stops_at_the_bound(entity: Entity, cast: Cast) -> None:
    for _ in range(5):
        samples.make(entity, actor=cast.owner)
    assert entity.rows(cast.owner).bounded_count(3) == 4
    assert entity.rows(cast.owner).bounded_count() == 5

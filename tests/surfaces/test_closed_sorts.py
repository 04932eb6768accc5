"""Whom a field is closed to, he is never asked to sort by it: lists fall back on what he may read, in the end on the id."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel import query
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from tests import samples
from tests.people import Cast, let, restrict

Desk = Callable[[Actor], Client]
PRESETS = ("updated_at", "created_at", "next_follow_up_at", "happened_at", "next_at", "stage_since", "expected_on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "entity" in metafunc.fixturenames:
        metafunc.parametrize("entity", list(registry), ids=lambda e: e.key)


def tabs_of(entity: Entity) -> list[tuple[Entity, str]]:
    """The related tabs that show its records: those of other kinds sort by nothing that is closed here."""
    found = []
    for parent in registry:
        shown = {child.fields[key].extra["back"]: child for child, key in registry.children(parent)}
        shown |= {key: field.kind.target for key, field in parent.fields.items() if field.kind.name == "links" and key not in shown}  # type: ignore[attr-defined]
        found += [(parent, code) for code in parent.related if shown.get(code) is entity]
    return found


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_every_list_answers_when_its_sorts_are_closed(entity: Entity, cast: Cast, at_desk: Desk, right: str) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    closed = {*entity.sorts, *(k for k in PRESETS if k in entity.fields)} - {entity.title}
    for key in closed:
        let(cast.owner, entity.key, key, right)
    actor = cast.again(cast.owner)
    desk = at_desk(actor)
    # A view whose own filter is closed to him stays shut; its sort alone may not shut it.
    views = [v for v in entity.views if not closed & set(str(v.where).split("'"))]
    for address in (*(f"?view={v.code}" for v in views), "?layout=table"):
        answer = desk.get(f"/{entity.slug}/{address}")
        assert answer.status_code == 200, (address, answer.content[-300:])
    assert desk.get(f"/_pick/{entity.slug}/").status_code == 200
    assert desk.get(f"/{entity.slug}/{record.id}/").status_code == 200
    assert desk.post(f"/{entity.slug}/export/", {"format": "csv", "view": views[-1].code}).status_code == 200
    headers = {"Authorization": f"Bearer {tokens.issue(actor.login)}"}
    assert Client().get(f"/api/v1/{entity.slug}", headers=headers).status_code == 200
    for parent, code in tabs_of(entity):
        other = samples.make(parent, actor=actor)
        assert desk.get(f"/{parent.slug}/{other.id}/_related/{code}/").status_code == 200, (parent, code)


def test_every_tab_is_asked_for_the_records_that_it_shows() -> None:
    assert sorted((p.key, code) for e in registry for p, code in tabs_of(e)) == sorted(
        (p.key, code) for p in registry for code in p.related
    )


def test_sorting_by_what_is_closed_is_still_refused_to_who_asks_for_it(cast: Cast, at_desk: Desk) -> None:
    restrict(cast.owner, "customers.customer", "updated_at", "hidden")
    assert at_desk(cast.owner).get("/customers/?sort=-updated_at").status_code == 400


def test_the_next_readable_sort_stands_in_and_in_the_end_the_id(cast: Cast) -> None:
    entity = registry.get("customers.customer")
    actor = restrict(cast.owner, entity.key, entity.sorts[0], "hidden")
    assert query.default_sort(entity, actor) == f"-{entity.sorts[1]}"
    assert query.default_sort(entity, actor, "name") == "name"
    for key in entity.sorts:
        actor = restrict(actor, entity.key, key, "hidden")
    assert query.default_sort(entity, actor, "name") == "-id"


def test_pages_by_id_are_walked_both_ways_without_gaps(cast: Cast) -> None:
    entity = registry.get("customers.customer")
    ids = [samples.make(entity, actor=cast.owner).id for _ in range(7)]
    rows = entity.rows(cast.owner)
    for code, order in (("id", ids), ("-id", ids[::-1])):
        sort = rows.sort(code)
        pages = [rows.page(sort, [], size=3)]
        while pages[-1].next:
            pages.append(rows.page(sort, [], size=3, cursor=pages[-1].next))
        assert [row[0] for page in pages for row in page.rows] == order
        assert rows.page(sort, [], size=3, cursor=pages[1].previous).rows == pages[0].rows

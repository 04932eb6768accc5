"""Every test here that asks for `entity` runs once for each entity of the registry: what is declared is covered unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Event, Link, SearchEntry
from guanxi.kernel.registry import registry
from tests import samples

#: A built-in entity that runs through everything once more, with a field of the company's own of every kind.
SHAPED = "catalog.product"
#: One that no code declares; and rows of another, for what is promised of children.
DESIGNED, ROWS = "designed", "designed rows"
OF_ROWS = ("TestChildren", "test_merge.py", "read_back", "exactly_one_change", "a_list_costs", "whole", "oracle")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "entity" in metafunc.fixturenames:
        plain = [pytest.param(e, id=e.key) for e in registry]
        shaped = [pytest.param(f"{e.key}+own", id=f"{e.key}+own") for e in registry if e.key == SHAPED]
        rows = [ROWS] if any(word in metafunc.definition.nodeid for word in OF_ROWS) else []
        designed = [pytest.param(each, id=each) for each in (DESIGNED, *rows)]
        metafunc.parametrize("entity", [*plain, *shaped, *designed], indirect=True)


@pytest.fixture
def entity(request: pytest.FixtureRequest) -> Iterator[Entity]:
    """An entity of the registry as it is declared; one with own fields of every kind; one that administrators designed of these."""
    if isinstance(request.param, Entity):
        yield request.param
        return
    request.getfixturevalue("db")
    designed = {DESIGNED: "", ROWS: "customers.customer"}
    shaped = request.param not in designed
    with samples.with_own_fields(registry.get(SHAPED)) if shaped else samples.designed_with_own_fields(designed[request.param]) as found:
        yield found


@dataclass(frozen=True)
class Traces:
    """All that a write may leave behind, read straight from the tables."""

    rows: list[Any]
    changes: int
    events: int
    entries: list[Any]
    links: list[Any]
    numbers: list[Any]


@pytest.fixture
def traces(db: None) -> Callable[[], Traces]:
    """Read everything that a refused write must have left alone."""

    def read() -> Traces:
        with connection.cursor() as cursor:
            rows = []
            for entity in registry:
                cursor.execute(f"SELECT to_jsonb(t) FROM {entity.table} t ORDER BY id")
                rows += cursor.fetchall()
            cursor.execute("SELECT count(*) FROM change")
            changes = cursor.fetchone()[0]
            cursor.execute("SELECT name, value FROM kernel_counter ORDER BY name")
            numbers = cursor.fetchall()
        entries = list(SearchEntry.objects.order_by("record").values())
        return Traces(rows, changes, Event.objects.count(), entries, list(Link.objects.order_by("id").values()), numbers)

    return read


def writable_field(entity: Entity, *, but: tuple[str, ...] = ()) -> Any:
    """A field that everybody may set and that samples can change; the title."""
    return entity.fields[entity.title]

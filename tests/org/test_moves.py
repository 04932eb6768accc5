"""Somebody changes department: his records go with him, out of the sight of the old one and into that of the new."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from guanxi.kernel import history, search, verify, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.org import actors, moves
from guanxi.org.models import Department, User
from tests import samples
from tests.people import Cast, forget


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "entity" in metafunc.fixturenames:
        metafunc.parametrize("entity", list(registry), ids=lambda e: e.key)


def to_west(cast: Cast) -> dict[str, int]:
    west = Department.objects.get(code="west")
    moved = moves.move(cast.owner.id or 0, west.id, actor=SYSTEM, door="test")
    actors.forget()
    return moved


def head_of(code: str, cast: Cast) -> Any:
    """The manager of a department."""
    User.objects.filter(id=cast.manager.id).update(department=Department.objects.get(code=code))
    forget()
    return actors.by_id(cast.manager.id or 0)


def test_records_are_seen_where_their_owner_works(entity: Entity, cast: Cast) -> None:
    record, binned = (samples.make(entity, "full", actor=cast.owner, **{entity.title: f"Zanzibar {n}"}) for n in range(2))
    write.delete(binned, actor=cast.owner, door="test")
    User.objects.filter(manager=cast.manager.id).update(manager=None)
    east, version = head_of("east", cast), record.version
    assert entity.rows(east).filter(id=record.id).exists()
    assert to_west(cast)[entity.key] >= 2
    east = head_of("east", cast)
    assert not entity.rows(east).filter(id=record.id).exists()
    west = head_of("west", cast)
    assert entity.rows(west).filter(id=record.id).exists()
    assert not entity.search or [h.record for h in search.find("Zanzibar", west, entities=[entity])] == [record.id]
    head_of("east", cast)
    assert verify.run() == []
    changes = [(c.verb, list(c.diff)) for c in history.of_record(record.id)]
    record.refresh_from_db()
    told = not entity.parent  # a child follows its parent without a line of its own
    assert (("moved", ["department_id"]) in changes, record.version - version) == (told, int(told))
    write.restore((entity, binned.id), actor=cast.owner, door="test")
    assert verify.run() == []


def test_what_others_own_stays_where_it_is(cast: Cast) -> None:
    customer = registry.get("customers.customer")
    theirs = samples.make(customer, actor=cast.mate)
    to_west(cast)
    theirs.refresh_from_db()
    assert theirs.department_id == cast.mate.department


def test_a_move_costs_the_same_however_much_he_owns(cast: Cast) -> None:
    from django.test.utils import CaptureQueriesContext

    customer = registry.get("customers.customer")
    costs = []
    for code, more in (("west", 2), ("east", 20), ("west", 0)):
        for _ in range(more):
            samples.make(customer, actor=cast.owner)
        with CaptureQueriesContext(connection) as spent:
            moves.move(cast.owner.id or 0, Department.objects.get(code=code).id, actor=SYSTEM, door="test")
        costs.append(len(spent))
    assert len(set(costs)) == 1, costs


def test_a_person_moved_behind_the_back_of_the_program_is_found(cast: Cast) -> None:
    record = samples.make(registry.get("customers.customer"), actor=cast.owner)
    User.objects.filter(id=cast.owner.id).update(department=Department.objects.get(code="west"))
    forget()
    assert f"customers.customer: department differs from that of its owner Olivia: {record.id}" in verify.run()

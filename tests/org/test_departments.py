"""The tree of departments: what moves in it moves people and records, and nothing is lost or turned into a circle."""

from __future__ import annotations

import pytest

from guanxi.kernel import verify
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Invalidated
from guanxi.org import departments
from guanxi.org.models import Department, Membership, Operation, User
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "entity" in metafunc.fixturenames:
        metafunc.parametrize("entity", list(registry), ids=lambda e: e.key)


def called(code: str) -> Department:
    return Department.objects.get(code=code)


@pytest.mark.feature("HRM-01")
def test_a_new_department_stands_where_it_was_put_and_is_named_once_in_its_place(cast: Cast) -> None:
    made = departments.create("  Team   A ", called("east"), actor=cast.admin)
    assert (made.name, made.parent, made.active) == ("Team A", called("east"), True)
    assert departments.create("Team A", called("west"), actor=cast.admin).parent == called("west")
    for name in ("team a", "", "x" * 81):
        with pytest.raises(Invalidated):
            departments.create(name, called("east"), actor=cast.admin)


@pytest.mark.feature("HRM-01")
def test_a_department_moved_below_another_is_seen_by_that_one(entity: Entity, cast: Cast) -> None:
    record = samples.make(entity, actor=cast.owner)
    User.objects.filter(pk=cast.owner.id).update(manager=None)
    User.objects.filter(pk=cast.manager.id).update(department=called("west"))
    west = cast.again(cast.manager)
    assert not entity.rows(west).filter(id=record.id).exists()
    departments.place(called("east"), called("west"), actor=cast.admin)
    assert entity.rows(cast.again(cast.manager)).filter(id=record.id).exists()


def test_no_department_stands_below_itself(cast: Cast) -> None:
    team = departments.create("Team", called("east"), actor=cast.admin)
    for above in (called("east"), team):
        with pytest.raises(Invalidated):
            departments.place(called("east"), above, actor=cast.admin)
    with pytest.raises(Invalidated):
        departments.merge(called("east"), team, actor=cast.admin)
    assert called("east").parent == called("company")


@pytest.mark.feature("HRM-01")
def test_a_merged_department_hands_over_people_records_and_those_below(entity: Entity, cast: Cast) -> None:
    team = departments.create("Team", called("west"), actor=cast.admin)
    record = samples.make(entity, "full", actor=cast.stranger)
    Share.objects.create(entity=entity.key, record=record.id, to="department", grantee=called("west").pk)
    Membership.objects.create(user_id=cast.owner.id, department=called("west"))
    departments.merge(called("west"), called("east"), actor=cast.admin)
    assert User.objects.get(pk=cast.stranger.id).department == called("east")
    assert not called("west").active
    assert Department.objects.get(pk=team.pk).parent == called("east")
    assert entity.rows(cast.again(cast.manager)).get(id=record.id).department_id == called("east").pk
    assert Share.objects.get(record=record.id).grantee == called("east").pk
    assert Membership.objects.get(user=cast.owner.id).department == called("east")
    assert list(verify.owner_stamps(entity)) == []


@pytest.mark.feature("HRM-01")
def test_a_department_is_closed_only_when_nobody_works_there(cast: Cast) -> None:
    with pytest.raises(Invalidated):
        departments.close(called("west"), active=False, actor=cast.admin)
    with pytest.raises(Invalidated):
        departments.close(called("company"), active=False, actor=cast.admin)
    User.objects.filter(pk=cast.stranger.id).update(is_active=False)
    departments.close(called("west"), active=False, actor=cast.admin)
    assert not called("west").active
    with pytest.raises(Invalidated):
        departments.create("Team", called("west"), actor=cast.admin)
    departments.close(called("west"), active=True, actor=cast.admin)
    assert called("west").active


def test_the_last_department_at_the_top_stays_open(cast: Cast) -> None:
    User.objects.update(department=None)
    for code in ("east", "west"):
        departments.close(called(code), active=False, actor=cast.admin)
    with pytest.raises(Invalidated):
        departments.close(called("company"), active=False, actor=cast.admin)
    departments.create("Sister", None, actor=cast.admin)
    departments.close(called("company"), active=False, actor=cast.admin)


@pytest.mark.feature("SEC-08", "SYS-03")
def test_only_administrators_change_the_tree_and_every_change_is_kept(cast: Cast) -> None:
    east, company = called("east"), called("company")
    for actor in (cast.owner, cast.director, cast.business):
        for attempt in (
            lambda a=actor: departments.create("Mine", company, actor=a),
            lambda a=actor: departments.change(east, "Mine", None, actor=a),
            lambda a=actor: departments.place(east, None, actor=a),
            lambda a=actor: departments.merge(east, called("west"), actor=a),
            lambda a=actor: departments.close(east, active=False, actor=a),
        ):
            with pytest.raises(Forbidden):
                attempt()
    departments.change(east, "North", User.objects.get(pk=cast.manager.id), actor=cast.admin)
    row = Operation.objects.filter(subject="department").order_by("-id").first()
    assert row is not None
    assert (row.actor, row.diff["name"], row.diff["head_id"]) == (cast.admin.id, ["East", "North"], [None, cast.manager.id])

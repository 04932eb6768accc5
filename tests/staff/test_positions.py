"""Positions: kept by administrators, held by employees, and named when a record is opened to others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from guanxi.kernel import clock, history, search, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Grantee, Invalidated
from guanxi.org import positions
from guanxi.org.models import Assignment, Department, Grant, Operation, Position, PositionHolder, Role, User
from guanxi.people import hiring
from guanxi.people.directory import of_account
from guanxi.surfaces.exchange.exporting import Export, Wish
from guanxi.surfaces.exchange.models import ImportRow
from tests import samples
from tests.exchange.company import bring_in, preview
from tests.people import Cast, forget

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER, STAFF = registry.get("customers.customer"), hiring.ENTITY


def post(name: str = "大区经理") -> Position:
    forget()
    return Position.objects.get(name=name)


def staff(actor: Actor) -> Any:
    return of_account(actor.id or 0)


def give(house: Cast, to: Actor, *held: Position, by: Actor | None = None) -> None:
    write.update((STAFF, staff(to).id), {"positions": [p.pk for p in held]}, actor=by or house.admin, door="test")
    forget()


def sees(desk: Client, record: int) -> bool:
    return desk.get(f"/customers/{record}/").status_code == 200


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[[str], Path]:
    """A file with these lines."""

    def make(text: str) -> Path:
        path = tmp_path / "staff.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def listed(house: Cast) -> Cast:
    for name in ("大区经理", "渠道经理"):
        positions.create(name, "", actor=house.admin)
    forget()
    return house


@pytest.mark.feature("SEC-05", "SEC-07", "OWN-03", "HRM-01")
def test_whoever_holds_a_position_is_reached_and_whoever_ceases_to_is_not(house: Cast, at_desk: Desk) -> None:
    admin, owner, stranger = at_desk(house.admin), at_desk(house.owner), at_desk(house.stranger)
    record = samples.make(CUSTOMER, actor=house.owner, name="杭州云深智能").id
    assert admin.post("/admin/positions/new/", {"name": "大区经理", "about": "华东、华南"}).status_code in (204, 302)
    position = post()
    assert f'value="position:{position.pk}"' in owner.get(f"/customers/_share/?ids={record}").content.decode()
    answer = owner.post("/customers/_share/", {"ids": str(record), "to": f"position:{position.pk}", "part": "collaborator"})
    assert answer.status_code == 204
    assert not sees(stranger, record)
    employee = staff(house.stranger)
    page = admin.get(f"/employees/{employee.id}/edit/").content.decode()
    assert "大区经理" in page
    given = {"positions": ["", str(position.pk)], "version": employee.version}
    assert admin.post(f"/employees/{employee.id}/edit/", given).status_code == 302
    forget()
    assert sees(stranger, record)
    assert CUSTOMER.rows(house.again(house.stranger), "edit").filter(id=record).exists()
    assert any(hit.record == record for hit in search.find("云深", house.again(house.stranger)))
    assert "special grant" in stranger.get(f"/customers/{record}/_why/").content.decode()
    assert "大区经理" in owner.get(f"/customers/{record}/_participants/").content.decode()
    assert house.stranger.name in admin.get(f"/admin/positions/?at={position.pk}").content.decode()
    assert "大区经理" in admin.get(f"/admin/accounts/{house.stranger.id}/").content.decode()
    assert not sees(at_desk(house.mate), record)
    admin.post(f"/admin/positions/{position.pk}/close/", {})
    forget()
    assert not sees(stranger, record)
    admin.post(f"/admin/positions/{position.pk}/close/", {"active": "1"})
    forget()
    assert sees(stranger, record)
    give(house, house.stranger)
    assert not sees(stranger, record)
    assert set(Operation.objects.values_list("subject", flat=True)) >= {"position", "positionholder"}
    assert "大区经理" in admin.get("/admin/trail/").content.decode()


def test_a_share_with_a_position_ends_on_its_day(listed: Cast) -> None:
    record = samples.make(CUSTOMER, actor=listed.owner).id
    give(listed, listed.stranger, post())
    soon = clock.now() + timedelta(minutes=5)
    write.share(CUSTOMER, [record], [Grantee("position", post().pk)], "viewer", soon, actor=listed.owner, door="test")
    stranger = listed.again(listed.stranger)
    assert CUSTOMER.rows(stranger).filter(id=record).exists()
    Share.objects.update(until=clock.now() - timedelta(seconds=1))
    assert not CUSTOMER.rows(stranger).filter(id=record).exists()


def test_a_person_may_hold_several_and_a_closed_one_is_not_to_be_named(listed: Cast) -> None:
    region, channel = post(), post("渠道经理")
    give(listed, listed.stranger, region, channel)
    assert listed.again(listed.stranger).circles["position"] == {region.pk, channel.pk}
    positions.close(channel, active=False, actor=listed.admin)
    assert listed.again(listed.stranger).circles["position"] == {region.pk}
    record = samples.make(CUSTOMER, actor=listed.owner).id
    with pytest.raises(Invalidated):
        write.share(CUSTOMER, [record], [Grantee("position", channel.pk)], "viewer", None, actor=listed.owner, door="test")
    give(listed, listed.stranger, channel)  # the closed one stays where it stands
    assert positions.of(User.objects.get(pk=listed.stranger.id)) == {channel.pk}


@pytest.mark.feature("SEC-12", "HRM-02")
def test_nobody_but_an_administrator_gives_positions_and_he_gives_himself_none(listed: Cast) -> None:
    role = Assignment.objects.get(user=listed.manager.id).role
    for action in ("create", "edit", "import"):
        Grant.objects.update_or_create(role=role, entity=STAFF.key, action=action, defaults={"scope": "all"})
    keeper, held = listed.again(listed.manager), {"positions": [post().pk]}
    alone = hiring.hire({"name": "Worker"}, actor=keeper)
    for employee, actor in ((staff(listed.owner), keeper), (staff(keeper), keeper), (alone, keeper), (staff(listed.admin), listed.admin)):
        with pytest.raises(Invalidated):
            write.update((STAFF, employee.id), held, actor=actor, door="test")
    with pytest.raises(Invalidated):
        hiring.hire({"name": "Other", **held}, actor=keeper)
    many = write.create_many(STAFF, [{"name": "Third", "positions": []}, {"name": "Fourth"}], actor=keeper, door="import")
    assert len(many.written) == 2
    for actor in (listed.owner, listed.director, listed.business):
        with pytest.raises(Forbidden):
            positions.create("X", "", actor=actor)
    assert not PositionHolder.objects.exists()
    assert write.update((STAFF, staff(listed.owner).id), {"title": "Senior"}, actor=keeper, door="test").title == "Senior"


@pytest.mark.feature("HRM-02", "SEC-10")
def test_a_head_of_department_gives_no_positions(listed: Cast) -> None:
    Assignment.objects.filter(user=listed.manager.id).update(role=Role.objects.get(code="head"))
    head = listed.again(listed.manager)
    with pytest.raises(Invalidated):
        give(listed, listed.owner, post(), by=head)
    give(listed, listed.owner, post())
    assert write.update((STAFF, staff(listed.owner).id), {"title": "Senior"}, actor=head, door="test").positions == [post().pk]


def test_an_employee_takes_his_positions_along_when_he_comes_to_an_account(listed: Cast) -> None:
    worker = hiring.hire({"name": "Worker", "positions": [post().pk]}, actor=listed.admin)
    user, _password = hiring.account(worker, "worker", actor=listed.admin)
    assert positions.of(user) == {post().pk}


@pytest.mark.feature("HRM-02")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_positions_go_out_with_the_staff_and_come_in_again(
    listed: Cast, tmp_path: Path, settings: Any, form: str, file_of: Callable[[str], Path]
) -> None:
    settings.MEDIA_ROOT = tmp_path
    translation.activate("en")
    give(listed, listed.stranger, post(), post("渠道经理"))
    positions.close(post("渠道经理"), active=False, actor=listed.admin)
    admin, path = listed.again(listed.admin), tmp_path / f"staff.{form}"
    wanted = Export(Wish(STAFF.key, format=form), admin)
    wanted.write(path, wanted.cells(wanted.rows()))
    run = preview(path, admin, STAFF, policy="update", erase=True)
    assert "positions" in run.mapping.values()
    assert {(r.action, r.message) for r in ImportRow.objects.filter(run=run)} == {("skip", "Nothing differs.")}
    write.update((STAFF, staff(listed.owner).id), {"code": "A7"}, actor=admin, door="test")
    bring_in(file_of("姓名,工号,职位\nOlivia,A7,大区经理"), admin, STAFF, policy="update")
    forget()
    assert positions.of(User.objects.get(pk=listed.owner.id)) == {post().pk}
    refused = preview(file_of("姓名,工号,职位\nOlivia,A7,月球经理"), admin, STAFF, policy="update")
    assert "no position" in ImportRow.objects.get(run=refused).message


def test_the_list_keeps_its_order_and_no_name_twice(listed: Cast, at_desk: Desk) -> None:
    admin = at_desk(listed.admin)
    names = lambda: list(Position.objects.order_by("place").values_list("name", flat=True))
    assert names() == ["大区经理", "渠道经理"]
    channel = post("渠道经理").pk
    for _twice in range(2):  # at the top nothing happens any more
        assert admin.post(f"/admin/positions/{channel}/shift/", {"up": "1"}).status_code == 302
        assert names() == ["渠道经理", "大区经理"]
    for wrong in ("", "大区经理", "甲、乙", "x" * 61):
        assert admin.post(f"/admin/positions/{channel}/", {"name": wrong}).status_code == 422, wrong
    assert admin.post(f"/admin/positions/{channel}/", {"name": "省区经理"}).status_code == 302
    assert names() == ["省区经理", "大区经理"]


def test_staff_are_found_by_their_position_and_the_history_names_it(listed: Cast, at_desk: Desk) -> None:
    give(listed, listed.stranger, post())
    page = at_desk(listed.owner).get("/employees/", {"view": "all", "where": f'["positions", "has", [{post().pk}]]'}).content.decode()
    rows = page.split("<tbody", 1)[1]
    assert "Stella" in rows
    assert "Max" not in rows
    translation.activate("en")
    record = samples.make(CUSTOMER, actor=listed.owner).id
    write.share(CUSTOMER, [record], [Grantee("position", post().pk)], "viewer", None, actor=listed.owner, door="test")
    assert history.of_record(record)[0].lines(CUSTOMER, Reader(listed.owner))[0][2] == "大区经理 · May view"


def test_what_a_position_opened_before_its_people_became_a_company_stays_outside(listed: Cast) -> None:
    record = samples.make(CUSTOMER, actor=listed.owner).id
    give(listed, listed.stranger, post())
    write.share(CUSTOMER, [record], [Grantee("position", post().pk)], "viewer", None, actor=listed.owner, door="test")
    assert CUSTOMER.rows(listed.again(listed.stranger)).filter(id=record).exists()
    Department.objects.filter(code="west").update(company=True)
    assert not CUSTOMER.rows(listed.again(listed.stranger)).filter(id=record).exists()

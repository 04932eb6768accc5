"""The directory of the company: everybody reads it, administrators keep it, and accounts say what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import history, verify, write
from guanxi.kernel.actor import SCOPES, Actor
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Invalidated, NotFound
from guanxi.org import departments
from guanxi.org.models import Assignment, Department, Grant, Operation, User
from guanxi.people import hiring
from guanxi.people.directory import of_account
from guanxi.people.entities.employee import status
from guanxi.people.self_service import Keeper
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
ENTITY = hiring.ENTITY
Desk = Callable[[Actor], Client]


def staff(actor: Actor) -> Any:
    return of_account(actor.id or 0)


def user(actor: Actor) -> User:
    return User.objects.get(pk=actor.id)


def called(code: str) -> Department:
    return Department.objects.get(code=code)


def set_to(employee: Any, actor: Actor, **values: Any) -> Any:
    return write.update((ENTITY, employee.id), values, actor=actor, door="test")


@pytest.mark.feature("HRM-01", "HRM-02", "SEC-09")
def test_everybody_reads_the_directory_and_only_administrators_keep_it(house: Cast) -> None:
    everybody = set(User.objects.values_list("pk", flat=True))
    for actor in (house.owner, house.stranger, house.manager, house.director, house.readonly, house.business, house.admin):
        assert set(ENTITY.rows(actor).values_list("account", flat=True)) == everybody
    mine = staff(house.owner)
    for actor in (house.owner, house.manager, house.director, house.business, house.readonly):
        with pytest.raises(Forbidden):
            set_to(mine, actor, title="Boss")
        with pytest.raises(Forbidden):
            hiring.hire({"name": "Ghost"}, actor=actor)
    assert set_to(mine, house.admin, title="Key account manager").title == "Key account manager"
    for actor in (house.admin, house.director, house.owner):
        with pytest.raises(Forbidden):
            write.delete((ENTITY, mine.id), actor=actor, door="test")
        assert not write.transfer(ENTITY, [mine.id], house.mate.id or 0, actor=actor, door="test").written


@pytest.mark.feature("USR-13", "HRM-02")
def test_an_account_says_what_the_directory_says(house: Cast) -> None:
    set_to(staff(house.owner), house.admin, name="Olive", title="Lead", phone="13800006021", email="olive@example.com")
    found = user(house.owner)
    assert (found.name, found.title, found.email) == ("Olive", "Lead", "olive@example.com")
    assert found.phone.endswith("13800006021")
    set_to(staff(house.owner), house.admin, manager=house.director.id)
    assert user(house.owner).manager_id == house.director.id


@pytest.mark.feature("HRM-01")
def test_somebody_moved_in_the_directory_takes_his_records_along(house: Cast) -> None:
    customer = registry.get("customers.customer")
    record = samples.make(customer, actor=house.owner)
    changed = set_to(staff(house.owner), house.admin, works_in=called("west").pk, manager="")
    assert customer.rows(house.director).get(id=record.id).department_id == called("west").pk
    assert not customer.rows(house.again(house.manager)).filter(id=record.id).exists()
    assert (changed.department_id, staff(house.owner).department_id) == (called("west").pk, called("west").pk)
    assert changed.version == staff(house.owner).version
    for entity in (customer, ENTITY):
        assert list(verify.owner_stamps(entity)) == []
    assert Operation.objects.filter(subject="user", actor=house.admin.id, diff__has_key="department_id").exists()


@pytest.mark.feature("SEC-12")
def test_who_may_edit_the_directory_still_moves_nobody_s_rights(house: Cast) -> None:
    role = Assignment.objects.get(user=house.manager.id).role
    for action in ("create", "edit"):
        Grant.objects.update_or_create(role=role, entity=ENTITY.key, action=action, defaults={"scope": "all"})
    keeper = house.again(house.manager)
    assert set_to(staff(house.owner), keeper, title="Senior").title == "Senior"
    for values in ({"works_in": called("company").pk}, {"manager": house.stranger.id}, {"status": "left"}):
        with pytest.raises(Invalidated):
            set_to(staff(house.owner), keeper, **values)
        with pytest.raises(Invalidated):
            set_to(staff(keeper), keeper, **values)
        with pytest.raises(Invalidated):
            write.update_many(ENTITY, {staff(house.owner).id: values}, actor=keeper, door="test")
    assert (user(house.owner).department, user(house.owner).is_active) == (called("east"), True)
    assert staff(house.owner).works_in == called("east")
    worker = hiring.hire({"name": "Worker", "works_in": called("east").pk}, actor=keeper)
    assert set_to(worker, keeper, works_in=called("west").pk, status="left").left is not None


@pytest.mark.feature("SEC-12", "USR-13")
def test_a_person_changes_his_own_phone_mail_and_address_and_nothing_else(house: Cast, at_desk: Desk) -> None:
    desk, before = at_desk(house.owner), staff(house.owner)
    given = {"phone": "138 0000 6021", "email": "o@example.com", "address": "1 Lake Road", "time_zone": "Asia/Shanghai"}
    more = {"name": "Boss", "title": "Boss", "works_in": called("company").pk, "manager": "", "account": house.admin.id, "status": "left"}
    assert desk.post("/settings/", {**given, **more}).status_code == 302
    now = staff(house.owner)
    assert (now.email, now.address) == ("o@example.com", "1 Lake Road")
    assert now.phone.endswith("13800006021")
    assert user(house.owner).email == "o@example.com"
    for key in ("name", "title", "works_in_id", "manager_id", "account_id", "status", "owner_id"):
        assert getattr(now, key) == getattr(before, key), key
    assert history.of_record(now.id)[0].actor == house.owner.id
    assert desk.post("/settings/", {**given, "email": "nonsense"}).status_code == 422
    assert desk.post(f"/employees/{now.id}/edit/", {"title": "Boss", "version": now.version}).status_code in (403, 404)
    other = staff(house.mate)
    assert desk.post(f"/employees/{other.id}/edit/", {"phone": "13800006021"}).status_code in (403, 404)
    Keeper().change(user(house.owner), {"name": "Boss", "status": "left", "phone": ""}, actor=house.again(house.owner))
    assert (staff(house.owner).name, staff(house.owner).phone) == (before.name, "")
    with pytest.raises(NotFound):
        Keeper().change(user(house.mate), {"phone": "13800006021"}, actor=house.owner)


def test_nobody_sets_whose_account_it_is(house: Cast) -> None:
    for values in ({"account": house.director.id}, {"account": ""}, {"department": called("company").pk}):
        with pytest.raises(Invalidated):
            set_to(staff(house.owner), house.admin, **values)


def test_nobody_is_his_own_manager_or_leaves_before_he_came(house: Cast) -> None:
    with pytest.raises(Invalidated):
        set_to(staff(house.owner), house.admin, manager=house.owner.id)
    with pytest.raises(Invalidated):
        set_to(staff(house.owner), house.admin, hired="2026-05-02", left="2026-05-01")


@pytest.mark.feature("HRM-01")
def test_people_without_an_account_keep_a_department_open(house: Cast) -> None:
    shop = departments.create("Shop", called("company"), actor=house.admin)
    worker = hiring.hire({"name": "Worker", "works_in": shop.pk}, actor=house.admin)
    with pytest.raises(Invalidated):
        departments.close(shop, active=False, actor=house.admin)
    departments.merge(shop, called("east"), actor=house.admin)
    assert ENTITY.rows(house.owner).get(id=worker.id).works_in == called("east")


@pytest.mark.feature("HRM-02", "SEC-09")
def test_leaving_by_the_record_locks_the_account(house: Cast, at_desk: Desk) -> None:
    desk = at_desk(house.owner)
    assert desk.get("/").status_code == 200
    set_to(staff(house.owner), house.admin, status="left")
    assert desk.get("/").status_code == 302
    assert not user(house.owner).is_active
    assert (status(staff(house.owner)), staff(house.owner).left is not None) == ("left", True)
    with pytest.raises(Invalidated):
        set_to(staff(house.admin), house.admin, status="left")
    assert user(house.admin).is_active


def test_accounts_of_the_terminal_and_of_earlier_versions_get_an_employee_once(house: Cast) -> None:
    User.objects.create(login="wang", name="王雅婷", department=called("east"), phone="rubbish", password="!")
    assert hiring.adopt() == 1
    assert hiring.adopt() == 0
    found = ENTITY.rows(house.owner).get(name="王雅婷")
    assert (found.works_in, found.phone, found.owner_id) == (called("east"), "", found.account_id)


def test_a_scope_of_nothing_shows_nobody(house: Cast) -> None:
    from dataclasses import replace

    blind = replace(house.owner, grants={(ENTITY.key, "view"): SCOPES["none"]})
    assert not ENTITY.rows(blind).exists()

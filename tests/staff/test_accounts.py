"""The pages of accounts: the wizard, several at once, what is shown once, and what somebody who left still owns."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.org.models import Department, User
from guanxi.people import hiring
from guanxi.people.directory import of_account
from guanxi.people.entities.employee import status
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
NEW = "/admin/accounts/new/"


def secret(answer: Any) -> str:
    """The password that a page shows."""
    found = re.search(r'class="secret">([^<]+)<', answer.content.decode())
    assert found
    return found[1]


@pytest.mark.feature("USR-10", "USR-08", "USR-07")
def test_a_new_colleague_comes_in_by_three_steps(house: Cast, at_desk: Desk) -> None:
    desk = at_desk(house.admin)
    who = {"name": "张三海", "login": ""}
    second = desk.post(NEW, {**who, "step": "1", "then": "continue"}).content.decode()
    assert "zhangsh" in second
    assert not User.objects.filter(login="zhangsh").exists()
    east = Department.objects.get(code="east")
    details = {"works_in": east.pk, "manager": house.manager.id, "title": "Rep", "phone": "13800006021", "email": "z@example.com"}
    answer = desk.post(NEW, {**who, "login": "zhangsh", **details, "like": house.owner.id, "step": "2", "then": "save"})
    user = User.objects.get(login="zhangsh")
    employee = of_account(user.pk)
    assert employee is not None
    assert (user.name, user.department, user.manager_id, user.title) == ("张三海", east, house.manager.id, "Rep")
    assert (employee.owner_id, employee.department_id, employee.works_in) == (user.pk, east.pk, east)
    assert list(user.assignments.values_list("role__code", flat=True)) == ["sales"]
    assert "no-store" in answer.headers["Cache-Control"]
    fresh = Client()
    assert fresh.post("/login/", {"username": "zhangsh", "password": secret(answer)}).headers["Location"] == "/settings/password/"
    assert secret(answer) not in desk.get(f"/admin/accounts/{user.pk}/").content.decode()


@pytest.mark.feature("USR-10")
def test_saving_at_the_first_step_skips_the_second_and_saving_for_more_begins_again(house: Cast, at_desk: Desk) -> None:
    desk = at_desk(house.admin)
    answer = desk.post(NEW, {"name": "张三", "step": "1", "then": "again"})
    assert secret(answer)
    assert 'name="step" value="1"' in answer.content.decode()
    secret(desk.post(NEW, {"name": "张三", "step": "1", "then": "save"}))
    assert set(User.objects.filter(name="张三").values_list("login", flat=True)) == {"zhangsan", "zhangsan1"}


@pytest.mark.feature("USR-07", "USR-10")
def test_an_employee_of_the_directory_gets_an_account_and_keeps_his_record(house: Cast, at_desk: Desk) -> None:
    desk, west = at_desk(house.admin), Department.objects.get(code="west")
    worker = hiring.hire({"name": "李海涛", "works_in": west.pk, "title": "Trainee"}, actor=house.admin)
    second = desk.post(NEW, {"employee": worker.id, "login": "liht", "step": "1", "then": "continue"}).content.decode()
    assert 'value="Trainee"' in second
    secret(desk.post(NEW, {"employee": worker.id, "login": "liht", "step": "1", "then": "save"}))
    user = User.objects.get(login="liht")
    found = of_account(user.pk)
    assert found is not None
    assert (found.id, user.department, user.title) == (worker.id, west, "Trainee")
    again = desk.post(NEW, {"employee": worker.id, "login": "liht2", "step": "1", "then": "save"})
    assert again.status_code == 422


def test_a_refused_save_leaves_neither_employee_nor_account(house: Cast, at_desk: Desk) -> None:
    desk, before = at_desk(house.admin), (User.objects.count(), hiring.ENTITY.rows(house.admin).count())
    for values in (
        {"name": "", "login": "x1"},
        {"name": "Anna", "login": "olivia"},
        {"name": "Anna", "login": "anna", "email": "nonsense", "step": "2"},
        {"name": "Anna", "login": "no spaces", "step": "2"},
    ):
        assert desk.post(NEW, {"step": "1", "then": "save", **values}).status_code == 422
    assert (User.objects.count(), hiring.ENTITY.rows(house.admin).count()) == before


@pytest.mark.feature("USR-08")
def test_the_login_is_suggested_while_the_name_is_typed(house: Cast, at_desk: Desk) -> None:
    assert 'value="ouyangc"' in at_desk(house.admin).get("/admin/accounts/suggest/?name=欧阳晨").content.decode()


@pytest.mark.feature("USR-07", "USR-12")
def test_several_get_accounts_at_once_with_their_passwords_in_one_file(house: Cast, at_desk: Desk) -> None:
    desk = at_desk(house.admin)
    workers = [hiring.hire({"name": name}, actor=house.admin) for name in ("张三", "张三", "李四")]
    given = {"employee": [w.id for w in workers[:2]], "like": house.owner.id}
    answer = desk.post("/admin/accounts/batch/", given)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [line[2] for line in lines] == ["zhangsan", "zhangsan1"]
    for line in lines:
        fresh = Client()
        assert fresh.post("/login/", {"username": line[2], "password": line[3]}).headers["Location"] == "/settings/password/"
    left = desk.get("/admin/accounts/batch/").content.decode()
    assert 'aria-label="李四"' in left
    assert 'aria-label="张三"' not in left
    assert desk.post("/admin/accounts/batch/", {}).status_code == 422
    refused = desk.post("/admin/accounts/batch/", {"employee": [workers[2].id], f"login-{workers[2].id}": "olivia"})
    assert refused.status_code == 422


@pytest.mark.feature("USR-09")
def test_accounts_are_found_by_name_or_login(house: Cast, at_desk: Desk) -> None:
    desk = at_desk(house.admin)
    User.objects.filter(pk=house.stranger.id).update(name="王雅婷")
    shown = lambda q: re.findall(r'class="name" href="/admin/accounts/(\d+)/"', desk.get(f"/admin/accounts/?{q}").content.decode())
    assert shown("q=雅婷") == [str(house.stranger.id)]
    assert shown("q=STELLA") == [str(house.stranger.id)]
    assert shown("q=nobody") == []
    assert len(shown("")) == User.objects.count()
    assert shown("state=locked") == []


@pytest.mark.feature("SEC-09", "USR-12", "HRM-02")
def test_who_has_left_is_locked_out_and_what_he_owns_waits_to_be_handed_over(house: Cast, at_desk: Desk) -> None:
    customer = registry.get("customers.customer")
    record = samples.make(customer, actor=house.owner)
    samples.make(registry.get("customers.contact"), actor=house.owner, customer=record.id)
    desk = at_desk(house.admin)
    answer = desk.post(f"/admin/accounts/{house.owner.id}/leave/")
    page = desk.get(answer.headers["Location"]).content.decode()
    employee = of_account(house.owner.id or 0)
    assert employee is not None
    assert status(employee) == "left"
    assert not User.objects.get(pk=house.owner.id).is_active
    assert "Still owned" in page
    assert hiring.holdings(User.objects.get(pk=house.owner.id)) == [(customer, 1)]
    assert str(record.name) not in page
    assert "/customers/?view" not in page
    assert desk.post(f"/admin/accounts/{house.owner.id}/lock/", {"active": "1"}).status_code == 302
    back = of_account(house.owner.id or 0)
    assert back is not None
    assert (status(back), back.left, User.objects.get(pk=house.owner.id).is_active) == ("active", None, True)
    himself = desk.post(f"/admin/accounts/{house.admin.id}/leave/")
    assert himself.status_code == 422
    assert User.objects.get(pk=house.admin.id).is_active


@pytest.mark.feature("USR-11")
def test_the_ceiling_is_set_on_the_page_and_says_why_it_refuses(house: Cast, at_desk: Desk) -> None:
    desk = at_desk(house.admin)
    assert desk.post("/admin/accounts/ceiling/", {"ceiling": "1"}).status_code == 422
    assert desk.post("/admin/accounts/ceiling/", {"ceiling": "many"}).status_code == 422
    assert desk.post("/admin/accounts/ceiling/", {"ceiling": str(User.objects.count())}).status_code == 302
    assert desk.post(NEW, {"name": "张三", "step": "1", "then": "save"}).status_code == 422
    assert not User.objects.filter(login="zhangsan").exists()
    assert not hiring.ENTITY.rows(house.admin).filter(name="张三").exists()


def test_an_administrator_who_would_mark_himself_as_left_among_many_is_told_so(house: Cast, at_desk: Desk) -> None:
    mine, theirs = (of_account(actor.id or 0) for actor in (house.admin, house.owner))
    assert mine is not None
    assert theirs is not None
    answer = at_desk(house.admin).post("/employees/_bulk/", {"ids": f"{theirs.id},{mine.id}", "field": "status", "status": "left"})
    assert answer.status_code in (200, 422)
    assert User.objects.filter(pk__in=[house.admin.id, house.owner.id], is_active=True).count() == 2
    token = tokens.issue(house.admin.login)
    answer = at_desk(house.admin).patch(
        f"/api/v1/employees/{mine.id}", {"status": "left"}, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 422

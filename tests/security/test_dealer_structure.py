"""A dealer's user administrator shapes departments and teams of his company as he likes, and nothing beyond it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Share
from guanxi.kernel.write import Forbidden, NotFound, Refused
from guanxi.kernel.write.sharing import openable
from guanxi.org import actors, departments, reach, teams
from guanxi.org.models import Assignment, Department, Membership, Role, Team, TeamMember, TeamRole, User
from tests.people import forget
from tests.security.dealers import CUSTOMER, House


def place(code: str) -> Department:
    return Department.objects.get(code=code)


def structure() -> list[Any]:
    """All that might have been changed."""
    rows = [Department.objects.order_by("pk").values_list(), Team.objects.order_by("pk").values_list()]
    rows += [User.objects.order_by("pk").values_list("pk", "department"), TeamMember.objects.order_by("pk").values_list()]
    return [list(each) for each in (*rows, TeamRole.objects.order_by("pk").values_list())]


def role(code: str) -> Role:
    return Role.objects.get(code=code)


@pytest.mark.feature("SEC-13")
def test_he_creates_renames_moves_merges_and_closes_departments_of_his_company(house: House) -> None:
    browser, root, shop = house.desk(house["n-admin"]), place("n-root"), place("n-shop")
    for name in ("Annex", "Depot"):
        assert browser.post("/admin/departments/new/", {"name": name, "above": root.pk}).status_code in (200, 302)
    annex, depot = Department.objects.get(name="Annex"), Department.objects.get(name="Depot")
    at = "/admin/departments/"
    assert browser.post(f"{at}{annex.pk}/", {"name": "Yard"}).status_code == 302
    assert browser.post(f"{at}{depot.pk}/place/", {"above": shop.pk}).status_code == 302
    page = browser.get(f"{at}?at={shop.pk}").content.decode()
    assert f'action="{at}{shop.pk}/merge/"' in page
    assert "nothing: at the top" not in page
    assert f"{at}{shop.pk}/company/" not in page
    assert browser.post(f"{at}{shop.pk}/merge/", {"into": annex.pk}).status_code == 302
    assert browser.post(f"{at}{depot.pk}/close/").status_code == 302
    annex.refresh_from_db()
    assert (annex.name, place("n-shop").active, Department.objects.get(pk=depot.pk).parent_id) == ("Yard", False, annex.pk)
    assert Department.objects.get(pk=depot.pk).active is False
    assert User.objects.get(pk=house["n-sales"].id).department_id == annex.pk
    assert CUSTOMER.rows(house.again("n-manager")).filter(id=house.customers["n-sales"].id).exists()
    assert CUSTOMER.model._default_manager.get(id=house.customers["n-sales"].id).department_id == annex.pk


@pytest.mark.feature("SEC-13")
def test_no_department_crosses_the_border_of_a_company_in_either_direction(house: House) -> None:
    other, beyond = place("s-shop"), (place("s-root"), place("west"), place("company"))
    shop, browser = place("n-shop"), house.desk(house["n-admin"])
    before, at = structure(), "/admin/departments/"
    missing = [browser.post(f"{at}{shop.pk}/{verb}/", {key: 987_654}) for verb, key in (("place", "above"), ("merge", "into"))]
    for target in (other, *beyond):
        for verb, key, none in (("place", "above", missing[0]), ("merge", "into", missing[1])):
            answer = browser.post(f"{at}{shop.pk}/{verb}/", {key: target.pk})
            assert answer.status_code == none.status_code == 422, (verb, target)
            assert answer.content.decode().count(target.name) == none.content.decode().count(target.name)
            for body in ({key: shop.pk}, {"name": "Mine", "active": "1"}):
                assert browser.post(f"{at}{target.pk}/{verb}/", body).status_code == 404
        for verb in ("", "close/", "company/"):
            assert browser.post(f"{at}{target.pk}/{verb}", {"name": "Mine", "company": "1"}).status_code == 404
        for act in (
            lambda target=target: departments.place(shop, target, actor=house["n-admin"]),
            lambda target=target: departments.merge(shop, target, actor=house["n-admin"]),
            lambda target=target: departments.place(target, shop, actor=house["n-admin"]),
            lambda target=target: departments.merge(target, shop, actor=house["n-admin"]),
            lambda target=target: departments.create("Mine", target, actor=house["n-admin"]),
        ):
            with pytest.raises(Forbidden):
                act()
    root = place("n-root")
    for verb, body in (("place", {"above": shop.pk}), ("merge", {"into": shop.pk}), ("close", {}), ("company", {"company": ""})):
        assert browser.post(f"{at}{root.pk}/{verb}/", body).status_code in (404, 422), verb
    assert browser.post(f"{at}{shop.pk}/place/", {"above": ""}).status_code == 422
    assert structure() == before


def test_a_company_within_his_company_keeps_its_border(house: House) -> None:
    inner = Department.objects.create(name="Inner", code="inner", parent=place("n-root"), company=True)
    below = Department.objects.create(name="Inner shop", code="inner-shop", parent=inner)
    forget()
    actor, before = house.again("n-admin"), structure()
    for one, to in ((place("n-shop"), below), (below, place("n-shop")), (inner, place("n-shop")), (place("n-shop"), inner)):
        for act in (departments.place, departments.merge):
            with pytest.raises(Refused):
                act(one, to, actor=actor)
    assert structure() == before


def test_whom_he_does_not_look_after_he_does_not_move(house: House) -> None:
    keeper = User.objects.create(login="nmoney", name="Mona", department=place("n-shop"), password="!")
    Assignment.objects.create(user=keeper, role=role("finance"))
    forget()
    actor = house.again("n-admin")
    annex = departments.create("Annex", place("n-root"), actor=actor)
    with pytest.raises(Forbidden):
        departments.merge(place("n-shop"), annex, actor=actor)
    assert User.objects.get(pk=keeper.pk).department == place("n-shop")


@pytest.mark.parametrize("login", ["n-manager", "n-lead", "n-sales"])
def test_nobody_else_of_a_dealer_shapes_anything(house: House, login: str) -> None:
    browser, before = house.desk(house[login]), structure()
    for address in ("departments/", "teams/", "teams/new/"):
        assert browser.get(f"/admin/{address}").status_code == 404
    assert browser.post("/admin/teams/new/", {"name": "Mine"}).status_code == 404
    assert structure() == before


def test_a_head_moves_and_merges_nothing_and_has_no_teams(house: House) -> None:
    Assignment.objects.filter(user=house.cast.manager.id).update(role=role("head"))
    forget()
    head = actors.by_id(house.cast.manager.id or 0)
    assert head.keeps
    made = departments.create("East 1", place("east"), actor=head)
    for act in (lambda: departments.place(made, place("east"), actor=head), lambda: departments.merge(made, place("east"), actor=head)):
        with pytest.raises(Forbidden):
            act()
    assert house.desk(head).get("/admin/teams/").status_code == 404
    with pytest.raises(Forbidden):
        teams.create("Mine", "", actor=head)


@pytest.mark.feature("SEC-13")
def test_he_makes_teams_of_his_own_people_with_roles_that_he_may_give(house: House) -> None:
    browser = house.desk(house["n-admin"])
    assert 'href="/admin/teams/"' in browser.get("/admin/").content.decode()
    assert browser.post("/admin/teams/new/", {"name": "Launch"}).status_code in (200, 302)
    team = Team.objects.get(name="Launch")
    at = f"/admin/teams/{team.pk}/"
    assert team.company == place("n-root")
    assert browser.post(at, {"name": "Big launch", "about": "Autumn"}).status_code == 302
    assert browser.post(f"{at}member/", {"user": house["n-sales"].id}).status_code == 302
    assert browser.post(f"{at}role/", {"role": role("dealer-lead").pk}).status_code == 302
    assert "dealer-lead" in house.again("n-sales").roles
    page = browser.get(f"/admin/teams/?at={team.pk}").content.decode()
    assert "Big launch" in page
    for word in ("Zuidveld", "Tenders", "Olivia", "/admin/roles/"):
        assert word not in page
    assert browser.post(f"{at}role/", {"role": role("dealer-lead").pk, "out": "1"}).status_code == 302
    assert browser.post(f"{at}member/", {"user": house["n-sales"].id, "out": "1"}).status_code == 302
    assert browser.post(f"{at}close/").status_code == 302
    assert not Team.objects.get(pk=team.pk).active
    admin = house.desk(house.cast.admin).get("/admin/teams/").content.decode()
    assert "Big launch" in admin
    assert "Norrland Trade" in admin


@pytest.mark.feature("SEC-13")
def test_no_team_crosses_the_border_of_a_company_in_either_direction(house: House) -> None:
    mine, theirs = (teams.create("Launch", "", actor=house[f"{letter}-admin"]) for letter in "ns")  # the same name tells nobody
    tenders = Team.objects.get(name="Tenders")
    mixed = teams.create("Mixed", "", actor=house["n-admin"])
    TeamMember.objects.create(team=mixed, user_id=house.cast.owner.id)
    browser, before = house.desk(house["n-admin"]), structure()
    for team in (theirs, tenders, mixed):
        at = f"/admin/teams/{team.pk}/"
        for verb, body in (("", {"name": "Mine"}), ("close/", {}), ("member/", {"user": house["n-sales"].id}), ("role/", {"role": 1})):
            assert browser.post(at + verb, body).status_code == 404, (team, verb)
        assert f"/admin/teams/{team.pk}/" not in browser.get(f"/admin/teams/?at={team.pk}").content.decode()
        verbs: tuple[Callable[[], Any], ...] = (
            lambda team=team: teams.change(team, "Mine", "", actor=house["n-admin"]),
            lambda team=team: teams.close(team, active=True, actor=house["n-admin"]),
            lambda team=team: teams.join(team, user("n-sales", house), actor=house["n-admin"]),
            lambda team=team: teams.part(team, user("n-sales", house), actor=house["n-admin"]),
            lambda team=team: teams.give(team, role("dealer-lead"), actor=house["n-admin"]),
            lambda team=team: teams.take(team, role("dealer-lead"), actor=house["n-admin"]),
        )
        for act in verbs:
            with pytest.raises(NotFound):
                act()
    at = f"/admin/teams/{mine.pk}/"
    for login in ("s-sales", "n-admin"):
        assert browser.post(f"{at}member/", {"user": house[login].id}).status_code in (404, 422)
    for person in (house.cast.owner, house.cast.admin):
        assert browser.post(f"{at}member/", {"user": person.id}).status_code == 404
    for code in ("admin", "director", "dealer-admin", "finance", "head", "information"):
        assert browser.post(f"{at}role/", {"role": role(code).pk}).status_code == 404, code
    assert structure() == before


def test_nobody_comes_through_a_team_to_a_role_that_the_administrator_may_not_give(house: House) -> None:
    team = teams.create("Launch", "", actor=house["n-admin"])
    teams.give(team, role("finance"), actor=house.cast.admin)
    with pytest.raises(Forbidden):
        teams.join(team, user("n-sales", house), actor=house["n-admin"])
    teams.close(team, active=False, actor=house["n-admin"])
    with pytest.raises(Forbidden):
        teams.close(team, active=True, actor=house["n-admin"])


def test_a_record_is_opened_to_a_team_of_his_company_and_to_none_of_another(house: House) -> None:
    mine, theirs = (teams.create(f"Launch {letter}", "", actor=house[f"{letter}-admin"]) for letter in "ns")
    teams.join(mine, user("n-sales", house), actor=house["n-admin"])
    forget()
    for team, fits in ((mine, True), (theirs, False)):
        actor: Actor = house.again("n-lead")
        given = (CUSTOMER, [house.customers["n-lead"].id], [write.Grantee("team", team.pk)], "viewer", None)
        if fits:
            write.share(*given, actor=actor.at_once(), door="test")
        else:
            with pytest.raises(Refused):
                write.share(*given, actor=actor.at_once(), door="test")
    assert reach.teams(house["n-lead"]).count() == 0


def user(login: str, house: House) -> User:
    return User.objects.get(pk=house[login].id)


@pytest.mark.feature("SEC-13")
def test_whom_he_does_not_look_after_he_does_not_move_however_deep_he_works(house: House) -> None:
    cellar = Department.objects.create(name="Cellar", code="n-cellar", parent=place("n-shop"))
    annex = Department.objects.create(name="Annex", code="n-annex", parent=place("n-root"))
    guest = User.objects.create(login="guest", name="Guest", department=place("n-root"), password="!")
    Assignment.objects.create(user=guest, role=role("director"))
    Membership.objects.create(user=guest, department=cellar)
    forget()
    admin, before = house.again("n-admin"), structure()
    for move in (departments.place, departments.merge):
        with pytest.raises(Refused):
            move(place("n-shop"), annex, actor=admin)
    assert structure() == before
    Membership.objects.filter(user=guest).delete()
    departments.place(place("n-shop"), annex, actor=house.again("n-admin"))
    assert place("n-shop").parent_id == annex.pk


def test_what_a_merge_brings_along_is_open_to_none_whom_he_could_not_have_named(house: House) -> None:
    admin, maker = house["n-admin"], house.cast.mate
    assert openable(Share(to="person", grantee=house["n-sales"].id), admin)
    assert not openable(Share(to="person", grantee=maker.id), admin)
    assert not openable(Share(to="department", grantee=maker.department), admin)
    assert openable(Share(to="role", grantee=role("sales").pk), maker)
    assert not openable(Share(to="role", grantee=role("sales").pk, company=place("n-root").pk), maker)

"""Looking after people by delegation: as far as it reaches, and by no forged number further."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from guanxi.kernel import pools, write
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.org import departments, presets
from guanxi.org.models import Assignment, Department, FieldRight, Grant, Role, User
from guanxi.people import hiring
from tests import samples
from tests.people import forget
from tests.security.dealers import CUSTOMER, NORTH, STAFF, House

pytestmark = pytest.mark.django_db
NEW = "/admin/accounts/new/"


def rights() -> list[Any]:
    """Everything that people, roles and rights are."""
    accounts = User.objects.order_by("id").values("id", "login", "name", "department", "manager", "password", "is_active", "email", "epoch")
    return [list(accounts), *(list(m.objects.order_by("id").values()) for m in (Role, Assignment, Grant, FieldRight, Department))]


def opening(**given: Any) -> dict[str, Any]:
    """The second step of the wizard, filled in."""
    return {"step": "2", "then": "save", "name": "Nilla New", "login": "nilla", **given}


@pytest.mark.feature("SEC-13", "USR-07", "USR-09")
def test_a_dealers_user_administrator_opens_accounts_and_gives_rights_in_his_company(house: House) -> None:
    browser = house.desk(house["n-admin"])
    listed = browser.get("/admin/accounts/").content.decode()
    assert all(f"{NORTH} {title}" in listed for title, _role, _boss in STAFF)
    assert "Olivia" not in listed
    shop, seller = Department.objects.get(code="n-shop").pk, Role.objects.get(code="dealer-sales")
    missing = browser.post(NEW, opening(works_in=Department.objects.get(code="n-root").pk, role=seller.pk))
    assert missing.status_code == 422
    assert "manager" in missing.content.decode()
    made = browser.post(NEW, opening(works_in=shop, role=seller.pk, manager=house["n-lead"].id))
    assert made.status_code == 200, made.content.decode()
    user = User.objects.get(login="nilla")
    assert user.department_id == shop
    assert user.manager_id == house["n-lead"].id
    assert list(Assignment.objects.filter(user=user).values_list("role__code", flat=True)) == ["dealer-sales"]
    url = f"/admin/accounts/{user.pk}/"
    lead = Role.objects.get(code="dealer-lead").pk
    for step, body in (
        ("give/", {"role": lead}),
        ("take/", {"role": seller.pk}),
        ("reset/", {}),
        ("lock/", {}),
        ("lock/", {"active": "1"}),
    ):
        assert browser.post(url + step, body).status_code in (200, 302), step
    assert list(Assignment.objects.filter(user=user).values_list("role__code", flat=True)) == ["dealer-lead"]
    assert browser.post(url + "roles/", {"like": house["n-sales"].id}).status_code == 302
    assert browser.post(url + "leave/").status_code == 302
    assert not User.objects.get(pk=user.pk).is_active
    assert browser.post("/admin/departments/new/", {"name": "Annex", "above": shop}).status_code in (200, 302)
    assert Department.objects.filter(name="Annex", parent=shop).exists()


@pytest.mark.feature("SEC-13")
def test_forged_numbers_take_a_user_administrator_nowhere_beyond_his_company_and_its_ordinary_people(house: House) -> None:
    bookkeeper = User.objects.create(login="nmoney", name="Mona Money", department=Department.objects.get(code="n-root"), password="!")
    Assignment.objects.create(user=bookkeeper, role=Role.objects.get(code="finance"))
    loose = samples.make(hiring.ENTITY, actor=house.cast.admin, name="Loose End", works_in=Department.objects.get(code="west").pk)
    own = samples.make(hiring.ENTITY, actor=house["n-admin"], name="Own End", works_in=Department.objects.get(code="n-shop").pk)
    forget()
    browser, before = house.desk(house["n-admin"]), rights()
    seller, shop = Role.objects.get(code="dealer-sales").pk, Department.objects.get(code="n-shop").pk
    closed = [Role.objects.get(code=code).pk for code in ("director", "admin", "dealer-admin", "head", "finance", "information")]
    for body in (
        opening(works_in=Department.objects.get(code="s-shop").pk, role=seller, manager=house["n-lead"].id),
        opening(works_in=Department.objects.get(code="company").pk, role=seller),
        opening(role=seller, manager=house["n-lead"].id),
        opening(works_in=shop, manager=house["s-lead"].id, role=seller),
        *(opening(works_in=shop, manager=house["n-lead"].id, role=role) for role in closed),
        *(opening(works_in=shop, like=house[login].id) for login in ("s-sales", "n-admin")),
        opening(works_in=shop, like=house.cast.admin.id),
        opening(works_in=shop, like=bookkeeper.pk),
        opening(employee=loose.id, role=seller),
    ):
        browser.post(NEW, body)
        assert rights() == before, body
    for employees in ([loose.id], [own.id, loose.id]):
        browser.post("/admin/accounts/batch/", {"employee": employees, "like": bookkeeper.pk})
        browser.post("/admin/accounts/batch/", {"employee": [loose.id], "like": house["n-sales"].id})
        assert rights() == before
    verbs = {"lock/": {}, "leave/": {}, "reset/": {}, "second/": {}, "sessions/": {}, "territory/": {"region": "330000"}}
    verbs |= {"roles/": {"like": house["n-sales"].id}, "give/": {"role": seller}, "take/": {"role": seller}}
    for person in (house["s-sales"].id, house.cast.owner.id, house.cast.admin.id, house["n-admin"].id, bookkeeper.pk):
        for verb, given in verbs.items():
            answer = browser.post(f"/admin/accounts/{person}/{verb}", given)
            assert answer.status_code in (403, 404, 422), (person, verb)
            assert rights() == before, (person, verb)
    sales = f"/admin/accounts/{house['n-sales'].id}/"
    for role in closed:
        assert browser.post(sales + "give/", {"role": role}).status_code == 422
        assert rights() == before
    for like in (house["s-lead"].id, house.cast.admin.id, house["n-admin"].id, bookkeeper.pk):
        assert browser.post(sales + "roles/", {"like": like}).status_code == 422
        assert rights() == before
    assert browser.post(sales + "territory/", {"region": "330000"}).status_code in (403, 404, 422)
    for address in ("ceiling/", *(f"../{p}/" for p in ("access", "trail", "why", "hints", "clearing", "providers", "sign-in"))):
        assert browser.get(f"/admin/accounts/{address}".replace("accounts/../", "")).status_code in (404, 405), address


@pytest.mark.feature("SEC-13")
def test_records_of_employees_are_no_way_around(house: House) -> None:
    keeper, before = house["n-admin"], rights()
    row = {e.account_id: e for e in hiring.ENTITY.rows(keeper)}
    sales, boss = row[house["n-sales"].id], row[house["n-admin"].id]
    west = Department.objects.get(code="west").pk
    for record, values in (
        (sales, {"works_in": west}), (sales, {"works_in": ""}), (sales, {"manager": house["s-lead"].id}),
        (sales, {"works_in": Department.objects.get(code="s-shop").pk}), (boss, {"works_in": Department.objects.get(code="n-shop").pk}),
    ):  # fmt: skip
        with pytest.raises(Invalidated):
            write.update((hiring.ENTITY, record.id), values, actor=keeper, door="test")
    for values in ({"name": "Y", "works_in": west}, {"name": "Y"}):
        with pytest.raises(Invalidated):
            write.create(hiring.ENTITY, values, actor=keeper, door="test")
        outcome = None
        with contextlib.suppress(Invalidated):
            outcome = write.create_many(hiring.ENTITY, [values], actor=keeper, door="import")
        assert outcome is None or outcome.refused
    assert rights() == before
    write.update((hiring.ENTITY, sales.id), {"email": "sales@norrland.example"}, actor=keeper, door="test")
    assert User.objects.get(pk=house["n-sales"].id).email == "sales@norrland.example"


@pytest.mark.feature("SEC-10")
def test_a_head_looks_after_the_ordinary_people_of_his_department_and_nobody_else(house: House) -> None:
    cast = house.cast
    Assignment.objects.filter(user=cast.manager.id).update(role=Role.objects.get(code="head"))
    head = cast.again(cast.manager)
    browser = house.desk(head)
    assert "Stella" not in browser.get("/admin/accounts/").content.decode()
    east, sales = Department.objects.get(code="east").pk, Role.objects.get(code="sales").pk
    assert browser.post(NEW, opening(works_in=east, role=sales, manager=head.id)).status_code == 200
    fresh = User.objects.get(login="nilla")
    assert browser.post(f"/admin/accounts/{fresh.pk}/lock/").status_code == 302
    assert browser.post(f"/admin/accounts/{cast.owner.id}/reset/").status_code == 200
    before = rights()
    for role in ("dealer-manager", "director", "readonly", "head"):
        body = {"role": Role.objects.get(code=role).pk}
        assert browser.post(f"/admin/accounts/{cast.owner.id}/give/", body).status_code == 422, role
    for person in (cast.stranger, cast.director, cast.admin, head, house["n-sales"]):
        assert browser.post(f"/admin/accounts/{person.id}/lock/").status_code in (404, 422)
    browser.post(NEW, opening(login="other", works_in=Department.objects.get(code="west").pk, role=sales))
    assert rights() == before
    theirs = samples.make(CUSTOMER, actor=cast.owner, name="Olivia's")
    mine = samples.make(CUSTOMER, actor=head, name="Min's")
    assert CUSTOMER.rows(head).filter(id=theirs.id).exists()
    assert not CUSTOMER.rows(head, "edit").filter(id=theirs.id).exists()
    assert CUSTOMER.rows(head, "edit").filter(id=mine.id).exists()


def test_a_head_touches_no_account_whose_roles_reach_further_than_he_does(house: House) -> None:
    cast = house.cast
    Assignment.objects.filter(user=cast.manager.id).update(role=Role.objects.get(code="head"))
    wide = Role.objects.get(code="dealer-manager")
    assert wide.delegable
    Assignment.objects.filter(user=cast.mate.id).update(role=wide)
    head, before = cast.again(cast.manager), rights()
    browser = house.desk(head)
    seller, url = Role.objects.get(code="sales").pk, f"/admin/accounts/{cast.mate.id}/"
    for step, body in (
        ("reset/", {}),
        ("second/", {}),
        ("sessions/", {}),
        ("lock/", {}),
        ("take/", {"role": wide.pk}),
        ("roles/", {"like": cast.owner.id}),
    ):
        assert browser.post(url + step, body).status_code in (403, 404, 422), step
    assert rights() == before
    own = browser.get(f"/admin/accounts/{cast.owner.id}/")
    assert own.status_code == 200
    assert seller


def test_a_head_makes_nobody_manager_who_could_then_do_more_than_he(house: House) -> None:
    cast = house.cast
    Assignment.objects.filter(user=cast.manager.id).update(role=Role.objects.get(code="head"))
    Assignment.objects.filter(user=cast.mate.id).update(role=Role.objects.get(code="dealer-lead"))
    head = cast.again(cast.manager)
    employee = hiring.ENTITY.model._default_manager.get(account=cast.owner.id)
    with pytest.raises(Invalidated) as refusal:
        write.update((hiring.ENTITY, employee.id), {"manager": cast.mate.id}, actor=head.at_once(), door="test")
    assert "manager" in refusal.value.errors
    assert User.objects.get(pk=cast.owner.id).manager_id != cast.mate.id


def test_a_head_names_nobody_head_who_could_then_do_more_than_he(house: House) -> None:
    cast = house.cast
    Assignment.objects.filter(user=cast.manager.id).update(role=Role.objects.get(code="head"))
    Assignment.objects.filter(user=cast.mate.id).update(role=Role.objects.get(code="dealer-lead"))
    below = Department.objects.create(name="Below", code="below", parent=Department.objects.get(code="east"))
    forget()
    head, mate = cast.again(cast.manager), User.objects.get(pk=cast.mate.id)
    with pytest.raises(Invalidated):
        departments.change(below, "Below", mate, actor=head)
    departments.change(below, "Below", User.objects.get(pk=cast.owner.id), actor=head)
    departments.change(below, "Below", mate, actor=cast.admin)
    assert Department.objects.get(pk=below.pk).head_id == mate.pk


def test_a_number_that_is_nobody_s_is_refused_like_one_out_of_reach(house: House) -> None:
    shop, browser = Department.objects.get(code="n-shop"), house.desk(house["n-admin"])
    shop.head_id = house["n-manager"].id
    shop.save()
    pages = [browser.post(f"/admin/departments/{shop.pk}/", {"name": shop.name, "head": n}) for n in (987654321, house.cast.mate.id)]
    assert [page.status_code for page in pages] == [422, 422]
    shop.refresh_from_db()
    assert shop.head_id == house["n-manager"].id


def test_a_head_gives_no_role_that_reads_what_is_closed_to_him(house: House) -> None:
    cast = house.cast
    role = Role.objects.get(code="head")
    Assignment.objects.filter(user=cast.manager.id).update(role=role)
    FieldRight.objects.create(role=role, entity="customers.customer", field="phone", right="masked")
    browser = house.desk(cast.again(cast.manager))
    body = opening(works_in=Department.objects.get(code="east").pk, role=Role.objects.get(code="sales").pk)
    assert browser.post(NEW, body).status_code == 422
    assert not User.objects.filter(login="nilla").exists()


@pytest.mark.feature("SEC-14")
def test_an_information_administrator_looks_after_contents_and_never_after_people(house: House) -> None:
    cast = house.cast
    Assignment.objects.filter(user=cast.readonly.id).update(role=Role.objects.get(code="information"))
    Grant.objects.bulk_create(
        presets._grant(Role.objects.get(code="information"), registry.get(key), action, said)
        for key in ("customers.pool", "customers.poolrule")
        for action, said in presets.declared(registry.get(key))["information"].items()
        if said != "none"
    )
    keeper = cast.again(cast.readonly)
    assert keeper.shapes
    assert not keeper.administers
    assert not keeper.keeps
    browser = house.desk(keeper)
    assert "Public pools" in browser.get("/admin/").content.decode()
    usual = pools.usual(CUSTOMER)
    assert usual is not None
    rule = write.create(
        registry.get("customers.poolrule"), {"name": "Long silent", "pool": usual.id, "days": 90}, actor=keeper, door="test"
    )
    assert rule.created_by_id == keeper.id
    before = rights()
    for place in ("accounts", "departments", "access", "teams", "arrivals", "sign-in", "trail", "providers", "why"):
        assert browser.get(f"/admin/{place}/").status_code == 404
        assert browser.post(f"/admin/{place}/", {}).status_code in (404, 405)
    assert rights() == before


@pytest.mark.feature("SEC-14")
def test_rights_after_a_template_are_those_of_the_colleague_chosen(house: House) -> None:
    browser = house.desk(house.cast.admin)
    assert browser.post(f"/admin/accounts/{house.cast.mate.id}/roles/", {"like": house.cast.director.id}).status_code == 302
    assert house.cast.again(house.cast.mate).roles == house.cast.director.roles


def test_what_a_role_lets_its_people_look_after_is_set_by_system_administrators_alone(house: House) -> None:
    browser, sales = house.desk(house.cast.admin), Role.objects.get(code="sales")
    url = f"/admin/roles/{sales.pk}/"
    assert browser.post(url + "delegate/", {"delegable": "1"}).status_code == 302
    assert browser.post(url + "entrust/", {"keeps": "department"}).status_code == 302
    sales.refresh_from_db()
    assert sales.keeps == "department"
    assert not sales.delegable
    assert browser.post(url + "delegate/", {"delegable": "1"}).status_code == 422
    assert browser.post(f"/admin/roles/{Role.objects.get(code='admin').pk}/delegate/", {"delegable": "1"}).status_code == 422

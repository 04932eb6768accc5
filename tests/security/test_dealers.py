"""Two dealers and their maker: what one dealer has is nowhere for the other, not shown, not counted, not hinted at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import guanxi
from guanxi.kernel import deciding, directory, drafts, pool_deeds, pools, recycling, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Grantee, Invalidated
from guanxi.org import tokens
from guanxi.org.models import Assignment, Department, Position, PositionHolder, Role, User
from guanxi.people import hiring
from guanxi.people.directory import of_account
from guanxi.surfaces.models import SavedView
from tests import samples
from tests.people import forget
from tests.security.dealers import CUSTOMER, NORTH, SOUTH, STAFF, TALK, House

pytestmark = pytest.mark.django_db
SOURCE = Path(guanxi.__file__).parent


def places(house: House, viewer: Actor) -> Iterator[str]:
    """Addresses by which somebody looks around."""
    theirs = house.customers["s-sales"].id
    yield from (
        "/",
        "/handover/",
        "/petitions/",
        "/petitions/new/customers/",
        "/reviews/",
        "/preview/",
        "/jobs/",
        "/_search/?q=Zuid",
        "/_counts/",
    )
    yield from (f"/_home/{code}/" for code in ("today", "funnel", "forgotten", "team", "brief"))
    yield from ("/admin/", "/admin/accounts/", "/admin/accounts/new/", "/admin/accounts/batch/", "/admin/departments/", "/admin/arrivals/")
    yield f"/admin/departments/?at={Department.objects.get(code='s-root').pk}"
    yield f"/admin/accounts/{house['s-sales'].id}/"
    yield "/admin/departments/new/"
    for entity in registry.in_menu():
        base = f"/{entity.slug}/"
        yield from (
            base,
            f"{base}?view=all",
            f"{base}_counts/",
            f"{base}_exact/?view=all",
            f"{base}_panel/filter/",
            f"{base}new/",
            f"{base}_bin/",
        )
        yield from (
            f"/_pick/{entity.slug}/?q=Zuid",
            f"{base}export/",
            f"{base}{theirs}/",
            f"{base}{theirs}/_history/",
            f"{base}{theirs}/_why/",
        )
    own = house.customers["n-sales"].id
    yield from (
        f"/customers/{own}/",
        f"/customers/{own}/edit/",
        f"/customers/{own}/_why/",
        f"/customers/_share/?ids={own}",
        f"/customers/_transfer/?ids={own}",
    )
    yield "/customers/_similar/?field=name&value=Zuidveld Brewery s-sales"
    yield "/customers/_similar/?field=phone&value=13800138000"


@pytest.mark.feature("SEC-13", "USR-09")
def test_nothing_of_another_dealer_is_shown_or_hinted_to_anybody_of_a_dealer(house: House) -> None:
    for login in ("n-admin", "n-manager", "n-lead", "n-sales"):
        browser = house.desk(house[login])
        for place in places(house, house[login]):
            answer = browser.get(place)
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            told = text.decode(errors="replace").replace("Zuidveld Brewery s-sales", "" if "_similar" in place else "Zuidveld")
            for word in (SOUTH, SOUTH.lower(), "Stella", "West"):
                assert word not in told, (login, place, told[max(0, told.find(word) - 200) :][:400])


def test_a_program_of_a_dealer_learns_as_little(house: House) -> None:
    for login in ("n-admin", "n-manager", "n-sales"):
        user = User.objects.get(pk=house[login].id)
        head = {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(user.login)}"}
        client = Client()
        for entity in registry.in_menu():
            told = client.get(f"/api/v1/{entity.slug}", **head).content.decode()
            assert SOUTH not in told
            assert SOUTH.lower() not in told
            assert "Stella" not in told
        assert SOUTH not in client.get("/api/v1/meta/entities", **head).content.decode()
        theirs = house.customers["s-sales"].id
        assert client.get(f"/api/v1/customers/{theirs}", **head).status_code == 404
        asked = json.dumps(["owner", "is", house["s-sales"].id])
        nobody = json.dumps(["owner", "is", 987654321])
        if house[login].may("customers.customer", "view"):
            answers = [client.get("/api/v1/customers", {"where": where}, **head) for where in (asked, nobody)]
            assert [a.status_code for a in answers] == [400, 400]


@pytest.mark.feature("SEC-13")
def test_each_of_a_dealer_sees_as_far_as_his_role_goes_and_no_further_than_the_company(house: House) -> None:
    seen = {login: {r.id for r in CUSTOMER.rows(house[login])} for login in house.people}
    mine, leads = house.customers["n-sales"].id, house.customers["n-lead"].id
    assert seen["n-sales"] == {mine}
    assert seen["n-lead"] == seen["n-manager"] == {mine, leads}
    assert seen["n-admin"] == set()
    assert seen["s-manager"] == {house.customers["s-sales"].id}
    assert {r.id for r in CUSTOMER.rows(house.cast.director)} >= {c.id for c in house.customers.values()}
    write.update((CUSTOMER, mine), {"remark": "seen to"}, actor=house["n-manager"], door="test")
    for login in ("n-admin", "n-manager", "n-lead", "n-sales"):
        staff = {e.name for e in hiring.ENTITY.rows(house[login])}
        assert staff == {f"{NORTH} {title}" for title, _role, _boss in STAFF}


@pytest.mark.feature("SEC-13")
def test_nobody_of_a_dealer_gives_names_or_opens_anything_beyond_it(house: House) -> None:
    mine, outside = house.customers["n-sales"].id, [house["s-sales"].id, house.cast.stranger.id]
    manager = house["n-manager"]
    browser = house.desk(manager)
    for person in outside:
        assert person is not None
        for attempt in (
            lambda p=person: write.update((CUSTOMER, mine), {"owner": p}, actor=manager, door="test"),
            lambda p=person: write.transfer(CUSTOMER, [mine], p, actor=manager, door="test"),
            lambda p=person: write.share(CUSTOMER, [mine], [Grantee("person", p)], "viewer", None, actor=manager, door="test"),
            lambda p=person: write.create(CUSTOMER, {"name": "X", "owner": p}, actor=manager, door="test"),
        ):
            with pytest.raises(Invalidated):
                attempt()
        assert browser.post("/handover/", {"giver": manager.id, "taker": person, "entity": CUSTOMER.key}).status_code == 422
    sales, west = Role.objects.get(code="sales").pk, Department.objects.get(code="west").pk
    for grantee in (Grantee("role", sales), Grantee("department", west), Grantee("team", 1)):
        with pytest.raises(Invalidated):
            write.share(CUSTOMER, [mine], [grantee], "viewer", None, actor=manager, door="test")
    assert not Share.objects.exists()
    asked = browser.post("/petitions/new/customers/", {"name": f"{SOUTH} Brewery s-sales", "asked": "all", "reason": "x"})
    assert SOUTH not in asked.content.decode().replace(f"{SOUTH} Brewery s-sales", "")
    assert "is called so" in asked.content.decode()


def test_a_name_that_another_dealer_holds_is_refused_without_telling_whose_it_is(house: House) -> None:
    with pytest.raises(Invalidated) as refused:
        write.create(CUSTOMER, {"name": f"{SOUTH} Brewery s-sales"}, actor=house["n-manager"], door="test")
    assert SOUTH not in " ".join(refused.value.errors.values())


@pytest.mark.feature("SEC-13")
def test_what_the_maker_opens_to_somebody_of_a_dealer_is_his_to_see_with_the_names_on_it(house: House) -> None:
    theirs, cast = samples.make(CUSTOMER, actor=house.cast.stranger, name="Maker's own"), house.cast
    write.share(
        CUSTOMER, [theirs.id], [Grantee("person", house["n-sales"].id or 0)], "collaborator", None, actor=cast.director, door="test"
    )
    assert not CUSTOMER.rows(house["n-manager"]).filter(id=theirs.id).exists()
    browser = house.desk(house["n-sales"])
    assert "Stella" in browser.get(f"/customers/{theirs.id}/").content.decode()
    edited = write.update((CUSTOMER, theirs.id), {"remark": "called", "owner": cast.stranger.id}, actor=house["n-sales"], door="test")
    assert edited.owner_id == cast.stranger.id
    talk = write.create(TALK, {"summary": "hello", "mode": "call", "customer": theirs.id}, actor=house["n-sales"], door="test")
    assert TALK.rows(house["n-sales"]).filter(id=talk.id).exists()
    Share.objects.all().delete()
    assert not TALK.rows(house["n-sales"]).filter(id=talk.id).exists()


def test_pools_of_everybody_are_not_the_dealers_but_such_as_name_them(house: House) -> None:
    usual = pools.usual(CUSTOMER)
    assert usual is not None
    assert usual.of_all
    assert usual.includes(house.cast.owner)
    assert not any(usual.includes(house[login]) for login in house.people)
    assert not usual.members(directory.people()) & {a.id for a in house.people.values()}
    entity = registry.get("customers.pool")
    row = write.create(
        entity, {"name": "North", "departments": [Department.objects.get(code="n-root").pk]}, actor=house.cast.business, door="test"
    )
    forget()
    mine = pools.get(row.id)
    assert mine is not None
    assert mine.includes(house.again("n-sales"))
    assert not mine.includes(house.again("s-manager"))


def test_no_rule_of_a_pool_takes_what_another_company_has(house: House) -> None:
    usual = pools.usual(CUSTOMER)
    assert usual is not None
    covered = set(CUSTOMER.model._default_manager.filter(recycling._covers(usual)).values_list("id", flat=True))
    theirs = samples.make(CUSTOMER, actor=house.cast.owner).id
    again = set(CUSTOMER.model._default_manager.filter(recycling._covers(usual)).values_list("id", flat=True))
    assert (covered & {c.id for c in house.customers.values()}, again - covered) == (set(), {theirs})
    with pytest.raises(Invalidated):
        pool_deeds.release(CUSTOMER, [house.customers["n-sales"].id], {"pool_reason": "x"}, house["n-manager"], "test")


def test_no_picker_asks_for_people_without_saying_for_whom() -> None:
    known = {"surfaces/admin/access.py", "surfaces/admin/departments.py", "people/pages/wizard.py", "kernel/fields/person.py"}
    known |= {"people/hours.py", "people/pages/hours.py"}  # whose table holds; system administrators choose among departments
    known |= {
        "surfaces/shape/names.py",
        "surfaces/admin/structure/values.py",
    }  # files of the whole company go by the codes of all departments
    sources = [p for place in ("surfaces", "people", "kernel/fields", "sales", "activity") for p in (SOURCE / place).rglob("*.py")]
    asking = {str(p.relative_to(SOURCE)) for p in sources if re.search(r"directory\.(people|departments|named)\(", p.read_text())}
    assert asking <= known, "ask for directory.colleagues, branches or grantees: administrators alone see everybody"


@pytest.mark.feature("SEC-13")
def test_a_department_becomes_a_company_and_no_longer_one_at_the_next_click(house: House) -> None:
    east, cast = Department.objects.get(code="east"), house.cast
    theirs = samples.make(CUSTOMER, actor=cast.stranger, name="Stella's")
    Assignment.objects.filter(user=cast.manager.id).update(role=Role.objects.get(code="director"))
    assert CUSTOMER.rows(cast.again(cast.manager)).filter(id=theirs.id).exists()
    browser = house.desk(cast.admin)
    assert browser.post(f"/admin/departments/{east.pk}/company/", {"company": "1"}).status_code == 302
    assert not CUSTOMER.rows(cast.again(cast.manager)).filter(id=theirs.id).exists()
    assert browser.post(f"/admin/departments/{east.pk}/company/", {"company": ""}).status_code == 302
    assert CUSTOMER.rows(cast.again(cast.manager)).filter(id=theirs.id).exists()


def test_the_inner_of_two_companies_counts(house: House) -> None:
    inner = Department.objects.get(code="n-shop")
    inner.company = True
    inner.save()
    assert house.again("n-sales").within == {inner.pk}
    assert {r.id for r in CUSTOMER.rows(house.again("n-manager"))} == {house.customers[x].id for x in ("n-sales", "n-lead")}


@pytest.mark.feature("CUS-12")
def test_what_promotion_staff_enter_waits_for_the_supervisor_of_their_dealer(house: House) -> None:
    sales, lead = house["n-sales"], house["n-lead"]
    sent = write.create(CUSTOMER, {"name": "Waiting Cellar"}, actor=sales, door="web")
    assert isinstance(sent, Draft)
    asked = {login for login in house.people if drafts.inbox(house.again(login))}
    able = {login for login in house.people if drafts.decidable(house.again(login))}
    assert (asked, able) == ({"n-lead"}, {"n-lead", "n-manager"})
    assert "Waiting Cellar" not in house.desk(house["s-manager"]).get("/reviews/").content.decode()
    drafts.approve(sent.number, "", actor=lead)
    assert CUSTOMER.rows(sales).filter(name="Waiting Cellar").exists()
    assert not isinstance(write.create(CUSTOMER, {"name": "At Once"}, actor=lead, door="web"), Draft)
    assert not isinstance(write.create(CUSTOMER, {"name": "At Once Too"}, actor=house.again("n-manager"), door="web"), Draft)


def test_nobody_beyond_a_dealer_is_asked_even_when_he_manages_its_people(house: House) -> None:
    User.objects.filter(pk=house["n-sales"].id).update(manager=house.cast.director.id)
    Department.objects.filter(code="n-root").update(head=house["n-manager"].id)
    forget()
    assert deciding.who(["superior"], house["n-sales"].id or 0) == {house["n-manager"].id}
    assert deciding.who(["role:dealer-lead"], house["n-sales"].id or 0) == {house["n-lead"].id}


def test_who_takes_part_from_another_dealer_is_not_told(house: House) -> None:
    director = house.cast.director
    record = samples.make(CUSTOMER, actor=director, name="Shared Brewery")
    for login in ("n-sales", "s-sales"):
        write.share(CUSTOMER, [record.id], [Grantee("person", house[login].id or 0)], "viewer", None, actor=director, door="test")
    browser = house.desk(house["n-sales"])
    for part in ("_participants/", "_history/", "_timeline/"):
        page = browser.get(f"/customers/{record.id}/{part}").content.decode()
        assert SOUTH not in page, part
    assert f"{NORTH} sales" in browser.get(f"/customers/{record.id}/_participants/").content.decode()
    assert SOUTH in house.desk(director).get(f"/customers/{record.id}/_participants/").content.decode()


def test_nobody_of_a_dealer_drops_a_customer_into_the_pool_of_the_maker(house: House) -> None:
    customer = house.customers["n-lead"].id
    with pytest.raises(Invalidated):
        write.update((CUSTOMER, customer), {"owner": None}, actor=house["n-lead"].at_once(), door="test")
    outcome = write.update_many(CUSTOMER, {customer: {"owner": None}}, actor=house["n-lead"].at_once(), door="test")
    assert not outcome.written
    assert CUSTOMER.model._default_manager.get(id=customer).owner_id == house["n-lead"].id


def posted(house: House, *logins: str, name: str = "Key account manager") -> int:
    """A position that these people hold."""
    position = Position.objects.get_or_create(name=name)[0]
    PositionHolder.objects.bulk_create(PositionHolder(position=position, user_id=house[login].id) for login in logins)
    forget()
    return int(position.pk)


def reached(house: House, record: int) -> set[str]:
    """Whose lists show a record."""
    names = {**house.people, "stranger": house.cast.stranger, "mate": house.cast.mate}
    return {login for login, actor in names.items() if CUSTOMER.rows(house.cast.again(actor)).filter(id=record).exists()}


@pytest.mark.feature("SEC-13", "OWN-03")
def test_what_is_opened_to_a_position_reaches_its_holders_in_the_same_company_only(house: House) -> None:
    position = posted(house, "n-sales", "n-lead", "s-sales", "s-lead")
    PositionHolder.objects.create(position_id=position, user_id=house.cast.stranger.id)
    forget()
    makers, theirs = samples.make(CUSTOMER, actor=house.cast.owner).id, house.customers["n-lead"].id
    before = reached(house, theirs)
    write.share(CUSTOMER, [makers], [Grantee("position", position)], "collaborator", None, actor=house.cast.owner, door="test")
    assert reached(house, makers) == {"stranger"}
    write.share(CUSTOMER, [theirs], [Grantee("position", position)], "viewer", None, actor=house["n-manager"], door="test")
    assert reached(house, theirs) - before == {"n-sales"}
    # Each company's people open the same record to theirs, side by side.
    write.share(CUSTOMER, [theirs], [Grantee("position", position)], "viewer", None, actor=house.cast.director, door="test")
    assert reached(house, theirs) - before == {"n-sales", "stranger"}
    write.share(CUSTOMER, [theirs], [Grantee("position", position)], "viewer", None, actor=house["n-manager"], door="test")
    assert Share.objects.filter(record=theirs).count() == 2


@pytest.mark.feature("SEC-13")
def test_what_is_opened_to_a_role_reaches_nobody_of_a_dealer(house: House) -> None:
    record = samples.make(CUSTOMER, actor=house.cast.owner).id
    for role in Role.objects.filter(code__in=("dealer-sales", "dealer-lead", "sales")):
        write.share(CUSTOMER, [record], [Grantee("role", role.pk)], "viewer", None, actor=house.cast.director, door="test")
    assert reached(house, record) == {"stranger", "mate"}


def test_somebody_who_comes_to_another_company_leaves_behind_what_his_position_opened(house: House) -> None:
    position = posted(house, "n-sales")
    theirs = house.customers["n-lead"].id
    write.share(CUSTOMER, [theirs], [Grantee("position", position)], "viewer", None, actor=house["n-manager"], door="test")
    assert "n-sales" in reached(house, theirs)
    write.update(
        (hiring.ENTITY, of_account(house["n-sales"].id or 0).id), {"works_in": Department.objects.get(code="s-shop").pk},
        actor=house.cast.admin, door="test",
    )  # fmt: skip
    assert "n-sales" not in reached(house, theirs)


@pytest.mark.feature("SEC-13")
def test_a_dealer_names_the_positions_of_its_own_people_and_learns_of_no_others(house: House) -> None:
    own, other = posted(house, "n-sales"), posted(house, "s-sales", name="Zuidveld Promoter")
    mine, browser = house.customers["n-sales"].id, house.desk(house["n-manager"])
    page = browser.get(f"/customers/_share/?ids={mine}").content.decode()
    assert "Key account manager" in page
    assert SOUTH not in page
    with pytest.raises(Invalidated):
        write.share(CUSTOMER, [mine], [Grantee("position", other)], "viewer", None, actor=house["n-manager"], door="test")
    for place in ("/employees/?view=all", "/employees/_panel/filter/", f"/employees/{of_account(house['n-sales'].id or 0).id}/"):
        assert SOUTH not in browser.get(place).content.decode(), place
    answers = [browser.get("/employees/", {"view": "all", "where": f'["positions", "has", [{post}]]'}) for post in (other, 987654321)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert SOUTH not in answers[0].content.decode()
    # Who of the maker's people takes part by the same position is not told, nor that it is the same.
    write.share(CUSTOMER, [mine], [Grantee("position", own)], "viewer", None, actor=house.cast.director, door="test")
    for part in ("_participants/", "_history/", "_timeline/"):
        shown = browser.get(f"/customers/{mine}/{part}").content.decode()
        assert "Key account manager" not in shown, part
    write.share(CUSTOMER, [mine], [Grantee("position", own)], "viewer", None, actor=house["n-manager"], door="test")
    assert "Key account manager" in browser.get(f"/customers/{mine}/_participants/").content.decode()
    assert (
        f"Key account manager（{NORTH} Trade）" in house.desk(house.cast.director).get(f"/customers/{mine}/_participants/").content.decode()
    )


@pytest.mark.feature("SEC-13")
def test_a_dealers_user_administrator_gives_positions_to_his_people_and_to_nobody_else(house: House) -> None:
    position = Position.objects.create(name="Key account manager").pk
    forget()
    keeper, seller = house["n-admin"], of_account(house["n-sales"].id or 0)
    write.update((hiring.ENTITY, seller.id), {"positions": [position]}, actor=keeper, door="test")
    assert house.again("n-sales").circles["position"] == {position}
    for login in ("n-admin", "s-sales"):
        with pytest.raises((Invalidated, write.NotFound)):
            write.update((hiring.ENTITY, of_account(house[login].id or 0).id), {"positions": [position]}, actor=keeper, door="test")
    assert house.desk(keeper).get("/admin/positions/").status_code == 404
    assert PositionHolder.objects.count() == 1


def test_views_reach_nobody_of_another_company_and_are_kept_by_nobody_of_one(house: House) -> None:
    theirs = SavedView.objects.create(entity=CUSTOMER.key, owner_id=house["s-sales"].id, name=f"{SOUTH} view", shared=True)
    own = SavedView.objects.create(entity=CUSTOMER.key, owner_id=house["n-sales"].id, name=f"{NORTH} view", shared=True)
    Role.objects.filter(code="dealer-manager").update(admin=True)
    forget()
    keeper = house.desk(house["n-manager"])
    assert keeper.get(f"/customers/_views/{own.id}/").status_code == 200
    assert keeper.get(f"/customers/_views/{theirs.id}/").status_code == 404
    assert keeper.post(f"/customers/_views/{theirs.id}/remove/").status_code == 404
    page = house.desk(house.cast.owner).get("/customers/_views/").content.decode()
    assert 'name="departments"' in page
    assert NORTH not in page

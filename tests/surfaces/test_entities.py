"""A kind of record that an administrator designs on a screen is everywhere at the next click, and nowhere once it is retired."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from guanxi.kernel import comments, custom, dictionary, history, layouts, search, tasks, verify, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.design import CustomEntity
from guanxi.kernel.designed import Designed
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import entities
from guanxi.org import roles, tokens
from guanxi.org.models import Grant, Operation, Role
from guanxi.surfaces.api import openapi
from guanxi.surfaces.shape import state, taking
from tests import samples
from tests.people import Cast
from tests.surfaces import test_recycle, test_shapes

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
#: What somebody types into the designer.
VISIT = {
    "zh": "拜访报告", "en": "Visit report", "plural": "Visit reports", "icon": "notes", "after": "customers.customer", "in_menu": "1",
    "access": "standard", "prefix": "vst", "stages": "草稿,Draft\n已提交,Submitted",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    yield
    CustomField.objects.all().delete()
    CustomEntity.objects.all().delete()
    dictionary.clear()
    custom.load()
    layouts.clear()


def designed(desk: Client, **given: str) -> Designed:
    """Design a kind of record on the screen."""
    answer = desk.post("/admin/entities/new/", {**VISIT, **given})
    assert answer.status_code == 302, unescape(answer.content.decode())[-3000:]
    entity = entities.entity_of(CustomEntity.objects.latest("id"))
    assert isinstance(entity, Designed)
    return entity


def added(desk: Client, entity: Entity, **given: str) -> str:
    """Add a field on the same screen; its key."""
    answer = desk.post(f"/admin/fields/{entity.slug}/add/", given)
    assert answer.status_code == 302, unescape(answer.content.decode())[-3000:]
    assert answer["Location"].startswith(f"/admin/entities/{entity.slug}/")
    return f"f{CustomField.objects.latest('id').pk}"


@pytest.mark.feature("FRM-01", "FRM-05")
def test_it_is_in_menu_form_list_board_search_history_and_api(cast: Cast, at_desk: Desk) -> None:
    shaper, owner = at_desk(cast.business), at_desk(cast.owner)
    entity = designed(shaper)
    where = added(shaper, entity, zh="拜访地点", en="Where", sort="text", required="1")
    assert entity.slug == "visit-reports"
    home = owner.get("/").content.decode()
    assert 'href="/visit-reports/"' in home
    assert "Visit report" in owner.get("/visit-reports/new/?quick=1").content.decode()
    answer = owner.post("/visit-reports/new/", {"name": "云深拜访", where: "杭州"})
    assert answer.status_code == 302, unescape(answer.content.decode())[-2000:]
    (row,) = entity.rows(cast.again(cast.owner))
    number = entity.fields[entity.numbered].value(row)
    assert number.startswith("VST-")
    page = owner.get(f"/visit-reports/{row.id}/").content.decode()
    assert all(text in page for text in ("云深拜访", "杭州", number, "Draft", "Submitted"))
    assert "云深拜访" in owner.get("/visit-reports/").content.decode()
    board = owner.get("/visit-reports/?view=board").content.decode()
    assert "Submitted" in board
    assert "云深拜访" in board
    assert owner.post(f"/visit-reports/{row.id}/_stage/submitted/").status_code < 400
    assert [c.verb for c in history.of_record(row.id)] == ["update", "create"]
    assert {hit.record for hit in search.find("云深", cast.again(cast.owner))} == {row.id}
    assert {hit.record for hit in search.find(number, cast.again(cast.owner))} == {row.id}
    found = owner.get("/visit-reports/", {"view": "all", "where": json.dumps([where, "contains", "杭"])}).content.decode()
    assert "云深拜访" in found
    assert (entity, "CustomVisitReports") in [(e, name) for e, _actor, name in openapi.described(cast.again(cast.owner))]
    assert Operation.objects.filter(subject="customentity", verb="create", actor=cast.business.id).count() == 1


def test_who_sees_it_is_as_with_customers_unless_said_otherwise(cast: Cast, at_desk: Desk) -> None:
    entity = designed(at_desk(cast.business))
    owner, mate, manager = cast.again(cast.owner), cast.again(cast.mate), cast.again(cast.manager)
    record = samples.make(entity, actor=owner)
    assert entity.rows(manager).filter(id=record.id).exists()
    assert not entity.rows(mate).filter(id=record.id).exists()
    closed = designed(at_desk(cast.business), zh="机密台账", en="Confidential register", plural="", prefix="", access="closed")
    assert not cast.again(cast.owner).may(closed.key, "view")
    assert cast.again(cast.director).may(closed.key, "edit")
    assert Grant.objects.filter(entity=closed.key).exists()


def test_only_who_shapes_the_company_designs(cast: Cast, at_desk: Desk) -> None:
    entity = designed(at_desk(cast.business))
    for actor in (cast.owner, cast.manager, cast.readonly):
        desk = at_desk(actor)
        for address in ("/admin/entities/", "/admin/entities/new/", f"/admin/entities/{entity.slug}/"):
            assert desk.get(address).status_code == 404
            assert desk.post(address, VISIT).status_code in (404, 405)
        assert desk.post(f"/admin/entities/{entity.slug}/retire/").status_code == 404
        with pytest.raises(write.Forbidden):
            entities.create(entities.Wish("别的"), actor=actor)
    assert CustomEntity.objects.count() == 1


def test_a_retired_one_is_nowhere_and_comes_back_with_what_it_held(cast: Cast, at_desk: Desk) -> None:
    shaper = at_desk(cast.business)
    entity = designed(shaper)
    record = samples.make(entity, actor=cast.again(cast.owner), name="云深拜访")
    write_star = at_desk(cast.owner)
    shaper.post(f"/admin/entities/{entity.slug}/retire/", {})
    owner = cast.again(cast.owner)
    desk = at_desk(owner)
    for address in (f"/{entity.slug}/", f"/{entity.slug}/new/", f"/{entity.slug}/{record.id}/", f"/api/v1/{entity.slug}"):
        assert desk.get(address).status_code in (401, 404), address
    assert f'href="/{entity.slug}/"' not in write_star.get("/").content.decode()
    assert search.find("云深拜访", owner) == []
    assert entity not in registry.in_menu()
    assert "Retired" in shaper.get("/admin/entities/").content.decode()
    shaper.post(f"/admin/entities/{entity.slug}/retire/", {"active": "1"})
    assert "云深拜访" in at_desk(cast.again(owner)).get(f"/{entity.slug}/{record.id}/").content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"zh": ""}, "Give the records a name"),
        ({"zh": "x" * 61}, "at most 60 characters"),
        ({"zh": "客户", "en": ""}, "records of this name already"),
        ({"zh": "Customer"}, "records of this name already"),
        ({"icon": "../../etc"}, "Choose a sign"),
        ({"after": "nowhere"}, "Choose a place in the menu"),
        ({"access": "everything"}, "Choose who sees them"),
        ({"slug": "customers"}, "an address of small letters"),
        ({"slug": "admin"}, "an address of small letters"),
        ({"slug": "login"}, "an address of small letters"),
        ({"slug": "new"}, "an address of small letters"),
        ({"slug": "search"}, "an address of small letters"),
        ({"slug": "A b"}, "an address of small letters"),
        ({"prefix": "KH"}, "Other numbers begin with this"),
        ({"rows_of": "nothing"}, "whose rows they are"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(cast: Cast, at_desk: Desk, given: dict[str, str], said: str) -> None:
    answer = at_desk(cast.business).post("/admin/entities/new/", {**VISIT, **given})
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
    assert not CustomEntity.objects.exists()
    assert [e for e in registry if isinstance(e, Designed)] == []
    assert not CustomField.objects.exists()


@pytest.mark.feature("FRM-03")
def test_a_lookup_works_both_ways_and_its_tab_can_be_switched_off(cast: Cast, at_desk: Desk) -> None:
    shaper, owner = at_desk(cast.business), at_desk(cast.owner)
    entity = designed(shaper)
    key = added(shaper, entity, zh="拜访的客户", en="Customer visited", sort="lookup", to="customers.customer", both="1", back="1")
    customer = samples.make(CUSTOMER, actor=cast.again(cast.owner), name="云深制造")
    write.create(entity, {"name": "第一次拜访", key: customer.id}, actor=cast.again(cast.owner), door="test")
    write.create(entity, {"name": "别家拜访"}, actor=cast.again(cast.owner), door="test")
    tab = owner.get(f"/customers/{customer.id}/_related/{key}/").content.decode()
    assert "第一次拜访" in tab
    assert "别家拜访" not in tab
    assert "Visit reports" in owner.get(f"/customers/{customer.id}/").content.decode()
    visited = owner.get("/customers/", {"view": "all", "where": json.dumps([f"{key}.name", "contains", "第一次"])}).content.decode()
    assert "云深制造" in visited
    shaper.post(f"/admin/fields/{entity.slug}/{key[1:]}/", {"zh": "拜访的客户", "both": "1"})
    assert owner.get(f"/customers/{customer.id}/_related/{key}/").status_code == 404
    back = shaper.post("/admin/fields/customers/add/", {"zh": "最近拜访", "sort": "lookup", "to": entity.key, "both": "1", "back": "1"})
    assert back.status_code == 302
    named = f"f{CustomField.objects.latest('id').pk}"
    (visit, _other) = entity.rows(cast.again(cast.owner)).order_by("id")
    write.update((CUSTOMER, customer.id), {named: visit.id}, actor=cast.again(cast.owner), door="test")
    assert "第一次拜访" in owner.get(f"/customers/{customer.id}/").content.decode()
    assert "云深制造" in owner.get(f"/{entity.slug}/{visit.id}/_related/{named}/").content.decode()


@pytest.mark.feature("FRM-04")
def test_words_menu_number_and_stage_are_changed(cast: Cast, at_desk: Desk) -> None:
    shaper, owner = at_desk(cast.business), at_desk(cast.owner)
    entity = designed(shaper)
    assert "Menu, words and more" in unescape(shaper.get(f"/admin/entities/{entity.slug}/").content.decode())
    changed = {"zh": "走访记录", "en": "Call note", "plural": "Call notes", "icon": "map-pin", "title": "主题", "title_en": "Subject"}
    assert shaper.post(f"/admin/entities/{entity.slug}/", changed).status_code == 302
    assert (entity.stage, entity.numbered, entity.in_menu) == ("", "", False)
    form = owner.get(f"/{entity.slug}/new/").content.decode()
    assert "Subject" in form
    assert "Call note" in form
    assert f'href="/{entity.slug}/"' not in owner.get("/").content.decode()
    number = CustomField.objects.get(entity=entity.key, kind="number")
    refused = shaper.post(f"/admin/entities/{entity.slug}/", {**changed, "stage": str(number.pk)})
    assert refused.status_code == 422
    assert "one of its own fields" in unescape(refused.content.decode())


@pytest.mark.feature("FRM-01")
def test_rows_are_entered_on_the_page_of_the_record_they_belong_to(cast: Cast, at_desk: Desk) -> None:
    owner = at_desk(cast.owner)
    entity = designed(
        at_desk(cast.business), zh="设备明细", en="Device", plural="Devices", stages="", in_menu="", rows_of="customers.customer"
    )
    model = added(at_desk(cast.business), entity, zh="型号", en="Model", sort="text", required="1")
    one, other = (samples.make(CUSTOMER, actor=cast.again(cast.owner), name=name) for name in ("云深制造", "浅水贸易"))
    code = f"rows-{entity.number}"
    assert f"/customers/{one.id}/_rows/{code}/" in owner.get(f"/customers/{one.id}/_related/{code}/").content.decode()
    address = f"/customers/{one.id}/_rows/{code}/"
    line = owner.get(address).content.decode()
    assert f'name="{model}"' in line
    assert 'name="parent"' not in line
    refused = owner.post(address, {"name": "冲床"})
    assert refused.status_code == 422
    assert 'value="冲床"' in refused.content.decode()
    made = owner.post(address, {"name": "冲床", model: "J23-63", "parent": other.id})
    assert made.status_code == 200
    assert "J23-63" in owner.get(address, {"part": "lines"}).content.decode()
    (row,) = entity.rows(cast.again(cast.owner))
    assert entity.fields["parent"].value(row) == one.id
    write.transfer(CUSTOMER, [one.id], cast.stranger.id or 0, actor=cast.again(cast.director), door="test")
    assert "J23-63" in at_desk(cast.stranger).get(f"/customers/{one.id}/_related/{code}/").content.decode()
    write.transfer(CUSTOMER, [one.id], cast.owner.id or 0, actor=cast.again(cast.director), door="test")
    assert at_desk(cast.stranger).get(address).status_code == 404
    assert at_desk(cast.stranger).post(address, {"name": "x", model: "y"}).status_code == 404
    assert at_desk(cast.readonly).post(address, {"name": "x", model: "y"}).status_code == 404
    assert owner.get(f"/customers/{one.id}/_rows/contacts/").status_code == 404


def test_the_shape_of_a_company_takes_it_along(cast: Cast, at_desk: Desk) -> None:
    with connection.cursor() as cursor:  # 9999 and 10000 are in another order as text than the two that follow
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), 9998)", [CustomEntity._meta.db_table])
    shaper = at_desk(cast.business)
    visit = designed(shaper)
    added(shaper, visit, zh="拜访的客户", en="Customer visited", sort="lookup", to="customers.customer", both="1", back="1")
    shaper.post("/admin/fields/customers/add/", {"zh": "最近拜访", "en": "Last visit", "sort": "lookup", "to": visit.key})
    rows = designed(shaper, zh="拜访明细", en="Visit line", plural="", prefix="", rows_of=visit.key)
    role = Role.objects.get(code="marketing")
    roles.grant(role, visit, "view", "owned", actor=cast.admin)
    text = state.text()
    document = state.read(text.encode())
    assert "custom.record_" not in text
    assert document["entities"]["custom.visit_reports"]["number"] == "own:custom.visit_reports/number"
    assert state.differences(state.described(), document) == []
    former = {visit.key, rows.key}
    CustomField.objects.all().delete()
    Grant.objects.filter(entity__in=former).delete()
    CustomEntity.objects.all().delete()
    custom.load()
    found, refused, _done = taking.run(document, actor=SYSTEM)
    assert refused == []
    assert [e for e in registry if isinstance(e, Designed)] == []
    _found, refused, done = taking.run(document, actor=SYSTEM, promised=taking.fingerprint(found))
    assert (refused, done) == ([], True)
    assert state.text() == text
    again = next(e for e in registry if e.slug == "visit-reports")
    assert again.key not in former
    assert (bool(again.numbered), bool(again.stage)) == (True, True)
    assert Grant.objects.get(role=role, entity=again.key, action="view").scope == "owned"
    with translation.override("en"):
        record = write.create(again, {"name": "云深拜访"}, actor=SYSTEM, door="test")
    assert again.rows(SYSTEM).get().id == record.id


def test_what_an_administrator_designed_is_taken_back_in_the_trail(cast: Cast, at_desk: Desk) -> None:
    shaper, admin = at_desk(cast.business), at_desk(cast.admin)
    entity = designed(shaper)
    changed = {"zh": "走访记录", "en": "Call note", "plural": "Call notes", "icon": "map-pin", "in_menu": "1"}
    shaper.post(f"/admin/entities/{entity.slug}/", changed)
    assert CustomEntity.objects.get().stage is None
    last = Operation.objects.filter(subject="customentity", verb="update").latest("id")
    assert admin.post(f"/admin/trail/{last.pk}/undo/").status_code == 302
    row = CustomEntity.objects.get()
    assert (row.label, row.icon, bool(row.stage)) == ("拜访报告", "notes", True)
    first = Operation.objects.filter(subject="customentity", verb="create").latest("id")
    assert admin.post(f"/admin/trail/{first.pk}/undo/").status_code == 302
    assert not CustomEntity.objects.get().active
    assert entity.key in registry.retired()


def test_boards_calendars_groups_and_the_bin_are_those_of_any_other(cast: Cast, at_desk: Desk) -> None:
    with samples.designed_with_own_fields() as entity:
        test_shapes.test_whatever_there_is_has_its_boards_days_and_feet(entity, cast, at_desk)
        test_recycle.test_every_entity_has_a_bin_that_names_what_was_deleted_and_by_whom(cast, at_desk, entity)
        assert entity.rows(cast.owner).count() == 1


def test_the_feed_the_palette_and_an_assistant_know_it(cast: Cast, at_desk: Desk) -> None:
    entity = designed(at_desk(cast.business))
    owner = cast.again(cast.owner)
    record = write.create(entity, {"name": "云深拜访"}, actor=owner, door="test")
    asked = {"Authorization": f"Bearer {tokens.issue(owner.login)}"}
    facts = Client().get("/api/v1/changes", {"entity": "visit-reports"}, headers=asked)
    assert facts.status_code == 200
    called = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "read", "arguments": {"entity": "visit-reports", "id": record.id}},
    }
    answer = Client().post("/mcp", json.dumps(called), content_type="application/json", headers={**asked, "Accept": "application/json"})
    assert answer.json()["result"]["structuredContent"]["name"] == "云深拜访"
    desk = at_desk(owner)
    assert "云深拜访" in desk.get("/_search/?q=云深拜访").content.decode()
    assert desk.get("/visit-reports/new/?quick=1").status_code == 200
    comments.add(entity, record.id, "下周再去", actor=owner)
    assert "下周再去" in desk.get(f"/visit-reports/{record.id}/").content.decode()


def test_what_it_is_called_is_text_wherever_it_stands(cast: Cast, at_desk: Desk) -> None:
    entity = designed(at_desk(cast.business), zh="<i>走访", en="<i>Visits", plural="<i>Visits", title="<i>主题", title_en="<i>Subject")
    samples.make(entity, actor=cast.again(cast.owner), name="<i>云深")
    desk = at_desk(cast.owner)
    for address in ("/", f"/{entity.slug}/", f"/{entity.slug}/new/", f"/{entity.slug}/?layout=board"):
        page = desk.get(address)
        assert page.status_code == 200
        assert "<i>" not in page.content.decode(), address
    for address in ("/admin/entities/", f"/admin/entities/{entity.slug}/", "/admin/fields/", "/admin/layouts/", "/admin/numbers/"):
        assert "<i>" not in at_desk(cast.business).get(address).content.decode(), address


def test_a_process_that_has_not_heard_of_it_learns_of_it_before_it_works(cast: Cast, at_desk: Desk) -> None:
    entity = designed(at_desk(cast.business))
    samples.make(entity, actor=cast.again(cast.owner))
    for work in (verify.run, lambda: tasks.bring_along.func(0), lambda: tasks.run.func(0)):
        registry.design(())
        custom._state["version"] = None
        with suppress(Job.DoesNotExist):
            assert not [line for line in work() or [] if entity.key in line]
        assert entity.key in {each.key for each in registry}


def test_every_sign_that_is_offered_is_in_the_sprite() -> None:
    drawn = (Path(__file__).resolve().parents[2] / "frontend/icons.txt").read_text().split()
    assert set(entities.ICONS) <= set(drawn)

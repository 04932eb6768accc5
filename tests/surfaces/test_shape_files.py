"""The shape of a company leaves as a file and comes into another: the same file again, and the same behaviour."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from guanxi.kernel import custom, dictionary, jobs, layouts, lists, numbering, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.models import CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields as field_verbs
from guanxi.kernel.write import layouts as layout_verbs
from guanxi.kernel.write import lists as list_verbs
from guanxi.kernel.write import numbers
from guanxi.org import roles
from guanxi.org.models import Operation, Role
from guanxi.surfaces.models import SavedView
from guanxi.surfaces.shape import command, state, taking, undoing
from tests import samples
from tests.people import Cast, forget
from tests.surfaces.elsewhere import exported

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
INDUSTRY = Dictionary("industry")


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    with translation.override("en"):
        yield
    dictionary.clear()
    custom._definitions.clear()
    numbering._known.clear()
    layouts.clear()
    for entity in registry:
        entity.reshape()


def of(code: str) -> lists.ListOf:
    found = lists.get(code)
    assert found is not None
    return found


def shaped(cast: Cast) -> None:
    """What administrators do in a week."""
    one, other, third = INDUSTRY.active()[:3]
    list_verbs.move(of("industry"), other, one.id, actor=cast.business)
    list_verbs.add(of("industry"), "低空经济", "Low altitude", "g", other.id, actor=cast.business)
    list_verbs.open_to(of("industry"), third, [cast.owner.department or 0], actor=cast.business)
    list_verbs.change(of("industry"), third, third.zh, third.en, "r", active=False, default=False, actor=cast.business)
    row = field_verbs.add(CUSTOMER, field_verbs.Wish("细分行业", "Trade", "", sort="choice", lines="汽车零件\n银行"), actor=cast.business)
    field_verbs.add(CUSTOMER, field_verbs.Wish("备注二", "", "说明", required=False, sort="lines"), actor=cast.business)
    code = f"field_{row.pk}"
    list_verbs.hang(of(code), "industry", actor=cast.business)
    list_verbs.move(of(code), of(code).items[0], one.id, actor=cast.business)
    shops = field_verbs.add(
        CUSTOMER,
        field_verbs.Wish(
            "门店数", "Shops", sort="integer", first="3", shown_when='["level","is","A"]', asked_when=f'["f{row.pk}","not_empty"]'
        ),
        actor=cast.business,
    )
    field_verbs.add(CUSTOMER, field_verbs.Wish("员工估数", "Staff guess", sort="formula", formula="[门店数] * 8"), actor=cast.business)
    sections = (layouts.Section("要点", "At a glance", ("name", f"f{shops.pk}", f"f{row.pk}")),)
    layout_verbs.arrange(CUSTOMER, ("", "sales"), layouts.Arrangement(sections, ("website",), ("level",)), actor=cast.business)
    numbers.change(
        CUSTOMER,
        CUSTOMER.fields["number"],
        numbers.read(
            CUSTOMER, CUSTOMER.fields["number"], [("text", "K"), ("year", ""), ("text", "-"), ("counter", "5")], "year", quick=False
        ),
        actor=cast.business,
    )
    role = roles.create("渠道经理", actor=cast.admin, like=Role.objects.get(code="sales"))
    roles.grant(role, CUSTOMER, "delete", "none", actor=cast.admin)
    roles.restrict(role, CUSTOMER, f"f{row.pk}", "readonly", actor=cast.admin)
    where = ["and", [f"f{row.pk}", "not_empty"], ["industry", "within", one.code]]
    SavedView.objects.create(
        entity=CUSTOMER.key, owner_id=cast.owner.id, name="细分", where=where, columns=["name", f"f{row.pk}"], shared=True,
        roles=["sales"], departments=[cast.owner.department or 0], opening=True,
    )  # fmt: skip
    forget()


@pytest.mark.feature("DIC-02", "FRM-01")
def test_a_shape_taken_over_gives_the_same_file_again_and_behaves_the_same(cast: Cast) -> None:
    before = state.text()
    text = exported(lambda: shaped(cast), dictionary.clear, numbering.load, layouts.clear, forget)
    assert state.text() == before != text
    document = tomllib.loads(text)
    assert "own:customers.customer/trade" in document["lists"]
    found, refused, done = taking.run(document, actor=cast.admin)
    assert (refused, done) == ([], False)
    assert state.text() == before
    _found, refused, done = taking.run(document, actor=cast.admin, promised=taking.fingerprint(found))
    assert (refused, done) == ([], True)
    forget()
    assert state.text() == text
    row = CustomField.objects.get(label="细分行业")
    values = {"name": "云深制造", "industry": INDUSTRY.active()[0].code, f"f{row.pk}": "汽车零件"}
    record = write.create(CUSTOMER, values, actor=SYSTEM, door="test")
    assert record.number.startswith("K20")
    with pytest.raises(write.Invalidated, match=r"is not offered where|不能选"):
        write.create(CUSTOMER, {**values, "name": "另一家", "industry": INDUSTRY.active()[-1].code}, actor=SYSTEM, door="test")
    shops = CustomField.objects.get(label="门店数")
    record = write.create(CUSTOMER, {"name": "有门店的", "level": "A"}, actor=SYSTEM, door="test")
    assert (record.custom[f"f{shops.pk}"], f"f{shops.pk}") == (3, layouts.of(CUSTOMER, cast.owner).sections[0].keys[1])
    guess = next(f for f in CUSTOMER.fields.values() if str(f.label) == "Staff guess")
    assert guess.value(CUSTOMER.rows(SYSTEM).get(id=record.id)) == 24
    with pytest.raises(write.Invalidated):
        write.create(CUSTOMER, {**values, "name": "没写门店", "level": "A", f"f{shops.pk}": ""}, actor=SYSTEM, door="test")
    view = SavedView.objects.get(name="细分")
    assert CUSTOMER.rows(SYSTEM).where(view.where).count() == 1
    assert (view.roles, view.departments, view.opening) == (["sales"], [cast.owner.department], True)
    assert Operation.objects.filter(actor=cast.admin.id, subject="role", verb="create").exists()
    again, _refused, _done = taking.run(tomllib.loads(state.text()), actor=cast.admin)
    assert again == []


def test_what_a_file_does_not_name_is_retired_and_nothing_is_deleted(cast: Cast) -> None:
    document = state.described()
    gone = document["lists"]["industry"]["values"].pop(0)
    found, refused, _done = taking.run(document, actor=cast.admin)
    assert [(d.verb, d.place[-1]) for d in found] == [("absent", gone["code"])]
    assert refused == []
    taking.run(document, actor=cast.admin, promised=taking.fingerprint(found))
    item = INDUSTRY.by_code(gone["code"])
    assert item is not None
    assert not item.active


def test_a_file_of_which_something_is_refused_does_nothing(cast: Cast) -> None:
    document, before = state.described(), state.text()
    document["lists"]["industry"]["values"][0]["zh"] = "改名"
    document["numbers"]["customers.customer/number"]["parts"] = [["text", "K"]]
    document["lists"]["nowhere"] = {"above": "", "values": []}
    found, refused, _done = taking.run(document, actor=cast.admin)
    assert sorted({line.split(" · ")[0] for line in refused}) == ["Automatic numbers", "Choice lists"]
    _found, _refused, done = taking.run(document, actor=cast.admin, promised=taking.fingerprint(found))
    assert not done
    assert state.text() == before
    with pytest.raises(write.Forbidden):
        taking.run(document, actor=cast.business)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"x = [", b"lists = 3", b"[other.x]\na = 1", b"[lists.a]\nvalues = [{zh = 'x'}]"])
def test_what_is_no_shape_is_said_to_be_none(cast: Cast, body: bytes) -> None:
    with pytest.raises(write.Invalidated, match="no file of a shape"):
        state.read(body)


def test_an_administrator_takes_it_away_looks_and_takes_it_over(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.admin)
    text = b"".join(desk.get("/admin/shape/export/")).decode()
    item = INDUSTRY.active()[0]
    changed = text.replace(f'zh = "{item.zh}"', 'zh = "改过的行业"', 1)
    page = desk.post("/admin/shape/", {"file": SimpleUploadedFile("shape.toml", changed.encode())})
    assert f"zh: {item.zh} → 改过的行业" in html.unescape(page.content.decode())
    assert INDUSTRY.by_name("改过的行业") is None
    kept = {name: re.findall(rf'name="{name}" value="([^"]*)"', page.content.decode())[0] for name in ("kept", "promised")}
    assert desk.post("/admin/shape/", {**kept, "do": "1"}).status_code == 302
    assert INDUSTRY.by_name("改过的行业") is not None
    assert desk.post("/admin/shape/", {**kept, "do": "1"}).status_code == 422
    assert at_desk(cast.business).get("/admin/shape/").status_code == 404
    assert at_desk(cast.business).get("/admin/shape/export/").status_code == 404


def test_a_terminal_tells_differences_by_its_exit_code(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shape.toml"
    assert command.run("export", file) == 0
    assert command.run("diff", file) == 0
    item = INDUSTRY.active()[0]
    file.write_text(file.read_text().replace(f'zh = "{item.zh}"', 'zh = "改过的行业"', 1))
    assert command.run("diff", file) == 1
    assert command.run("import", file) == 0
    assert command.run("diff", file) == 0
    assert "改过的行业" in capsys.readouterr().out
    file.write_text("no shape")
    assert command.run("import", file) == 2


def latest(subject: str, verb: str) -> Operation:
    return Operation.objects.filter(subject=subject, verb=verb).latest("id")


def test_a_change_of_the_shape_is_taken_back_from_the_trail(cast: Cast, at_desk: Desk) -> None:
    desk, item = at_desk(cast.admin), INDUSTRY.active()[0]
    list_verbs.change(of("industry"), item, "改错了", "Wrong", "r", active=True, default=False, actor=cast.business)
    made = numbers.read(CUSTOMER, CUSTOMER.fields["number"], [("text", "Q"), ("counter", "5")], "never", quick=False)
    numbers.change(CUSTOMER, CUSTOMER.fields["number"], made, actor=cast.business)
    row = field_verbs.add(CUSTOMER, field_verbs.Wish("多余的", sort="text"), actor=cast.business)
    assert desk.get("/admin/trail/?what=dictionaryvalue").content.decode().count("/undo/") > 0
    for subject, verb in (("dictionaryvalue", "update"), ("numbering", "create"), ("customfield", "create")):
        assert desk.post(f"/admin/trail/{latest(subject, verb).pk}/undo/").status_code == 302
    back = INDUSTRY.by_id(item.id)
    assert back == item
    assert numbering.next_ones(CUSTOMER, CUSTOMER.fields["number"], numbering.scheme(CUSTOMER, CUSTOMER.fields["number"]))[0].startswith(
        "KH-"
    )
    assert not CustomField.objects.get(pk=row.pk).active


def test_taking_back_a_name_keeps_the_rules_of_a_field_and_a_layout_comes_back_too(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.admin)
    ruled = {"sort": "text", "unique": True, "first": "A", "shown_when": '["level","is","A"]'}
    row = field_verbs.add(CUSTOMER, field_verbs.Wish("门牌", "Plate", **ruled), actor=cast.business)
    field_verbs.change(CUSTOMER, row, field_verbs.Wish("门牌号", "Plate", unique=True, first="A"), actor=cast.business)
    assert desk.post(f"/admin/trail/{latest('customfield', 'update').pk}/undo/").status_code == 302
    row.refresh_from_db()
    assert (row.label, row.unique, row.first, row.shown_when) == ("门牌", True, "A", ["level", "is", "A"])
    one, other = (layouts.Arrangement((layouts.Section(zh, zh, ("name",)),)) for zh in ("甲", "乙"))
    layout_verbs.arrange(CUSTOMER, layouts.EVERYWHERE, one, actor=cast.business)
    layout_verbs.arrange(CUSTOMER, layouts.EVERYWHERE, other, actor=cast.business)
    assert desk.post(f"/admin/trail/{latest('formlayout', 'update').pk}/undo/").status_code == 302
    assert layouts.of(CUSTOMER, cast.owner) == one
    assert desk.post(f"/admin/trail/{latest('formlayout', 'create').pk}/undo/").status_code == 302


def test_what_has_changed_since_is_not_taken_back(cast: Cast, at_desk: Desk) -> None:
    item = INDUSTRY.active()[0]
    for name in ("第一次", "第二次"):
        list_verbs.change(of("industry"), item, name, name, "", active=True, default=False, actor=cast.business)
    first = Operation.objects.filter(subject="dictionaryvalue", verb="update", subject_id=item.id).earliest("id")
    assert at_desk(cast.admin).post(f"/admin/trail/{first.pk}/undo/").status_code == 403
    assert at_desk(cast.business).post(f"/admin/trail/{first.pk}/undo/").status_code == 404
    assert (INDUSTRY.by_id(item.id) or item).zh == "第二次"


def test_a_field_called_otherwise_and_back_keeps_its_rules(cast: Cast, at_desk: Desk) -> None:
    wish = field_verbs.Wish("编码", sort="text", unique=True, first="X", asked_when='["level", "not_empty"]')
    row = field_verbs.add(CUSTOMER, wish, actor=cast.business)
    field_verbs.change(CUSTOMER, row, field_verbs.Wish("编号二", unique=True, first="X"), actor=cast.business)
    assert at_desk(cast.admin).post(f"/admin/trail/{latest('customfield', 'update').pk}/undo/").status_code == 302
    row.refresh_from_db()
    assert (row.label, row.unique, row.first, row.asked_when) == ("编码", True, "X", ["level", "not_empty"])
    field_verbs.change(CUSTOMER, row, field_verbs.Wish("编码", first="X", asked_when="[]"), actor=cast.business)
    assert at_desk(cast.admin).post(f"/admin/trail/{latest('customfield', 'update').pk}/undo/").status_code == 302
    row.refresh_from_db()
    assert (row.unique, row.asked_when) == (True, ["level", "not_empty"])


def own(kind: str, options: str) -> str:
    row = f'{{code = "a", kind = "{kind}", zh = "试", en = "Try", help = "", required = false, active = true, list = "", options = {options}}}'
    return f'[fields."customers.customer"]\nown = [{row}]\n'


@pytest.mark.parametrize(
    "text",
    [
        own("lookup", '{to = "no.such"}'),
        own("formula", '{source = "[name] & ((", type = "text", places = 2}'),
        "[roles.sales]\nzh = 2026-01-01\n",
        f'[roles.{"x" * 300}]\nzh = "某"\nen = ""\nabout = ""\n',
    ],
)
def test_what_makes_no_sense_in_a_file_is_refused(cast: Cast, text: str) -> None:
    _found, refused, done = taking.run(state.read(text.encode()), actor=cast.admin)
    assert (len(refused), done) == (1, False)


def test_a_formula_of_a_file_is_reckoned(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner, name="Four")
    document = state.read(own("formula", '{source = "length([name])", type = "number", places = 2}').encode())
    found, _refused, _done = taking.run(document, actor=cast.admin)
    assert taking.run(document, actor=cast.admin, promised=taking.fingerprint(found))[2]
    jobs.run(Job.objects.latest("id").pk)
    row = CustomField.objects.latest("id")
    assert CUSTOMER.rows(cast.owner).get(id=record.id).custom == {f"f{row.pk}": "4.00"}
    field_verbs.change(CUSTOMER, row, field_verbs.Wish("试", "Try", formula="length([name]) * 2"), actor=cast.business)
    jobs.run(Job.objects.latest("id").pk)
    undoing.undo(latest("customfield", "update"), actor=cast.admin)
    jobs.run(Job.objects.latest("id").pk)
    assert CUSTOMER.rows(cast.owner).get(id=record.id).custom == {f"f{row.pk}": "4.00"}


def test_a_file_never_shows_a_view_to_more_people_than_it_says(cast: Cast) -> None:
    reached = {"roles": ["sales"], "departments": [cast.owner.department or 0]}
    SavedView.objects.create(entity=CUSTOMER.key, owner_id=cast.owner.id, name="窄", shared=True, **reached)
    SavedView.objects.create(entity=CUSTOMER.key, owner_id=cast.owner.id, name="无人", shared=True, departments=[999_999])
    document = state.described()
    (row,) = document["views"][CUSTOMER.key]["shared"]
    assert row["name"] == "窄"
    for key in ("roles", "departments"):
        _found, refused, _done = taking.run({"views": {CUSTOMER.key: {"shared": [{**row, key: ["gone"]}]}}}, actor=cast.admin)
        assert "gone" in str(refused)
    older = {k: v for k, v in row.items() if k not in ("roles", "departments", "opening")}
    older_file = {"views": {CUSTOMER.key: {"shared": [{**older, "layout": "board"}]}}}
    found, refused, _done = taking.run(older_file, actor=cast.admin)
    assert refused == []
    taking.run(older_file, actor=cast.admin, promised=taking.fingerprint(found))
    view = SavedView.objects.get(name="窄")
    assert (view.layout, view.roles, view.departments) == ("board", reached["roles"], reached["departments"])

"""Prints with their stamps, Word files, texts, titles, collection forms and pools go along in the file of the shape, and are taken back like the rest."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document
from PIL import Image

from guanxi.kernel import pools, titles, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.kernel.write import fields as field_verbs
from guanxi.kernel.write import titles as title_verbs
from guanxi.org import roles
from guanxi.org.models import Operation, Role
from guanxi.surfaces.collecting import keeping as forms
from guanxi.surfaces.collecting import shelf as form_shelf
from guanxi.surfaces.collecting.models import CollectForm
from guanxi.surfaces.models import SavedView
from guanxi.surfaces.prints import keeping, shelf
from guanxi.surfaces.prints.document import block, fresh
from guanxi.surfaces.prints.filling import Filling
from guanxi.surfaces.prints.models import PrintTemplate
from guanxi.surfaces.shape import pictures, state, taking
from guanxi.surfaces.texts import keeping as texts
from guanxi.surfaces.texts import shelf as text_shelf
from guanxi.surfaces.texts.models import TextTemplate
from tests.people import Cast, forget
from tests.surfaces.elsewhere import exported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unshaped")]
Desk = Callable[[Actor], Client]
CUSTOMER, POOL, RULE, ASSIGNMENT = map(
    registry.get, ("customers.customer", "customers.pool", "customers.poolrule", "customers.assignmentrule")
)


@pytest.fixture(autouse=True)
def _afresh(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    yield
    for each in (shelf.clear, text_shelf.clear, form_shelf.clear, titles.clear, pools.clear):
        each()


def stamp() -> SimpleUploadedFile:
    body = BytesIO()
    Image.new("RGBA", (60, 60), (200, 20, 30, 255)).save(body, "PNG")
    return SimpleUploadedFile("合同章.png", body.getvalue())


def word() -> SimpleUploadedFile:
    made, body = Document(), BytesIO()
    made.add_paragraph("甲方：{{ name }}，{{ 安装地点 }}")
    made.save(body)
    return SimpleUploadedFile("合同.docx", body.getvalue())


def asked_for(cast: Cast, key: str) -> None:
    """An open collection form that asks for a field of the company's own and gives every record a level and tags."""
    form = forms.create(CUSTOMER, "报修登记", actor=cast.business)
    asked = [{"key": "name", "must": True}, {"key": key, "must": False, "zh": "装在哪里"}]
    level = CUSTOMER.fields["level"].kind.dictionary.items()[1]  # type: ignore[attr-defined]
    said = {"title": {"zh": "报修", "en": ""}, "consent": {"zh": "同意联系", "en": ""}}
    wish = forms.Wish("报修登记", cast.owner.id, until=date(2030, 5, 1), most=40, words=said, asked=asked, fixed={"level": str(level.id)})
    forms.save(form, wish, actor=cast.business)
    forms.switch(form, True, actor=cast.business)
    gone = forms.create(CUSTOMER, "从前的登记", actor=cast.business)
    CollectForm.objects.filter(pk=gone.pk).update(entity="custom.record_0")  # a kind of record that is no more


def shaped(cast: Cast) -> None:
    """What administrators put together."""
    key = f"f{field_verbs.add(CUSTOMER, field_verbs.Wish('安装地点', 'Place', sort='text'), actor=cast.business).pk}"
    shut = f"f{field_verbs.add(CUSTOMER, field_verbs.Wish('内部评价', 'Verdict', sort='text'), actor=cast.business).pk}"
    mark = keeping.add_picture(stamp(), actor=cast.business)
    wish = {
        **fresh(),
        "blocks": [
            block("text", text=f"{{{{{key}}}}}"),
            block("stamp", picture=mark.pk, right=0),
            block("table", of="contacts", lines="{{name}}"),
        ],
    }
    for _twice in range(2):
        keeping.create(CUSTOMER, "盖章表", "Stamped", "", wish, actor=cast.business)
    keeping.take(keeping.create(CUSTOMER, "合同", "", "zh-hans", None, actor=cast.business), word(), actor=cast.business)
    said = texts.Wish("问候", f"您好，{{{{{key}}}}}", subject="致{{name}}", roles=["sales"])
    texts.switch(texts.create(CUSTOMER, said, actor=cast.business), False, actor=cast.business)
    title_verbs.change(CUSTOMER, f"{{{{{key}}}}}客户", actor=cast.business)
    asked_for(cast, key)
    where = json.dumps([key, "not_empty"])
    pool = {
        "name": "华东公海",
        "holds": CUSTOMER.key,
        "people": [cast.owner.id],
        "departments": [cast.owner.department],
        "hidden": [shut, "phone"],
    }
    made = write.create(POOL, {**pool, "claims_a_day": 3, "spared": where}, actor=SYSTEM, door="test")
    write.create(RULE, {"pool": made.id, "name": "久未跟进", "since": "follow_up", "days": 9, "where": where}, actor=SYSTEM, door="test")
    write.create(ASSIGNMENT, {"pool": made.id, "name": "归一", "people": [cast.owner.id], "how": "load"}, actor=SYSTEM, door="test")


#: What processes keep of it.
FORGET = (shelf.clear, text_shelf.clear, form_shelf.clear, titles.clear, pools.clear, forget)


def taken(text: str, actor: Actor) -> None:
    document = tomllib.loads(text)
    found, refused, _done = taking.run(document, actor=actor)
    assert refused == []
    assert taking.run(document, actor=actor, promised=taking.fingerprint(found))[2]
    forget()


def test_they_come_into_a_fresh_installation_as_they_were(cast: Cast) -> None:
    before = state.text()
    text = exported(lambda: shaped(cast), *FORGET)
    assert state.text() == before != text
    for word_in_it in ("own:customers.customer/place", "华东公海", "picture-", "olivia"):
        assert word_in_it in text
    found = taking.run(tomllib.loads(text), actor=cast.admin)[0]
    assert {"titles", "texts", "pictures", "prints", "pools", "forms"} <= {each.place[0] for each in found}
    assert not default_storage.listdir("prints")[1], "a look leaves no file behind"
    taken(text, cast.admin)
    assert state.text() == text
    key = f"f{CustomField.objects.get(label='安装地点').pk}"
    record = write.create(CUSTOMER, {key: "三号车间"}, actor=cast.again(cast.owner), door="test")
    assert record.name == "三号车间客户"
    version = keeping.current(PrintTemplate.objects.filter(zh="盖章表").latest("pk"))
    (sheet,) = Filling(CUSTOMER, version.document, cast.owner).data([record.id], "")["sheets"]
    assert [each["kind"] for each in sheet["blocks"]] == ["text", "stamp", "table"]
    assert (sheet["blocks"][0]["text"], sheet["blocks"][1]["right"]) == ("三号车间", 0)
    assert keeping.current(PrintTemplate.objects.get(zh="合同")).document == {"names": {"name": "name", "安装地点": key}}
    pool = next(each for each in pools.everywhere().values() if each.name == "华东公海")
    shut = f"f{CustomField.objects.get(label='内部评价').pk}"
    assert (pool.people, pool.claims_a_day, pool.hidden) == ({cast.owner.id}, 3, {shut, "phone"})
    assert [(rule.label, rule.days) for rule in pool.rules] == [("久未跟进", 9)]
    assert [(given.label, given.people) for given in pool.assignments] == [("归一", (cast.owner.id,))]
    assert POOL.rows(SYSTEM).get(name="华东公海").created_by_id == cast.admin.id
    form = CollectForm.objects.get(name="报修登记")
    assert (form.active, form.person_id, form.most, form.asked[1]["key"], form.token in text) == (True, cast.owner.id, 40, key, False)
    assert CUSTOMER.fields["level"].kind.find(form.fixed["level"]) == CUSTOMER.fields["level"].kind.dictionary.items()[1]  # type: ignore[attr-defined]


def test_what_the_file_does_not_name_is_retired_and_what_it_changes_is_changed(cast: Cast) -> None:
    shaped(cast)
    texts.switch(TextTemplate.objects.get(), True, actor=cast.business)
    document = state.described()
    document["prints"][CUSTOMER.key]["printed"] = [row for row in document["prints"][CUSTOMER.key]["printed"] if "盖章" not in row["code"]]
    document["texts"][CUSTOMER.key]["texts"][0]["body"] = "改过的{{name}}"
    document["forms"][CUSTOMER.key]["collected"] = []
    document["pools"]["华东公海"]["falls"] = []
    document["pools"]["华东公海"]["most_held"] = 7
    found, refused, _done = taking.run(document, actor=cast.admin)
    assert refused == []
    assert sorted(each.verb for each in found) == ["absent", "absent", "absent", "absent", "change", "change"]
    taking.run(document, actor=cast.admin, promised=taking.fingerprint(found))
    assert not PrintTemplate.objects.filter(zh="盖章表", active=True).exists()
    assert not CollectForm.objects.get(name="报修登记").active
    assert TextTemplate.objects.get().body == "改过的{{name}}"
    pool = POOL.rows(SYSTEM).get(name="华东公海")
    assert (pool.most_held, pool.rule_count) == (7, 0)


def retired(cast: Cast) -> None:
    """A field that templates, a form, a view, a role and a layout name, retired since; nothing was made without it."""
    row = field_verbs.add(CUSTOMER, field_verbs.Wish("从前的等级", "Rank", required=True, sort="text"), actor=cast.business)
    key = f"f{row.pk}"
    texts.create(CUSTOMER, texts.Wish("旧信", f"您是{{{{{key}}}}}"), actor=cast.business)
    keeping.create(CUSTOMER, "旧表", "", "", {**fresh(), "blocks": [block("text", text=f"{{{{{key}}}}}")]}, actor=cast.business)
    title_verbs.change(CUSTOMER, f"客户{{{{{key}}}}}", actor=cast.business)
    form = forms.create(CUSTOMER, "旧登记", actor=cast.business)
    asked = [{"key": "name", "must": True}, {"key": key, "must": True}]
    forms.save(form, forms.Wish("旧登记", cast.owner.id, words={"title": {"zh": "旧"}}, asked=asked), actor=cast.business)
    forms.switch(form, True, actor=cast.business)
    SavedView.objects.create(
        entity=CUSTOMER.key, name="旧视图", owner_id=cast.owner.id, shared=True, where=[key, "is", "甲"], columns=["name", key]
    )
    roles.restrict(Role.objects.get(code="sales"), CUSTOMER, key, "readonly", actor=cast.admin)
    field_verbs.retire(row, active=False, actor=cast.business)


def test_what_names_a_retired_field_goes_along_and_the_field_stays_retired(cast: Cast) -> None:
    text = exported(lambda: retired(cast), *FORGET)
    taken(text, cast.admin)
    assert state.text() == text
    row = CustomField.objects.get(label="从前的等级")
    assert (row.active, row.required, f"f{row.pk}" in CUSTOMER.fields) == (False, True, False)
    assert CollectForm.objects.get(name="旧登记").active
    taken(text, cast.admin)
    assert state.text() == text


def test_a_form_whose_person_is_not_here_comes_closed_and_nothing_else_is_held_back(cast: Cast) -> None:
    text = exported(lambda: shaped(cast), *FORGET).replace('person = "olivia"', 'person = "gone.elsewhere"')
    taken(text, cast.admin)
    form = CollectForm.objects.get(name="报修登记")
    assert (form.active, form.person_id, form.most, len(form.asked)) == (False, cast.admin.id, 40, 2)
    assert TextTemplate.objects.filter(zh="问候").exists()
    with pytest.raises(Invalidated):
        forms.switch(form, True, actor=cast.admin)
    assert [each.place[0] for each in taking.run(tomllib.loads(text), actor=cast.admin)[0]] == ["forms"], "what is left to do is told"


def test_what_cannot_be_here_is_refused_and_nothing_is_taken_over(cast: Cast) -> None:
    shaped(cast)
    before, document = state.text(), state.described()
    document["pools"]["华东公海"]["people"] = ["nobody"]
    document["texts"][CUSTOMER.key]["texts"][0]["body"] = "{{nmae}}"
    document["prints"][CUSTOMER.key]["printed"][-1]["data"] = "bm8gd29yZA=="
    document["titles"][CUSTOMER.key]["source"] = "{{number}}"
    document["prints"][CUSTOMER.key]["printed"][0]["document"] = "[" * 100_000
    document["pictures"]["picture-0"] = {"name": "x", "data": "bm8gcGljdHVyZQ==", "left_out": False}
    found, refused, _done = taking.run(document, actor=cast.admin)
    assert len(refused) == 6, refused
    assert any("nobody" in line for line in refused)
    assert not taking.run(document, actor=cast.admin, promised=taking.fingerprint(found))[2]
    assert state.text() == before


def test_a_picture_that_is_too_large_is_named_as_left_out(cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "SMALL", 100)
    text = exported(lambda: shaped(cast), *FORGET)
    page = at_desk(cast.admin).post("/admin/shape/", {"file": SimpleUploadedFile("shape.toml", text.encode())}).content.decode()
    assert "too large for the file, left out" in page
    assert "合同章" in page or "picture-" in page
    taken(text, cast.admin)
    version = keeping.current(PrintTemplate.objects.filter(zh="盖章表").latest("pk"))
    assert [each["kind"] for each in version.document["blocks"]] == ["text", "table"]


def test_changes_of_templates_are_taken_back_from_the_trail(cast: Cast, at_desk: Desk) -> None:
    shaped(cast)
    desk = at_desk(cast.admin)
    row, text = PrintTemplate.objects.filter(zh="盖章表").latest("pk"), TextTemplate.objects.get()
    keeping.save(row, {**fresh(), "blocks": [block("text", text="错了")]}, "改了名", "", "", actor=cast.business)
    texts.change(text, CUSTOMER, texts.Wish("问候", "错了"), actor=cast.business)
    title_verbs.change(CUSTOMER, "{{remark}}", actor=cast.business)
    for subject in ("printtemplate", "texttemplate", "titletemplate"):
        line = Operation.objects.filter(subject=subject, verb="update").latest("id")
        assert desk.post(f"/admin/trail/{line.pk}/undo/").status_code == 302
    row.refresh_from_db()
    text.refresh_from_db()
    assert row.zh == "盖章表"
    assert len(keeping.current(row).document["blocks"]) == 3
    assert (text.subject, text.roles) == ("致{{name}}", ["sales"])
    assert titles.source(CUSTOMER).endswith("客户")
    line = Operation.objects.filter(subject="printtemplate", subject_id=row.pk, verb="create").latest("id")
    desk.post(f"/admin/trail/{line.pk}/undo/")
    assert not PrintTemplate.objects.get(pk=row.pk).active

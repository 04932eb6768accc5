"""A person is erased by law: out of the record, its history, its search entry, comments and files; and gets his data as a file."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client

from guanxi.kernel import attachments, comments, history, search, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog, Attachment, Comment, SearchEntry
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Grant, Role
from tests import samples
from tests.people import Cast

Desk = Callable[[Actor], Client]
CONTACT = "customers.contact"


def person(cast: Cast) -> int:
    entity = registry.get(CONTACT)
    row = samples.make(entity, actor=cast.owner, name="欧阳小明", mobile="13812346021", email="ouyang@example.com", remark="喜欢钓鱼")
    write.update((entity, row.id), {"mobile": "13900001234", "name": "欧阳大明"}, actor=cast.owner, door="form")
    number: int = row.id
    return number


def allowed(cast: Cast) -> Actor:
    Grant.objects.update_or_create(role=Role.objects.get(code="business"), entity=CONTACT, action="forget", defaults={"scope": "all"})
    return cast.again(cast.business)


def everything(record: int) -> str:
    """Every place of the database in which the person could still stand."""
    with connection.cursor() as cursor:
        found = []
        for table, column in (
            ("customers_contact", "id"),
            ("change", "record"),
            ("kernel_searchentry", "record"),
            ("kernel_comment", "record"),
        ):
            cursor.execute(f"SELECT coalesce(json_agg(t)::text, '') FROM {table} t WHERE {column} = %s", [record])
            found.append(cursor.fetchone()[0])
        cursor.execute("SELECT coalesce(json_agg(t)::text, '') FROM kernel_attachment t WHERE record = %s", [record])
        found.append(cursor.fetchone()[0])
    return " ".join(found)


def test_an_erased_person_is_nowhere_any_more(cast: Cast, at_desk: Desk, django_capture_on_commit_callbacks: Callable[..., object]) -> None:
    entity, record = registry.get(CONTACT), person(cast)
    row = entity.model._default_manager.get(id=record)
    attachments.add(entity, row, [SimpleUploadedFile("欧阳的身份证.txt", b"ID of Ouyang")], actor=cast.owner, door="files")
    comments.add(entity, record, "欧阳今天来电", actor=cast.owner)
    path = Attachment.objects.get(record=record).path
    assert all(word in everything(record) for word in ("欧阳", "13812346021", "13900001234", "ouyang@example.com", "钓鱼"))
    actor = allowed(cast)
    desk = at_desk(actor)
    assert "_forget/" in desk.get(f"/contacts/{record}/").content.decode()
    assert desk.post(f"/contacts/{record}/_forget/", {"reason": " "}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(f"/contacts/{record}/_forget/", {"reason": "本人来函 2026-11-20"}).status_code in (200, 302)
    left = everything(record)
    for word in ("欧阳", "ouyang", "13812346021", "13900001234", "钓鱼"):
        assert word not in left, word
    assert not default_storage.exists(path)
    assert not search.find("欧阳", actor)
    assert SearchEntry.objects.filter(record=record).exists()
    page = desk.get(f"/contacts/{record}/").content.decode()
    assert "Erased person" in page
    assert "欧阳" not in page
    assert AccessLog.objects.get(verb="forget").data == {"reason": "本人来函 2026-11-20"}
    verbs = [c.verb for c in history.of_record(record)]
    assert "forget" in verbs
    assert "create" in verbs
    for change in history.of_record(record):
        write.undo([change], actor=actor, door="undo")
    assert "欧阳" not in everything(record)
    assert not Comment.objects.filter(record=record).exclude(body="").exists()


def test_only_who_is_granted_it_erases_and_nobody_edits_history_by_it(cast: Cast, at_desk: Desk) -> None:
    record = person(cast)
    for actor in (cast.owner, cast.director, cast.admin, cast.stranger):
        Grant.objects.filter(entity=CONTACT, action="forget").exclude(role__code="business").delete()
        assert at_desk(cast.again(actor)).post(f"/contacts/{record}/_forget/", {"reason": "x"}).status_code == 404
    assert "欧阳" in everything(record)
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("SELECT guanxi_forget(%s, %s, %s)", [CONTACT, record, "x"])
    claim = json.dumps({"verb": "forget", "actor": cast.owner.id})
    company = (
        "SELECT set_config('guanxi.context', %s, true), guanxi_forget('customers.customer', 1, 'x')"  # nothing of it identifies a person
    )
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute(company, [claim])


def test_who_read_it_before_does_not_write_it_back(cast: Cast, at_desk: Desk) -> None:
    entity, record = registry.get(CONTACT), person(cast)
    version = entity.model._default_manager.get(id=record).version
    write.forget((entity, record), "本人来函", actor=allowed(cast), door="erasure")
    owner = cast.again(cast.owner)
    with pytest.raises(write.Conflict):
        write.update((entity, record), {"name": "欧阳大明", "mobile": "13900001234"}, actor=owner, door="form", base=version)
    assert "欧阳" not in everything(record)


def test_what_waits_for_agreement_keeps_nothing_of_him(cast: Cast) -> None:
    entity, record = registry.get(CONTACT), person(cast)
    Grant.objects.filter(role=Assignment.objects.get(user=cast.owner.id).role, entity=CONTACT, action="edit").update(review="superior")
    owner = cast.again(cast.owner)
    draft = write.update((entity, record), {"name": "欧阳第三", "mobile": "13912345678"}, actor=owner, door="form")
    write.forget((entity, record), "本人来函", actor=allowed(cast), door="erasure")
    draft = type(draft).objects.get(pk=draft.number)
    assert draft.state == "stale"
    assert "欧阳" not in json.dumps([draft.values, draft.former, draft.title], ensure_ascii=False)


def test_who_needs_agreement_to_change_does_not_erase_without_it(cast: Cast) -> None:
    entity, record = registry.get(CONTACT), person(cast)
    actor = allowed(cast)
    Grant.objects.filter(role__code="business", entity=CONTACT, action="edit").update(review="superior")
    with pytest.raises(write.Forbidden):
        write.forget((entity, record), "x", actor=cast.again(actor), door="erasure")


def test_a_person_gets_what_is_kept_about_him_as_a_file(cast: Cast, at_desk: Desk) -> None:
    _entity, record = registry.get(CONTACT), person(cast)
    samples.make(registry.get("customers.consent"), actor=cast.owner, contact=record, subject="同意接收短信")
    found = json.loads(at_desk(cast.owner).get(f"/contacts/{record}/_dossier/").content)
    text = json.dumps(found, ensure_ascii=False)
    assert all(word in text for word in ("欧阳大明", "欧阳小明", "ouyang@example.com", "同意接收短信"))
    assert AccessLog.objects.filter(verb="export", record=record, actor=cast.owner.id).exists()
    assert at_desk(cast.stranger).get(f"/contacts/{record}/_dossier/").status_code == 404
    assert at_desk(cast.readonly).get(f"/contacts/{record}/_dossier/").status_code == 404

"""A field that shows a picture: chosen in the form, seen in small, kept and closed like every file of its record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from guanxi.kernel import attachments, clock, custom, drafts, loose, plan, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.kernel.fields.picture import PictureKind
from guanxi.kernel.models import Attachment, CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields
from guanxi.org import tokens
from guanxi.surfaces.models import Layout
from tests import samples
from tests.people import Cast, let, review

Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def _afresh(db: None, settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    yield
    CustomField.objects.all().delete()
    custom.load()


def drawn(name: str = "logo.png") -> SimpleUploadedFile:
    body = BytesIO()
    Image.new("RGB", (60, 40), "red").save(body, "PNG")
    return SimpleUploadedFile(name, body.getvalue())


def held(record: int, key: str) -> Any:
    return CUSTOMER.model.rows_of([record]).get().custom.get(key)


@pytest.mark.feature("FRM-02")
def test_it_is_chosen_seen_replaced_and_emptied(cast: Cast, at_desk: Desk) -> None:
    key, desk = samples.added(CUSTOMER, "image"), at_desk(cast.owner)
    values = {k: str(v) for k, v in samples.values(CUSTOMER, actor=cast.owner).items()}
    assert desk.post("/customers/new/", {**values, key: drawn()}).status_code == 302
    record = CUSTOMER.model.objects.latest("id").id
    first = held(record, key)
    assert (Attachment.objects.get(pk=first).record, Attachment.objects.get(pk=first).field) == (record, key)
    small = f"/_files/{first}/thumb/"
    Layout.objects.create(entity=CUSTOMER.key, owner_id=cast.owner.id, columns=["name", key])
    for page in (f"/customers/{record}/", "/customers/?view=all", f"/customers/{record}/edit/"):
        assert small in desk.get(page).content.decode(), page
    answer = desk.get(small)
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (200, "image/jpeg", "nosniff")
    assert at_desk(cast.stranger).get(small).status_code == 404
    assert desk.post(f"/_files/{first}/delete/").status_code == 403
    edit = f"/customers/{record}/edit/"
    refused = desk.post(edit, {"name": values["name"], key: SimpleUploadedFile("logo.png", SCRIPT)})
    assert refused.status_code == 422
    assert "This is no picture" in refused.content.decode()
    assert (held(record, key), Attachment.objects.count()) == (first, 1)
    assert desk.post(f"/customers/{record}/_field/{key}/", {key: drawn("new.png")}).status_code == 200
    second = held(record, key)
    assert second != first
    assert desk.post(f"/_files/{first}/delete/").status_code == 204
    assert desk.post(edit, {"name": values["name"], key: [str(second), ""]}).status_code == 302
    assert held(record, key) is None


def test_to_whom_the_field_is_closed_the_file_is_closed(cast: Cast, at_desk: Desk) -> None:
    key = samples.added(CUSTOMER, "image")
    record = samples.make(CUSTOMER, actor=cast.owner)
    at_desk(cast.owner).post(f"/customers/{record.id}/_field/{key}/", {key: drawn("secret.png")})
    number = held(record.id, key)
    assert "secret.png" in at_desk(cast.owner).get(f"/customers/{record.id}/_files/").content.decode()
    let(cast.owner, CUSTOMER.key, key, "hidden")
    desk = at_desk(cast.owner)
    for path in ("", "thumb/", "view/"):
        assert desk.get(f"/_files/{number}/{path}").status_code == 404
    for page in (f"/customers/{record.id}/_files/", f"/customers/{record.id}/", f"/customers/{record.id}/?tab=history"):
        assert "secret.png" not in desk.get(page).content.decode(), page
    headers = {"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"}
    assert Client().get(f"/api/v1/customers/{record.id}/files", headers=headers).json()["results"] == []


def test_a_closed_picture_is_not_shown_by_way_of_another_field(cast: Cast, at_desk: Desk) -> None:
    shut, free = samples.added(CUSTOMER, "image"), samples.added(CUSTOMER, "image")
    record = samples.make(CUSTOMER, actor=cast.owner)
    at_desk(cast.owner).post(f"/customers/{record.id}/_field/{shut}/", {shut: drawn("secret.png")})
    let(cast.owner, CUSTOMER.key, shut, "hidden")
    with pytest.raises(write.Invalidated):
        write.update((CUSTOMER, record.id), {free: held(record.id, shut)}, actor=cast.again(cast.owner), door="test")


def test_many_records_at_once_get_no_picture(cast: Cast, at_desk: Desk) -> None:
    key = samples.added(CUSTOMER, "image")
    page = at_desk(cast.owner).get("/customers/_bulk/?view=all").content.decode()
    assert 'value="level"' in page
    assert f'value="{key}"' not in page


@pytest.mark.feature("FRM-02")
def test_it_may_be_demanded_and_what_was_chosen_outlives_a_refusal(cast: Cast, at_desk: Desk) -> None:
    shape = at_desk(cast.business)
    made = shape.post("/admin/fields/customers/add/", {"zh": "门头照", "en": "Front", "sort": "image", "required": "1"})
    assert made.status_code == 302
    key, desk = f"f{CustomField.objects.latest('id').pk}", at_desk(cast.again(cast.owner))
    page = desk.get("/customers/new/?quick=1").content.decode()
    assert desk.post("/customers/new/?quick=1", {"name": "云深制造"}).status_code == 422
    assert 'hx-encoding="multipart/form-data"' in page
    assert f'type="file" name="{key}"' in page
    refused = desk.post("/customers/new/?quick=1", {"name": "", key: drawn()})
    assert refused.status_code == 422
    mine = Attachment.objects.get()
    assert (mine.record, mine.created_by, mine.field) == (attachments.NOWHERE, cast.owner.id, key)
    assert f'name="{key}" value="{mine.pk}"' in refused.content.decode()
    assert desk.get(f"/_files/{mine.pk}/thumb/").status_code == 200
    for other in (cast.director, cast.mate):
        assert at_desk(cast.again(other)).get(f"/_files/{mine.pk}/thumb/").status_code == 404
        with pytest.raises(write.Invalidated):
            write.create(CUSTOMER, {"name": "别家", key: mine.pk}, actor=cast.again(other), door="form")
    assert desk.post("/customers/new/?quick=1", {"name": "云深制造", key: str(mine.pk)}).status_code == 204
    mine.refresh_from_db()
    record = CUSTOMER.rows(cast.again(cast.owner)).get(name="云深制造")
    assert (mine.record, record.custom[key]) == (record.id, mine.pk)
    assert at_desk(cast.again(cast.director)).get(f"/_files/{mine.pk}/thumb/").status_code == 200
    with pytest.raises(write.Invalidated):
        write.create(CUSTOMER, {"name": "云深二厂", key: mine.pk}, actor=cast.again(cast.owner), door="form")
    write.create(CUSTOMER, {"name": "来自表格"}, actor=cast.again(cast.owner), door="import")
    assert desk.post("/customers/new/?quick=1", {"name": "云深三厂", key: SimpleUploadedFile("x.png", SCRIPT)}).status_code == 422


def test_what_was_chosen_waits_with_its_record_for_review_and_is_dropped_where_none_came(cast: Cast, at_desk: Desk) -> None:
    key = samples.added(CUSTOMER, "image")
    clerk = at_desk(review(cast.again(cast.owner), CUSTOMER.key))
    assert clerk.post("/customers/new/", {"name": "云深制造", key: drawn()}).status_code == 302
    clerk.post("/customers/new/?quick=1", {"name": "", key: drawn("other.png")})
    kept, idle = Attachment.objects.order_by("id")
    Attachment.objects.update(created_at=clock.now() - 2 * loose.KEPT_FOR)
    Attachment.objects.filter(pk=idle.pk).update(digest="0" * 64, path="files/00/00/other")
    assert loose.sweep() == 1
    assert list(Attachment.objects.all()) == [kept]
    assert default_storage.exists(kept.path)
    sent = Draft.objects.get(state="waiting")
    record = drafts.approve(sent.number, "", actor=cast.again(cast.manager)).record
    assert held(record or 0, key) == kept.pk
    kept.refresh_from_db()
    assert kept.record == record


def test_no_record_begins_with_a_picture(cast: Cast) -> None:
    with pytest.raises(write.Invalidated):
        fields.add(CUSTOMER, fields.Wish("照片", sort="image", first="5"), actor=cast.business)


def test_an_erased_person_leaves_no_picture_in_small(cast: Cast, at_desk: Desk, django_capture_on_commit_callbacks: Any) -> None:
    contact = registry.get("customers.contact")
    key = samples.added(contact, "image")
    record = samples.make(contact, actor=cast.owner)
    at_desk(cast.owner).post(f"/contacts/{record.id}/_field/{key}/", {key: drawn("face.png")})
    row = Attachment.objects.get(field=key)
    place = attachments.small(row.digest)
    assert at_desk(cast.owner).get(f"/_files/{row.pk}/thumb/").status_code == 200
    assert default_storage.exists(place)
    with django_capture_on_commit_callbacks(execute=True):
        write.forget((contact, record.id), "他本人要求", actor=cast.business, door="test")
    assert not default_storage.exists(place)


def test_a_program_names_a_file_of_the_same_record_and_a_table_carries_none(cast: Cast) -> None:
    key = samples.added(CUSTOMER, "image")
    mine, other = (samples.make(CUSTOMER, actor=cast.owner) for _ in range(2))
    headers = {"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"}

    def send(number: Any) -> int:
        body = json.dumps({key: number})
        return Client().patch(f"/api/v1/customers/{mine.id}", body, content_type="application/json", headers=headers).status_code

    def uploaded(record: Any, file: SimpleUploadedFile) -> int:
        answer = Client().post(f"/api/v1/customers/{record.id}/files", {"files": file}, headers=headers)
        return int(answer.json()["results"][0]["id"])

    good = uploaded(mine, drawn())
    for bad in (uploaded(other, drawn()), uploaded(mine, SimpleUploadedFile("x.svg", SCRIPT)), 2**40, "https://example.com/x.png"):
        assert send(bad) == 422
    assert send(good) == 200
    assert Client().get(f"/api/v1/customers/{mine.id}", headers=headers).json()[key] == good
    compiled = plan.compile(CUSTOMER, [key], cast.owner)
    rows = CUSTOMER.rows(cast.owner).filter(id=mine.id)
    (row,) = rows.page(rows.sort("-updated_at"), list(compiled.paths)).rows
    assert compiled.columns[0].export(row, Reader(cast.owner)).endswith(f"/_files/{good}/?inline=1")
    with pytest.raises(Invalid, match=r"no pictures|不能携带图片"):
        PictureKind().parse("https://example.com/x.png", Reader(cast.owner))
    with pytest.raises(write.Invalidated):
        write.create(CUSTOMER, {"name": "云深", key: good}, actor=cast.owner, door="test")
    write.merge(CUSTOMER, other.id, [mine.id], {key: mine.id}, actor=cast.owner, door="test")
    assert held(other.id, key) == good
    assert attachments.readable(good, cast.owner).record == other.id

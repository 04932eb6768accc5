"""Files: reached through their record only, and never run in somebody's browser."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guanxi.kernel import attachments, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.models import Attachment
from guanxi.kernel.registry import registry
from tests.people import Cast
from tests.samples import make

Desk = Callable[[Actor], Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture(autouse=True)
def _shelf(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def customer(actor: Actor) -> Any:
    return make(registry.get("customers.customer"), actor=actor)


def upload(client: Client, record: Any, name: str = "plan.txt", body: bytes = b"plan") -> Any:
    return client.post(f"/customers/{record.id}/_files/", {"files": SimpleUploadedFile(name, body)}, headers={"HX-Request": "true"})


def office(folder: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}document.xml", "<x/>")
    return packed.getvalue()


def test_the_owner_adds_a_file_and_gets_it_back(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    client = at_desk(cast.owner)
    assert "方案.txt" in upload(client, record, "方案.txt", "内容".encode()).content.decode()
    answer = client.get(f"/_files/{Attachment.objects.get().id}/")
    assert b"".join(answer.streaming_content) == "内容".encode()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_stranger_cannot_fetch_a_file_by_its_number(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    upload(at_desk(cast.owner), record)
    number = Attachment.objects.get().id
    for actor in (cast.stranger, cast.admin):
        client = at_desk(actor)
        assert client.get(f"/_files/{number}/").status_code == 404
        assert client.post(f"/_files/{number}/delete/").status_code == 404
        assert upload(client, record).status_code == 404
    assert Client().get(f"/_files/{number}/").status_code == 302


def test_an_onlooker_may_read_files_but_add_and_remove_none(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    upload(at_desk(cast.owner), record)
    number = Attachment.objects.get().id
    client = at_desk(cast.readonly)
    assert client.get(f"/_files/{number}/").status_code == 200
    assert upload(client, record).status_code == 403
    assert client.post(f"/_files/{number}/delete/").status_code == 403
    assert Attachment.objects.filter(deleted_at=None).count() == 1


def test_files_of_a_deleted_record_are_gone_with_it(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    client = at_desk(cast.owner)
    upload(client, record)
    write.delete(record, actor=SYSTEM, door="test")
    assert client.get(f"/_files/{Attachment.objects.get().id}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("evil.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("evil.html", b"<html><script>alert(1)</script></html>"),
        ("picture.png", b"<html><script>alert(1)</script></html>"),
    ],
)
def test_markup_is_never_drawn_by_the_browser_whatever_it_is_called(cast: Cast, at_desk: Desk, name: str, body: bytes) -> None:
    record = customer(cast.owner)
    client = at_desk(cast.owner)
    upload(client, record, name, body)
    answer = client.get(f"/_files/{Attachment.objects.get().id}/?inline=1")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_a_real_picture_may_be_looked_at_in_place(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    client = at_desk(cast.owner)
    upload(client, record, "photo.exe", PNG)
    answer = client.get(f"/_files/{Attachment.objects.get().id}/?inline=1")
    assert answer.headers["Content-Type"] == "image/png"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (office("word/"), "wordprocessingml"),
        (office("xl/"), "spreadsheetml"),
        (b"PK\x03\x04broken", "octet-stream"),
        ("客户名单".encode("gb18030") * 50, "text/plain"),
        (b"\x00\x01\x02\x03" * 40, "octet-stream"),
        (b"", "text/plain"),
    ],
)
def test_a_file_is_what_its_content_shows(body: bytes, kind: str) -> None:
    assert kind in attachments.kind_of(io.BytesIO(body))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\li\\合同.docx", "合同.docx"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("a\x00b\nc.txt", "abc.txt"),
        (".htaccess", "htaccess"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_a_name_is_cleaned_of_tricks(given: str, kept: str) -> None:
    assert attachments.clean_name(given) == kept


def test_a_file_that_is_too_large_is_refused_with_the_limit(cast: Cast, at_desk: Desk, settings: Any) -> None:
    settings.GUANXI_FILE_LIMIT = 1024 * 1024
    record = customer(cast.owner)
    answer = upload(at_desk(cast.owner), record, "big.bin", b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 422
    assert "1 MB" in answer.content.decode()
    assert not Attachment.objects.exists()


def test_the_same_content_is_stored_once(cast: Cast, at_desk: Desk) -> None:
    client = at_desk(cast.owner)
    for name in ("one.txt", "two.txt"):
        upload(client, customer(cast.owner), name, b"same")
    paths = set(Attachment.objects.values_list("path", flat=True))
    assert len(paths) == 1
    assert default_storage.exists(paths.pop())


def test_a_removed_file_is_gone_until_it_is_brought_back(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    client = at_desk(cast.owner)
    upload(client, record)
    number = Attachment.objects.get().id
    undo = json.loads(client.post(f"/_files/{number}/delete/").headers["HX-Trigger"])["toast"]["undo"]
    assert client.get(f"/_files/{number}/").status_code == 404
    client.post(undo)
    assert client.get(f"/_files/{number}/").status_code == 200

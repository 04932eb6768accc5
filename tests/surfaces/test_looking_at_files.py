"""Looking at a file: whom it is shown to, what is read of it, and what a malicious one does not do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from guanxi.kernel import attachments, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.models import Attachment
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages import viewer
from guanxi.surfaces.viewing import asking
from tests import papers
from tests.customers.pool_company import lying, pool
from tests.people import Cast
from tests.samples import make

Desk = Callable[[Actor], Client]
Look = Callable[[str, bytes], str]
HTMX = {"HX-Request": "true"}
DAMAGED, PASSWORD, LARGE, KIND, SHORTENED = "is damaged", "with a password", "too large", "Files of this kind", "Shortened"
XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(autouse=True)
def _shelf(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def kept(actor: Actor, name: str, body: bytes, record: Any = None) -> Attachment:
    entity = registry.get("customers.customer")
    (row,) = attachments.add(entity, record or make(entity, actor=actor), [SimpleUploadedFile(name, body)], actor=actor, door="test")
    return row


@pytest.fixture
def look(cast: Cast, at_desk: Desk) -> Look:
    """What the owner reads of a file that he has uploaded."""

    def read(name: str, body: bytes) -> str:
        answer = at_desk(cast.owner).get(f"/_files/{kept(cast.owner, name, body).pk}/text/", headers=HTMX)
        assert answer.status_code == 200
        return answer.content.decode()

    return read


@pytest.mark.parametrize("part", ["view", "text"])
def test_only_who_may_read_the_record_looks_at_its_files(cast: Cast, at_desk: Desk, part: str) -> None:
    address = f"/_files/{kept(cast.owner, '合同.docx', papers.docx('保密条款')).pk}/{part}/"
    for actor in (cast.owner, cast.readonly):
        assert at_desk(actor).get(address, headers=HTMX).status_code == 200
    for actor in (cast.stranger, cast.admin):
        answer = at_desk(actor).get(address, headers=HTMX)
        assert answer.status_code == 404
        assert "保密" not in answer.content.decode()
        assert "合同" not in answer.content.decode()
    assert Client().get(address).status_code == 302
    assert at_desk(cast.owner).post(address).status_code == 405


@pytest.mark.parametrize("part", ["view", "text"])
def test_a_removed_file_and_a_file_of_a_deleted_record_are_not_shown(cast: Cast, at_desk: Desk, part: str) -> None:
    client = at_desk(cast.owner)
    first, second = (kept(cast.owner, "一.txt", b"one") for _ in range(2))
    attachments.remove(first.pk, actor=cast.owner, door="test")
    write.delete((registry.get("customers.customer"), second.record), actor=SYSTEM, door="test")
    for row in (first, second):
        assert client.get(f"/_files/{row.pk}/{part}/", headers=HTMX).status_code == 404


@pytest.mark.parametrize("part", ["view", "text"])
def test_a_pool_that_keeps_its_story_keeps_its_files(cast: Cast, at_desk: Desk, part: str) -> None:
    into = pool(story=False)
    (record,) = lying(cast, into)
    row = kept(cast.director, "内情.txt", b"inside", registry.get("customers.customer").rows(cast.director).get(id=record))
    assert at_desk(cast.director).get(f"/_files/{row.pk}/{part}/", headers=HTMX).status_code == 200
    assert at_desk(cast.owner).get(f"/{into.slug}/{record}/").status_code == 200
    assert at_desk(cast.owner).get(f"/_files/{row.pk}/{part}/", headers=HTMX).status_code == 404


def test_one_turns_from_file_to_file_of_the_same_record(cast: Cast, at_desk: Desk) -> None:
    client, record = at_desk(cast.owner), make(registry.get("customers.customer"), actor=cast.owner)
    old, gone, new = (kept(cast.owner, f"{n}.txt", b"x", record) for n in range(3))
    elsewhere = kept(cast.owner, "elsewhere.txt", b"x")
    attachments.remove(gone.pk, actor=cast.owner, door="test")
    page = client.get(f"/_files/{new.pk}/view/", headers=HTMX).content.decode()
    assert f'href="/_files/{old.pk}/view/" data-turn="next"' in page
    assert 'data-turn="previous"' not in page
    page = client.get(f"/_files/{old.pk}/view/", headers=HTMX).content.decode()
    assert f'href="/_files/{new.pk}/view/" data-turn="previous"' in page
    assert "data-turn" not in client.get(f"/_files/{elsewhere.pk}/view/", headers=HTMX).content.decode()


def test_opened_in_a_window_of_its_own_it_is_a_page_with_a_way_back(cast: Cast, at_desk: Desk) -> None:
    row = kept(cast.owner, "一.txt", b"one")
    page = at_desk(cast.owner).get(f"/_files/{row.pk}/view/").content.decode()
    assert "<!doctype html>" in page
    assert f'href="/customers/{row.record}/"' in page
    assert f'hx-get="/_files/{row.pk}/text/"' in page


@pytest.mark.parametrize(
    ("name", "body", "shown"),
    [
        ("a.exe", b"\x89PNG\r\n\x1a\n" + bytes(40), "data-picture"),
        ("a.pdf", papers.pdf(), "data-pdf"),
        ("a.zip", b"PK\x05\x06" + bytes(18), KIND),
        ("a.pdf", b"\x00\x01\x02" * 50, KIND),
        ("a.svg", f"<svg xmlns='http://www.w3.org/2000/svg'>{XSS}</svg>".encode(), "/text/"),
        ("a.html", XSS.encode(), "/text/"),
    ],
)
def test_how_a_file_is_shown_follows_from_its_content(cast: Cast, at_desk: Desk, name: str, body: bytes, shown: str) -> None:
    page = at_desk(cast.owner).get(f"/_files/{kept(cast.owner, name, body).pk}/view/", headers=HTMX).content.decode()
    assert shown in page
    ways = {"data-picture", "data-pdf", "/text/", KIND}
    assert not [way for way in ways - {shown} if way in page.partition("<template")[0]]


def test_a_name_that_is_markup_is_read_as_a_name(cast: Cast, at_desk: Desk) -> None:
    row = kept(cast.owner, "x.txt", b"x")
    Attachment.objects.filter(pk=row.pk).update(name=f'"{XSS}.csv')
    for part in ("view", "text"):
        page = at_desk(cast.owner).get(f"/_files/{row.pk}/{part}/", headers=HTMX).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert escape(XSS) in at_desk(cast.owner).get(f"/_files/{row.pk}/view/", headers=HTMX).content.decode()


def test_a_document_reads_as_headings_paragraphs_and_tables(look: Look) -> None:
    cell = "<w:tc>{}</w:tc>".format
    table = f"<w:tbl><w:tr>{cell(papers.paragraph('品名'))}{cell(papers.paragraph('单价'))}</w:tr></w:tbl>"
    twice = (
        '<w:p><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<mc:Choice><w:t>只说一次</w:t></mc:Choice><mc:Fallback><w:t>只说一次</w:t></mc:Fallback></mc:AlternateContent></w:p>"
    )
    deleted = "<w:p><w:r><w:delText>已删去</w:delText><w:instrText>PAGEREF</w:instrText></w:r></w:p>"
    page = look("合同.docx", papers.docx(papers.paragraph("第一章", "Heading1"), "甲方乙方", table, twice, deleted, XSS))
    assert ">第一章</h3>" in page
    assert "<p>甲方乙方</p>" in page
    assert "<td>品名</td><td>单价</td>" in page
    assert page.count("只说一次") == 1
    assert "已删去" not in page
    assert "PAGEREF" not in page
    assert "<script>" not in page
    assert f"<p>{escape(XSS)}</p>" in page


def test_slides_come_in_the_order_in_which_they_are_shown(look: Look) -> None:
    page = look("方案.pptx", papers.pptx(["开场", "报价", "致谢"]))
    assert 0 < page.index("开场") < page.index("报价") < page.index("致谢")


def test_a_workbook_reads_sheet_by_sheet(look: Look) -> None:
    page = look("价目.xlsx", papers.xlsx({"一季度": [["品名", "数量"], ["泵", 12.5]], "空表": [], "备注": [[XSS]]}))
    assert "<h3>一季度</h3>" in page
    assert "<td>泵</td><td>12.5</td>" in page
    assert "<h3>空表</h3>" in page
    assert f"<td>{escape(XSS)}</td>" in page


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-8-sig"])
def test_texts_are_read_in_the_characters_of_the_import(look: Look, codec: str) -> None:
    assert "客户名单" in look("说明.txt", "客户名单\n第二行".encode(codec))
    assert "<td>客户</td><td>城市</td>" in look("名单.csv", "客户;城市\n云深;杭州\n".encode(codec))


def test_a_letter_reads_with_who_what_and_its_attachments(look: Look) -> None:
    subject = "=?gb2312?B?" + "sai827zb" + "?="
    body = (
        f"From: Li <li@firm.example>\r\nTo: me@firm.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=gb2312\r\n\r\n'
    ).encode()
    body += "<style>x{}</style><p>报价见附件</p><script>alert(1)</script>".encode("gb18030")
    body += b'\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="offer.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
    page = look("来信.eml", body)
    assert "<dd>Li &lt;li@firm.example&gt;</dd>" in page
    assert "报价见附件" in page
    assert "offer.pdf" in page
    assert "alert(1)" not in page
    assert "x{}" not in page


def test_what_is_long_is_shortened_and_says_so(look: Look) -> None:
    for name, body in (("长.txt", "长话".encode() * 200_000), ("长.docx", papers.docx(*(["一段话" * 20] * 9_000)))):
        page = look(name, body)
        assert SHORTENED in page
        assert len(page) < 600_000
    assert SHORTENED not in look("短.txt", b"short")


def bomb() -> bytes:
    """Four hundred megabytes of nothing in four hundred kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", papers.relations({"r1": ("officeDocument", "word/document.xml")}))
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(400):
                part.write(b" " * (1 << 20))
    return packed.getvalue()


def laughs() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return papers.docx("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", before=f'<!DOCTYPE d [<!ENTITY l0 "ha">{levels}]>')


def spy() -> bytes:
    return papers.docx("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", before='<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)
LETTER = b"Subject: half a character\nContent-Type: text/plain; charset=%s\n\n%s"
DEEP = papers.docx("<w:p>" * 5_000 + "</w:p>" * 5_000)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("bomb.docx", bomb(), LARGE),
        ("laughs.docx", laughs(), DAMAGED),
        ("spy.docx", spy(), DAMAGED),
        ("deep.docx", DEEP, DAMAGED),
        ("cut.docx", papers.docx("一段话" * 500)[:-200], DAMAGED),
        ("cut.xlsx", papers.xlsx({"一": [["a"]]})[:-300], DAMAGED),
        ("locked.xlsx", LOCKED, PASSWORD),
        ("none.docx", b"\x00\x01\x02\x03" * 100, KIND),
        ("other.docx", papers.package({"x/y.xml": "<x/>"}, main="x/y.xml"), DAMAGED),
        ("empty.txt", b"", "no text in this file"),
        ("half.eml", LETTER % (b"utf-7", b"before +2AA- after"), "after"),
        ("escaped.eml", LETTER % (b"unicode_escape", b"before \\ud800 after"), "after"),
        ("undefined.eml", LETTER % (b"undefined", b"before after"), "before after"),
    ],
)
def test_a_malicious_or_broken_file_gets_a_sentence(look: Look, name: str, body: bytes, said: str) -> None:
    page = look(name, body)
    assert said in page
    assert "root:" not in page


def test_a_million_cells_are_shortened_or_refused_and_never_keep_the_server_busy(look: Look) -> None:
    page = look("million.xlsx", papers.xlsx({"一": ([n] * 50 for n in range(20_000))}))
    assert SHORTENED in page or LARGE in page
    assert len(page) < 1_500_000


def test_a_reader_that_outgrows_its_limits_is_ended(cast: Cast) -> None:
    row = kept(cast.owner, "big.xlsx", papers.xlsx({"一": ([n] * 50 for n in range(4_000))}))
    assert asking.text(row).parts
    assert asking.text(row, limits=asking.Limits(memory=24 << 20)).refused == "large"


def test_who_comes_while_another_file_is_read_asks_again_and_is_told_in_the_end(cast: Cast, at_desk: Desk) -> None:
    client, address = at_desk(cast.owner), f"/_files/{kept(cast.owner, '一.txt', b'one').pk}/text/"
    with asking._turn:
        page = client.get(address, headers=HTMX).content.decode()
        assert f'hx-get="{address}?tried=1"' in page
        last = client.get(f"{address}?tried=30", headers=HTMX).content.decode()
    assert "Many files" in last
    assert "hx-get" not in last
    assert "<p>one</p>" in client.get(f"{address}?tried=1", headers=HTMX).content.decode()
    assert client.get(f"{address}?tried=x", headers=HTMX).status_code == 200


def test_nobody_has_more_read_than_so_much_in_a_minute(cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer, "A_MINUTE", 2)
    address = f"/_files/{kept(cast.owner, '一.txt', b'one').pk}/text/"
    client, often = at_desk(cast.owner), "You are asking too often"
    assert [often in client.get(address, headers=HTMX).content.decode() for _n in range(3)] == [False, False, True]
    assert often not in at_desk(cast.readonly).get(address, headers=HTMX).content.decode()


def test_a_file_that_left_the_disk_is_said_to_be_gone(cast: Cast, at_desk: Desk, tmp_path: Any) -> None:
    row = kept(cast.owner, "一.txt", b"one")
    (tmp_path / row.path).unlink()
    answer = at_desk(cast.owner).get(f"/_files/{row.pk}/text/", headers=HTMX)
    assert answer.status_code == 200
    assert "no longer there" in answer.content.decode()


def test_the_process_that_reads_knows_nothing_of_ours(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    row, seen = kept(cast.owner, "一.txt", b"one"), {}
    real = asking.subprocess.run

    def run(command: Any, **options: Any) -> Any:
        seen.update(options["env"])
        return real(command, **options)

    monkeypatch.setattr(asking.subprocess, "run", run)
    assert asking.text(row).parts
    assert set(seen) == {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8"}

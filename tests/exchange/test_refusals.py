"""What is no readable table is refused with a reason and something to do, never with a crash."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from openpyxl import Workbook

from guanxi.surfaces.exchange.reading import Refused, open_table, sandbox
from guanxi.surfaces.exchange.reading.limits import LIMITS, MIB


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\r\n\r\n  \n", "is empty"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n0000", "picture"),
        (b"\xff\xd8\xff\xe0....JFIF", "picture"),
        (b"\x1f\x8b\x08....", "archive"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b"\xef\xbb\xbf\r\n<TABLE border=1><tr>", "web page"),
        (b'<?xml version="1.0"?><Workbook/>', "web page"),
        (b'[{"name": 1}]', "not a table"),
        (b"a,b\n1,\x00\n", "NUL"),
        (b"a,b\n1,caf\xe9\xff\xff\n", "UTF-8, GB18030 or UTF-16"),
        (b"\xff\xfea\x00,\x00b", "UTF-8, GB18030 or UTF-16"),
        (b"PK\x03\x04 and nothing more", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
        (b"\x09\x08\x08\x00\x00\x05\x10\x00", "older than Excel 97"),
        (archive(**{"word__document.xml": b"x", "[Content_Types].xml": b"x"}), "document"),
        (archive(**{"notes.txt": b"x"}), "Unpack it"),
        (archive(**{"Index__Tables.iwa": b"x"}), "Numbers"),
        (archive(**{"xl__workbook.xml": b"not xml", "[Content_Types].xml": b"<x"}), "damaged"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content_and_not_its_name(file_of, rows_of, content, reason):
    with pytest.raises(Refused, match=reason):
        rows_of(file_of(content, name="客户.xlsx"))


def test_a_part_packed_in_another_way_and_damaged_is_refused(file_of, rows_of):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("mimetype", b"x")
        made.writestr("content.xml", b"<x/>")
        made.writestr("META-INF/manifest.xml", bytes(range(256)) * 40, compress_type=zipfile.ZIP_LZMA)
    content = bytearray(out.getvalue())
    packed = content.index(b"META-INF/manifest.xml") + len("META-INF/manifest.xml")
    content[packed + 9 : packed + 60] = b"\xff" * 51
    with pytest.raises(Refused, match="damaged"):
        rows_of(file_of(bytes(content), name="list.ods"))


def test_a_text_file_named_xls_is_read(file_of, rows_of):
    assert rows_of(file_of("姓名\t电话\n甲\t1\n".encode("gbk"), name="导出.xls")) == [["姓名", "电话"], ["甲", "1"]]


def test_a_workbook_cut_short_is_refused(file_of, rows_of):
    whole = workbook(*[[f"name {n}", n] for n in range(500)])
    for share in (0.3, 0.7, 0.95):
        with pytest.raises(Refused, match="damaged"):
            rows_of(file_of(whole[: int(len(whole) * share)], name="cut.xlsx"))


def test_a_small_file_that_unpacks_to_gigabytes_is_refused_unopened(file_of, monkeypatch):
    monkeypatch.setattr(sandbox, "convert", lambda *a, **k: pytest.fail("It was opened."))
    bomb = archive(**{"[Content_Types].xml": b"x", "xl__worksheets__sheet1.xml": b" " * (64 * MIB)})
    assert len(bomb) < MIB
    with pytest.raises(Refused, match="unreasonably large"):
        open_table(file_of(bomb, name="bomb.xlsx"), name="bomb.xlsx")


def test_a_directory_of_too_many_parts_is_refused(file_of):
    crowd = archive(**{f"xl__{n}.xml": b"" for n in range(30)})
    with pytest.raises(Refused, match="unreasonably large"):
        open_table(file_of(crowd), name="crowd.xlsx", limits=replace(LIMITS, parts=20))


def test_a_bomb_that_lies_about_its_size_is_found_out_by_the_parser(file_of):
    """Its directory says one kilobyte, which passes; what unpacks is not what was promised."""
    sheet = b"<worksheet><sheetData>" + b"<row><c t='inlineStr'><is><t>x</t></is></c></row>" * 3_000_000
    honest = workbook(["a"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(honest)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
        new.getinfo("xl/worksheets/sheet1.xml").file_size = 1024
    tight = replace(LIMITS, memory=150 * MIB, seconds=20)
    with pytest.raises(Refused, match="damaged"), open_table(file_of(out.getvalue()), name="liar.xlsx", limits=tight) as table:
        list(table.rows())


def test_the_parser_may_not_take_more_memory_than_it_is_given(file_of):
    """Two cells far apart: the parser lays out the ten million between them."""
    book = Workbook()
    book.active["A1"], book.active["AX200000"] = "name", "x"
    out = io.BytesIO()
    book.save(out)
    path = file_of(out.getvalue())
    with open_table(path, name="a.xlsx") as table:
        assert sum(1 for row in table.rows()) == 200_000
    with (
        pytest.raises(Refused, match="too large or too involved"),
        open_table(path, name="a.xlsx", limits=replace(LIMITS, memory=200 * MIB)) as table,
    ):
        list(table.rows())


def test_one_cell_in_the_far_corner_does_not_fill_the_memory(file_of, rows_of):
    book = Workbook()
    book.active["A1"] = "name"
    book.active["XFD1048576"] = "x"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Refused, match="too large or too involved"):
        rows_of(file_of(out.getvalue()))


@pytest.mark.parametrize("make", [lambda row: ",".join(row).encode(), lambda row: workbook(row)])
def test_a_thousand_columns_are_read_and_more_are_refused(file_of, rows_of, make):
    names = [f"c{n}" for n in range(1025)]
    assert len(rows_of(file_of(make(names[:1024])))[0]) == 1024
    with pytest.raises(Refused, match="1024 columns"):
        rows_of(file_of(make(names)))


def test_a_million_columns_are_refused(file_of, rows_of):
    with pytest.raises(Refused, match="1024 columns"):
        rows_of(file_of(b"x," * 1_000_000 + b"x"))


def test_a_file_without_line_ends_is_refused_before_it_is_in_memory(file_of):
    with (
        pytest.raises(Refused, match="too long"),
        open_table(file_of(b"x" * 10_000), name="a.csv", limits=replace(LIMITS, line=5_000)) as table,
    ):
        list(table.rows())


@pytest.mark.parametrize("crash", ["import os; os.abort()", "import time; time.sleep(60)", "while True: pass"])
def test_a_parser_that_crashes_hangs_or_loops_is_a_refusal(file_of, tmp_path, monkeypatch, crash):
    (tmp_path / "wild_child.py").write_text("import resource, sys, json\n" + _confined(crash))
    monkeypatch.setattr(sandbox, "_CHILD", "wild_child")
    monkeypatch.setattr(sandbox, "_CODE", tmp_path)
    with pytest.raises(Refused, match="too large or too involved"):
        open_table(file_of(workbook(["a"])), name="a.xlsx", limits=replace(LIMITS, seconds=1, patience=3))


def _confined(code: str) -> str:
    return f"seconds = json.loads(sys.argv[1])['seconds']\nresource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))\n{code}\n"


def test_the_parser_sees_nothing_of_our_environment(file_of, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    (tmp_path / "nosy_child.py").write_text("import json, os\nprint(json.dumps({'sheets': sorted(os.environ)}))\n")
    monkeypatch.setattr(sandbox, "_CHILD", "nosy_child")
    monkeypatch.setattr(sandbox, "_CODE", tmp_path)
    assert "DATABASE_URL" not in open_table(file_of(workbook(["a"])), name="a.xlsx").sheets


def test_a_sheet_that_is_not_there_is_refused(file_of):
    with open_table(file_of(workbook(["a"])), name="a.xlsx") as table, pytest.raises(Refused, match="no sheet named"):
        table.rows("Nowhere")


def test_hidden_sheets_are_not_offered(file_of):
    book = Workbook()
    book.create_sheet("codes").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    assert open_table(file_of(out.getvalue()), name="a.xlsx").sheets == ("Sheet",)

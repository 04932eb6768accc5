"""Every file of the wild goes through the wizard's own pages: it comes in row for row, or is refused with what to do."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook

from guanxi.customers.entities.contact import Contact
from guanxi.surfaces.exchange.importing import opening
from guanxi.surfaces.exchange.models import ImportRow, ImportRun
from tests.exchange.company import Company, Make, upload, work

#: What stands in each refusal: what is the matter, and what to do about it.
REASONS = {
    "empty": "The file is empty. Choose",
    "no rows": "There are no rows in this file. Choose",
    "headings": "Nothing stands below the headings. Fill in rows",
    "password": "protected with a password. Remove the password",
    "archive": "This is an archive. Unpack it",
    "json": "not a table of rows and columns. Choose",
    "NUL": "NUL bytes: .* Save it again",
    "bytes": "cannot be read as UTF-8, GB18030 or UTF-16. Save it",
    "word": "This is a document or presentation, not a table. Choose",
    "wide": "more than 1024 columns. Delete the columns",
    "bomb": "Unpacked, the file would be unreasonably large. Save",
    "damaged": "damaged or incomplete. Open it in Excel, save it again",
}
CSV_REFUSED = {
    "csvkit/empty.csv": "empty",
    "csvkit/dummy.csv.bz2": "archive",
    "csvkit/dummy.csv.gz": "archive",
    "csvkit/null_byte.csv": "NUL",
    "csvkit/test_latin1.csv": "bytes",
    "csvkit/testdbf.dbf": "bytes",
    "csvkit/blanks_converted.csv": "headings",
    "csvkit/test_empty_columns_long_row.csv": "headings",
    "csvkit/test_empty_columns_short_row.csv": "headings",
}
#: Workbooks without a value in any visible sheet: pictures, macros, errors of formulas.
HOLLOW = (
    "capitalized_wbook_stream.xls", "empty_sheet.xlsx", "errors.xlsx", "misc_biff5_parsing.xls", "picture.ods", "picture.xls",
    "picture.xlsb", "picture.xlsx", "picture_richdata.xlsx", "pictures_in_cell_and_over_cell.xlsx", "vba.xlsm",
)  # fmt: skip
LOCKED = ("pass_protected.ods", "pass_protected.xlsb", "pass_protected.xlsx")


@pytest.fixture
def client(company: Company) -> Client:
    client = Client()
    client.force_login(company.users["sales"])
    return client


def reason_of(client: Client, path: Path) -> str:
    """Why the page does not take a file; "" when it does."""
    before = ImportRun.objects.count()
    answer = client.post("/contacts/import/", {"file": upload(path)})
    if answer.status_code == 302:
        return ""
    assert (answer.status_code, ImportRun.objects.count()) == (422, before), path.name
    note = re.search(r'class="note r".*?</div>', answer.content.decode(), re.DOTALL)
    assert note is not None, path.name
    return re.sub("<[^>]+>", "", note.group())


def comes_in(client: Client, path: Path) -> ImportRun:
    """Walk the wizard to its end; every row that holds something is accounted for, and what is left out says why."""
    assert reason_of(client, path) == "", path.name
    run = ImportRun.objects.latest("id")
    url, below = f"/contacts/import/{run.pk}/", len(list(opening.body(run)))
    assert client.get(url).status_code == 200, path.name
    form = {f"c{column}": key for column, key in run.mapping.items()}
    if "name" not in form.values():
        form["c0"] = "name"
    assert client.post(f"{url}plan/", form).status_code == 302, path.name
    work()
    assert client.get(url).status_code == 200, path.name
    client.post(f"{url}commit/")
    work()
    run.refresh_from_db()
    rows = list(ImportRow.objects.filter(run=run).order_by("number"))
    assert (run.state, len(rows)) == ("done", below), path.name
    assert all(row.result == "created" or row.message for row in rows), path.name
    assert Contact.objects.filter(deleted_at=None).count() >= sum(row.result == "created" for row in rows)
    assert client.get(url).status_code == 200, path.name
    return run


def walk(client: Client, folder: Path, refused: dict[str, str]) -> tuple[int, int]:
    """Every file of a folder: how many came in and how many were refused with the reason that was expected."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    into, out = 0, 0
    for path in files:
        reason = refused.get(str(path.relative_to(folder)), "json" if path.suffix == ".json" else "")
        if reason:
            assert re.search(REASONS[reason], reason_of(client, path)), path.name
            out += 1
        else:
            comes_in(client, path)
            into += 1
    return into, out


def test_every_odd_text_file_comes_in_or_is_refused_with_what_to_do(client: Client, shared_data: Path) -> None:
    into, out = walk(client, shared_data / "csv_edge", CSV_REFUSED)
    assert into > out > 0


def test_every_odd_workbook_comes_in_or_is_refused_with_what_to_do(client: Client, shared_data: Path) -> None:
    headed = ("empty_shared_string.xlsx", "encoded_entities.xlsx", "has_x000D_.xlsx", "has_x000D_inline.xlsx",
              "richtext-namespaced.xlsx", "richtext_issue.ods", "rph.xlsx", "sheet_name_parsing.xls", "too_small.xls",
              "with-annotation.ods")  # fmt: skip
    refused = {**dict.fromkeys(HOLLOW, "no rows"), **dict.fromkeys(LOCKED, "password"), **dict.fromkeys(headed, "headings")}
    into, out = walk(client, shared_data / "xlsx_edge" / "calamine", refused)
    assert out == len(refused)
    assert into > 0


def book(*rows: list[Any], merged: tuple[str, ...] = ()) -> bytes:
    """A workbook with these rows."""
    made, out = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    for place in merged:
        made.active.merge_cells(place)
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("姓名,手机\n王一,13800006021\n".encode("gb18030"), ["王一"]),
        ("姓名;手机\r\n王一;13800006021\r\n".encode("utf-8-sig"), ["王一"]),
        ("姓名\t手机\n王一\t13800006021\n".encode("utf-16"), ["王一"]),
        ("sep=|\n姓名|手机\n王一|13800006021\n".encode(), ["王一"]),
        ('姓名,备注\n"王\n一","a ""b"", c"\n李二,x\n'.encode(), ["王 一", "李二"]),
        ("姓名,姓名,备注\n王一,x,y\n".encode(), ["王一"]),
        ("导出的客户清单\n\n姓名,手机,备注\n王一,13800006021,x\n".encode(), ["王一"]),
        ("13800006021,2024-01-05,王一\n13800006022,2024-01-06,李二\n".encode(), ["13800006021", "13800006022"]),
        (book(["姓名", "备注"], ["王一", "x"]), ["王一"]),
        (book(["姓名", "联系方式", None], [None, "手机", "邮箱"], ["王一", "13800006021", "a@b.cn"], merged=("A1:A2", "B1:C1")), ["王一"]),
        (book(["姓名", "备注"], ["王一", "x"], [None, "y"], merged=("A2:A3",)), ["王一", "王一"]),
    ],
)
def test_files_as_people_keep_them_come_in(client: Client, file_of: Make, content: bytes, names: list[str]) -> None:
    comes_in(client, file_of(content, "list.xlsx"))
    assert list(Contact.objects.order_by("id").values_list("name", flat=True)) == names


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        ("姓名,手机\n".encode(), "headings"),
        (book([None]), "no rows"),
        (b"name,remark\na,\x00b\n", "NUL"),
        (b"x," * 1_000_000 + b"x\n", "wide"),
        (book(["姓名"], ["王一"])[:-200], "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_what_cannot_come_in_says_what_to_do(client: Client, file_of: Make, content: bytes, reason: str) -> None:
    assert re.search(REASONS[reason], reason_of(client, file_of(content, "list.xlsx")))
    assert not Contact.objects.exists()


def test_an_old_workbook_with_a_password_is_told_from_a_damaged_one(client: Client, file_of: Make, shared_data: Path) -> None:
    """Excel 97 writes that it is encrypted into the record after the first; here a plain workbook is made to say so."""
    content = bytearray((shared_data / "xlsx_edge" / "calamine" / "date.xls").read_bytes())
    at = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    content[at : at + 2] = b"\x2f\x00"
    assert re.search(REASONS["password"], reason_of(client, file_of(bytes(content), "list.xls")))


def test_a_person_says_that_a_table_has_no_headings_and_its_first_row_comes_in(client: Client, file_of: Make) -> None:
    client.post("/contacts/import/", {"file": upload(file_of("王一,采购\n李二,财务\n".encode()))})
    run = ImportRun.objects.get()
    assert run.headers == ["王一", "采购"]
    url = f"/contacts/import/{run.pk}/"
    client.post(f"{url}sheet/", {"header": "0", "sheet": run.sheet})
    assert '<option value="0" selected>' in client.get(url).content.decode()
    client.post(f"{url}plan/", {"c0": "name", "c1": "title"})
    work()
    client.post(f"{url}commit/")
    work()
    assert list(Contact.objects.order_by("id").values_list("name", "title")) == [("王一", "采购"), ("李二", "财务")]


def test_a_table_as_wide_as_tables_may_be_is_mapped_and_comes_in(client: Client, file_of: Make) -> None:
    wide = [f"c{n}" for n in range(1023)]
    run = comes_in(client, file_of(f"姓名,{','.join(wide)}\n王一,{',1' * 1023}\n".replace(",,", ",").encode()))
    assert len(run.headers) == 1024

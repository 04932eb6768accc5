"""Cards of telephones and mail programs come in as contacts, and contacts go out as cards, by the same roads as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from guanxi.customers.entities.contact import Contact
from guanxi.customers.entities.customer import Customer
from guanxi.kernel import write
from guanxi.kernel.models import AccessLog
from guanxi.org.models import FieldRight, Role
from guanxi.surfaces.exchange.cells import Row
from guanxi.surfaces.exchange.models import ImportRow, ImportRun
from guanxi.surfaces.exchange.reading import open_table
from tests.exchange.company import CONTACTS, CUSTOMERS, Company, Make, browser, upload, work

OUTLOOK = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=GB2312;ENCODING=QUOTED-PRINTABLE:=CD=F5;=D2=BB;;;
FN;CHARSET=GB2312;ENCODING=QUOTED-PRINTABLE:=D2=BB=CD=F5
ORG;CHARSET=GB2312;ENCODING=QUOTED-PRINTABLE:=D4=C6=C9=EE=BF=C6=BC=BC;=B2=C9=B9=
=BA=B2=BF
TEL;CELL;VOICE:138-0000-6021
TEL;WORK;VOICE:0571-88881234
TEL;WORK;FAX:0571-88881235
TEL;HOME;VOICE:0571-88881236
PHOTO;ENCODING=BASE64;TYPE=JPEG:
 /9j/4AAQSkZJRgABAQEAYABgAAD
 AAAA

NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo
END:VCARD
"""
TELEPHONE = """begin:vcard\r
version:3.0\r
item1.FN:李二\r
N:李;二;;;\r
ORG:宁波海曙贸易有限公司;财务部\r
TITLE:财务\\, 出纳\r
TEL;type=CELL;type=pref:+86 139 0000 6022\r
EMAIL;type=INTERNET:er.li@haishu\r
 .example\r
ADR;type=WORK:;;天一路 1 号;宁波市;浙江省;315000;中国\r
BDAY;value=date:1985-07-01\r
NOTE:a\\nb\\;c\r
this line is none\r
END:VCARD\r
"""
FOUR = """BEGIN:VCARD
VERSION:4.0
FN:Simon Perreault
GENDER:M
BDAY:--0203
TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+1-418-656-9254;ext=102
TEL;VALUE=uri;TYPE="cell,text":tel:+1-418-262-6501
CATEGORIES:friends,golf
X-WECHAT:simon
END:VCARD
"""
NAME, COMPANY, DEPARTMENT, TITLE, MOBILE, PHONE, MAIL, ADDRESS, SITE, WECHAT, GENDER, BORN, REMARK = range(13)


def cards(path: Path) -> list[Row]:
    """The cards of a file as rows of full width."""
    with open_table(path, name=path.name) as table:
        return [[*row, *[None] * (13 - len(row))] for row in list(table.rows())[1:]]


def test_a_card_of_an_old_telephone_reads_in_its_own_characters(file_of: Make) -> None:
    (row,) = cards(file_of(OUTLOOK.encode(), "a.vcf"))
    assert row[NAME : TITLE + 1] == ["王一", "云深科技", "采购部", None]
    assert (row[MOBILE], row[PHONE]) == ("+8613800006021", "+8657188881234")
    assert row[REMARK] == "one\r\ntwo\nFax: 0571-88881235\nFurther number: 0571-88881236"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_several_cards_of_any_version_and_encoding_stand_in_one_file(file_of: Make, codec: str) -> None:
    first, second = cards(file_of((TELEPHONE + FOUR).encode(codec), "a.vcf"))
    assert first[NAME : MAIL + 1] == [
        "李二",
        "宁波海曙贸易有限公司",
        "财务部",
        "财务, 出纳",
        "+8613900006022",
        None,
        "er.li@haishu.example",
    ]
    assert (first[ADDRESS], str(first[BORN]), first[REMARK]) == ("浙江省宁波市天一路 1 号", "1985-07-01", "a\nb;c")
    assert (second[NAME], second[MOBILE], second[PHONE]) == ("Simon Perreault", "+14182626501", "+14186569254;ext=102")
    assert (second[WECHAT], second[GENDER]) == ("simon", "male")
    assert second[REMARK] == "Birthday: --0203\nGroups: friends、golf"


@pytest.mark.parametrize("charset", ["UTF-7", "utf-16-le", "raw-unicode-escape", "punycode", "rot13", "nonsense"])
def test_a_card_that_names_a_strange_charset_shows_its_columns_all_the_same(company: Company, file_of: Make, charset: str) -> None:
    card = f"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET={charset}:+2AA-;\\ud800 x\nNOTE;ENCODING=QUOTED-PRINTABLE:a=00b\nEND:VCARD\n"
    client = browser(company, "sales")
    run_url = client.post("/contacts/import/", {"file": upload(file_of(card.encode(), "a.vcf"))})["Location"]
    page = client.get(run_url)
    assert page.status_code == 200
    assert "+2AA-" in page.content.decode()
    (row,) = cards(file_of(card.encode(), "a.vcf"))
    assert "\0" not in str(row[REMARK])


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("before", ["", "x", "xx"])
def test_a_note_too_long_is_cut_at_a_character_and_says_so(file_of: Make, before: str, end: str) -> None:
    note = before + "长" * 40_000
    quoted = before + "".join(f"={byte:02X}" for byte in ("长" * 20_000).encode())
    folded = f"{end} ".join(["长" * 1_000] * 40)
    for said in (f"NOTE:{note}", f"NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:{quoted}", f"NOTE:{before}{folded}"):
        lines = ["BEGIN:VCARD", "VERSION:3.0", "FN:王一", said, "TITLE:经理", "END:VCARD", ""]
        (row,) = cards(file_of(end.join(lines).encode(), "a.vcf"))
        text, told = str(row[REMARK]).rsplit("\n", 1)
        assert (row[NAME], row[TITLE]) == ("王一", "经理")
        assert len(text) > 6_000
        assert set(text.removeprefix(before)) == {"长"}
        assert told == "Something on this card was too long and is cut."


def test_a_picture_too_long_cuts_nothing(file_of: Make) -> None:
    (row,) = cards(file_of(f"BEGIN:VCARD\nFN:王一\nPHOTO;ENCODING=b:{'A' * 200_000}\n {'A' * 90_000}\nEND:VCARD\n".encode(), "a.vcf"))
    assert (row[NAME], row[REMARK]) == ("王一", None)


def test_a_bad_card_does_not_lose_the_file_and_one_cut_off_is_not_taken_by_halves(company: Company, file_of: Make) -> None:
    broken = "BEGIN:VCARD\nVERSION:3.0\n;;;:\nEND:VCARD\n"
    client = browser(company, "sales")
    path = file_of((TELEPHONE + broken + FOUR.replace("END:VCARD", "")).encode(), "a.vcf")
    run_url = client.post("/contacts/import/", {"file": upload(path)})["Location"]
    run = ImportRun.objects.get()
    client.post(f"{run_url}plan/", {**{f"c{c}": key for c, key in run.mapping.items()}, "lookups": "create"})
    work()
    client.post(f"{run_url}commit/")
    work()
    rows = ImportRow.objects.filter(run=run).order_by("number")
    assert [row.result or row.action for row in rows] == ["created", "error", "error"]
    assert "This card is cut off in the file." in rows[2].cells[REMARK]
    assert [c.name for c in Contact.objects.all()] == ["李二"]


@pytest.mark.feature("CON-07")
def test_cards_come_in_as_contacts_of_the_customers_that_they_name(company: Company, file_of: Make) -> None:
    client = browser(company, "sales")
    known = write.create(CUSTOMERS, {"name": "宁波海曙贸易有限公司"}, actor=company.actor("sales"), door="form")
    run_url = client.post("/contacts/import/", {"file": upload(file_of((OUTLOOK + TELEPHONE).encode(), "a.vcf"))})["Location"]
    run = ImportRun.objects.get()
    assert {"name", "customer", "title", "mobile", "phone", "email", "address", "wechat", "gender", "birthday", "remark"} == set(
        run.mapping.values()
    )
    client.post(f"{run_url}plan/", {f"c{c}": key for c, key in run.mapping.items()})
    work()
    run.refresh_from_db()
    assert run.unknown == {"customer": {"云深科技": 1}}
    client.post(f"{run_url}words/", {"plan": run.plan_job, "customer:0": "+"})
    work()
    client.post(f"{run_url}commit/")
    work()
    assert set(Contact.objects.values_list("name", "customer__name")) == {("王一", "云深科技"), ("李二", known.name)}
    assert Customer.objects.count() == 2


def test_every_card_of_the_wild_is_read_and_none_is_lost(shared_data: Path) -> None:
    read = {}
    for path in sorted((shared_data / "vcard").rglob("*.vcf")):
        begun = path.read_bytes().upper().count(b"BEGIN:VCARD") - path.read_bytes().upper().count(b"AGENT:BEGIN:VCARD")
        read[path.name] = cards(path)
        assert len(read[path.name]) == begun, path.name
    assert read["outlook-2003.vcf"][0][NAME : TITLE + 1] == ["John Doe III", "Company, The", "TheDepartment", "The Job Title"]
    assert [row[NAME] for row in read["gmail-list.vcf"]] == ["Arnold Smith", "Chris Beatle", "Doug White"]
    assert read["vcard3.vcf"][0][MAIL] == "jane_doe@abc.com"
    nameless = {name for name, rows in read.items() if not all(row[NAME] for row in rows)}
    assert nameless == {"John_Doe_ANDROID.vcf", "vcard_grouped.vcf"}


def saved(answer: Any, tmp_path: Path) -> str:
    """The text of a file that was sent."""
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


@pytest.mark.feature("CON-07")
def test_chosen_contacts_and_one_alone_go_out_as_cards_that_come_back_the_same(company: Company, tmp_path: Path) -> None:
    sales = company.actor("sales")
    customer = write.create(CUSTOMERS, {"name": "云深科技, 华东"}, actor=sales, door="form")
    said = {"name": "欧阳一", "customer": customer.id, "title": "总监, 采购; 华东", "mobile": "13800006021", "email": "a@b.cn"}
    one = write.create(CONTACTS, {**said, "remark": "END:VCARD\nBEGIN:VCARD " + "长" * 90}, actor=sales, door="form")
    two = write.create(CONTACTS, {"name": "李二", "customer": customer.id}, actor=sales, door="form")
    write.create(CONTACTS, {"name": "赵三", "customer": customer.id}, actor=sales, door="form")
    client = browser(company, "sales")
    assert 'value="vcf"' in client.get("/contacts/export/").content.decode()
    assert "format=vcf" in client.get(f"/contacts/{one.id}/").content.decode()
    text = saved(client.post("/contacts/export/", {"ids": f"{one.id},{two.id}", "format": "vcf"}), tmp_path)
    assert text.count("BEGIN:VCARD\r\n") == 2
    assert "N:欧阳;一;;;\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    path = tmp_path / "back.vcf"
    path.write_bytes(text.encode())
    rows = {row[NAME]: row for row in cards(path)}
    assert rows["欧阳一"][COMPANY : MAIL + 1] == [customer.name, None, "总监, 采购; 华东", "+8613800006021", None, "a@b.cn"]
    assert rows["欧阳一"][REMARK] == "END:VCARD\nBEGIN:VCARD " + "长" * 90
    assert set(rows) == {"欧阳一", "李二"}
    assert AccessLog.objects.filter(verb="export", entity="customers.contact").latest("id").data["rows"] == 2


def test_a_card_tells_nothing_that_its_reader_may_not_know(company: Company, tmp_path: Path) -> None:
    sales = company.actor("sales")
    customer = write.create(CUSTOMERS, {"name": "云深"}, actor=sales, door="form")
    one = write.create(
        CONTACTS, {"name": "王一", "customer": customer.id, "mobile": "13800006021", "email": "a@b.cn"}, actor=sales, door="form"
    )
    assert saved(browser(company, "sales2").post("/contacts/export/", {"ids": one.id, "format": "vcf"}), tmp_path) == ""
    role = Role.objects.get(code="sales")
    FieldRight.objects.create(role=role, entity="customers.contact", field="mobile", right="masked")
    FieldRight.objects.create(role=role, entity="customers.contact", field="email", right="hidden")
    company.actor("sales")
    text = saved(browser(company, "sales").post("/contacts/export/", {"ids": one.id, "format": "vcf"}), tmp_path)
    assert "FN:王一" in text
    assert "TEL" not in text
    assert "EMAIL" not in text
    assert browser(company, "finance").post("/contacts/export/", {"ids": one.id, "format": "vcf"}).status_code == 404


def test_what_has_no_card_is_not_written_as_one(company: Company, tmp_path: Path) -> None:
    answer = browser(company, "sales").post("/opportunities/export/", {"format": "vcf"})
    assert answer["Content-Disposition"].endswith('.xlsx"') or ".xlsx" in answer["Content-Disposition"]

"""What a pasted card or signature says goes into the fields of a new record as a proposal; nothing is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from guanxi.customers.entities.contact import Contact
from guanxi.customers.entities.customer import Customer
from guanxi.kernel import write
from guanxi.surfaces import signature
from tests.exchange.company import CUSTOMERS, Company, browser, found

CARDS = [
    (
        "杭州云深科技有限公司\n王一  销售总监\n手机：138 0000 6021\n电话：0571-8888 1234 转 806\n传真：0571-88881235\n邮箱：wang.yi@yunshen.com.cn\n"
        "网址：www.yunshen.com.cn\n地址：浙江省杭州市滨江区江南大道 100 号 3 楼\n微信：wangyi_01",
        {"FN": "王一", "ORG": "杭州云深科技有限公司", "TITLE": "销售总监", "CELL": "138 0000 6021", "WORK": "0571-88881234 转 806",
         "EMAIL": "wang.yi@yunshen.com.cn", "URL": "www.yunshen.com.cn", "ADR": "浙江省杭州市滨江区江南大道 100 号 3 楼", "X-WECHAT": "wangyi_01"},
    ),
    (
        "欧 阳 明 月\n采购部经理\n宁波海曙贸易集团\nＴｅｌ：＋８６－５７４－８７６５４３２１   Mobile：13900006022\n"
        "E-mail: oy@haishu.cn\n宁波市海曙区天一路 1 号 315000",
        {"FN": "欧阳明月", "TITLE": "采购部经理", "ORG": "宁波海曙贸易集团", "CELL": "139 0000 6022", "WORK": "0574-87654321",
         "EMAIL": "oy@haishu.cn", "ADR": "宁波市海曙区天一路 1 号 315000"},
    ),
    (
        "Best regards,\n\nSimon Perreault\nSenior Sales Manager\nViagenie Systems Inc.\n2875 Laurier Street, Suite 630, Quebec\n"
        "T: +1 418-656-9254 | M: +1 418-262-6501\nsimon.perreault@viagenie.ca\nhttps://www.viagenie.ca/team",
        {"FN": "Simon Perreault", "TITLE": "Senior Sales Manager", "ORG": "Viagenie Systems Inc.", "ADR": "2875 Laurier Street, Suite 630, Quebec",
         "WORK": "+1 418-656-9254", "CELL": "+1 418-262-6501", "EMAIL": "simon.perreault@viagenie.ca", "URL": "https://www.viagenie.ca/team"},
    ),
    (
        "李二 13800006023 云深科技有限公司",
        {"CELL": "138 0000 6023"},
    ),
    (
        "姓名: 张三丰\n公司: 武当山旅游开发有限公司\n职位: 董事长\n电话: 400-800-1234",
        {"FN": "张三丰", "ORG": "武当山旅游开发有限公司", "TITLE": "董事长", "WORK": "400-800-1234"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), CARDS)
def test_a_card_says_who_where_and_how_to_reach_him(text: str, said: dict[str, str]) -> None:
    read = signature.read(text)
    assert {key: read.get(key) for key in said} == said


def test_a_card_does_not_say_what_does_not_stand_on_it() -> None:
    assert signature.read("谢谢！\n请查收附件。\n此致 敬礼") == {}
    assert "FN" not in signature.read("王经理")
    assert "CELL" not in signature.read("传真：0571-88881235\n邮编：310000")


@given(st.text(max_size=300))
def test_any_text_is_read_to_something_or_nothing(text: str) -> None:
    assert all(value for value in signature.read(text).values())


@pytest.fixture
def company(db: None) -> Company:
    return found()


def proposed(client: Client, slug: str, text: str) -> dict[str, Any]:
    answer = client.post(f"/{slug}/_card/", {"text": text})
    assert answer.status_code == 200
    return {field["key"]: field for field in answer.json()["fields"]}


def test_a_card_is_proposed_for_a_new_contact_of_a_customer_that_one_sees(company: Company) -> None:
    text = CARDS[0][0]
    known = write.create(CUSTOMERS, {"name": "杭州云深科技有限公司"}, actor=company.actor("sales"), door="form")
    own = proposed(browser(company, "sales"), "contacts", text)
    assert {key: field["value"] for key, field in own.items() if key in ("name", "title", "mobile", "email", "wechat")} == {
        "name": "王一", "title": "销售总监", "mobile": "138 0000 6021", "email": "wang.yi@yunshen.com.cn", "wechat": "wangyi_01",
    }  # fmt: skip
    assert own["customer"]["id"] == known.id
    assert proposed(browser(company, "sales2"), "contacts", text)["customer"]["id"] is None
    assert not Contact.objects.exists()


def test_for_a_new_customer_the_card_says_the_company_and_its_reach(company: Company) -> None:
    said = proposed(browser(company, "sales"), "customers", CARDS[0][0])
    assert (said["name"]["value"], said["phone"]["value"]) == ("杭州云深科技有限公司", "0571-88881234 转 806")
    assert proposed(browser(company, "sales"), "customers", "王一 13800006021")["phone"]["value"] == "138 0000 6021"
    assert not Customer.objects.exists()


def test_cards_are_read_only_for_who_may_create_and_only_where_records_have_cards(company: Company) -> None:
    assert browser(company, "finance").post("/contacts/_card/", {"text": "王一"}).status_code == 404
    assert browser(company, "sales").post("/opportunities/_card/", {"text": "王一"}).status_code == 404
    assert browser(company, "sales").get("/contacts/_card/").status_code == 405
    page = browser(company, "sales").get("/contacts/new/?quick=1", headers={"HX-Request": "true"}).content.decode()
    assert 'data-card-read="/contacts/_card/"' in page
    assert "data-card-read" not in browser(company, "sales").get("/opportunities/new/").content.decode()


@pytest.mark.parametrize("name", ["A. Huber", "M. Wang", "P. Smith", "T. Chen"])
def test_an_initial_is_no_mark(name: str) -> None:
    assert signature.read(f"{name}\nSales Manager") == {"FN": name, "TITLE": "Sales Manager"}


def test_a_letter_marks_what_is_of_its_kind() -> None:
    assert signature.read("T. 0571-88881234\nE. a@b.com") == {"WORK": "0571-88881234", "EMAIL": "a@b.com"}


def test_of_a_line_without_end_only_the_beginning_is_searched() -> None:
    """However a text repeats itself, no expression goes over it again and again."""
    assert "ADR" not in signature.read("1 " * (signature.LINE // 2) + "某某路 1 号")
    assert signature.read("某某路 1 号" + " 1" * 1_900)["ADR"].startswith("某某路 1 号")

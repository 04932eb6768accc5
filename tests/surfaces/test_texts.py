"""Mails, messages and phrases that are kept ready: made by who shapes, filled with what their reader sees and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from guanxi.kernel import custom, jobs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog, CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields, retyping
from guanxi.org.models import Operation
from guanxi.surfaces.pages.texts import mailto
from guanxi.surfaces.texts import filling, keeping, shelf
from guanxi.surfaces.texts.keeping import Wish
from guanxi.surfaces.texts.models import TextTemplate
from guanxi.surfaces.texts.sorts import parts
from tests import samples
from tests.people import Cast, let

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    shelf.clear()
    yield
    shelf.clear()


def text(cast: Cast, body: str, **said: Any) -> TextTemplate:
    return keeping.create(CUSTOMER, Wish(**{"zh": "问候", "sort": "mail", "subject": "致{{name}}", **said}, body=body), actor=cast.business)


@pytest.fixture
def customer(cast: Cast) -> int:
    values = {"name": "云深机电", "phone": "13812345678", "email": "li@example.com", "remark": "{{phone}} {{owner.phone}} <b>&x=1\n第二行"}
    return write.create(CUSTOMER, values, actor=cast.owner, door="test").id


def shown(desk: Client, customer: int, row: TextTemplate) -> str:
    answer = desk.get(f"/customers/{customer}/_texts/", {"text": row.pk})
    assert answer.status_code == 200
    return answer.content.decode()


def body_of(page: str) -> str:
    return unescape(re.findall(r"<textarea[^>]*data-body[^>]*>(.*?)</textarea>", page, re.S)[0])


def test_who_shapes_makes_one_and_who_sells_writes_with_it(cast: Cast, at_desk: Desk, customer: int) -> None:
    shaper, owner = at_desk(cast.business), at_desk(cast.owner)
    assert "_texts/" not in owner.get(f"/customers/{customer}/").content.decode()
    given = {
        "zh": "报价跟进",
        "sort": "mail",
        "subject": "致{{客户名称}}",
        "body": "您好，{{客户名称}}。\n{{owner}}",
        "language": "zh-hans",
    }
    answer = shaper.post("/admin/texts/new/?of=customers", given)
    assert answer.status_code == 302
    row = TextTemplate.objects.get(zh="报价跟进")
    assert (row.subject, row.body) == ("致{{name}}", "您好，{{name}}。\n{{owner}}")
    assert f"/customers/{customer}/_texts/" in owner.get(f"/customers/{customer}/").content.decode()
    page = shown(owner, customer, row)
    assert body_of(page) == "您好，云深机电。\nOlivia"
    assert "mailto:li@example.com?subject=%E8%87%B4" in page
    assert "data-tell" in page
    assert shaper.post(f"/admin/texts/{row.pk}/switch/", {"active": ""}).status_code == 302
    assert "_texts/" not in owner.get(f"/customers/{customer}/").content.decode()
    assert Operation.objects.filter(subject="texttemplate", subject_id=row.pk).count() == 2
    assert at_desk(cast.owner).get("/admin/texts/").status_code == 404
    with pytest.raises(write.Forbidden):
        keeping.create(CUSTOMER, Wish("x", "y"), actor=cast.owner)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"body": "{{nmae}}"}, "There is no tag “nmae”"),
        ({"subject": "{{name"}, "Double braces"),
        ({"body": " "}, "Write the text"),
        ({"zh": ""}, "Give it a name"),
        ({"sort": "fax"}, "Choose what it is"),
        ({"roles": "nobody"}, "Choose roles"),
        ({"body": "{{name|money}}"}, "is not for"),
        ({"body": "{{name.__class__}}"}, "There is no tag"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason_and_nothing_typed_is_lost(
    cast: Cast, at_desk: Desk, change: dict[str, str], word: str
) -> None:
    given = {"zh": "问候", "sort": "mail", "subject": "这里写过字", "body": "也写过", **change}
    answer = at_desk(cast.business).post("/admin/texts/new/?of=customers", given)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert word in page
    assert "这里写过字" in page or "subject" in change
    assert not TextTemplate.objects.exists()


def test_a_look_shows_it_filled_before_it_is_kept_and_only_what_its_reader_may_see(cast: Cast, at_desk: Desk, customer: int) -> None:
    look, given = "/admin/texts/look/customers/", {"zh": "x", "sort": "message", "body": "{{name}}，" + "好" * 80}
    shaper = at_desk(cast.business)
    page = shaper.post(look, {**given, "sample": customer}).content.decode()
    assert "云深机电，" in page
    assert "85 characters, sent as 2" in page
    assert "〔" in shaper.post(look, given).content.decode()
    assert "There is no tag" in shaper.post(look, {**given, "body": "{{nmae}}"}).content.decode()
    assert "云深" not in at_desk(cast.admin).post(look, {**given, "sample": customer}).content.decode()


def test_what_is_closed_to_the_reader_is_not_in_his_text(cast: Cast, at_desk: Desk, customer: int) -> None:
    row = text(cast, "{{phone}}|{{remark}}|{{email}}|{{parent.name}}")
    let(cast.owner, CUSTOMER.key, "phone", "masked")
    let(cast.owner, CUSTOMER.key, "remark", "hidden")
    let(cast.owner, CUSTOMER.key, "email", "hidden")
    page = shown(at_desk(cast.again(cast.owner)), customer, row)
    assert body_of(page) == "138****5678|||"
    assert "mailto:" not in page
    assert "_reveal" not in page
    assert "example.com" not in page
    assert not AccessLog.objects.filter(verb="reveal").exists()
    for who in (cast.stranger, cast.admin):
        for address in (f"/customers/{customer}/_texts/", f"/customers/{customer}/_texts/{row.pk}/"):
            assert at_desk(who).get(address).status_code == 404


def test_what_a_value_says_is_never_read_as_a_tag_nor_as_markup(cast: Cast, at_desk: Desk, customer: int) -> None:
    page = shown(at_desk(cast.owner), customer, text(cast, "{{remark}}", subject="{{remark}}"))
    assert "&lt;b&gt;" in page
    assert "<b>&" not in page
    assert body_of(page) == "{{phone}} {{owner.phone}} <b>&x=1\n第二行"
    assert "13812345678" not in page
    link = unescape(re.findall(r'href="(mailto:[^"]*)"', page)[0])
    asked = parse_qs(urlsplit(link).query, keep_blank_values=True)
    assert asked == {"subject": ["{{phone}} {{owner.phone}} <b>&x=1 第二行"], "body": ["{{phone}} {{owner.phone}} <b>&x=1\r\n第二行"]}


@pytest.mark.parametrize("value", ["a\r\nBcc: b@example.com", "x?cc=b@example.com", "x&bcc=b@example.com", "#x", "%0ABcc:y", '"><script>'])
def test_nothing_in_a_mail_that_is_begun_adds_to_whom_or_what_it_goes(value: str) -> None:
    link = mailto(value, value, value)
    assert not set(link[len("mailto:") :]) & set('\r\n "<>#')
    assert [key for key, _v in (pair.split("=", 1) for pair in urlsplit(link).query.split("&"))] == ["subject", "body"]
    assert "?" not in urlsplit(link).path
    assert "&" not in urlsplit(link).path


def test_a_whole_number_in_a_text_is_on_record_as_revealed(cast: Cast, at_desk: Desk, customer: int) -> None:
    row = text(cast, "电话 {{phone}}", sort="message")
    page = shown(at_desk(cast.owner), customer, row)
    assert body_of(page) == "电话 138 1234 5678"
    logged = AccessLog.objects.get(verb="reveal")
    assert (logged.actor, logged.record, logged.data["field"]) == (cast.owner.id, customer, "phone")
    assert f"/customers/{customer}/_reveal/phone/" in page
    write.update((CUSTOMER, customer), {"phone": "0571-88881234"}, actor=cast.owner, door="test")
    assert "_reveal" not in shown(at_desk(cast.owner), customer, row)


def test_contacts_may_be_written_to_as_far_as_they_are_seen(cast: Cast, at_desk: Desk, customer: int) -> None:
    contact = registry.get("customers.contact")
    write.create(contact, {"name": "李四", "email": "si@example.com", "customer": customer}, actor=cast.owner, door="test")
    row = text(cast, "您好")
    assert "mailto:si@example.com" in shown(at_desk(cast.owner), customer, row) or "si@example.com" in shown(
        at_desk(cast.owner), customer, row
    )
    let(cast.owner, contact.key, "email", "hidden")
    assert "si@example.com" not in shown(at_desk(cast.again(cast.owner)), customer, row)


def test_only_the_chosen_roles_are_offered_it(cast: Cast, at_desk: Desk, customer: int) -> None:
    row = text(cast, "内部", sort="phrase", roles=["director"])
    url = f"/customers/{customer}/_texts/{row.pk}/"
    assert at_desk(cast.owner).get(url).status_code == 404
    assert "问候" not in at_desk(cast.owner).get(f"/customers/{customer}/").content.decode()
    assert at_desk(cast.director).get(url).json() == {"text": "内部"}
    assert f'data-phrase="{url}"' in at_desk(cast.director).get(f"/customers/{customer}/").content.decode()


def test_a_phrase_stands_in_the_composer_and_comes_filled(cast: Cast, at_desk: Desk, customer: int) -> None:
    row = text(cast, "已致电{{name}}", sort="phrase")
    url = f"/customers/{customer}/_texts/{row.pk}/"
    owner = at_desk(cast.owner)
    assert f'data-phrase="{url}"' in owner.get(f"/customers/{customer}/_timeline/").content.decode()
    assert owner.get(url).json() == {"text": "已致电云深机电"}


def test_the_palette_reaches_it_by_what_people_call_it(cast: Cast, at_desk: Desk, customer: int) -> None:
    text(cast, "您好")
    found = (
        at_desk(cast.owner)
        .get("/_search/", {"q": ">短信", "record": f"/customers/{customer}/"}, headers={"HX-Request": "true"})
        .content.decode()
    )
    assert f"/customers/{customer}/_texts/" in found
    assert "/admin/texts/" in at_desk(cast.business).get("/admin/", {"q": "话术"}).content.decode()


def test_who_looks_through_a_colleague_s_eyes_writes_nothing_in_his_name(cast: Cast, at_desk: Desk, customer: int) -> None:
    row, director = text(cast, "{{phone}}"), at_desk(cast.director)
    assert director.post("/preview/", {"user": cast.owner.id}).status_code == 302
    assert director.get(f"/customers/{customer}/_texts/", {"text": row.pk}).status_code == 403
    assert not AccessLog.objects.filter(verb="reveal").exists()


@pytest.mark.usefixtures("unshaped")
def test_tags_follow_a_field_into_another_sort(cast: Cast, customer: int) -> None:
    key = samples.added(CUSTOMER, "decimal", places=2)
    write.update((CUSTOMER, customer), {key: "1200.50"}, actor=cast.owner, door="test")
    row = text(cast, f"预算{{{{{key}|money}}}}")
    field = CustomField.objects.get(pk=key[1:])
    told = retyping.preview(CUSTOMER, field, fields.Wish("", sort="text"), actor=cast.business).named
    assert any("问候" in what and goes for what, goes in told)
    retyping.convert(CUSTOMER, field, fields.Wish("", sort="text"), actor=cast.business)
    for job in Job.objects.filter(state="waiting").order_by("id"):
        jobs.run(job.pk)
    row.refresh_from_db()
    assert filling.fill(CUSTOMER, "", row.body, "", customer, cast.owner).body == "预算1,200.50"
    CustomField.objects.update(active=False)
    custom.load()
    assert filling.fill(CUSTOMER, "", row.body, "", customer, cast.owner).body == "预算"


@pytest.mark.parametrize(
    ("said", "counted"),
    [("", (0, 0)), ("好" * 70, (70, 1)), ("好" * 71, (71, 2)), ("好" * 134, (134, 2)), ("好" * 135, (135, 3)), ("😀" * 35, (70, 1))],
)
def test_a_message_is_counted_as_operators_do(said: str, counted: tuple[int, int]) -> None:
    assert parts(said) == counted

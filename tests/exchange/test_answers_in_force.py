"""An answer about a word of a file holds for that word alone, is shown, and can be taken back."""

from __future__ import annotations

import pytest
from django.test import Client

from guanxi.customers.entities.customer import Customer
from guanxi.kernel import write
from guanxi.surfaces.exchange.importing import words
from tests.exchange.company import CUSTOMERS, Company, Make, browser, work
from tests.exchange.test_once_for_all_rows import Walk, csv


def known(company: Company, name: str) -> Customer:
    """A customer that is there already."""
    return write.create(CUSTOMERS, {"name": name}, actor=company.actor("sales"), door="form")


def test_a_form_that_was_left_open_never_answers_for_another_word(company: Company, file_of: Make) -> None:
    record = known(company, "Acme Ltd")
    walk = Walk(browser(company, "sales"), "opportunities", file_of(csv("商机,客户", "一,Acme", "二,Acme", "三,Globex")))
    walk.map(c0="name", c1="customer")
    assert '<input type="hidden" name="plan"' in walk.client.get(walk.url).content.decode()
    first = {"plan": walk.run.plan_job, "customer:0:this": str(record.pk)}
    assert walk.client.post(f"{walk.url}words/", first).status_code == 302
    work()
    assert walk.asked() == {"customer": {"Globex": 1}}
    again = walk.client.post(f"{walk.url}words/", first)
    assert again.status_code == 422
    assert "The preview was made anew since you opened this page." in again.content.decode()
    assert walk.run.options["words"] == {"customer": {"Acme": f"id:{record.pk}"}}
    assert (walk.run.state, walk.run.counts) == ("planned", {"create": 2, "error": 1})


def test_an_answer_is_shown_and_asked_again_and_then_no_longer_remembered(boss: Client, file_of: Make) -> None:
    walk = Walk(boss, "customers", file_of(csv("名称,级别", "云深,特级", "海曙,差")))
    walk.map()
    walk.answer(level={"特级": "A", "差": "-"})
    assert not walk.asked()
    page = boss.get(walk.url).content.decode()
    assert "特级 → " in page
    assert "差 → leave the field empty" in page
    answer = boss.post(f"{walk.url}words/", {"plan": walk.run.plan_job, "again": "level"})
    assert answer.status_code == 302
    work()
    assert walk.asked() == {"level": {"特级": 1, "差": 1}}
    assert "Answers in force" not in boss.get(walk.url).content.decode()
    later = Walk(boss, "customers", file_of(csv("名称,级别", "甬江,特级"), "b.csv"))
    later.map()
    assert later.asked() == {"level": {"特级": 1}}


def test_the_record_that_bears_the_name_comes_before_an_answer_of_earlier(company: Company, file_of: Make) -> None:
    other, sales = known(company, "Acme Ltd"), browser(company, "sales")
    first = Walk(sales, "opportunities", file_of(csv("商机,客户", "一,Acme")))
    first.map(c0="name", c1="customer")
    first.answer(customer={"Acme": f"this:{other.pk}"})
    assert "Acme → Acme Ltd" in sales.get(first.url).content.decode()
    exact = known(company, "Acme")
    later = Walk(sales, "opportunities", file_of(csv("商机,客户", "二,Acme"), "b.csv"))
    later.map()
    assert [row.values["customer"] for row in later.run.rows.all()] == [exact.pk]


def test_a_value_that_has_come_since_is_taken_at_its_word(boss: Client, file_of: Make) -> None:
    first = Walk(boss, "customers", file_of(csv("名称,级别", "云深,特级")))
    first.map()
    first.answer(level={"特级": "A"})
    words.add(CUSTOMERS.fields["level"].kind.dictionary, "特级")
    later = Walk(boss, "customers", file_of(csv("名称,级别", "甬江,特级"), "b.csv"))
    later.map()
    assert [row.values["level"] for row in later.run.rows.all()] == ["特级"]


def test_what_stood_in_for_nothing_in_one_file_does_not_stand_in_the_next(company: Company, file_of: Make) -> None:
    sales, customer = browser(company, "sales"), known(company, "云深")
    first = Walk(sales, "opportunities", file_of(csv("商机,客户", "一,", "二,Acme")))
    first.map(c0="name", c1="customer")
    first.answer(customer={"": f"this:{customer.pk}", "Acme": f"this:{customer.pk}"})
    assert first.run.counts == {"create": 2}
    later = Walk(sales, "opportunities", file_of(csv("商机,客户", "三,", "四,Acme"), "b.csv"))
    later.map()
    assert later.asked() == {"customer": {"": 1}}


@pytest.mark.parametrize(("erase", "left"), [({}, "a"), ({"erase": "1"}, None)])
def test_leave_the_field_empty_erases_only_where_empty_cells_do(
    boss: Client, company: Company, file_of: Make, erase: dict[str, str], left: str | None
) -> None:
    level = CUSTOMERS.fields["level"].kind
    before = level.dictionary.items()[0]
    record = write.create(CUSTOMERS, {"name": "云深", "level": before.code, "remark": "x"}, actor=company.actor("director"), door="form")
    walk = Walk(boss, "customers", file_of(csv("名称,级别,备注", "云深,没有,y")))
    policy = {"c0": "name", "c1": "level", "c2": "remark", "match": ["name"], "policy": "update", **erase}
    walk.map(**policy)
    walk.answer(level={"没有": "-"})
    walk.commit()
    record.refresh_from_db()
    assert (record.level, record.remark) == (before.id if left else None, "y")

"""What a file calls otherwise than the company is settled once for all its rows: mapped, created, or left out."""

from __future__ import annotations

import pytest
from django.test import Client

from guanxi.catalog.entities.product import Product
from guanxi.customers.entities.customer import Customer
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import DictionaryValue, Job
from guanxi.kernel.registry import registry
from guanxi.sales.entities.opportunity import Opportunity
from guanxi.surfaces.exchange.importing import within, words
from guanxi.surfaces.exchange.models import ImportRow, ImportRun
from tests.exchange.company import Company, Make, browser, work
from tests.exchange.wizard import Walk

OPPORTUNITIES: Entity = registry.get("sales.opportunity")


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_a_company_below_another_of_the_same_file_comes_in_whatever_their_order(company: Company, file_of: Make) -> None:
    walk = Walk(browser(company, "sales"), "customers", file_of(csv("名称,母公司", "云深一,云深", "云深小,云深一", "云深,", "海曙,甬江")))
    walk.map()
    assert walk.asked() == {"parent": {"甬江": 1}}
    walk.commit()
    found = dict(Customer.objects.values_list("name", "parent__name"))
    assert found == {"云深": None, "云深一": "云深", "云深小": "云深一"}
    walk.client.post(f"{walk.url}undo/")
    work()
    assert not Customer.objects.filter(deleted_at=None).exists()


def test_companies_in_a_circle_are_refused_and_the_others_come_in(company: Company, file_of: Make) -> None:
    walk = Walk(browser(company, "sales"), "customers", file_of(csv("名称,母公司", "甲,乙", "乙,甲", "丙,")))
    walk.map()
    walk.commit()
    assert list(Customer.objects.values_list("name", flat=True)) == ["丙"]
    refused = ImportRow.objects.filter(run=walk.run, result="error").order_by("number")
    assert [row.message for row in refused] == [f"“{name}” of this file, to which this row refers, was not imported." for name in "乙甲"]


def test_a_long_chain_of_parents_looks_at_each_row_a_few_times_and_not_at_all_for_each(
    company: Company, file_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    resolve = within._resolve
    monkeypatch.setattr(within, "_resolve", lambda row, kinds: (looked.append(row.number), resolve(row, kinds))[1])
    monkeypatch.setattr(within, "_BATCH", 7)
    links = 40
    chain = [f"第{n}家,第{n + 1}家" for n in range(links)]
    walk = Walk(browser(company, "sales"), "customers", file_of(csv("名称,母公司", *chain, f"第{links}家,", "甲,乙", "乙,甲")))
    walk.map()
    walk.commit()
    assert Customer.objects.exclude(parent=None).count() == links
    assert len(looked) < 4 * links
    job = Job.objects.get(kind="import.commit")
    assert (job.done, job.total, job.counts) == (links + 3, links + 3, {"created": links + 1, "error": 2})
    assert [row.number for row in ImportRow.objects.filter(run=walk.run, result="error").order_by("number")] == [links + 3, links + 4]


def test_a_name_that_nobody_bears_is_mapped_or_made_once_for_all_rows(company: Company, file_of: Make) -> None:
    sales = browser(company, "sales")
    Walk(sales, "customers", file_of(csv("名称", "云深科技"), "a.csv")).map()
    sales.post(f"/customers/import/{ImportRun.objects.get().pk}/commit/")
    work()
    known = Customer.objects.get()
    lines = ("商机,客户,负责人", "一,云深,周楠", "二,云深,周楠", "三,甬江,何 青", "四,甬江,何 青", "五,,周楠")
    walk = Walk(sales, "opportunities", file_of(csv(*lines)))
    walk.map(c0="name", c1="customer", c2="owner")
    assert walk.asked() == {"customer": {"云深": 2, "甬江": 2, "": 1}, "owner": {"何 青": 2}}
    other = company.users["sales2"].pk
    walk.answer(customer={"云深": f"this:{known.pk}", "甬江": "+", "": "+"}, owner={"何 青": f"this:{other}"})
    assert walk.run.counts == {"create": 5}
    walk.commit()
    found = set(Opportunity.objects.values_list("name", "customer__name", "owner__name"))
    assert found == {
        ("一", "云深科技", "周楠"), ("二", "云深科技", "周楠"), ("三", "甬江", "何青"), ("四", "甬江", "何青"), ("五", "Unknown Customer", "周楠"),
    }  # fmt: skip


def test_nobody_maps_a_name_to_a_record_that_he_may_not_see(company: Company, file_of: Make) -> None:
    Walk(browser(company, "sales2"), "customers", file_of(csv("名称", "云深科技"), "a.csv")).map()
    run = ImportRun.objects.get()
    browser(company, "sales2").post(f"/customers/import/{run.pk}/commit/")
    work()
    theirs = Customer.objects.get()
    walk = Walk(browser(company, "sales"), "opportunities", file_of(csv("商机,客户", "一,云深")))
    walk.map(c0="name", c1="customer")
    walk.answer(customer={"云深": f"this:{theirs.pk}"})
    assert walk.run.counts == {"error": 1}


def test_why_old_deals_were_lost_is_said_once_for_all_and_only_for_them(boss: Client, file_of: Make) -> None:
    lines = (
        "商机,客户,阶段,关闭日期",
        "一,云深,赢单,2017-03-01",
        "二,云深,输单,2017-03-02",
        "三,云深,输单,2017-03-03",
        "四,云深,需求确认,",
    )
    walk = Walk(boss, "opportunities", file_of(csv(*lines)))
    walk.map(c0="name", c1="customer", c2="stage", c3="closed_on", lookups="create")
    assert walk.asked() == {"loss_reason": {"": 2}}
    walk.answer(loss_reason={"": "+"})
    walk.commit()
    reasons = dict(Opportunity.objects.values_list("name", "loss_reason"))
    assert (reasons["一"], reasons["四"]) == (None, None)
    assert reasons["二"] == reasons["三"] == DictionaryValue.objects.get(dictionary="loss_reason", zh="Unknown Reason").pk


def test_a_word_that_resembles_a_value_is_offered_for_it_and_a_whole_list_is_made_at_once(boss: Client, file_of: Make) -> None:
    first = Walk(boss, "customers", file_of(csv("名称,来源", "甲一,网络推广", "乙一,老客户介绍", "丙一,行业协会")))
    first.map(c0="name", c1="source")
    first.answer(source={"all": "+"})
    first.commit()
    made = set(DictionaryValue.objects.filter(dictionary="customer_source").values_list("zh", flat=True))
    assert {"网络推广", "老客户介绍", "行业协会"} <= made
    second = Walk(boss, "customers", file_of(csv("名称,来源", "丁一,老客户的介绍"), "b.csv"))
    second.map(c0="name", c1="source")
    page = boss.get(second.url).content.decode()
    assert '<option value="老客户介绍" selected>' in page
    second.answer(source={"老客户的介绍": "老客户介绍"})
    second.commit()
    given = Customer.objects.get(name="丁一").source
    assert given == DictionaryValue.objects.get(dictionary="customer_source", code="老客户介绍").pk
    remembered = Walk(boss, "customers", file_of(csv("名称,来源", "戊一,老客户的介绍"), "c.csv"))
    remembered.map()
    assert not remembered.asked()


def test_a_record_that_a_word_resembles_is_offered_for_it_and_remembered(boss: Client, file_of: Make) -> None:
    first = Walk(boss, "opportunities", file_of(csv("商机,客户,产品", "一,云深,GTX Pro", "二,云深,MG Special", "三,云深,GTK 500")))
    first.map(c0="name", c1="customer", c2="product")
    first.answer(product={"all": "+"}, customer={"all": "+", "云深": "+"})
    first.commit()
    assert set(Product.objects.values_list("name", flat=True)) == {"GTX Pro", "MG Special", "GTK 500"}
    meant = Product.objects.get(name="GTX Pro")
    second = Walk(boss, "opportunities", file_of(csv("商机,客户,产品", "四,云深,GTXPro", "五,云深,Walkman"), "b.csv"))
    second.map(c0="name", c1="customer", c2="product")
    page = boss.get(second.url).content.decode()
    assert f'<option value="{meant.pk}" selected>GTX Pro</option>' in page
    assert page.count(" selected>GTX Pro") == 1
    second.answer(product={"GTXPro": str(meant.pk), "Walkman": "-"})
    second.commit()
    assert dict(Opportunity.objects.filter(name__in="四五").values_list("name", "product__name")) == {"四": "GTX Pro", "五": None}
    remembered = Walk(boss, "opportunities", file_of(csv("商机,客户,产品", "六,云深,GTXPro"), "c.csv"))
    remembered.map()
    assert not remembered.asked()


def test_records_that_one_may_not_see_are_not_offered_for_a_word(company: Company, boss: Client, file_of: Make) -> None:
    Walk(boss, "products", file_of(csv("产品名称", "GTX Pro"), "a.csv")).map()
    boss.post(f"/products/import/{ImportRun.objects.get().pk}/commit/")
    work()
    walk = Walk(browser(company, "sales"), "opportunities", file_of(csv("商机,客户,产品", "一,云深,GTXPro")))
    walk.map(c0="name", c1="customer", c2="product")
    assert "GTX Pro" not in walk.client.get(walk.url).content.decode()


def test_many_records_are_searched_and_not_listed(boss: Client, file_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "FEW", 1)
    Walk(boss, "products", file_of(csv("产品名称", "GTX Pro", "MG Special"), "a.csv")).map()
    boss.post(f"/products/import/{ImportRun.objects.get().pk}/commit/")
    work()
    walk = Walk(boss, "opportunities", file_of(csv("商机,客户,产品", "一,云深,GTXPro")))
    walk.map(c0="name", c1="customer", c2="product")
    page = boss.get(walk.url).content.decode()
    assert '<option value="+">' in page
    assert ">GTX Pro</option>" not in page
    assert 'data-picker="/_pick/products/"' in page


def test_long_words_that_begin_alike_are_made_each_for_itself(boss: Client, file_of: Make) -> None:
    alike = "一种名字很长的来源" * 8
    names = [f"{alike}甲", f"{alike}乙", f"{alike}丙", "长" * 130 + "甲", "长" * 130 + "乙"]
    walk = Walk(boss, "customers", file_of(csv("名称,来源", *(f"第{n}家,{name}" for n, name in enumerate(names)))))
    walk.map(c0="name", c1="source")
    before = DictionaryValue.objects.filter(dictionary="customer_source").count()
    walk.answer(source={"all": "+"})
    assert walk.run.counts == {"create": 5}
    walk.commit()
    labels = dict(DictionaryValue.objects.filter(dictionary="customer_source").values_list("pk", "zh"))
    found = {customer.name: labels[customer.source] for customer in Customer.objects.all()}
    assert found == {f"第{n}家": name[:120] for n, name in enumerate(names)}
    assert len(labels) - before == 4

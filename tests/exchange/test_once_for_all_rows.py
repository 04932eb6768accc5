"""What a file calls otherwise than the company is settled once for all its rows: mapped, created, or left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import translation

from guanxi.customers.entities.customer import Customer
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import DictionaryValue, Job
from guanxi.kernel.registry import registry
from guanxi.org import actors, tokens
from guanxi.org import directory as org_directory
from guanxi.org.models import Assignment, Department, Role, User
from guanxi.sales.entities.opportunity import Opportunity
from guanxi.surfaces.exchange.importing import within, words
from guanxi.surfaces.exchange.models import ImportRow, ImportRun
from tests.exchange.company import Company, Make, browser, upload, work
from tests.surfaces.test_groups import table

OPPORTUNITIES: Entity = registry.get("sales.opportunity")


class Walk:
    """One file on its way through the pages of the wizard."""

    def __init__(self, client: Client, slug: str, path: Path) -> None:
        self.client = client
        answer = client.post(f"/{slug}/import/", {"file": upload(path)})
        assert answer.status_code == 302, answer.content.decode()
        self.url = answer["Location"]

    @property
    def run(self) -> ImportRun:
        return ImportRun.objects.get(pk=self.url.rstrip("/").rsplit("/", 1)[1])

    def map(self, **more: Any) -> None:
        """Take what is proposed, and `more`."""
        form = {f"c{column}": key for column, key in self.run.mapping.items()}
        options = {"match": self.run.options["match"], "policy": "skip"}
        assert self.client.post(f"{self.url}plan/", {**form, **options, **more}).status_code == 302
        work()

    def asked(self) -> dict[str, dict[str, int]]:
        return self.run.unknown

    def answer(self, **by_field: dict[str, str]) -> None:
        """Answer each word; `all` is the answer for the rest, and `this:` a record that was searched."""
        form = {"plan": str(self.run.plan_job)}
        page = self.client.get(self.url).content.decode()
        for question in words.questions(self.run, actors.by_id(self.run.actor_id)):
            said = by_field.get(question.target.key, {})
            form[f"{question.target.key}:all"] = said.get("all", "")
            for number, word in enumerate(question.words):
                assert f'name="{question.target.key}:{number}"' in page
                answer = said.get(word.text, "")
                place = f"{question.target.key}:{number}"
                form[f"{place}:this" if answer.startswith("this:") else place] = answer.removeprefix("this:")
        assert self.client.post(f"{self.url}words/", form).status_code == 302
        work()

    def commit(self) -> None:
        self.client.post(f"{self.url}commit/")
        work()
        assert self.client.get(self.url).status_code == 200


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
    first = Walk(boss, "opportunities", file_of(csv("商机,客户,产品", "一,云深,GTX Pro", "二,云深,MG Special", "三,云深,GTK 500")))
    first.map(c0="name", c1="customer", c2="product", lookups="create")
    first.answer(product={"all": "+"})
    first.commit()
    assert DictionaryValue.objects.filter(dictionary="product").count() == 3
    second = Walk(boss, "opportunities", file_of(csv("商机,客户,产品", "四,云深,GTXPro"), "b.csv"))
    second.map(c0="name", c1="customer", c2="product", lookups="create")
    page = boss.get(second.url).content.decode()
    assert '<option value="GTX Pro" selected>' in page
    second.answer(product={"GTXPro": "GTX Pro"})
    second.commit()
    assert Opportunity.objects.get(name="四").product == DictionaryValue.objects.get(dictionary="product", code="GTX Pro").pk
    remembered = Walk(boss, "opportunities", file_of(csv("商机,客户,产品", "五,云深,GTXPro"), "c.csv"))
    remembered.map(lookups="create")
    assert not remembered.asked()


def test_long_words_that_begin_alike_are_made_each_for_itself(boss: Client, file_of: Make) -> None:
    alike = "一款名字很长的产品" * 8
    names = [f"{alike}甲", f"{alike}乙", f"{alike}丙", "长" * 130 + "甲", "长" * 130 + "乙"]
    walk = Walk(boss, "opportunities", file_of(csv("商机,客户,产品", *(f"第{n}个,云深,{name}" for n, name in enumerate(names)))))
    walk.map(c0="name", c1="customer", c2="product", lookups="create")
    walk.answer(product={"all": "+"})
    assert walk.run.counts == {"create": 5}
    walk.commit()
    labels = dict(DictionaryValue.objects.filter(dictionary="product").values_list("pk", "zh"))
    found = {opportunity.name: labels[opportunity.product] for opportunity in Opportunity.objects.all()}
    assert found == {f"第{n}个": name[:120] for n, name in enumerate(names)}
    assert len(labels) == 4


@pytest.fixture
def sellers(company: Company, shared_data: Path) -> Iterator[Path]:
    """The agents of the seller and his managers have accounts in departments called like his offices."""
    folder = shared_data / "crm_sales_opportunities"
    role = Role.objects.get(code="sales")
    places: dict[str, Department] = {}
    for line in (folder / "sales_teams.csv").read_text(encoding="utf-8").splitlines()[1:]:
        agent, _manager, office = line.split(",")
        if office not in places:
            places[office] = Department.objects.create(name=office, code=f"office-{office.lower()}")
        user = User.objects.create(login=agent.replace(" ", "."), name=agent, department=places[office], password="!")
        Assignment.objects.create(user=user, role=role)
    org_directory.clear()
    actors.forget()
    with translation.override("en"):
        yield folder


def figures(client: Client, *where: Any) -> tuple[int, Decimal]:
    """How many opportunities there are under a condition, and the sum of their amounts, read page by page as a program does."""
    total, amount = 0, Decimal(0)
    token = tokens.issue("director")
    address = "/api/v1/opportunities?" + urlencode({"where": json.dumps(["and", *where]), "limit": 200, "fields": "amount", "sort": "id"})
    while address:
        page = client.get(address, headers={"Authorization": f"Bearer {token}"}).json()
        total += len(page["results"])
        amount += sum((Decimal(str(item["amount"] or 0)) for item in page["results"]), Decimal(0))
        address = page["next"]
    return total, amount


@pytest.mark.feature("CUS-21")
def test_the_book_of_a_hardware_seller_comes_in_through_the_wizard_alone(boss: Client, sellers: Path) -> None:
    accounts = Walk(boss, "customers", sellers / "accounts.csv")
    assert accounts.run.mapping == {"0": "name", "1": "industry", "4": "employees", "6": "parent"}
    accounts.map()
    assert accounts.asked()["industry"]["technolgy"] == 12
    assert set(accounts.asked()) == {"industry"}
    accounts.answer(industry={"technolgy": "it", "services": "services", "all": "+"})
    accounts.commit()
    assert (Customer.objects.count(), Customer.objects.exclude(parent=None).count()) == (85, 15)

    deals = Walk(boss, "opportunities", sellers / "sales_pipeline.csv")
    assert {"owner", "product", "customer", "stage", "closed_on", "amount"} <= set(deals.run.mapping.values())
    deals.map(c0="name")
    asked = deals.asked()
    assert (asked["product"]["GTXPro"], asked["customer"], len(asked["product"])) == (1480, {"": 1425}, 7)
    assert (asked["stage"], asked["loss_reason"]) == ({"Engaging": 1589, "Prospecting": 500}, {"": 2473})
    assert "owner" not in asked
    stage = {"Engaging": "needs", "Prospecting": "contact"}
    made = dict.fromkeys(("MG Special", "MG Advanced", "GTX Basic", "GTX Plus Basic", "GTX Plus Pro", "GTK 500"), "+")
    words.add(Opportunity.entity.fields["product"].kind.dictionary, "GTX Pro")
    deals.answer(stage=stage, loss_reason={"": "+"}, customer={"": "+"}, product={**made, "GTXPro": "GTX Pro"})
    assert deals.run.counts == {"create": 8800}
    deals.commit()
    assert not deals.run.counts.get("error")

    won, lost = ["outcome", "is", "won"], ["outcome", "is", "lost"]
    assert figures(boss, won) == (4238, 10_005_534)
    assert figures(boss, lost)[0] == 2473
    assert figures(boss, ["stage", "is", "needs"])[0] == 1589
    assert figures(boss, ["stage", "is", "contact"])[0] == 500
    quarters = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")]
    assert [figures(boss, won, ["closed_on", "between", [f"2017-{a}", f"2017-{b}"]]) for a, b in quarters] == [
        (531, 1_134_672), (1254, 3_086_111), (1257, 2_982_255), (1196, 2_802_496),
    ]  # fmt: skip
    places = dict(Department.objects.filter(code__startswith="office-").values_list("name", "pk"))
    offices = {name: figures(boss, won, ["department", "within", place])[1] for name, place in places.items()}
    assert offices == {"West": 3_568_647, "Central": 3_346_293, "East": 3_090_594}
    assert figures(boss, won, ["owner", "is", "Darcel Schlecht"]) == (349, 1_153_214)
    assert figures(boss, won, ["customer", "is", Customer.objects.get(name="Kan-code").pk])[1] == 341_455
    assert figures(boss, ["product", "is", "GTX Pro"])[0] == 1480
    on_screen(boss)


def on_screen(boss: Client) -> None:
    """The same figures where people read them: the list of opportunities in groups."""
    address = "/opportunities/?view=all&layout=groups&by="
    quarters = table(boss, address + "closed_on.quarter")
    assert {name: (cells[2], cells[5]) for name, cells in quarters.items() if "2017" in name} == {
        "2017 Q1": ("531", "¥1,134,672"),
        "2017 Q2": ("1,254", "¥3,086,111"),
        "2017 Q3": ("1,257", "¥2,982,255"),
        "2017 Q4": ("1,196", "¥2,802,496"),
    }
    whole = quarters["All"]
    assert (whole[0], whole[2:]) == ("8,800", ["4,238", "2,473", "63.15%", "¥10,005,534"])
    offices = table(boss, address + "department")
    assert [offices[name][5] for name in ("West", "Central", "East")] == ["¥3,568,647", "¥3,346,293", "¥3,090,594"]
    agents = table(boss, address + "owner")
    assert (agents["Darcel Schlecht"][2], agents["Darcel Schlecht"][5]) == ("349", "¥1,153,214")
    assert table(boss, address + "customer")["Kan-code"][5] == "¥341,455"

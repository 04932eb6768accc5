"""The whole book of a hardware seller comes in through the wizard alone, and the pages say of it what its own files say."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import translation

from guanxi.catalog.entities.product import Product
from guanxi.customers.entities.customer import Customer
from guanxi.org import directory as org_directory
from guanxi.org import tokens
from guanxi.org.models import Department, User
from guanxi.people.entities.employee import Employee
from tests.exchange.company import Company, Make
from tests.exchange.wizard import Walk
from tests.surfaces.test_groups import table

GROUPS = "/opportunities/?view=all&layout=groups&by="
#: The price list calls it otherwise than the pipeline does.
SPELT = {"GTXPro": "GTX Pro"}
QUARTERS = {"2017 Q1": (531, 1_134_672), "2017 Q2": (1254, 3_086_111), "2017 Q3": (1257, 2_982_255), "2017 Q4": (1196, 2_802_496)}


class Sold(NamedTuple):
    """What a group of opportunities comes to."""

    count: int
    won: int
    lost: int
    gained: int

    def cells(self) -> tuple[str, str, str, str]:
        """As the page writes it."""
        return f"{self.count:,}", f"{self.won:,}", f"{self.lost:,}", f"¥{self.gained:,}" if self.won else "—"


@pytest.fixture
def folder(company: Company, shared_data: Path) -> Iterator[Path]:
    for place in Department.objects.all():  # the house has no departments that are called like the seller's offices
        Department.objects.filter(pk=place.pk).update(name=f"House {place.pk}", code=f"house-{place.pk}")
    org_directory.clear()
    with translation.override("en"):
        yield shared_data / "crm_sales_opportunities"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def add_up(lines: list[dict[str, str]], by: str) -> dict[str, Sold]:
    """The figures of the raw file by one of its columns, worked out without the program."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in lines:
        found[SPELT.get(line[by], line[by])].append(line)
    ends = {name: [line["deal_stage"] for line in group] for name, group in found.items()}
    gained = {name: sum(int(line["close_value"]) for line in group if line["deal_stage"] == "Won") for name, group in found.items()}
    return {name: Sold(len(group), ends[name].count("Won"), ends[name].count("Lost"), gained[name]) for name, group in found.items()}


def shown(boss: Client, by: str) -> dict[str, tuple[str, ...]]:
    """The page of groups by name: how many, won, lost, won amount."""
    return {name: (cells[0], *cells[2:4], cells[5]) for name, cells in table(boss, GROUPS + by).items() if len(cells) > 5}


def teams_come_in(boss: Client, folder: Path, file_of: Make, like: User) -> None:
    """Departments and managers are entered first; the agents come from their file, and all get accounts in the office."""
    lines = rows(folder / "sales_teams.csv")
    for office in sorted({line["regional_office"] for line in lines}):
        assert boss.post("/admin/departments/new/", {"name": office}).status_code in (204, 302)
    managers = sorted({(line["manager"], line["regional_office"]) for line in lines})
    leaders = Walk(boss, "employees", file_of("\n".join(["Name,Works in", *map(",".join, managers)]).encode(), "managers.csv"))
    leaders.map(c0="name", c1="works_in")
    assert not leaders.asked()
    leaders.commit()
    open_accounts(boss, like)
    agents = Walk(boss, "employees", folder / "sales_teams.csv")
    agents.map(c0="name", c1="manager", c2="works_in")
    assert not agents.asked()
    assert agents.run.counts == {"create": 35}
    agents.commit()
    open_accounts(boss, like)
    assert User.objects.filter(manager__name="Celia Rouche", department__name="West").count() == 6


def open_accounts(boss: Client, like: User) -> None:
    without = Employee.objects.filter(account=None).values_list("pk", flat=True)
    assert boss.post("/admin/accounts/batch/", {"employee": list(without), "like": like.pk}).status_code == 200


def accounts_come_in(boss: Client, folder: Path) -> None:
    walk = Walk(boss, "customers", folder / "accounts.csv")
    assert walk.run.mapping == {"0": "name", "1": "industry", "4": "employees", "6": "parent"}
    walk.map()
    assert walk.asked()["industry"]["technolgy"] == 12
    assert set(walk.asked()) == {"industry"}
    walk.answer(industry={"technolgy": "it", "services": "services", "all": "+"})
    walk.commit()
    assert (Customer.objects.count(), Customer.objects.exclude(parent=None).count()) == (85, 15)


def products_come_in(boss: Client, folder: Path) -> None:
    walk = Walk(boss, "products", folder / "products.csv")
    assert walk.run.mapping == {"0": "name", "1": "category", "2": "list_price"}
    walk.map()
    assert walk.asked() == {"category": {"GTX": 4, "MG": 2, "GTK": 1}}
    walk.answer(category={"all": "+"})
    walk.commit()
    raw = {(line["product"], line["series"], Decimal(line["sales_price"])) for line in rows(folder / "products.csv")}
    assert set(Product.objects.values_list("name", "category__name", "list_price")) == raw


def deals_come_in(boss: Client, folder: Path) -> None:
    walk = Walk(boss, "opportunities", folder / "sales_pipeline.csv")
    assert {"owner", "product", "customer", "stage", "closed_on", "amount"} <= set(walk.run.mapping.values())
    walk.map(c0="name")
    assert walk.asked() == {
        "product": {"GTXPro": 1480},
        "customer": {"": 1425},
        "stage": {"Engaging": 1589, "Prospecting": 500},
        "loss_reason": {"": 2473},
    }
    meant = Product.objects.get(name="GTX Pro").pk
    assert f'<option value="{meant}" selected>GTX Pro</option>' in boss.get(walk.url).content.decode()
    stage = {"Engaging": "needs", "Prospecting": "contact"}
    walk.answer(stage=stage, loss_reason={"": "+"}, customer={"": "+"}, product={"GTXPro": str(meant)})
    assert walk.run.counts == {"create": 8800}
    walk.commit()
    assert not walk.run.counts.get("error")


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


@pytest.mark.feature("CUS-21", "PRD-01", "PRD-02")
def test_the_book_of_a_hardware_seller_comes_in_through_the_wizard_alone(
    company: Company, boss: Client, folder: Path, file_of: Make
) -> None:
    teams_come_in(boss, folder, file_of, company.users["sales"])
    accounts_come_in(boss, folder)
    products_come_in(boss, folder)
    deals_come_in(boss, folder)
    lines = rows(folder / "sales_pipeline.csv")
    assert figures(boss, ["outcome", "is", "won"]) == (4238, 10_005_534)
    assert figures(boss, ["product", "is", "GTX Pro"])[0] == 1480
    whole_and_quarters(boss)
    for by, column in (("owner", "sales_agent"), ("product", "product"), ("customer", "account")):
        raw = {name or "Unknown Customer": each.cells() for name, each in add_up(lines, column).items()}
        page = shown(boss, by)
        assert {name: page.get(name) for name in raw} == raw
    assert shown(boss, "owner")["Darcel Schlecht"][1::2] == ("349", "¥1,153,214")
    assert shown(boss, "customer")["Kan-code"][3] == "¥341,455"
    offices = shown(boss, "department")
    gained = [offices[name][3] for name in ("West", "Central", "East")]
    assert gained == ["¥3,568,647", "¥3,346,293", "¥3,090,594"]
    board_and_funnel(boss)
    groups_lead_to_what_they_count(boss)


def whole_and_quarters(boss: Client) -> None:
    """What the README of the data says of all of it, where people read it."""
    quarters = table(boss, GROUPS + "closed_on.quarter")
    assert {name: (cells[2], cells[5]) for name, cells in quarters.items() if "2017" in name} == {
        name: (f"{won:,}", f"¥{gained:,}") for name, (won, gained) in QUARTERS.items()
    }
    whole = quarters["All"]
    assert (whole[0], whole[2:]) == ("8,800", ["4,238", "2,473", "63.15%", "¥10,005,534"])
    stages = {name: cells[0] for name, cells in table(boss, GROUPS + "stage").items()}
    assert stages == {"First contact": "500", "Needs confirmed": "1,589", "Won": "4,238", "Lost": "2,473", "All": "8,800"}


def board_and_funnel(boss: Client) -> None:
    """The heads of the board's columns, and the open ones in the funnel of the workbench."""
    board = boss.get("/opportunities/?view=all&layout=board&by=stage").content.decode()
    heads = re.findall(r'data-label="([^"]*)".*?data-col-count>([^<]*)<.*?data-col-sum[^>]*>([^<]*)<', board, re.DOTALL)
    columns = {name: (count, total) for name, count, total in heads}
    assert columns["Won"] == ("4,238 cards", "¥10,005,534")
    assert [columns[name][0] for name in ("First contact", "Needs confirmed", "Lost")] == ["500 cards", "1,589 cards", "2,473 cards"]
    funnel = unescape(re.sub(r"<[^>]+>", " ", boss.get("/_home/funnel/").content.decode()))
    assert re.search(r"First contact\s.*500 deals", funnel, re.DOTALL)
    assert re.search(r"Needs confirmed\s.*1589 deals", funnel, re.DOTALL)


def groups_lead_to_what_they_count(boss: Client) -> None:
    """A product has its sales beside its price; the list of them can be narrowed by it."""
    product = Product.objects.get(name="GTK 500")
    page = boss.get(f"/products/{product.pk}/").content.decode()
    assert "¥26,768" in page
    where = urlencode({"where": json.dumps(["product", "is", product.pk])})
    assert figures(boss, ["product", "is", product.pk])[0] == 40
    assert boss.get(f"/opportunities/?view=all&{where}").content.decode().count("<tr data-row=") == 40

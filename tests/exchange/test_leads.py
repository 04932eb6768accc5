"""Leads come from a sheet and go into one, by the headings that people use."""

from __future__ import annotations

import pytest

from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange.models import ImportRow
from tests.exchange.company import Company, Make, bring_in, browser, plans, preview

LEADS = registry.get("sales.lead")
SHEET = (
    "线索名称,公司,联系人,手机,线索来源,线索类型,预算,项目名称\n"
    "海曙二期弱电工程,宁波海曙电子有限公司,王海,13912345678,展会,工程项目线索,120000,海曙二期\n"
    "云深询价,,李云,not a phone,转介绍,,,\n"
)


@pytest.mark.feature("LEA-01")
def test_leads_come_from_a_sheet_and_go_into_one(company: Company, file_of: Make) -> None:
    sales = company.actor("sales")
    path = file_of(SHEET.encode())
    run = preview(path, sales, LEADS)
    assert plans(run)[2] == ("create", "")
    assert plans(run)[3][0] == "error"
    bring_in(path, sales, LEADS)
    (lead,) = LEADS.rows(sales)
    kind, source = LEADS.fields["kind"].kind.json(lead.kind), LEADS.fields["source"].kind.json(lead.source)
    assert (lead.company, lead.contact, lead.phone, source, kind) == ("宁波海曙电子有限公司", "王海", "+8613912345678", "fair", "project")
    told = browser(company, "sales").get("/leads/export/", {"format": "csv"})
    assert told.status_code == 200


def test_of_a_lead_that_looks_like_a_customer_the_preview_says_so(company: Company, file_of: Make) -> None:

    write.create(registry.get("customers.customer"), {"name": "宁波海曙电子有限公司"}, actor=company.actor("sales2"), door="form")
    run = preview(file_of(SHEET.encode()), company.actor("sales"), LEADS)
    message = ImportRow.objects.get(run=run, number=2).message
    assert "何青" in message
    assert "宁波海曙电子有限公司" not in message

"""A list in groups: counts, sums and what was won of what one may see, each group a way to its records."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import patience, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Grant
from guanxi.surfaces.models import SavedView
from guanxi.surfaces.pages import groups
from tests.people import Cast, forget, let
from tests.samples import make

Desk = Callable[[Actor], Client]
OPPORTUNITY, CUSTOMER = registry.get("sales.opportunity"), registry.get("customers.customer")
ADDRESS = "/opportunities/?view=all&layout=groups&by="


def table(client: Client, address: str) -> dict[str, list[str]]:
    """The cells of each line by its name, the last one that of all."""
    response = client.get(address)
    assert response.status_code == 200, response.content
    return lines(response.content.decode())


def lines(page: str) -> dict[str, list[str]]:
    found = {}
    for row in re.findall(r"<tr>(<td.*?)</tr>", page.partition('<table class="t cards groups">')[2], re.DOTALL):
        name, _share, *cells = (
            unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        )
        found[name] = cells
    return found


def won(actor: Actor, customer: int, amount: str, **given: Any) -> int:
    return make(OPPORTUNITY, actor=actor, customer=customer, amount=amount, pipeline="standard", stage="won", **given).id


@pytest.fixture
def deals(cast: Cast) -> tuple[int, int]:
    """Two customers of the owner with what was won and lost of them; a stranger has sold something too."""
    first, second = (make(CUSTOMER, actor=cast.owner, name=name).id for name in ("衢州甲机电", "衢州乙机电"))
    won(cast.owner, first, "1000.50", closed_on="2026-02-03")
    won(cast.owner, first, "200", closed_on="2026-05-03")
    make(OPPORTUNITY, actor=cast.owner, customer=second, amount="50", pipeline="standard", stage="lost", loss_reason="budget")
    make(OPPORTUNITY, actor=cast.owner, customer=second, amount="7", pipeline="standard", stage="contact")
    won(cast.stranger, make(CUSTOMER, actor=cast.stranger).id, "9999")
    return first, second


def test_groups_count_and_add_up_what_one_may_see(cast: Cast, at_desk: Desk, deals: tuple[int, int]) -> None:
    client = at_desk(cast.owner)
    mine = ["4", "¥1,257.50", "2", "1", "66.67%", "¥1,200.50"]
    assert table(client, ADDRESS + "owner") == {"Olivia": mine, "All": mine}
    assert table(client, ADDRESS + "customer") == {
        "衢州甲机电": ["2", "¥1,200.50", "2", "0", "100.00%", "¥1,200.50"],
        "衢州乙机电": ["2", "¥57", "0", "1", "0.00%", "—"],
        "All": mine,
    }
    everybody = table(at_desk(cast.director), ADDRESS + "owner")
    assert list(everybody) == ["Stella", "Olivia", "All"]
    assert everybody["All"][:2] == ["5", "¥11,256.50"]


def test_a_stage_stands_in_its_order_and_says_nothing_of_itself(cast: Cast, at_desk: Desk, deals: tuple[int, int]) -> None:
    found = table(at_desk(cast.owner), ADDRESS + "stage")
    assert list(found.values()) == [["1", "¥7"], ["2", "¥1,200.50"], ["1", "¥50"], ["4", "¥1,257.50"]]


def test_periods_begin_with_the_latest_and_each_group_leads_to_its_records(cast: Cast, at_desk: Desk, deals: tuple[int, int]) -> None:
    client = at_desk(cast.owner)
    page = client.get(ADDRESS + "closed_on.quarter").content.decode()
    found = lines(page)
    spring, winter = "2026 Q2", "2026 Q1"
    dated = [name for name in found if name in (spring, winter)]
    assert dated == [spring, winter]
    link = unescape(re.search(rf'<a href="([^"]+)">{winter}</a>', page)[1])  # type: ignore[index]
    rows = client.get(link).content.decode()
    assert rows.count("<tr data-row=") == 1
    assert "¥1,000.5" in rows


@pytest.mark.parametrize("by", ["owner", "department", "customer", "stage", "region", "source"])
def test_every_group_that_is_a_link_counts_the_records_behind_it(cast: Cast, at_desk: Desk, by: str) -> None:
    entity = OPPORTUNITY if by in ("customer", "stage") else CUSTOMER
    for region, source in (("330106", "referral"), ("330108", "referral"), ("440300", "")):
        record = make(CUSTOMER, actor=cast.owner, region=region, source=source)
        make(OPPORTUNITY, actor=cast.owner, customer=record.id)
    client = at_desk(cast.director)
    page = client.get(f"/{entity.slug}/?view=all&layout=groups&by={by}").content.decode()
    found = lines(page)
    links = re.findall(r'<td class="stick"><a href="([^"]+)">([^<]+)</a>', page)
    assert links
    for link, name in links:
        rows = client.get(unescape(link)).content.decode()
        assert str(rows.count("<tr data-row=")) == found[unescape(name)][0], name


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_what_one_does_not_read_makes_no_groups_and_no_sums(cast: Cast, at_desk: Desk, deals: tuple[int, int], right: str) -> None:
    for key in ("amount", "loss_reason"):
        let(cast.owner, OPPORTUNITY.key, key, right)
    client = at_desk(cast.owner)
    assert table(client, ADDRESS + "customer")["All"][0] == "4"
    page = client.get(ADDRESS + "customer").content.decode()
    assert "1,200" not in page
    assert "by=loss_reason" not in page
    assert client.get(ADDRESS + "loss_reason").status_code == 400
    assert client.get(ADDRESS + "loss_reason.month").status_code == 400


def test_where_one_does_not_read_the_stage_nothing_is_said_of_what_was_won(cast: Cast, at_desk: Desk, deals: tuple[int, int]) -> None:
    let(cast.owner, OPPORTUNITY.key, "stage", "hidden")
    assert table(at_desk(cast.owner), ADDRESS + "owner")["All"] == ["4", "¥1,257.50"]


def test_customers_that_one_may_not_see_are_one_line_without_a_name(cast: Cast, at_desk: Desk, deals: tuple[int, int]) -> None:
    role = Assignment.objects.get(user=cast.owner.id).role
    Grant.objects.filter(role=role, entity=CUSTOMER.key, action="view").update(scope="none")
    forget()
    page = at_desk(cast.owner).get(ADDRESS + "customer").content.decode()
    assert lines(page)["Not visible to you"][0] == "4"
    assert "衢州" not in page
    assert str(deals[0]) not in page.partition("<tbody>")[2]


def test_a_customer_in_the_recycle_bin_keeps_its_group_and_is_no_link(cast: Cast, at_desk: Desk, deals: tuple[int, int]) -> None:
    write.delete_many(CUSTOMER, [deals[0]], actor=cast.owner, door="test")
    page = at_desk(cast.owner).get(ADDRESS + "customer").content.decode()
    assert lines(page)["衢州甲机电"][0] == "2"
    assert re.findall(r'<td class="stick"><a href="[^"]+">([^<]+)</a>', page) == ["衢州乙机电"]


def test_months_begin_at_midnight_where_the_company_is(cast: Cast, at_desk: Desk) -> None:
    follow_up = registry.get("activity.followup")
    for moment in ("2026-01-31T23:30:00+08:00", "2026-02-01T00:30:00+08:00"):
        make(follow_up, actor=cast.owner, happened_at=moment)
    client = at_desk(cast.owner)
    page = client.get("/follow-ups/?view=all&layout=groups&by=happened_at.month").content.decode()
    assert {name: cells[0] for name, cells in lines(page).items()} == {"2026-02": "1", "2026-01": "1", "All": "2"}
    for link in re.findall(r'<td class="stick"><a href="([^"]+)">', page):
        assert client.get(unescape(link)).content.decode().count("<tr data-row=") == 1


def test_more_rows_and_more_groups_ask_no_more(cast: Cast, at_desk: Desk) -> None:
    client, asked = at_desk(cast.owner), []
    for _round in range(3):
        for _n in range(4):
            make(OPPORTUNITY, actor=cast.owner, customer=make(CUSTOMER, actor=cast.owner).id)
        with CaptureQueriesContext(connection) as captured:
            table(client, ADDRESS + "customer")
        asked.append(len(captured))
    assert asked[1] == asked[2]


def test_more_groups_than_are_shown_are_counted_in_all(
    cast: Cast, at_desk: Desk, deals: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST", 1)
    found = table(at_desk(cast.owner), ADDRESS + "customer")
    assert list(found) == ["衢州甲机电", "All others", "All The first 1 are shown"]
    assert [cells[:2] for cells in found.values()] == [["2", "¥1,200.50"], ["2", "¥57"], ["4", "¥1,257.50"]]


def test_what_takes_too_long_says_so(cast: Cast, at_desk: Desk, deals: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_given: Any, **_more: Any) -> Any:
        raise patience.TooMuch

    monkeypatch.setattr(groups.Groups, "read", slow)
    assert "Too many records" in at_desk(cast.owner).get(ADDRESS + "owner").content.decode()


def test_a_view_keeps_its_groups(cast: Cast, at_desk: Desk, deals: tuple[int, int]) -> None:
    client = at_desk(cast.owner)
    client.post("/opportunities/_views/", {"name": "按季", "where": "[]", "layout": "groups", "by": "closed_on.quarter"})
    view = SavedView.objects.get(name="按季")
    assert (view.layout, view.by) == ("groups", "closed_on.quarter")
    page = client.get(f"/opportunities/?view=s{view.pk}").content.decode()
    assert "2026 Q2" in page

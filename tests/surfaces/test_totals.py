"""The foot of a list: it adds up what the list shows, to whom its values are shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import patience
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages import totals
from tests.people import Cast, let
from tests.samples import added, make

Desk = Callable[[Actor], Client]
OPPORTUNITY = registry.get("sales.opportunity")
ADDRESS = "/opportunities/_totals/?view=all&layout=table"


def feet(client: Client, more: str = "") -> dict[str, str]:
    """What stands below each column."""
    response = client.get(ADDRESS + more)
    assert response.status_code == 200, response.content
    return said(response)


def said(response: Any) -> dict[str, str]:
    return dict(re.findall(r'<select name="(\w+)".*?<b>(.*?)</b>', response.content.decode(), re.DOTALL))


def test_the_foot_adds_up_the_filter_within_what_one_may_see(cast: Cast, at_desk: Desk) -> None:
    make(OPPORTUNITY, actor=cast.owner, amount="100000.50", probability="10")
    make(OPPORTUNITY, actor=cast.owner, amount="7", probability="40")
    make(OPPORTUNITY, actor=cast.owner)
    make(OPPORTUNITY, actor=cast.stranger, amount="999")
    client = at_desk(cast.owner)
    assert feet(client)["amount"] == "¥100,007.50"
    assert feet(client, '&where=["amount","lt","10"]') == {"amount": "¥7", "probability": "40"}
    assert feet(at_desk(cast.stranger))["amount"] == "¥999"


def test_a_share_of_a_hundred_is_averaged_and_not_added(cast: Cast, at_desk: Desk) -> None:
    for share in ("10", "25"):
        make(OPPORTUNITY, actor=cast.owner, probability=share)
    assert feet(at_desk(cast.owner))["probability"] == "17.5"


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_what_one_does_not_read_is_not_added_up(cast: Cast, at_desk: Desk, right: str) -> None:
    make(OPPORTUNITY, actor=cast.owner, amount="100000")
    let(cast.owner, OPPORTUNITY.key, "amount", right)
    client = at_desk(cast.owner)
    assert "amount" not in feet(client)
    response = client.post(ADDRESS, {"amount": "max"})
    assert "100,000" not in response.content.decode()
    let(cast.owner, OPPORTUNITY.key, "probability", right)
    assert "_totals/" not in client.get("/opportunities/?view=all&layout=table").content.decode()


def test_other_currencies_are_added_in_the_companys_own_and_the_foot_says_so(cast: Cast, at_desk: Desk) -> None:
    make(OPPORTUNITY, actor=cast.owner, amount="100")
    client = at_desk(cast.owner)
    assert "other currencies" not in client.get(ADDRESS).content.decode()
    make(OPPORTUNITY, actor=cast.owner, amount="100", amount_currency="USD")
    response = client.get(ADDRESS)
    assert said(response)["amount"] == "¥810"
    assert "In CNY. Amounts in other currencies" in response.content.decode()


def test_one_may_read_the_average_instead_and_finds_it_again(cast: Cast, at_desk: Desk) -> None:
    for amount in ("100", "201"):
        make(OPPORTUNITY, actor=cast.owner, amount=amount)
    client = at_desk(cast.owner)
    for says, figure in (("avg", "¥150.50"), ("min", "¥100"), ("max", "¥201")):
        assert said(client.post(ADDRESS, {"amount": says}))["amount"] == figure
        assert feet(client)["amount"] == figure
    assert said(client.post(ADDRESS, {"amount": "nonsense"}))["amount"] == "¥201"
    assert feet(at_desk(cast.director))["amount"] == "¥301"


def test_all_feet_are_one_query_and_the_list_waits_for_none_of_it(cast: Cast, at_desk: Desk) -> None:
    make(OPPORTUNITY, actor=cast.owner, amount="5")
    client = at_desk(cast.owner)
    feet(client)
    with CaptureQueriesContext(connection) as asked:
        feet(client)
    assert len([q for q in asked.captured_queries if "SUM(" in q["sql"]]) == 1
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/opportunities/?view=all&layout=table").content.decode()
    assert not [q for q in asked.captured_queries if "SUM(" in q["sql"]]
    assert "/opportunities/_totals/?" in page


def test_a_number_that_an_administrator_added_has_its_foot(cast: Cast, at_desk: Desk) -> None:
    whole, decimal = added(OPPORTUNITY, "integer"), added(OPPORTUNITY, "decimal")
    for n in ("3", "4"):
        make(OPPORTUNITY, actor=cast.owner, **{whole: n, decimal: f"{n}.25"})
    client = at_desk(cast.owner)
    client.post("/opportunities/_columns/", {"column": ["name", whole, decimal]})
    assert feet(client) == {whole: "7", decimal: "7.50"}


def test_an_empty_list_adds_up_to_nothing(cast: Cast, at_desk: Desk) -> None:
    assert feet(at_desk(cast.owner)) == {"amount": "—", "probability": "—"}


def test_more_than_can_be_added_up_in_time_is_said_and_the_page_goes_on(cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    make(OPPORTUNITY, actor=cast.owner, amount="5")
    client = at_desk(cast.owner)

    def asleep(entity: Any, key: str, actor: Any) -> Any:
        from django.db.models import FloatField, Func, Value
        from django.db.models.functions import Cast as As

        return Func(
            Value(5), function="pg_sleep", output_field=FloatField(), template="length(%(function)s(%(expressions)s)::text)::float"
        ) + As(Value(0), FloatField())

    monkeypatch.setattr(totals, "summand", asleep)
    monkeypatch.setattr(patience, "FIGURES", 50)
    response = client.get(ADDRESS)
    assert response.status_code == 200
    assert "take too long to add up" in response.content.decode()
    monkeypatch.undo()
    assert feet(client)["amount"] == "¥5"

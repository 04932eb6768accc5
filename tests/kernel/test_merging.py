"""An amount and its currency are one value to those who change it at the same time."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Conflict
from guanxi.org import tokens
from guanxi.org.models import User
from tests import samples
from tests.people import Cast

OPPORTUNITY = registry.get("sales.opportunity")
Edit = Callable[[dict[str, Any], dict[str, Any]], tuple[str, str]]


@pytest.fixture
def edit(cast: Cast) -> Edit:
    """Two people read 100 CNY; one saves `theirs`, then the other `mine`. The amount and currency that stand in the end."""

    def both(theirs: dict[str, Any], mine: dict[str, Any]) -> tuple[str, str]:
        record = samples.make(OPPORTUNITY, actor=cast.owner, amount="100")
        write.update((OPPORTUNITY, record.id), theirs, actor=cast.owner, door="test")
        row = write.update((OPPORTUNITY, record.id), mine, actor=cast.owner, door="test", base=record.version)
        row.refresh_from_db()
        return f"{row.amount:.0f}", row.amount_currency

    return both


def test_a_form_that_posts_the_amount_as_it_was_leaves_the_new_currency(edit: Edit) -> None:
    as_read = {"amount": "100.00", "amount_currency": "CNY", "next_step": "call"}
    assert edit({"amount_currency": "USD"}, as_read) == ("100", "USD")
    assert edit({"amount": "200", "amount_currency": "USD"}, as_read) == ("200", "USD")
    assert edit({"amount_currency": "USD"}, {"amount": "100"}) == ("100", "USD")


def test_both_changing_it_to_the_same_is_no_conflict(edit: Edit) -> None:
    assert edit({"amount_currency": "USD"}, {"amount": "100", "amount_currency": "usd"}) == ("100", "USD")


def test_changes_of_other_fields_keep_mine(edit: Edit) -> None:
    assert edit({"next_step": "call"}, {"amount": "50", "amount_currency": "EUR"}) == ("50", "EUR")


@pytest.mark.parametrize(
    ("theirs", "mine", "currencies"),
    [
        ({"amount_currency": "USD"}, {"amount_currency": "EUR"}, ("CNY", "USD", "EUR")),
        ({"amount_currency": "USD"}, {"amount": "100", "amount_currency": "EUR"}, ("CNY", "USD", "EUR")),
        ({"amount_currency": "USD"}, {"amount": "50"}, ("CNY", "USD", "CNY")),
        ({"amount": "200"}, {"amount_currency": "EUR"}, ("CNY", "CNY", "EUR")),
    ],
)
def test_either_half_changed_by_both_is_asked(edit: Edit, theirs: Any, mine: Any, currencies: tuple[str, str, str]) -> None:
    with pytest.raises(Conflict) as refusal:
        edit(theirs, mine)
    (clash,) = refusal.value.clashes
    assert (clash.key, clash.currencies) == ("amount", currencies)


def test_choosing_on_the_page_of_the_conflict_chooses_amount_and_currency(cast: Cast) -> None:
    browser = Client()
    browser.force_login(User.objects.get(id=cast.owner.id))
    for place, ends in enumerate((("100", "USD"), ("50", "CNY"))):
        record = samples.make(OPPORTUNITY, actor=cast.owner, amount="100")
        write.update(record, {"amount_currency": "USD"}, actor=cast.owner, door="test")
        address = f"/opportunities/{record.id}/edit/"
        page = browser.post(address, {"amount": "50", "version": record.version})
        assert page.status_code == 409
        html = page.content.decode()
        choices = [unescape(v) for v in re.findall(r'<input type="radio" name="amount" value="([^"]*)"', html)]
        assert "US$100" in html
        version = re.search(r'name="version" value="(\d+)"', html)
        assert version
        assert browser.post(address, {"amount": choices[place], "version": version[1]}).status_code == 302
        row = OPPORTUNITY.rows(cast.owner).get(id=record.id)
        assert (f"{row.amount:.0f}", row.amount_currency) == ends


def test_a_program_is_told_the_currencies(cast: Cast) -> None:
    record = samples.make(OPPORTUNITY, actor=cast.owner, amount="100")
    write.update(record, {"amount_currency": "USD"}, actor=cast.owner, door="test")
    answer = Client().patch(
        f"/api/v1/opportunities/{record.id}",
        {"amount_currency": "EUR", "version": record.version},
        content_type="application/json",
        headers={"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"},
    )
    assert answer.status_code == 409
    assert answer.json()["clashes"][0]["currencies"] == {"read": "CNY", "now": "USD", "sent": "EUR"}

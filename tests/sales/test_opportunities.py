"""The stage of an opportunity decides its outcome, win rate and closing day; its amount counts in the base currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from guanxi.kernel import clock, write
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.sales.entities.opportunity import OUTCOME, STAGE
from tests import samples
from tests.people import Cast

CUSTOMER = registry.get("customers.customer")
OPPORTUNITY = registry.get("sales.opportunity")


@pytest.fixture
def opportunity(cast: Cast) -> Any:
    return samples.make(OPPORTUNITY, actor=cast.owner, amount="1000")


def change(record: Any, cast: Cast, **values: Any) -> Any:
    return write.update((OPPORTUNITY, record.id), values, actor=cast.owner, door="test")


def test_it_begins_in_the_first_stage_of_the_first_pipeline(opportunity: Any) -> None:
    assert STAGE.by_id(opportunity.stage).code == "contact"  # type: ignore[union-attr]
    assert (opportunity.outcome, opportunity.probability) == (OUTCOME.id("open"), 10)


@pytest.mark.parametrize("bulk", [False, True])
def test_a_stage_brings_outcome_win_rate_and_closing_day(cast: Cast, opportunity: Any, bulk: bool) -> None:
    if bulk:
        write.update_many(OPPORTUNITY, {opportunity.id: {"stage": "won"}}, actor=cast.owner, door="test")
    else:
        change(opportunity, cast, stage="won")
    won = OPPORTUNITY.rows(cast.owner).get(id=opportunity.id)
    assert (won.outcome, won.probability, won.closed_on) == (OUTCOME.id("won"), 100, clock.today())
    assert won.stage_since > opportunity.stage_since
    again = change(won, cast, stage="needs")
    assert (again.outcome, again.probability, again.closed_on) == (OUTCOME.id("open"), 30, None)


def test_losing_needs_a_reason(cast: Cast, opportunity: Any) -> None:
    with pytest.raises(Invalidated) as refusal:
        change(opportunity, cast, stage="lost")
    assert list(refusal.value.errors) == ["loss_reason"]
    lost = change(opportunity, cast, stage="lost", loss_reason="budget")
    assert lost.outcome == OUTCOME.id("lost")


def test_a_stage_of_another_pipeline_is_refused(cast: Cast, opportunity: Any) -> None:
    with pytest.raises(Invalidated):
        change(opportunity, cast, stage="renewal_talk")
    moved = change(opportunity, cast, pipeline="renewal")
    assert STAGE.by_id(moved.stage).code == "renewal_plan"  # type: ignore[union-attr]


def test_open_and_won_amounts_stand_on_the_customer(cast: Cast) -> None:
    customer = samples.make(CUSTOMER, actor=cast.owner)

    def amounts() -> tuple[Decimal | None, Decimal | None]:
        row = CUSTOMER.rows(cast.owner).get(id=customer.id)
        return row.open_amount, row.won_amount

    one = samples.make(OPPORTUNITY, actor=cast.owner, customer=customer.id, amount="100")
    samples.make(OPPORTUNITY, actor=cast.owner, customer=customer.id, amount="10", amount_currency="USD")
    assert amounts() == (Decimal("171.00"), None)
    change(one, cast, stage="won")
    assert amounts() == (Decimal("71.00"), Decimal("100.00"))
    write.delete(one, actor=cast.owner, door="test")
    assert amounts() == (Decimal("71.00"), None)


def test_a_currency_alone_changes_the_base_amount_and_is_in_the_history(cast: Cast, opportunity: Any) -> None:
    from guanxi.kernel import history
    from guanxi.kernel.fields.base import Reader

    changed = change(opportunity, cast, amount_currency="USD")
    assert (changed.amount, changed.amount_currency, changed.amount_base) == (Decimal("1000.00"), "USD", Decimal("7100.00"))
    last = history.of_record(opportunity.id)[0]
    assert [(f.key, old, new) for f, old, new in last.lines(OPPORTUNITY, Reader(cast.owner))] == [("amount", "CNY", "USD")]
    version = changed.version
    assert change(opportunity, cast, amount_currency="USD").version == version
    write.undo([last], actor=cast.owner, door="test")
    assert OPPORTUNITY.rows(cast.owner).get(id=opportunity.id).amount_base == Decimal("1000.00")


def test_an_unknown_currency_is_refused(cast: Cast, opportunity: Any) -> None:
    with pytest.raises(Invalidated):
        change(opportunity, cast, amount_currency="XXX")
    with pytest.raises(Invalidated):
        samples.make(OPPORTUNITY, actor=cast.owner, amount="1", amount_currency="XXX")

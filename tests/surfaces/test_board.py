"""The board: what it counts, what it shows, and what a drag may do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages import board
from tests.people import Cast, restrict
from tests.samples import make

Desk = Callable[[Actor], Client]
ADDRESS = "/opportunities/?view=all&layout=board"


def opportunity(actor: Actor, **given: Any) -> Any:
    return make(registry.get("sales.opportunity"), actor=actor, **given)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the board put into its template."""
    seen: list[dict[str, Any]] = []
    real = board.render_board

    def spy(*args: Any, **kwargs: Any) -> dict[str, Any]:
        seen.append(real(*args, **kwargs))
        return seen[-1]

    monkeypatch.setattr(board, "render_board", spy)
    return seen


def heads(drawn: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {c["code"]: (c["count"], c["sum"]) for c in drawn[-1]["board_columns"]}


def move(client: Client, record: Any, to: str, version: int | None = None) -> Any:
    fields = {"id": record.id, "to": to, "version": version or record.version, "before": ""}
    return client.post("/opportunities/_move/?view=all&layout=board&board=0", fields)


def test_each_column_says_how_many_and_how_much(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    opportunity(cast.owner, stage="contact", amount="100000")
    opportunity(cast.owner, stage="contact", amount="50000.50")
    opportunity(cast.owner, stage="proposal", amount="7")
    opportunity(cast.stranger, stage="contact", amount="999999")
    assert at_desk(cast.owner).get(ADDRESS).status_code == 200
    assert heads(drawn)["contact"] == ("2 cards", "¥150,000.50")
    assert heads(drawn)["proposal"] == ("1 card", "¥7")
    assert heads(drawn)["needs"] == ("0 cards", "")


def test_who_may_not_see_amounts_sees_no_sum_of_them(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    opportunity(cast.owner, stage="contact", amount="100000")
    for right in ("hidden", "masked"):
        restrict(cast.owner, "sales.opportunity", "amount", right)
        response = at_desk(cast.owner).get(ADDRESS)
        assert heads(drawn)["contact"] == ("1 card", "")
        assert "100,000" not in response.content.decode()


def test_the_cost_of_a_board_does_not_grow_with_cards(cast: Cast, at_desk: Desk) -> None:
    client = at_desk(cast.owner)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(ADDRESS).status_code == 200
        return len(asked)

    customer = make(registry.get("customers.customer"), actor=cast.owner)
    for stage in ("contact", "needs"):
        opportunity(cast.owner, stage=stage, customer=customer.id)
    cost()
    few = cost()
    for n in range(30):
        opportunity(cast.owner, stage=("contact", "needs", "proposal")[n % 3], customer=customer.id)
    assert cost() == few


def test_a_long_column_shows_its_first_cards_and_gives_the_rest_when_asked(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    customer = make(registry.get("customers.customer"), actor=cast.owner)
    made = [opportunity(cast.owner, stage="contact", customer=customer.id).id for _n in range(board.WINDOW + 3)]
    client = at_desk(cast.owner)
    client.get(ADDRESS)
    first = next(c for c in drawn[-1]["board_columns"] if c["code"] == "contact")
    assert len(first["cards"]) == board.WINDOW
    rest = client.get(first["more"]).content.decode()
    shown = {c["id"] for c in first["cards"]} | {i for i in made if f'data-id="{i}"' in rest}
    assert shown == set(made)
    assert "_column" not in rest


def test_each_pipeline_has_its_own_columns(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    opportunity(cast.owner, pipeline="renewal", stage="renewal_plan")
    client = at_desk(cast.owner)
    client.get(ADDRESS)
    assert "renewal_plan" not in heads(drawn)
    client.get(ADDRESS + "&lane=renewal")
    assert heads(drawn)["renewal_plan"][0] == "1 card"
    assert "contact" not in heads(drawn)


def test_a_card_that_stands_too_long_says_so_unless_it_is_closed(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    with clock.frozen(clock.now() - timedelta(days=20)):
        old = opportunity(cast.owner, stage="needs")
        won = opportunity(cast.owner, stage="won")
    fresh = opportunity(cast.owner, stage="needs")
    at_desk(cast.owner).get(ADDRESS)
    flags = {c["id"]: c["stale"] for column in drawn[-1]["board_columns"] for c in column["cards"]}
    assert flags == {old.id: "20 days here", fresh.id: "", won.id: ""}


def test_what_was_closed_long_ago_leaves_the_board_but_not_the_list(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    with clock.frozen(clock.now() - timedelta(days=board.CLOSED_DAYS + 5)):
        opportunity(cast.owner, stage="won", amount="10")
    opportunity(cast.owner, stage="won", amount="20")
    at_desk(cast.owner).get(ADDRESS)
    assert heads(drawn)["won"] == ("1 card", "¥20")


def test_empty_and_closed_columns_can_be_hidden(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    opportunity(cast.owner, stage="needs")
    opportunity(cast.owner, stage="won")
    client = at_desk(cast.owner)
    client.get(ADDRESS + "&hide=empty")
    assert set(heads(drawn)) == {"needs", "won"}
    client.get(ADDRESS + "&hide=closed,empty")
    assert set(heads(drawn)) == {"needs"}


def test_a_dragged_card_is_saved_with_new_figures_and_can_be_taken_back(cast: Cast, at_desk: Desk) -> None:
    record = opportunity(cast.owner, stage="contact", amount="100")
    client = at_desk(cast.owner)
    response = move(client, record, "needs")
    assert response.status_code == 200, response.content
    answer = response.json()
    assert answer["version"] == record.version + 1
    assert answer["columns"]["needs"] == {"count": "1 card", "sum": "¥100"}
    assert answer["columns"]["contact"] == {"count": "0 cards", "sum": ""}
    undo = json.loads(response.headers["HX-Trigger"])["toast"]["undo"]
    assert client.post(undo).status_code == 204
    record.refresh_from_db()
    assert record.stage == record.entity.fields["stage"].kind.find("contact").id


def test_losing_by_a_drag_asks_for_the_reason_and_changes_nothing_yet(cast: Cast, at_desk: Desk) -> None:
    record = opportunity(cast.owner, stage="contact")
    response = move(at_desk(cast.owner), record, "lost")
    assert response.status_code == 409
    assert response.json() == {"ask": f"/opportunities/{record.id}/_action/lose/"}
    record.refresh_from_db()
    assert record.stage == record.entity.fields["stage"].kind.find("contact").id


def test_where_no_form_asks_for_what_is_missing_the_card_springs_back_with_the_reason(cast: Cast, at_desk: Desk) -> None:
    record = opportunity(cast.owner, stage="won")
    answer = move(at_desk(cast.owner), record, "lost").json()
    assert "ask" not in answer
    assert answer["message"] == "Say why it was lost."


def test_a_drag_over_somebody_elses_drag_springs_back(cast: Cast, at_desk: Desk) -> None:
    record = opportunity(cast.owner, stage="contact")
    seen = record.version
    write.update(record, {"stage": "proposal"}, actor=cast.owner, door="test")
    response = move(at_desk(cast.owner), record, "needs", seen)
    assert response.status_code == 409
    assert "Somebody else" in response.json()["message"]


def test_an_onlooker_cannot_drag_and_a_stranger_cannot_tell_that_the_card_exists(cast: Cast, at_desk: Desk) -> None:
    record = opportunity(cast.owner, stage="contact")
    assert move(at_desk(cast.readonly), record, "needs").status_code == 403
    assert move(at_desk(cast.stranger), record, "needs").status_code == 404
    assert move(at_desk(cast.admin), record, "needs").status_code == 404
    record.refresh_from_db()
    assert record.version == 1


def test_a_move_within_its_column_writes_nothing(cast: Cast, at_desk: Desk) -> None:
    record = opportunity(cast.owner, stage="contact", amount=Decimal(3))
    assert move(at_desk(cast.owner), record, "contact").json() == {"version": 1}


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_who_may_not_read_the_stage_learns_nothing_by_dragging(cast: Cast, at_desk: Callable[[Any], Client], right: str) -> None:
    record = make(registry.get("sales.opportunity"), actor=cast.owner, stage="needs")
    desk = at_desk(restrict(cast.owner, "sales.opportunity", "stage", right))
    answers = [desk.post("/opportunities/_move/", {"id": record.id, "to": to}) for to in ("needs", "proposal", "nonsense")]
    assert {(a.status_code, a.get("Content-Type", "")) for a in answers} == {(404, answers[0]["Content-Type"])}


def test_who_may_only_read_the_stage_is_told_so(cast: Cast, at_desk: Callable[[Any], Client]) -> None:
    record = make(registry.get("sales.opportunity"), actor=cast.owner, stage="needs")
    desk = at_desk(restrict(cast.owner, "sales.opportunity", "stage", "readonly"))
    assert desk.post("/opportunities/_move/", {"id": record.id, "to": "proposal"}).status_code == 409
    record.refresh_from_db()
    assert record.stage == registry.get("sales.opportunity").fields["stage"].kind.dictionary.id("needs")

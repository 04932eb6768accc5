"""The board: what it counts, what it shows, and what a drag may do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock, patience, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages import board, lanes, shapes
from tests.people import Cast, restrict
from tests.samples import added, make

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
    return client.post("/opportunities/_move/?view=all&layout=board", fields)


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
    made = [opportunity(cast.owner, stage="contact", customer=customer.id).id for _n in range(lanes.WINDOW + 3)]
    client = at_desk(cast.owner)
    client.get(ADDRESS)
    first = next(c for c in drawn[-1]["board_columns"] if c["code"] == "contact")
    assert len(first["cards"]) == lanes.WINDOW
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


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_how_long_a_card_stands_is_not_told_to_who_may_not_read_since_when(
    cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]], right: str
) -> None:
    with clock.frozen(clock.now() - timedelta(days=lanes.CLOSED_DAYS + 20)):
        opportunity(cast.owner, stage="needs")
        opportunity(cast.owner, stage="won", amount="10")
    restrict(cast.owner, "sales.opportunity", "stage_since", right)
    at_desk(cast.owner).get(ADDRESS)
    assert {c["stale"] for column in drawn[-1]["board_columns"] for c in column["cards"]} == {""}
    assert heads(drawn)["won"][0] == "1 card"


def test_what_was_closed_long_ago_leaves_the_board_but_not_the_list(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    with clock.frozen(clock.now() - timedelta(days=lanes.CLOSED_DAYS + 5)):
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


def board_of(client: Client, slug: str, by: str, more: str = "") -> Any:
    response = client.get(f"/{slug}/?view=all&layout=board&by={by}{more}")
    assert response.status_code == 200, response.content
    return response


def test_any_choice_makes_a_board_and_what_has_none_stands_in_a_column_of_its_own(
    cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]
) -> None:
    customer = registry.get("customers.customer")
    good = make(customer, actor=cast.owner, level="A")
    plain = make(customer, actor=cast.owner)
    page = board_of(at_desk(cast.owner), "customers", "level").content.decode()
    stand = {c["id"]: column["code"] for column in drawn[-1]["board_columns"] for c in column["cards"]}
    assert stand == {good.id: "A", plain.id: ""}
    assert "By Level" in page
    assert [label for label, _url, on in drawn[-1]["board_fields"] if on] == ["Level"]


def test_a_card_is_moved_on_any_board_and_back_into_no_column_at_all(cast: Cast, at_desk: Desk) -> None:
    record = make(registry.get("customers.customer"), actor=cast.owner, level="A")
    client = at_desk(cast.owner)
    address = "/customers/_move/?view=all&layout=board&by=level"
    answer = client.post(address, {"id": record.id, "to": "B", "version": record.version})
    assert answer.status_code == 200, answer.content
    assert client.post(address, {"id": record.id, "to": "", "version": answer.json()["version"]}).status_code == 200
    record.refresh_from_db()
    assert record.level is None


def test_a_choice_that_an_administrator_added_makes_a_board_too(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    customer = registry.get("customers.customer")
    field = added(customer, "choice", dictionary="customer_level")
    record = make(customer, actor=cast.owner, **{field: "A"})
    make(customer, actor=cast.owner)
    client = at_desk(cast.owner)
    board_of(client, "customers", field)
    assert {code: head[0] for code, head in heads(drawn).items() if head[0] != "0 cards"} == {"A": "1 card", "": "1 card"}
    moved = client.post(f"/customers/_move/?view=all&layout=board&by={field}", {"id": record.id, "to": "B", "version": record.version})
    assert moved.json()["columns"]["B"]["count"] == "1 card"


def test_there_is_no_board_by_a_field_that_one_may_not_see(cast: Cast, at_desk: Desk) -> None:
    record = make(registry.get("customers.customer"), actor=cast.owner, level="A")
    for right in ("hidden", "masked"):
        client = at_desk(restrict(cast.owner, "customers.customer", "level", right))
        assert client.get("/customers/?view=all&layout=board&by=level").status_code == 400
        assert client.post("/customers/_move/?view=all&by=level", {"id": record.id, "to": "B"}).status_code == 404
        assert "by=level" not in board_of(client, "customers", "status").content.decode()


def test_a_column_is_read_to_its_end_page_by_page_and_no_card_comes_twice(
    cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "WINDOW", 3)
    monkeypatch.setattr(board, "WINDOW", 3)
    monkeypatch.setattr(board, "FOLLOWING", 4)
    customer = make(registry.get("customers.customer"), actor=cast.owner)
    days = ["2031-01-05", None, "2031-01-02", "2031-01-05", None]
    made = [opportunity(cast.owner, stage="contact", customer=customer.id, expected_on=days[n % 5]).id for n in range(13)]
    client = at_desk(cast.owner)
    for sort in ("-updated_at", "expected_on", "-expected_on"):
        client.get(f"{ADDRESS}&sort={sort}")
        column = next(c for c in drawn[-1]["board_columns"] if c["code"] == "contact")
        found, more, pages = [c["id"] for c in column["cards"]], column["more"], 0
        while more:
            page = client.get(more).content.decode()
            found += [int(i) for i in re.findall(r'data-id="(\d+)"', page)]
            further = re.search(r'data-more="([^"]+)"', page)
            more, pages = further[1].replace("&amp;", "&") if further else "", pages + 1
        assert sorted(found) == sorted(made)
        assert pages == 3


def test_a_later_page_of_a_column_is_read_by_key_and_not_by_counting_up_to_it(
    cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]
) -> None:
    customer = make(registry.get("customers.customer"), actor=cast.owner)
    for _n in range(lanes.WINDOW + 2):
        opportunity(cast.owner, stage="contact", customer=customer.id)
    client = at_desk(cast.owner)
    client.get(ADDRESS)
    more = next(c for c in drawn[-1]["board_columns"] if c["code"] == "contact")["more"]
    with CaptureQueriesContext(connection) as asked:
        assert client.get(more).status_code == 200
    assert not [q for q in asked.captured_queries if "OFFSET" in q["sql"]]


def test_count_and_sum_of_all_columns_are_one_query(cast: Cast, at_desk: Desk) -> None:
    for stage in ("contact", "needs", "proposal", "won"):
        opportunity(cast.owner, stage=stage, amount="5")
    client = at_desk(cast.owner)
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as asked:
        client.get(ADDRESS)
    assert len([q for q in asked.captured_queries if "GROUP BY" in q["sql"]]) == 1


def test_on_a_very_large_table_the_cards_come_first_and_the_figures_after(
    cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = opportunity(cast.owner, stage="contact", amount="100")
    monkeypatch.setattr(board, "LARGE", -1)
    client = at_desk(cast.owner)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(ADDRESS).content.decode()
    assert not [q for q in asked.captured_queries if "GROUP BY" in q["sql"]]
    assert heads(drawn)["contact"] == ("…", "")
    assert "data-figures-later" in page
    figures = client.get(drawn[-1]["board_figures"]).json()["columns"]
    assert figures["contact"] == {"count": "1 card", "sum": "¥100"}
    assert move(client, record, "needs").json()["columns"] == {}


def test_figures_that_take_too_long_are_not_waited_for(cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opportunity(cast.owner, stage="contact", amount="100")
    client = at_desk(cast.owner)
    slow = lanes.Lanes.figures

    def asleep(self: lanes.Lanes, rows: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        return slow(self, rows)

    monkeypatch.setattr(patience, "FIGURES", 50)
    monkeypatch.setattr(lanes.Lanes, "figures", asleep)
    answer = client.get("/opportunities/_figures/?view=all&layout=board")
    assert answer.status_code == 200
    assert answer.json()["columns"]["contact"] == {"count": "too many to count", "sum": ""}


def test_what_one_hides_is_remembered_for_this_view_and_for_him_alone(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    opportunity(cast.owner, stage="needs")
    client = at_desk(cast.owner)
    assert client.post("/opportunities/_look/?view=all&layout=board", {"hide": "empty"}).status_code == 302
    client.get(ADDRESS)
    assert set(heads(drawn)) == {"needs"}
    client.get("/opportunities/?view=open")
    assert len(heads(drawn)) > 1
    at_desk(cast.director).get(ADDRESS)
    assert len(heads(drawn)) > 1
    client.post("/opportunities/_look/?view=all&layout=board", {"hide": ""})
    client.get(ADDRESS)
    assert len(heads(drawn)) > 1


def test_a_saved_view_opens_as_the_board_that_was_saved(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    make(registry.get("customers.customer"), actor=cast.owner, level="A")
    client = at_desk(cast.owner)
    answer = client.post("/customers/_views/", {"name": "By level", "layout": "board", "by": "level"})
    assert client.get(answer.headers["Location"]).status_code == 200
    assert "A" in heads(drawn)
    restrict(cast.owner, "customers.customer", "level", "hidden")
    client = at_desk(cast.owner)
    assert client.get(answer.headers["Location"]).status_code == 200
    assert "A" not in heads(drawn)


@pytest.mark.parametrize("layout", ["board", "calendar"])
def test_a_pool_is_a_table_and_nothing_else(cast: Cast, at_desk: Desk, layout: str) -> None:
    entity = registry.get("customers.customer")
    assert shapes.settle(entity, replace(cast.owner, pool=1), layout, "") == ("table", "")

"""The workbench: every figure is mine to see and leads to the list that shows exactly what it counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from guanxi.activity.tiles import agenda, everybodys, recent
from guanxi.customers.tiles import forgotten
from guanxi.kernel import clock, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from guanxi.sales.tiles import funnel, leaders, won
from guanxi.surfaces import tiles
from guanxi.surfaces.tiles import change
from tests.people import Cast, restrict
from tests.samples import make

Desk = Callable[[Actor], Client]
CUSTOMERS = registry.get("customers.customer")
NOON = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def _a_sunday_noon() -> Any:
    with clock.frozen(NOON), translation.override("en"):
        yield


def customer(actor: Actor, **given: Any) -> Any:
    return make(registry.get("customers.customer"), actor=actor, **given)


def opportunity(actor: Actor, **given: Any) -> Any:
    return make(registry.get("sales.opportunity"), actor=actor, **given)


def behind(url: str, actor: Actor) -> set[int]:
    """The records of the list that an address shows."""
    address = urlparse(url)
    entity = registry.by_slug(address.path.strip("/"))
    assert entity is not None
    return set(entity.rows(actor).where(json.loads(parse_qs(address.query)["where"][0])).values_list("id", flat=True))


def won_on(day: datetime, actor: Actor, amount: str) -> Any:
    with clock.frozen(day):
        return opportunity(actor, stage="won", amount=amount)


def test_won_this_month_is_compared_with_the_same_days_of_last_month(cast: Cast) -> None:
    mine = won_on(NOON - timedelta(days=3), cast.owner, "150")
    won_on(NOON - timedelta(days=31), cast.owner, "100")
    won_on(datetime(2026, 10, 30, 12, tzinfo=ZoneInfo("Asia/Shanghai")), cast.owner, "9000")
    won_on(NOON, cast.stranger, "777")
    figure = won(cast.owner)
    assert (figure.value, figure.note, figure.trend) == ("¥150", "↑ 50% on last month", "up")
    assert behind(figure.url, cast.owner) == {mine.id}
    assert won(cast.director).value == "¥927"


@pytest.mark.parametrize(("now", "then", "trend"), [(1, 2, "down"), (2, 1, "up"), (2, 2, ""), (5, 0, ""), (0, 0, "")])
def test_a_change_says_where_it_goes(now: int, then: int, trend: str) -> None:
    assert change(now, then)[1] == trend


def test_who_may_not_see_amounts_gets_counts_instead(cast: Cast) -> None:
    opportunity(cast.owner, stage="won", amount="150")
    opportunity(cast.owner, stage="needs", amount="60")
    blind = restrict(cast.owner, "sales.opportunity", "amount", "masked")
    assert won(blind).value == "1"
    texts = [bar.text for bar in (*funnel(blind).rows, *leaders(blind).rows)]
    assert texts
    assert not any("¥" in text for text in texts)


def test_the_funnel_counts_open_deals_by_stage_and_each_step_leads_to_them(cast: Cast) -> None:
    needs = {opportunity(cast.owner, stage="needs", amount="20000").id for _n in range(2)}
    done = opportunity(cast.owner, stage="won", amount="5")
    opportunity(cast.stranger, stage="needs", amount="1")
    steps = {bar.label: bar for bar in funnel(cast.owner).rows}
    assert len(steps) == 5
    step = next(bar for bar in steps.values() if bar.value == 40000)
    assert behind(step.url, cast.owner) == needs
    last = list(steps.values())[-1]
    assert last.won
    assert behind(last.url, cast.owner) == {done.id}


def test_the_ranking_puts_the_best_seller_first_among_those_i_may_see(cast: Cast) -> None:
    opportunity(cast.mate, stage="won", amount="100")
    best = opportunity(cast.owner, stage="won", amount="300")
    opportunity(cast.stranger, stage="won", amount="900")
    assert [bar.label for bar in leaders(cast.manager).rows] == ["Olivia", "Max"]
    assert [bar.label for bar in leaders(cast.director).rows] == ["Stella", "Olivia", "Max"]
    assert behind(leaders(cast.manager).rows[0].url, cast.manager) == {best.id}


def test_my_agenda_is_today_by_the_clock_then_what_is_late_and_never_somebody_elses(cast: Cast) -> None:
    late = customer(cast.owner, name="Late", next_follow_up_at=NOON - timedelta(days=4))
    later = customer(cast.owner, name="Later", next_follow_up_at=NOON - timedelta(days=12))
    evening = customer(cast.owner, name="Evening", next_follow_up_at=NOON + timedelta(hours=5))
    morning = opportunity(cast.owner, name="Morning", stage="needs", next_follow_up_at=NOON - timedelta(hours=3))
    customer(cast.owner, name="Next week", next_follow_up_at=NOON + timedelta(days=7))
    customer(cast.mate, name="Not mine", next_follow_up_at=NOON)
    opportunity(cast.owner, name="Closed", stage="won", next_follow_up_at=NOON)
    found = agenda(cast.owner)
    assert [thing.title for thing in found.rows] == ["Morning", "Evening", "Late", "Later"]
    assert [thing.late for thing in found.rows] == [False, False, True, True]
    assert found.total == 4
    assert set().union(*(behind(url, cast.owner) for _label, url in found.more)) == {late.id, later.id, evening.id, morning.id}


def test_a_customer_planned_together_with_his_opportunity_stands_there_once(cast: Cast) -> None:
    deal = opportunity(cast.owner, name="The deal", stage="needs")
    make(
        registry.get("activity.followup"),
        actor=cast.owner,
        customer=deal.customer_id,
        opportunity=deal.id,
        next_at=NOON + timedelta(hours=2),
    )
    assert [thing.title for thing in agenda(cast.owner).rows] == ["The deal"]


def test_forgotten_customers_fall_into_one_bucket_each(cast: Cast) -> None:
    expected = {}
    for days in (3, 8, 20, 45, 100, 400):
        expected[days] = customer(cast.owner).id
        make(registry.get("activity.followup"), actor=cast.owner, customer=expected[days], happened_at=NOON - timedelta(days=days))
    rows = forgotten(cast.owner).rows
    assert [count for count, _label, _url in rows] == ["1"] * 5
    assert [behind(url, cast.owner) for _count, _label, url in rows] == [{expected[d]} for d in (8, 20, 45, 100, 400)]
    assert {count for count, _label, _url in forgotten(cast.stranger).rows} == {"0"}


def test_the_shell_of_the_workbench_asks_no_business_question(cast: Cast, at_desk: Desk) -> None:
    client = at_desk(cast.owner)
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/").content.decode()
    tables = [entity.table for entity in registry]
    assert not [q["sql"] for q in asked if any(table in q["sql"] for table in tables)]
    assert "Olivia" in page
    for tile in tiles.of(cast.owner):
        assert f'hx-get="/_home/{tile.code}/"' in page


def test_every_tile_of_everybody_answers(cast: Cast, at_desk: Desk) -> None:
    opportunity(cast.owner, stage="won", amount="150")
    for actor in (cast.owner, cast.director, cast.readonly, cast.admin):
        client = at_desk(actor)
        for tile in tiles.of(actor):
            answer = client.get(f"/_home/{tile.code}/")
            assert answer.status_code == 200, (actor.name, tile.code)
            assert answer.content


def test_an_administrator_gets_accounts_instead_of_dead_tiles(cast: Cast, at_desk: Desk) -> None:
    his = {t.code for t in tiles.of(cast.admin)}
    assert {"accounts", "system", "roles", "arrivals"} <= his
    assert at_desk(cast.admin).get("/_home/won/").status_code == 404
    assert not his & {t.code for t in tiles.of(cast.owner)}
    assert {at_desk(cast.owner).get(f"/_home/{code}/").status_code for code in his} == {404}


def test_an_administrator_reads_how_many_people_there_are_in_each_role(cast: Cast, at_desk: Desk) -> None:
    bars = {bar.label: bar.text for bar in tiles.get("roles", cast.admin).draw(cast.admin).rows}  # type: ignore[union-attr]
    assert bars["Sales"] == "3"
    User.objects.create(login="nora", name="Nora", password="!")
    bars = {bar.label: bar.text for bar in tiles.get("roles", cast.admin).draw(cast.admin).rows}  # type: ignore[union-attr]
    assert bars["Without a role"] == "1"


@pytest.mark.parametrize("column", ["top", "main", "side"])
def test_nobody_with_a_role_has_an_empty_column(cast: Cast, column: str) -> None:
    for actor in (cast.owner, cast.manager, cast.director, cast.business, cast.readonly, cast.admin):
        assert [t for t in tiles.of(actor) if t.place == column], actor.name


def test_who_owns_nothing_sees_whom_colleagues_speak_to_today(cast: Cast, at_desk: Desk) -> None:
    customer(cast.mate, name="Due", next_follow_up_at=NOON)
    customer(cast.mate, name="Late", next_follow_up_at=NOON - timedelta(days=2))
    assert tiles.get("agenda", cast.readonly) is None
    assert tiles.get("due", cast.owner) is None
    found = everybodys(cast.readonly)
    assert [(thing.title, thing.about) for thing in found.rows] == [("Due", "Max")]
    assert behind(found.more[-1][1], cast.readonly) == set(
        CUSTOMERS.rows(cast.mate).where(["name", "is", "Due"]).values_list("id", flat=True)
    )
    page = at_desk(cast.readonly).get("/_home/due/").content.decode()
    assert "Due" in page
    assert "hello-due" not in page


def test_the_latest_follow_ups_are_those_that_i_may_read(cast: Cast) -> None:
    told = registry.get("activity.followup")
    mine, others = customer(cast.owner, name="Mine"), customer(cast.stranger, name="Hers")
    make(told, actor=cast.owner, customer=mine.id, summary="first", happened_at=NOON - timedelta(days=2))
    make(told, actor=cast.owner, customer=mine.id, summary="second", happened_at=NOON - timedelta(days=1))
    make(told, actor=cast.stranger, customer=others.id, summary="secret", happened_at=NOON)
    assert [(item.title, item.text, item.who) for item in recent(cast.owner).rows] == [
        ("Mine", "second", "Olivia"),
        ("Mine", "first", "Olivia"),
    ]
    assert recent(cast.director).rows[0].text == "secret"


def test_a_figure_says_whose_records_it_counts_to_who_sees_more_than_his_own(cast: Cast, at_desk: Desk) -> None:
    tile = tiles.get("won", cast.owner)
    assert tile is not None
    assert [tile.scope(actor) for actor in (cast.owner, cast.manager, cast.director)] == ["", "My departments", "All records"]
    assert "My departments" in at_desk(cast.manager).get("/_home/won/").content.decode()
    assert "My departments" in at_desk(cast.manager).get("/_home/funnel/").content.decode()
    assert tiles.get("agenda", cast.manager).scope(cast.manager) == ""  # type: ignore[union-attr]


def test_a_hidden_field_empties_its_tile_instead_of_breaking_it(cast: Cast, at_desk: Desk) -> None:
    restrict(cast.owner, "sales.opportunity", "outcome", "hidden")
    answer = at_desk(cast.owner).get("/_home/won/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_deleted_records_are_in_no_figure(cast: Cast) -> None:
    record = opportunity(cast.owner, stage="won", amount="150")
    write.delete(record, actor=SYSTEM, door="test")
    assert won(cast.owner).value == "¥0"

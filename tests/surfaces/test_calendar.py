"""The calendar: which days it shows, what stands on them, and what a drag or a click does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import patience, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages import almanac, calendar
from tests.people import Cast, restrict
from tests.samples import added, make

Desk = Callable[[Actor], Client]
OPPORTUNITY = registry.get("sales.opportunity")
ADDRESS = "/opportunities/?view=all&layout=calendar&by=expected_on&on=2031-03-10"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the calendar put into its template."""
    seen: list[dict[str, Any]] = []
    real = calendar.render_calendar

    def spy(*args: Any) -> dict[str, Any]:
        seen.append(real(*args))
        return seen[-1]

    monkeypatch.setattr(calendar, "render_calendar", spy)
    return seen


def days(drawn: list[dict[str, Any]]) -> dict[str, list[int]]:
    """The records of each day that has any."""
    return {d["date"]: [e["id"] for e in d["events"]] for d in drawn[-1]["calendar_days"] if d["events"]}


def moved(client: Client, record: Any, to: str, by: str = "expected_on") -> Any:
    return client.post(f"/opportunities/_day/?view=all&layout=calendar&by={by}", {"id": record.id, "to": to, "version": record.version})


def test_a_month_is_made_of_whole_weeks_from_monday_on() -> None:
    span = almanac.span_of("month", "2031-03-10")
    assert (span.first, span.last) == (date(2031, 2, 24), date(2031, 4, 6))
    assert {d.weekday() for d in span.days[::7]} == {0}
    week = almanac.span_of("week", "2031-03-16")
    assert (week.first, week.last) == (date(2031, 3, 10), date(2031, 3, 16))


def test_every_record_stands_on_its_day_and_only_those_that_one_may_see(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    first = make(OPPORTUNITY, actor=cast.owner, expected_on="2031-03-03", amount="5")
    second = make(OPPORTUNITY, actor=cast.owner, expected_on="2031-04-06")
    make(OPPORTUNITY, actor=cast.owner, expected_on="2031-04-07")
    make(OPPORTUNITY, actor=cast.owner)
    make(OPPORTUNITY, actor=cast.stranger, expected_on="2031-03-03")
    client = at_desk(cast.owner)
    assert client.get(ADDRESS).status_code == 200
    assert days(drawn) == {"2031-03-03": [first.id], "2031-04-06": [second.id]}
    client.get(ADDRESS + '&where=["amount","gt","3"]')
    assert days(drawn) == {"2031-03-03": [first.id]}


def test_an_hour_belongs_to_the_day_that_it_is_in_the_company(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    at = datetime(2031, 3, 9, 16, 30, tzinfo=UTC)  # half past midnight in China
    record = make(OPPORTUNITY, actor=cast.owner, next_follow_up_at=at.isoformat())
    at_desk(cast.owner).get(ADDRESS.replace("expected_on", "next_follow_up_at"))
    assert days(drawn) == {"2031-03-10": [record.id]}
    assert [e["time"] for d in drawn[-1]["calendar_days"] for e in d["events"]] == ["00:30"]


def test_a_full_day_shows_its_first_records_and_opens_for_the_rest(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    customer = make(registry.get("customers.customer"), actor=cast.owner).id
    made = [make(OPPORTUNITY, actor=cast.owner, customer=customer, expected_on="2031-03-12").id for _n in range(9)]
    client = at_desk(cast.owner)
    page = client.get(ADDRESS).content.decode()
    assert days(drawn) == {"2031-03-12": made[: calendar.SHOWN["month"]]}
    assert f"{9 - calendar.SHOWN['month']} more" in page
    full = next(d for d in drawn[-1]["calendar_days"] if d["count"])
    client.get("/opportunities/" + full["open"])
    assert days(drawn) == {"2031-03-12": made}


def test_the_cost_of_a_calendar_does_not_grow_with_records(cast: Cast, at_desk: Desk) -> None:
    client = at_desk(cast.owner)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(ADDRESS).status_code == 200
        assert sum("row_number" in q["sql"].lower() for q in asked.captured_queries) == 1
        return len(asked)

    customer = make(registry.get("customers.customer"), actor=cast.owner).id
    make(OPPORTUNITY, actor=cast.owner, customer=customer, expected_on="2031-03-12")
    cost()
    few = cost()
    for n in range(20):
        make(OPPORTUNITY, actor=cast.owner, customer=customer, expected_on=f"2031-03-{n % 6 + 10}")
    assert cost() == few


def test_a_date_that_one_may_not_read_makes_no_calendar(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    record = make(OPPORTUNITY, actor=cast.owner, expected_on="2031-03-03")
    for right in ("hidden", "masked"):
        client = at_desk(restrict(cast.owner, OPPORTUNITY.key, "expected_on", right))
        assert client.get(ADDRESS).status_code == 400
        assert moved(client, record, "2031-03-04").status_code == 404
        assert client.get("/opportunities/?view=all&layout=calendar").status_code == 200
        assert "Expected close" not in [str(label) for label, _url, _on in drawn[-1]["calendar_fields"]]


def test_a_masked_title_stays_masked_on_its_day(cast: Cast, at_desk: Desk) -> None:
    record = make(OPPORTUNITY, actor=cast.owner, name="Secret tower", expected_on="2031-03-03")
    page = at_desk(restrict(cast.owner, OPPORTUNITY.key, "name", "masked")).get(ADDRESS).content.decode()
    assert "Secret tower" not in page
    assert f'data-id="{record.id}"' in page


def test_what_is_carried_to_another_day_keeps_its_hour_and_can_be_taken_back(cast: Cast, at_desk: Desk) -> None:
    record = make(OPPORTUNITY, actor=cast.owner, next_follow_up_at="2031-03-10T14:30:00+08:00")
    client = at_desk(cast.owner)
    response = moved(client, record, "2031-03-14", "next_follow_up_at")
    assert response.status_code == 200, response.content
    record.refresh_from_db()
    assert record.next_follow_up_at == datetime(2031, 3, 14, 6, 30, tzinfo=UTC)
    assert response.json() == {"version": record.version}
    assert client.post(json.loads(response.headers["HX-Trigger"])["toast"]["undo"]).status_code == 204
    record.refresh_from_db()
    assert record.next_follow_up_at == datetime(2031, 3, 10, 6, 30, tzinfo=UTC)


def test_a_day_is_written_like_any_other_change(cast: Cast, at_desk: Desk) -> None:
    record = make(OPPORTUNITY, actor=cast.owner, expected_on="2031-03-10")
    assert moved(at_desk(cast.readonly), record, "2031-03-11").status_code == 403
    assert moved(at_desk(cast.stranger), record, "2031-03-11").status_code == 404
    assert moved(at_desk(cast.owner), record, "2031-13-11").status_code == 400
    assert moved(at_desk(cast.owner), record, "2031-03-10").json() == {"version": record.version}
    write.update(record, {"expected_on": "2031-03-20"}, actor=cast.owner, door="test")
    record.version -= 0 if record.version == 1 else 1
    response = moved(at_desk(cast.owner), record, "2031-03-11")
    assert response.status_code == 409
    assert "Somebody else" in response.json()["message"]
    record.refresh_from_db()
    assert record.expected_on == date(2031, 3, 20)


def test_a_date_that_follows_from_others_can_be_looked_at_but_not_moved(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    make(OPPORTUNITY, actor=cast.owner)
    assert at_desk(cast.owner).get("/opportunities/?view=all&layout=calendar&by=created_at").status_code == 200
    assert len(days(drawn)) == 1
    assert drawn[-1]["calendar_move"] == ""
    assert {d["new"] for d in drawn[-1]["calendar_days"]} == {""}


@pytest.mark.parametrize("kind", ["date", "datetime"])
def test_a_date_that_an_administrator_added_makes_a_calendar_too(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]], kind: str) -> None:
    key = added(OPPORTUNITY, kind)
    record = make(OPPORTUNITY, actor=cast.owner, **{key: "2031-03-10" if kind == "date" else "2031-03-10T00:30:00+08:00"})
    client = at_desk(cast.owner)
    client.get(ADDRESS.replace("expected_on", key))
    assert days(drawn) == {"2031-03-10": [record.id]}
    assert moved(client, record, "2031-03-12", key).status_code == 200
    client.get(ADDRESS.replace("expected_on", key))
    assert days(drawn) == {"2031-03-12": [record.id]}


@pytest.mark.feature("ACT-09")
def test_an_appointment_begins_with_a_click_on_its_day(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    customer = make(registry.get("customers.customer"), actor=cast.owner)
    client = at_desk(cast.owner)
    client.get("/follow-ups/?layout=calendar&by=next_at&on=2031-03-10")
    day = next(d for d in drawn[-1]["calendar_days"] if d["date"] == "2031-03-12")
    form = client.get(day["new"], headers={"HX-Request": "true"}).content.decode()
    assert 'value="2031-03-12T09:00"' in form
    given = {"customer": customer.id, "summary": "Lunch", "next_at": "2031-03-12T12:00"}
    assert client.post(day["new"], given, headers={"HX-Request": "true"}).status_code == 204
    client.get("/follow-ups/?layout=calendar&by=next_at&on=2031-03-10")
    assert list(days(drawn)) == ["2031-03-12"]


def test_the_calendar_knows_when_people_are_at_work(cast: Cast, at_desk: Desk, drawn: list[dict[str, Any]]) -> None:
    at_desk(cast.owner).get(ADDRESS.replace("2031-03-10", "2026-10-01"))
    found = {d["date"]: (d["off"], d["mark"]) for d in drawn[-1]["calendar_days"]}
    assert found["2026-10-01"] == (True, "day off")
    assert found["2026-10-10"] == (False, "at work")
    assert found["2026-10-17"] == (True, "")
    assert found["2026-10-14"] == (False, "")


def test_a_month_that_takes_too_long_says_so(cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: calendar.Days, rows: Any) -> Any:
        with patience.within(50), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(calendar.Days, "read", never)
    response = at_desk(cast.owner).get(ADDRESS)
    assert response.status_code == 200
    assert "Too many records" in response.content.decode()


@pytest.mark.parametrize("on", ["1800-01-01", "2999-12-31", "nonsense", "9999-99-99"])
def test_no_day_is_too_far_or_too_odd(cast: Cast, at_desk: Desk, on: str) -> None:
    for span in ("month", "week", "day"):
        assert at_desk(cast.owner).get(f"/opportunities/?view=all&layout=calendar&span={span}&on={on}").status_code == 200

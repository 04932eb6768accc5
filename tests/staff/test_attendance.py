"""Coming and leaving: by the server's clock, once a day, for oneself alone; and who decides about being away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import clock, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Forbidden, Invalidated, NotFound
from guanxi.people import absence, clocking, hours, month
from guanxi.people.entities.attendance import STATE
from guanxi.people.entities.leave import STATE as DECISION
from tests.people import Cast, restrict

pytestmark = pytest.mark.django_db
#: A Tuesday without a holiday near it.
DAY = date(2026, 11, 17)
Desk = Callable[[Actor], Client]


def at(hour: int, minute: int = 0, day: date = DAY) -> Any:
    """The clock held at this time of the company's day."""
    return clock.frozen(moment(hour, minute, day))


def moment(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return clock.day_start(day) + timedelta(hours=hour, minutes=minute)


def state_of(row: Any) -> str:
    item = STATE.by_id(row.state)
    return item.code if item else ""


def asked(actor: Actor, **more: Any) -> Any:
    values = {"kind": "annual", "reason": "Family", "first_day": DAY.isoformat(), **more}
    return write.create(absence.ENTITY, values, actor=actor, door="test")


def test_a_day_is_judged_by_when_somebody_came_and_left(office: Cast) -> None:
    cases = {
        ((8, 58), (18, 5)): "normal",
        ((9, 1), (18, 0)): "late",
        ((9, 0), (17, 59)): "early",
        ((9, 30), (16, 0)): "both",
    }
    for place, ((came, gone), state) in enumerate(cases.items()):
        day = DAY + timedelta(days=place - 1)  # Monday to Thursday
        with at(*came, day=day):
            clocking.press("in", "", actor=office.owner)
        with at(*gone, day=day):
            assert state_of(clocking.press("out", "", actor=office.owner)) == state


def test_a_second_press_of_coming_changes_nothing_and_of_leaving_counts(office: Cast) -> None:
    with at(8, 50):
        first = clocking.press("in", "Gate 3", actor=office.owner)
    with at(9, 30):
        again = clocking.press("in", "elsewhere", actor=office.owner)
    assert (again.id, again.came, again.came_at) == (first.id, moment(8, 50), "Gate 3")
    for hour in (18, 19):
        with at(hour):
            last = clocking.press("out", "", actor=office.owner)
    assert (last.id, last.gone) == (first.id, moment(19))


def test_the_day_is_that_of_the_company_not_of_the_server(office: Cast) -> None:
    with clock.frozen(datetime.fromisoformat("2026-11-16T23:30:00+00:00")):  # 07:30 of the next day in Shanghai
        assert clocking.press("in", "", actor=office.owner).day == DAY


def test_a_forgotten_press_is_missing_once_the_day_is_over(office: Cast) -> None:
    with at(9):
        row = clocking.press("in", "", actor=office.owner)
        assert (state_of(row), clocking.close_days()) == ("present", 0)
    with at(0, 40, day=DAY + timedelta(days=1)):
        assert clocking.close_days() == 1
        assert clocking.close_days() == 0
    assert state_of(clocking.ENTITY.rows(office.owner).get(id=row.id)) == "missing"


def test_nobody_writes_his_own_times_by_any_other_door(office: Cast, at_desk: Desk) -> None:
    with at(9, 40):
        row = clocking.press("in", "", actor=office.owner)
    for actor in (office.owner, office.manager, office.director, office.business, office.admin):
        with pytest.raises((Forbidden, NotFound, Invalidated)):
            write.update((clocking.ENTITY, row.id), {"came": "2026-11-17 08:00"}, actor=actor, door="test")
        with pytest.raises(Forbidden):
            write.create(clocking.ENTITY, {"name": "x", "came": "2026-11-17 08:00"}, actor=actor, door="test")
        desk = at_desk(actor)
        assert desk.get(f"/attendance/{row.id}/edit/").status_code in (403, 404)
        assert desk.post("/attendance/new/", {"name": "x"}).status_code in (403, 404)
    assert clocking.ENTITY.rows(office.director).get(id=row.id).came == moment(9, 40)


def test_the_browser_cannot_send_a_time_of_its_own(office: Cast, at_desk: Desk) -> None:
    desk = at_desk(office.owner)
    answer = desk.post(
        "/attendance/press/", {"which": "in", "place": " <b>x</b>\x00 ", "came": "2020-01-01", "day": "2020-01-01", "owner": 1}
    )
    assert answer.status_code == 200
    assert b"<b>x</b>" not in answer.content
    row = clocking.today(office.owner)
    assert row is not None
    assert (row.day, row.owner_id, row.came_at) == (clock.today(), office.owner.id, "<b>x</b>")
    assert desk.post("/attendance/press/", {"which": "sideways"}).status_code == 404
    assert desk.get("/attendance/press/").status_code == 405


def test_one_sees_oneself_a_manager_the_department_and_the_director_all(office: Cast) -> None:
    everybody = (office.owner, office.mate, office.stranger, office.manager)
    with at(9):
        for person in everybody:
            clocking.press("in", "", actor=person)
    seen = lambda actor: set(clocking.ENTITY.rows(actor).values_list("owner", flat=True))
    assert seen(office.owner) == {office.owner.id}
    assert seen(office.stranger) == {office.stranger.id}
    assert seen(office.manager) == {office.owner.id, office.mate.id, office.manager.id}
    assert seen(office.director) == {p.id for p in everybody}
    assert seen(office.admin) == set()
    table = lambda actor: {e.account_id for e in month.people(actor, DAY)}
    assert table(office.owner) == {office.owner.id}
    assert table(office.manager) == {office.owner.id, office.mate.id, office.manager.id}
    assert table(office.admin) == {office.admin.id}
    assert len(table(office.director)) == 8


def test_a_field_that_is_closed_closes_the_month_table(office: Cast, at_desk: Desk) -> None:
    with at(9, 17):
        clocking.press("in", "", actor=office.owner)
    assert b"09:17" in at_desk(office.owner).get("/attendance/month/?m=2026-11").content
    restrict(office.owner, clocking.ENTITY.key, "came", "hidden")
    assert b"09:17" not in at_desk(office.owner).get("/attendance/month/?m=2026-11").content
    assert b"09:17" not in at_desk(office.owner).get("/attendance/month/export/?m=2026-11&as=csv").content
    restrict(office.owner, clocking.ENTITY.key, "state", "hidden")
    assert at_desk(office.owner).get("/attendance/month/?m=2026-11").status_code == 404


def test_days_of_leave_are_counted_by_halves_without_days_off(office: Cast) -> None:

    def days(**more: Any) -> Any:
        row = asked(office.owner, **more)
        absence.withdraw([row.id], actor=office.owner, door="test")
        return row.days

    assert days() == 1
    assert days(first_part="pm") == Decimal("0.5")
    assert days(last_day="2026-11-23") == 5  # Tuesday to Monday, the weekend between
    assert days(first_day="2026-09-30", last_day="2026-10-08") == 2  # the national holiday between
    assert days(kind="maternity", last_day="2026-11-23") == 7
    for wrong in ({"last_day": "2026-11-16"}, {"first_part": "pm", "last_part": "am"}, {"last_day": "2029-01-01"}, {"kind": ""}):
        with pytest.raises(Invalidated):
            asked(office.owner, **wrong)


def test_who_stands_above_decides_and_nobody_about_himself(office: Cast) -> None:
    leave = asked(office.owner)
    for actor in (office.owner, office.mate, office.stranger, office.admin, office.readonly):
        outcome = absence.decide([leave.id], "agreed", {}, actor=actor, door="test")
        assert not outcome.written, actor.name
    with pytest.raises(Invalidated):
        absence.decide([leave.id], "refused", {}, actor=office.manager, door="test")
    own = asked(office.manager)
    assert not absence.decide([own.id], "agreed", {}, actor=office.manager, door="test").written
    assert absence.decide([own.id, leave.id], "agreed", {}, actor=office.director, door="test").written.keys() == {own.id, leave.id}
    assert not absence.decide([leave.id], "refused", {"answer": "no"}, actor=office.manager, door="test").written
    fresh = absence.ENTITY.rows(office.owner).get(id=leave.id)
    assert (fresh.state, fresh.decided_by_id) == (DECISION.id("agreed"), office.director.id)
    with pytest.raises(Invalidated):
        write.update((absence.ENTITY, leave.id), {"last_day": "2026-11-20"}, actor=office.owner, door="test")
    with pytest.raises(Invalidated):
        write.update((absence.ENTITY, leave.id), {"state": "agreed"}, actor=office.owner, door="test")


def test_an_agreed_half_day_excuses_who_comes_after_noon(office: Cast) -> None:
    with at(13, 30):
        row = clocking.press("in", "", actor=office.owner)
    with at(18):
        assert state_of(clocking.press("out", "", actor=office.owner)) == "late"
    leave = asked(office.owner, last_part="am")
    absence.decide([leave.id], "agreed", {}, actor=office.manager, door="test")
    assert state_of(clocking.ENTITY.rows(office.owner).get(id=row.id)) == "normal"


def test_a_missed_press_is_entered_when_it_is_agreed_to(office: Cast) -> None:
    with at(9):
        row = clocking.press("in", "", actor=office.owner)
    with at(10, day=DAY + timedelta(days=1)):
        clocking.close_days()
        missed = write.create(
            absence.ENTITY, {"sort": "missed", "reason": "Phone was dead", "gone": "2026-11-17 18:20"}, actor=office.owner, door="test"
        )
        with pytest.raises(Invalidated):  # not yet
            write.create(absence.ENTITY, {"sort": "missed", "reason": "x", "gone": "2026-11-18 18:20"}, actor=office.owner, door="test")
        absence.decide([missed.id], "agreed", {}, actor=office.manager, door="test")
    fresh = clocking.ENTITY.rows(office.owner).get(id=row.id)
    assert (fresh.gone, state_of(fresh)) == (moment(18, 20), "normal")


def test_a_request_is_withdrawn_by_who_sent_it_until_it_has_begun(office: Cast) -> None:
    with at(9):
        leave, begun = asked(office.owner, first_day="2026-11-19"), asked(office.owner)
        absence.decide([leave.id, begun.id], "agreed", {}, actor=office.manager, door="test")
        assert not absence.withdraw([leave.id], actor=office.manager, door="test").written
        assert absence.withdraw([leave.id, begun.id], actor=office.owner, door="test").written.keys() == {leave.id}
    assert absence.agreed([office.owner.id or 0], DAY, DAY + timedelta(days=3)).keys() == {(office.owner.id, DAY)}


def test_the_month_table_marks_every_day(office: Cast, at_desk: Desk) -> None:
    from guanxi.people.entities.employee import Employee

    employee = Employee._default_manager.get(account=office.owner.id)
    write.update((Employee.entity, employee.id), {"hired": "2026-01-05"}, actor=office.admin, door="test")
    with at(9, day=date(2026, 11, 9)):
        clocking.press("in", "", actor=office.mate)
    with at(9, 20, day=date(2026, 11, 10)):
        clocking.press("in", "", actor=office.owner)
    leave = asked(office.owner, first_day="2026-11-11", last_day="2026-11-12", last_part="am")
    absence.decide([leave.id], "agreed", {}, actor=office.manager, door="test")
    with at(8, 55):
        clocking.press("in", "", actor=office.owner)
        (row,) = month.rows_of(list(month.people(office.owner, DAY)), DAY, office.owner)
        marks = {cell.day.day: cell.mark for cell in row.cells}
    assert [marks[d] for d in (9, 10, 11, 12, 13, 14, 17, 18)] == ["absent", "late", "leave", "half", "absent", "off", "present", "ahead"]
    page = at_desk(office.manager).get("/attendance/month/?m=2026-11").content.decode()
    assert page.index("Olivia")
    assert "Stella" not in page
    assert '<span class="vh">on leave · Annual leave</span>' in page


def test_the_export_holds_the_same_people_and_is_logged(office: Cast, at_desk: Desk) -> None:
    from guanxi.kernel.models import AccessLog

    with at(9):
        clocking.press("in", "", actor=office.stranger)
        clocking.press("in", "", actor=office.mate)
    text = at_desk(office.manager).get("/attendance/month/export/?m=2026-11&as=csv").content.decode()
    assert "Max" in text
    assert "Stella" not in text
    book = at_desk(office.manager).get("/attendance/month/export/?m=2026-11")
    assert b"".join(book.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert AccessLog.objects.filter(verb="export", entity=clocking.ENTITY.key, actor=office.manager.id).count() == 2
    for odd in ("", "0000-00", "2026-13", "9" * 30, "2026-", "<x>"):
        assert at_desk(office.owner).get("/attendance/month/", {"m": odd}).status_code == 200


def test_administrators_set_the_hours_and_nobody_else(office: Cast, at_desk: Desk) -> None:
    good = {"start": "08:30", "noon": "12:00", "back": "13:00", "end": "17:30", "grace": "5", "weekday": ["0", "1", "2", "3", "4", "5"]}
    good |= {"national": "1", "off": "2026-11-18", "on": "2026/11/22"}
    assert at_desk(office.director).get("/admin/hours/").status_code == 404
    assert at_desk(office.director).post("/admin/hours/", good).status_code == 404
    desk = at_desk(office.admin)
    for wrong in ({"start": "25:00"}, {"end": "08:00"}, {"grace": "999"}, {"off": "yesterday"}):
        assert desk.post("/admin/hours/", {**good, **wrong}).status_code == 422
    assert hours.current() == hours.Hours()
    assert desk.post("/admin/hours/", good).status_code == 302
    table = hours.current()
    assert [table.works(date(2026, 11, n)) for n in (17, 18, 21, 22)] == [True, False, True, True]
    with at(8, 35):
        clocking.press("in", "", actor=office.owner)
    with at(17, 25):
        assert state_of(clocking.press("out", "", actor=office.owner)) == "normal"


def test_the_page_may_ask_the_device_for_its_place_and_nothing_else(client: Client) -> None:
    said = client.get("/login/").headers["Permissions-Policy"]
    assert "geolocation=(self)" in said
    assert "camera=()" in said


def test_everybody_asks_for_himself(office: Cast) -> None:
    with at(8), pytest.raises(Invalidated):
        asked(office.owner, owner=office.mate.id)
    with at(8):
        assert asked(office.manager, owner=office.owner.id).owner_id == office.owner.id


def test_what_is_agreed_to_is_what_was_read(office: Cast, at_desk: Desk) -> None:
    with at(8):
        row = asked(office.owner, last_day=DAY.isoformat())
        page = at_desk(office.manager).get(f"/leaves/{row.id}/").content.decode()
        assert f"_action/agree/?read={row.version}" in page
        write.update((absence.ENTITY, row.id), {"last_day": "2026-12-31"}, actor=office.owner, door="test")
        answer = at_desk(office.manager).post(f"/leaves/{row.id}/_action/agree/?read={row.version}")
        assert answer.status_code in (403, 409, 422)
        assert state_of_leave(row.id) == "sent"
        again = absence.ENTITY.model._default_manager.get(id=row.id).version
        assert at_desk(office.manager).post(f"/leaves/{row.id}/_action/agree/?read={again}").status_code < 400
        assert state_of_leave(row.id) == "agreed"


def state_of_leave(record: int) -> str:
    item = DECISION.by_id(absence.ENTITY.model._default_manager.get(id=record).state)
    return item.code if item else ""

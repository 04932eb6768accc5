"""Departments that work at other hours than the rest of the company, by night too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from guanxi.kernel import clock, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.write import Forbidden
from guanxi.org.models import Department, User
from guanxi.people import absence, clocking, hours, month
from guanxi.people.entities.attendance import STATE
from guanxi.people.entities.leave import STATE as DECISION
from guanxi.people.hours import Hours
from tests.people import Cast, forget

pytestmark = pytest.mark.django_db
#: A Tuesday without a holiday near it.
DAY = date(2026, 11, 17)
NIGHT = Hours(start="22:00", noon="02:00", back="02:30", end="06:00")
Desk = Callable[[Actor], Client]


@pytest.fixture
def shifts(house: Cast) -> Iterator[Cast]:
    """East works by night: Olivia, Max and Min."""
    hours.forget()
    hours.put(NIGHT, Department.objects.get(code="east").pk, actor=SYSTEM)
    yield house
    hours.forget()


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return clock.day_start(day) + timedelta(hours=hour, minutes=minute)


def press(which: str, moment: datetime, actor: Actor) -> tuple[date, str]:
    """The day to which it counted, and how that is judged."""
    with clock.frozen(moment):
        row = clocking.press(which, "", actor=actor)
    return row.day, state_of(row)


def state_of(row: object) -> str:
    item = STATE.by_id(row.state)  # type: ignore[attr-defined]
    return item.code if item else ""


@pytest.mark.parametrize(
    ("came", "gone", "state"),
    [
        (at(21, 50), at(30, 5), "normal"),
        (at(22, 1), at(30), "late"),
        (at(24, 30), at(30), "late"),
        (at(22), at(29, 59), "early"),
        (at(22), at(23), "early"),
        (at(25), at(29), "both"),
    ],
)
def test_a_night_shift_is_one_day_and_it_is_the_one_on_which_it_began(shifts: Cast, came: datetime, gone: datetime, state: str) -> None:
    assert press("in", came, shifts.owner)[0] == DAY
    assert press("out", gone, shifts.owner) == (DAY, state)
    assert clocking.ENTITY.rows(shifts.owner).count() == 1


def test_by_day_midnight_stays_the_end(shifts: Cast) -> None:
    assert press("in", at(9), shifts.stranger) == (DAY, "present")
    assert press("out", at(24, 10), shifts.stranger)[0] == DAY + timedelta(days=1)


def test_a_night_shift_is_not_closed_while_it_lasts(shifts: Cast) -> None:
    press("in", at(22), shifts.owner)
    press("in", at(9), shifts.stranger)
    with clock.frozen(at(27)):
        row = clocking.today(shifts.owner)
        assert row is not None
        assert clocking.close_days() == 1  # Stella's
        (line,) = month.rows_of(list(month.people(shifts.owner, DAY)), DAY, shifts.owner)
        assert {cell.day.day: cell.mark for cell in line.cells}[17] == "present"
    with clock.frozen(at(39)):
        assert clocking.close_days() == 1
        row.refresh_from_db()
        assert state_of(row) == "missing"


def test_a_press_missed_in_the_morning_belongs_to_the_night_before(shifts: Cast) -> None:
    press("in", at(22), shifts.owner)
    with clock.frozen(at(40)):
        values = {"sort": "missed", "reason": "Phone was dead", "gone": "2026-11-18 06:10"}
        missed = write.create(absence.ENTITY, values, actor=SYSTEM, door="test")
        write.decide((absence.ENTITY, missed.id), {"owner": shifts.owner.id}, actor=SYSTEM, door="test")
        row = write.update((absence.ENTITY, missed.id), {"gone": "2026-11-18 06:20"}, actor=SYSTEM, door="test")
    assert row.first_day == DAY


def test_half_a_night_on_leave_is_not_worked(shifts: Cast) -> None:
    values = {"kind": "annual", "reason": "Family", "first_day": DAY.isoformat(), "first_part": "pm", "owner": shifts.owner.id}
    leave = write.create(absence.ENTITY, values, actor=SYSTEM, door="test")
    write.decide((absence.ENTITY, leave.id), {"state": DECISION.id("agreed")}, actor=SYSTEM, door="test")
    press("in", at(22), shifts.owner)
    assert press("out", at(26), shifts.owner) == (DAY, "normal")


def test_a_department_has_the_hours_of_the_nearest_one_above_that_has_some(shifts: Cast) -> None:
    east = Department.objects.get(code="east")
    below = Department.objects.create(name="East 1", code="east-1", parent=east)
    User.objects.filter(login="olivia").update(department=below)
    forget()
    assert hours.of(shifts.owner.id) == NIGHT
    assert hours.of(shifts.stranger.id) == Hours()
    hours.put(Hours(start="08:00"), below.pk, actor=SYSTEM)
    assert hours.of(shifts.owner.id).start == "08:00"
    hours.put(Hours(start="08:30"), east.parent_id, actor=SYSTEM)
    assert [hours.of(p.id).start for p in (shifts.owner, shifts.mate, shifts.stranger)] == ["08:00", "22:00", "08:30"]
    for department in (below.pk, east.pk):
        hours.put(None, department, actor=SYSTEM)
    assert hours.of(shifts.owner.id).start == "08:30"
    with pytest.raises(Forbidden):
        hours.put(NIGHT, below.pk, actor=shifts.director)


def test_administrators_set_hours_by_department_and_let_it_inherit_again(house: Cast, at_desk: Desk) -> None:
    hours.forget()
    east, desk = Department.objects.get(code="east").pk, at_desk(house.admin)
    address = f"/admin/hours/?department={east}"
    good = {"start": "22:00", "noon": "02:00", "back": "02:30", "end": "06:00", "grace": "0", "weekday": ["0", "1"]}
    assert at_desk(house.director).post(address, good).status_code == 404
    for wrong in ({"end": "21:00"}, {"back": "01:00"}, {"noon": "21:00"}):
        assert desk.post(address, {**good, **wrong}).status_code == 422
    for odd in ("0", "x", "9" * 30, "-1"):
        assert desk.get(f"/admin/hours/?department={odd}").status_code == 404
    assert desk.post(address, good).status_code == 302
    assert (hours.of(house.owner.id).end, hours.of(house.stranger.id).end, hours.current().end) == ("06:00", "18:00", "18:00")
    assert "22:00 – 06:00" in desk.get("/admin/hours/").content.decode()
    assert desk.post(address, {"then": "inherit"}).status_code == 302
    assert hours.of(house.owner.id) == Hours()
    hours.forget()

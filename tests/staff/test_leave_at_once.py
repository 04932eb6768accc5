"""Nobody is away twice at once, whatever the door, and who decides about it where nobody is his manager."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from guanxi.kernel import history, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.write import Invalidated
from guanxi.org import deciders
from guanxi.org.models import Department, User
from guanxi.people import absence
from tests.people import Cast
from tests.staff.test_attendance import asked, at

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]


@pytest.mark.parametrize("word", ["sent", "agreed"])
def test_nobody_is_away_twice_at_once_and_is_told_by_which_request(office: Cast, at_desk: Desk, word: str) -> None:
    there = asked(office.owner, last_day="2026-11-19", last_part="am", reason="Wedding")
    if word == "agreed":
        absence.decide([there.id], "agreed", {}, actor=office.manager, door="test")
    for more in ({}, {"first_day": "2026-11-12", "last_day": "2026-11-17", "last_part": "am"}, {"first_day": "2026-11-19"}):
        with pytest.raises(Invalidated, match=r"Wedding.*2026-11-17.*2026-11-19"):
            asked(office.owner, **more)
    given = {"kind": "annual", "reason": "Again", "first_day": "2026-11-18"}
    page = at_desk(office.owner).post("/leaves/new/", {**given, "sort": "leave"})
    assert (page.status_code, "Wedding" in page.content.decode()) == (422, True)
    rows = [{**given, "first_day": "2026-11-23"}, {**given, "first_day": "2026-11-18"}]
    outcome = write.create_many(absence.ENTITY, rows, actor=office.owner, door="import")
    assert (list(outcome.written), "Wedding" in outcome.refused[1]["first_day"]) == ([0], True)
    after = asked(office.owner, first_day="2026-11-19", first_part="pm")  # the half that is left
    with pytest.raises(Invalidated):
        write.update((absence.ENTITY, after.id), {"first_part": "am"}, actor=office.owner, door="test")
    with pytest.raises(Invalidated):
        write.update((absence.ENTITY, after.id), {"first_day": "2026-11-18"}, actor=office.owner, door="api")
    assert asked(office.mate).id


def test_of_two_requests_for_one_time_in_one_batch_the_first_stands_and_two_may_change_places(office: Cast) -> None:
    rows = [{"kind": "annual", "reason": why, "first_day": "2026-11-18"} for why in ("One", "Two")]
    outcome = write.create_many(absence.ENTITY, rows, actor=office.owner, door="import")
    assert (list(outcome.written), "One" in outcome.refused[1]["first_day"]) == ([0], True)
    one, other = outcome.written[0], asked(office.owner, first_day="2026-11-19")
    days = {one.id: "2026-11-19", other.id: "2026-11-18"}
    changes = {number: {"first_day": day, "last_day": day} for number, day in days.items()}
    assert not write.update_many(absence.ENTITY, changes, actor=office.owner, door="test").refused


def test_what_was_withdrawn_refused_or_deleted_leaves_the_time_free_and_does_not_come_back_into_it(office: Cast) -> None:
    with at(8):
        withdrawn, refused = asked(office.owner, first_day="2026-11-18"), asked(office.owner, first_day="2026-11-19")
        moved = asked(office.owner, first_day="2026-11-20")
        absence.withdraw([withdrawn.id], actor=office.owner, door="test")
        absence.decide([refused.id], "refused", {"answer": "no"}, actor=office.manager, door="test")
        write.update((absence.ENTITY, moved.id), {"first_day": "2026-11-25", "last_day": "2026-11-25"}, actor=office.owner, door="test")
        asked(office.owner, first_day="2026-11-18", last_day="2026-11-20")
        change = history.of_record(moved.id)[0]
        assert write.undo([change], actor=office.owner, door="test").kept
        assert absence.ENTITY.rows(office.owner).get(id=moved.id).first_day == date(2026, 11, 25)
        lying = absence.ENTITY.rows(SYSTEM).get(id=moved.id)
        write.delete(lying, actor=SYSTEM, door="test")
        asked(office.owner, first_day="2026-11-25")
        with pytest.raises(Invalidated, match="2026-11-25"):
            write.restore((absence.ENTITY, moved.id), actor=SYSTEM, door="test")


def test_another_request_is_not_told_of_to_who_may_not_read_it(office: Cast) -> None:
    asked(office.owner, reason="Secret", first_day="2026-11-18")
    open_ = asked(office.owner, reason="Open", first_day="2026-11-20")
    write.share(absence.ENTITY, [open_.id], [write.Grantee("person", office.mate.id or 0)], "collaborator", None, actor=SYSTEM, door="test")
    mate = office.again(office.mate)
    with pytest.raises(Invalidated) as refusal:
        write.update((absence.ENTITY, open_.id), {"first_day": "2026-11-18"}, actor=mate, door="test")
    assert "Secret" not in str(refusal.value)
    assert "2026-11-18" in str(refusal.value)


def test_the_head_of_a_department_decides_for_who_has_no_manager_and_the_head_above_for_him(office: Cast) -> None:
    """Max leads East though he is nobody's manager and may no more than sell; Stella leads the company."""
    people = {user.login: user for user in User.objects.all()}
    for login, department in (("max", "east"), ("stella", "company")):
        Department.objects.filter(code=department).update(head=people[login])
    User.objects.filter(login__in=("olivia", "max")).update(manager=None)
    mate, above, manager = (office.again(actor) for actor in (office.mate, office.stranger, office.manager))
    leave, own = asked(office.again(office.owner)), asked(mate)
    assert mate.reports == {office.owner.id}
    assert manager.reports == frozenset()
    assert above.reports >= {office.owner.id, office.mate.id}
    assert absence.decide([leave.id, own.id], "agreed", {}, actor=mate, door="test").written.keys() == {leave.id}
    assert absence.decide([own.id], "agreed", {}, actor=above, door="test").written.keys() == {own.id}
    assert deciders.superior_of(office.owner.id or 0) == office.mate.id


def test_with_a_manager_the_head_of_the_department_is_nobody_s_superior(office: Cast) -> None:
    Department.objects.filter(code="east").update(head=office.mate.id)
    mate = office.again(office.mate)
    assert mate.reports == frozenset()
    assert not absence.decide([asked(office.owner).id], "agreed", {}, actor=mate, door="test").written

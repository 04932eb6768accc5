"""Automatic numbers: thirty-two people at once get each figure once and none is skipped; what was borne is never given again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from guanxi.kernel import clock, directory, numbering, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Counter, Numbering
from guanxi.kernel.numbering import Part, Scheme
from guanxi.kernel.registry import registry
from guanxi.kernel.write import numbers as verbs
from tests.people import Cast

CUSTOMER = registry.get("customers.customer")
NUMBER = CUSTOMER.fields["number"]
AT_ONCE = 32
#: KH26-0001, a counter for each year.
SHORT: tuple[Part, ...] = (("text", "KH"), ("year2", ""), ("text", "-"), ("counter", "4"))


@pytest.fixture(autouse=True)
def _afresh() -> Any:
    with translation.override("en"):
        yield
    numbering._state["version"] = None
    numbering._known.clear()


def let(parts: tuple[Part, ...], reset: str, cast: Cast, *, quick: bool = False) -> Scheme:
    made = verbs.read(CUSTOMER, NUMBER, parts, reset, quick=quick)
    verbs.change(CUSTOMER, NUMBER, made, actor=cast.business)
    return made


def create(name: str, actor: Actor) -> str:
    return str(write.create(CUSTOMER, {"name": name}, actor=actor, door="test").number)


def at_once(do: Callable[[int], Any]) -> list[Any]:
    """All on connections of their own that start together."""
    start, results = threading.Barrier(AT_ONCE), []

    def work(place: int) -> None:
        try:
            start.wait(30)
            results.append(do(place))
        except Exception as problem:
            results.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


def looked_at_all(do: Callable[[], Any]) -> int:
    """How many statements looked for figures on records."""
    with CaptureQueriesContext(connection) as asked:
        do()
    return sum("substring" in each["sql"].lower() for each in asked.captured_queries)


@pytest.mark.django_db
def test_the_first_of_a_month_does_not_wait_until_all_records_were_looked_at(cast: Cast) -> None:
    last, first = datetime(2026, 12, 31, 4, tzinfo=UTC), datetime(2027, 1, 1, 4, tzinfo=UTC)
    with clock.frozen(last):
        assert looked_at_all(lambda: create("第一家", cast.owner)) == 1
        Counter.objects.all().delete()
        assert numbering.ahead() > 1
        assert numbering.ahead() == 0
        assert looked_at_all(lambda: create("第二家", cast.owner)) == 0
        assert create("第三家", cast.owner) == "KH-202612-0003"
    with clock.frozen(first):
        assert looked_at_all(lambda: create("元旦", cast.owner)) == 0
        assert create("元旦二", cast.owner) == "KH-202701-0002"


@pytest.mark.django_db
def test_the_parts_are_those_of_the_administrator_and_old_numbers_stay(cast: Cast) -> None:
    old = create("云深一号", cast.owner)
    assert old.startswith(f"KH-{clock.today():%Y%m}-")
    made = let(SHORT, "year", cast)
    promised = numbering.next_ones(CUSTOMER, NUMBER, made)
    assert [create(f"云深新{n}", cast.owner) for n in "甲乙丙"] == promised == [f"KH{clock.today():%y}-{n:04d}" for n in (1, 2, 3)]
    assert CUSTOMER.model._default_manager.filter(number=old).count() == 1


@pytest.mark.django_db
def test_a_way_that_is_taken_again_goes_on_behind_what_is_borne(cast: Cast) -> None:
    usual = numbering.scheme(CUSTOMER, NUMBER)
    borne = [create(f"云深{n}", cast.owner) for n in "甲乙"]
    let(SHORT, "year", cast)
    let(usual.parts, usual.reset, cast)
    later = create("云深丙", cast.owner)
    assert int(later[-4:]) == int(borne[-1][-4:]) + 1
    # the same spelling, counted otherwise: a fixed text where there were dates
    let((("text", "KH"), ("text", f"-{clock.today():%Y%m}-"), ("counter", "4")), "never", cast)
    assert create("云深丁", cast.owner) not in (*borne, later)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parts", "reset", "said"),
    [
        ((("text", "KH"),), "never", "exactly one counter"),
        ((("counter", "4"), ("counter", "2")), "never", "exactly one counter"),
        ((("counter", "0"),), "never", "between 1 and"),
        ((("text", "KH-"), ("counter", "4")), "year", "begins anew"),
        ((("year", ""), ("counter", "4")), "day", "begins anew"),
        ((("department", ""), ("counter", "4")), "never", "between the counter and the department"),
        ((("department", ""), ("text", "9"), ("counter", "4")), "never", "between the counter and the department"),
        ((("text", "XS-"), ("year", ""), ("month", ""), ("text", "-"), ("counter", "4")), "month", "in this way already"),
        ((("text", "x" * 12),) * 3 + (("counter", "9"),), "never", "at most 40 characters"),
    ],
)
def test_what_could_give_a_number_twice_is_refused(cast: Cast, parts: tuple[Part, ...], reset: str, said: str) -> None:
    with pytest.raises(write.Invalidated, match=said):
        verbs.read(CUSTOMER, NUMBER, parts, reset, quick=False)
    with pytest.raises(write.Forbidden):
        verbs.change(CUSTOMER, NUMBER, numbering.scheme(CUSTOMER, NUMBER), actor=cast.owner)


def test_a_counter_is_that_of_its_period() -> None:
    made = Scheme((("year", ""), ("month", ""), ("day", ""), ("text", "-"), ("counter", "3")), "day")
    assert made.counter(date(2026, 1, 2)) != made.counter(date(2026, 1, 3))
    yearly = Scheme(made.parts, "year")
    assert yearly.counter(date(2026, 1, 2)) == yearly.counter(date(2026, 12, 3)) != yearly.counter(date(2027, 1, 2))
    assert numbering.spelled(made, 7, date(2026, 1, 2), "") == "20260102-007"


@pytest.mark.django_db
def test_the_departments_code_stands_where_it_is_asked_for(cast: Cast) -> None:
    let((("department", ""), ("text", "-"), ("counter", "3")), "never", cast)
    code = directory.departments()[cast.owner.department or 0].code
    assert create("云深", cast.owner) == f"{code}-001"


def test_thirty_two_at_once_get_each_figure_once_and_none_is_skipped(committed: Cast) -> None:
    let(SHORT, "year", committed)

    def do(place: int) -> str:
        if place % 4 == 0:  # who is refused at the end takes nothing with him
            with transaction.atomic():
                create(f"作废{place}", committed.owner)
                transaction.set_rollback(True)
        return create(f"云深{chr(0x4E00 + place)}制造", committed.owner)

    try:
        found = at_once(do)
        assert sorted(found, key=str) == [f"KH{clock.today():%y}-{n:04d}" for n in range(1, AT_ONCE + 1)]
    finally:
        Numbering.objects.all().delete()


def test_quick_numbers_are_given_once_too_and_wait_for_nobody(committed: Cast) -> None:
    let(SHORT, "year", committed, quick=True)
    try:
        with transaction.atomic():
            create("尚未提交", committed.owner)
            done: list[str] = []
            other = threading.Thread(target=lambda: (done.append(create("另一个人", committed.owner)), connection.close()))
            other.start()
            other.join(20)
            assert done  # it did not wait for the open transaction
        found = at_once(lambda place: create(f"云深{chr(0x4E00 + place)}制造", committed.owner))
        assert len({*done, *map(str, found)}) == AT_ONCE + 1
        assert not [each for each in found if not isinstance(each, str)]
    finally:
        Numbering.objects.all().delete()

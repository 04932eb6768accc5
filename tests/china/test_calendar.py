"""Working days: holidays are off, make-up days are not, and next year is never an error."""

from datetime import date

from guanxi.kernel.china.calendar import add_workdays, holiday_name, is_workday


def test_spring_festival_is_off_and_has_a_name() -> None:
    assert not is_workday(date(2025, 1, 29))
    assert holiday_name(date(2025, 1, 29)) == "春节"


def test_a_make_up_sunday_is_a_working_day() -> None:
    assert is_workday(date(2025, 1, 26))
    assert holiday_name(date(2025, 1, 26)) is None


def test_a_plain_weekend_has_no_name() -> None:
    assert not is_workday(date(2025, 3, 8))
    assert holiday_name(date(2025, 3, 8)) is None


def test_a_year_not_announced_yet_works_monday_to_friday() -> None:
    assert is_workday(date(2090, 10, 2))
    assert not is_workday(date(2090, 10, 1))
    assert holiday_name(date(2090, 10, 2)) is None


def test_a_due_date_skips_the_holiday_both_ways() -> None:
    assert add_workdays(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert add_workdays(date(2025, 10, 9), -1) == date(2025, 9, 30)
    assert add_workdays(date(2025, 10, 4), 0) == date(2025, 10, 4)

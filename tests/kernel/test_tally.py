"""Counting what happens too often, exactly, and forgetting it in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guanxi.kernel import clock, tally
from guanxi.kernel.models import Tally
from tests.kernel.test_races import at_once
from tests.people import Cast


@pytest.mark.django_db
def test_a_window_opens_with_the_first_and_ends_after_its_time() -> None:
    with clock.frozen():
        assert [tally.add("a", seconds=60) for _ in range(3)] == [1, 2, 3]
        assert tally.add("b", seconds=60) == 1
        later = clock.now() + timedelta(seconds=59)
    with clock.frozen(later):
        assert tally.add("a", seconds=60) == 4
    with clock.frozen(later + timedelta(seconds=1)):
        assert tally.add("a", seconds=60) == 1


@pytest.mark.django_db
def test_what_has_outlived_its_window_is_swept_by_the_next() -> None:
    for n in range(3):
        tally.add("old", n, seconds=1)
    with clock.frozen(clock.now() + timedelta(seconds=5)):
        tally.add("new", seconds=1)
    assert Tally.objects.count() == 1


@pytest.mark.django_db
def test_any_text_can_be_counted_and_none_is_kept() -> None:
    for text in ("x" * 5_000, "a b\x00c", "\ud800", "云深"):
        assert tally.add("login", text, seconds=60) == 1
    assert {len(name) for name in Tally.objects.values_list("name", flat=True)} == {64}


def test_twenty_at_the_same_moment_are_twenty(committed: Cast) -> None:
    try:
        assert sorted(at_once(20, lambda _n: tally.add("together", seconds=60))) == list(range(1, 21))
    finally:
        Tally.objects.all().delete()

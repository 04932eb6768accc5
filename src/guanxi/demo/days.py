"""When things happen: on working days, more in busy months, within office hours, and never after now."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from guanxi.kernel import clock
from guanxi.kernel.china.calendar import is_workday

#: Sales in China: quiet around the Spring Festival and in high summer, busy in March, June, September and before the year ends.
SEASON = {1: 0.9, 2: 0.6, 3: 1.3, 4: 1.1, 5: 1.0, 6: 1.2, 7: 0.85, 8: 0.8, 9: 1.2, 10: 0.9, 11: 1.2, 12: 1.25}
WEEKDAY = (1.05, 1.1, 1.05, 1.0, 0.8, 0.5, 0.5)
GROWTH = 0.5


class Days:
    """The working days of the story with their weights; `today` is always one of them."""

    def __init__(self, chance: Random, length: int) -> None:
        self.chance = chance
        self.now, self.today = clock.now(), clock.today()
        self.first = self.today - timedelta(days=length)
        span = [self.first + timedelta(days=n) for n in range(length + 1)]
        self.work = [day for day in span if is_workday(day) or day == self.today]
        self.set = frozenset(self.work)
        grown = [1 + GROWTH * i / len(self.work) for i in range(len(self.work))]
        weights = [SEASON[day.month] * WEEKDAY[day.weekday()] * g for day, g in zip(self.work, grown, strict=True)]
        self._sum = [0.0, *accumulate(weights)]

    def count(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both included."""
        return max(0, bisect_right(self.work, last) - bisect_left(self.work, first))

    def draw(self, first: date, last: date) -> date:
        """A working day between the two, both included, by weight; the nearest one where there is none."""
        low, high = bisect_left(self.work, first), bisect_right(self.work, last)
        if low >= high:
            return self.work[min(max(low, 0), len(self.work) - 1)]
        at = self._sum[low] + self.chance.random() * (self._sum[high] - self._sum[low])
        return self.work[min(bisect_right(self._sum, at) - 1, high - 1)]

    def ago(self, days: int) -> date:
        """The working day at or before so many days ago."""
        return self.work[max(0, bisect_right(self.work, self.today - timedelta(days=days)) - 1)]

    def at_work(self, day: date) -> datetime:
        """A moment within office hours; today only as much of them as has passed."""
        hour = self.chance.choices((9, 10, 11, 13, 14, 15, 16, 17), (10, 18, 14, 6, 16, 18, 14, 7))[0]
        moment = clock.day_start(day) + timedelta(hours=hour, minutes=self.chance.randrange(60), seconds=self.chance.randrange(60))
        return moment if day < self.today else self.earlier(self.chance.randrange(10, 45))

    def earlier(self, minutes: int) -> datetime:
        """Today in the early morning, or between midnight and now when even that has not come."""
        start = clock.day_start(self.today)
        planned = start + timedelta(hours=8, minutes=20 + minutes)
        return min(planned, start + (self.now - start) * (minutes / 60))

    def later(self, day: date) -> datetime:
        """A round clock time on a day to come, as people write appointments."""
        hour, minute = self.chance.choice(
            ((9, 0), (9, 30), (10, 0), (10, 30), (11, 0), (14, 0), (14, 30), (15, 0), (15, 30), (16, 0), (17, 0))
        )
        return clock.day_start(day) + timedelta(hours=hour, minutes=minute)

    def ahead(self, day: date, low: int, high: int) -> date:
        """A working day `low` to `high` days after `day`; weekends move to Monday."""
        found = day + timedelta(days=self.chance.randint(low, high))
        while not is_workday(found):
            found += timedelta(days=1)
        return found

    def steps(self, stride: int, daily: int) -> list[datetime]:
        """The moments at which the story is written down: every `stride` days, daily at the end, the last one now."""
        days = list(range((self.today - self.first).days, daily, -stride)) + list(range(daily, 0, -1))
        evenings = [clock.day_start(self.today - timedelta(days=n)) + timedelta(hours=18, minutes=n * 7 % 50) for n in days]
        return [*evenings, self.now]

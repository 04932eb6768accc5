"""The licence holds also when two administrators take its last account at the same moment."""

from __future__ import annotations

from guanxi.kernel.write import Invalidated
from guanxi.org import logins
from guanxi.org.models import User
from tests.kernel.test_races import at_once
from tests.people import Cast


def test_of_two_who_open_the_last_account_at_once_one_gets_it(committed: Cast) -> None:
    try:
        for number in range(5):
            logins.limit(logins.active() + 1, actor=committed.admin)
            results = at_once(2, lambda n, number=number: logins.open_account(f"new{number}{n}", "Newcomer", actor=committed.admin))
            assert sorted(isinstance(r, Invalidated) for r in results) == [False, True], results
            assert User.objects.filter(login__startswith=f"new{number}").count() == 1
    finally:
        logins.limit(None, actor=committed.admin)

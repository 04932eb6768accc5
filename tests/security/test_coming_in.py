"""Guessing passwords is slow from anywhere, and nobody names his own address."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from guanxi.org.address import client_address
from guanxi.org.models import User
from guanxi.surfaces.pages.session import FROM_ONE_PLACE, TRIES
from tests.people import Cast

PASSWORD = "a long and right one"


def enter(login: str, password: str, **headers: str) -> int:
    return Client().post("/login/", {"username": login, "password": password}, headers=headers).status_code


@pytest.fixture
def olivia(cast: Cast) -> str:
    user = User.objects.get(login="olivia")
    user.set_password(PASSWORD)
    user.save()
    return user.login


def test_after_ten_wrong_passwords_even_the_right_one_waits(olivia: str) -> None:
    assert [enter(olivia, "wrong") for _ in range(TRIES)] == [422] * TRIES
    assert enter(olivia.upper(), PASSWORD) == 429


def test_a_right_password_begins_anew(olivia: str) -> None:
    for _ in range(2):
        assert [enter(olivia, "wrong") for _ in range(TRIES - 1)] == [422] * (TRIES - 1)
        assert enter(olivia, PASSWORD) == 302


def test_attempts_count_before_the_password_is_looked_at(olivia: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty attempts in flight at once are thirty: here each begins while the one before is still being checked."""
    from guanxi.surfaces.pages import session

    answers: list[int] = []

    def slow(request: Any, **given: Any) -> None:
        if len(answers) + depth[0] < TRIES + 5:
            depth[0] += 1
            answers.append(enter(olivia, "wrong"))

    depth = [0]
    monkeypatch.setattr(session, "authenticate", slow)
    answers.append(enter(olivia, "wrong"))
    assert answers.count(422) == TRIES
    assert 429 in answers


def test_behind_the_trusted_proxy_each_caller_is_counted_by_himself(cast: Cast, settings: Any) -> None:
    settings.GUANXI_TRUSTED_PROXY = True
    for n in range(FROM_ONE_PLACE):
        assert enter(f"guess{n}", "wrong", **{"X-Forwarded-For": "203.0.113.7"}) == 422
    assert enter("another", "wrong", **{"X-Forwarded-For": "203.0.113.7"}) == 429
    assert enter("another", "wrong", **{"X-Forwarded-For": "1.2.3.4, 203.0.113.7"}) == 429
    assert enter("another", "wrong", **{"X-Forwarded-For": "203.0.113.8"}) == 422


@pytest.mark.parametrize(
    ("trusted", "named", "believed"),
    [
        (False, "203.0.113.7", "127.0.0.1"),
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        (True, "1.2.3.4,2001:db8::7", "2001:db8::7"),
        (True, "203.0.113.7, nonsense", "127.0.0.1"),
        (True, "", "127.0.0.1"),
    ],
)
def test_only_what_the_trusted_proxy_added_is_believed(settings: Any, trusted: bool, named: str, believed: str) -> None:
    settings.GUANXI_TRUSTED_PROXY = trusted
    assert client_address(RequestFactory().get("/", headers={"X-Forwarded-For": named})) == believed


def test_odd_names_of_people_are_counted_too(cast: Cast) -> None:
    for name in ("a b\x00c", "x" * 500, "云 深", "\x7f"):
        assert enter(name, "wrong") == 422

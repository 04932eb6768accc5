"""The second factor: who has one does not get in with the password alone, and no code is good twice."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import sealed
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.models import AccessLog
from guanxi.kernel.write import Forbidden
from guanxi.org import factors, roles, tokens, waiting
from guanxi.org.models import Operation, Role, User
from guanxi.surfaces.pages.session import TRIES
from tests.people import Cast

PASSWORD = "a long and right one"


def user(login: str = "olivia") -> User:
    return User.objects.get(login=login)


def code(secret: str, *, later: int = 0) -> str:
    """What the phone shows now, or some half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


@pytest.fixture
def olivia(cast: Cast) -> User:
    found = user()
    found.set_password(PASSWORD)
    found.save()
    return found


@pytest.fixture
def desk(olivia: User) -> Client:
    browser = Client()
    assert browser.post("/login/", {"username": "olivia", "password": PASSWORD})["Location"] == "/"
    return browser


def enrolled(desk: Client) -> tuple[str, list[str]]:
    """The secret on the phone and the recovery codes."""
    secret = re.search(r'class="key">([^<]+)<', desk.get("/settings/second/").content.decode())[1].replace(" ", "")  # type: ignore[index]
    desk.used = code(secret)  # type: ignore[attr-defined]
    answer = desk.post("/settings/second/", {"code": desk.used, "password": PASSWORD})  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return secret, [found.replace(" ", "") for found in re.findall(r"<li><code>([\d ]+)</code>", answer.content.decode())]


def at_the_door(next_: str = "/customers/") -> Client:
    browser = Client()
    answer = browser.post("/login/", {"username": "olivia", "password": PASSWORD, "next": next_})
    assert answer["Location"].startswith("/login/second/?")
    return browser


def test_the_password_alone_opens_nothing_and_the_code_of_the_phone_everything(desk: Client) -> None:
    secret, _codes = enrolled(desk)
    browser = at_the_door()
    assert browser.get("/customers/")["Location"].startswith("/login/")
    assert "_auth_user_id" not in browser.session
    before = browser.session.session_key
    assert browser.post("/login/second/", {"code": "000000", "next": "/customers/"}).status_code == 422
    answer = browser.post("/login/second/", {"code": code(secret, later=1), "next": "/customers/"})
    assert answer["Location"] == "/customers/"
    assert browser.get("/customers/").status_code == 200
    assert browser.session.session_key != before
    assert list(AccessLog.objects.filter(verb="second_wrong").values_list("data__login", flat=True)) == ["olivia"]


def test_a_code_is_good_once_even_the_one_it_was_set_up_with(desk: Client) -> None:
    secret, _codes = enrolled(desk)
    set_up_with = desk.used  # type: ignore[attr-defined]
    assert at_the_door().post("/login/second/", {"code": set_up_with}).status_code == 422
    later = code(secret, later=1)
    assert at_the_door().post("/login/second/", {"code": later}).status_code == 302
    cache.clear()  # another process has never seen it
    assert at_the_door().post("/login/second/", {"code": f"{later[:3]} {later[3:]}"}).status_code == 422


def test_a_recovery_code_is_good_once_and_new_ones_make_the_old_void(desk: Client) -> None:
    _secret, codes = enrolled(desk)
    assert len(set(codes)) == 10
    assert at_the_door().post("/login/second/", {"code": codes[0]}).status_code == 302
    assert at_the_door().post("/login/second/", {"code": codes[0]}).status_code == 422
    assert factors.codes_left(user()) == 9
    assert desk.post("/settings/second/codes/", {"password": "wrong"}).status_code == 422
    fresh = desk.post("/settings/second/codes/", {"password": PASSWORD}).content.decode()
    assert codes[1] not in fresh.replace(" ", "")
    assert at_the_door().post("/login/second/", {"code": codes[1]}).status_code == 422


def test_guessing_codes_is_slow_and_a_right_password_does_not_begin_anew(desk: Client) -> None:
    secret, _codes = enrolled(desk)
    for _n in range(TRIES):
        assert at_the_door().post("/login/second/", {"code": "123456"}).status_code == 422
    assert at_the_door().post("/login/second/", {"code": code(secret, later=1)}).status_code == 429


def test_who_waits_too_long_or_whose_password_changes_begins_anew(desk: Client) -> None:
    secret, _codes = enrolled(desk)
    late, changed = at_the_door(), at_the_door()
    session = late.session
    session[waiting.KEY] = {**session[waiting.KEY], "until": 0}
    session.save()
    assert late.post("/login/second/", {"code": code(secret, later=1)})["Location"] == "/login/"
    User.objects.filter(login="olivia").update(epoch=9)
    assert changed.post("/login/second/", {"code": code(secret, later=1)})["Location"] == "/login/"
    assert Client().get("/login/second/")["Location"] == "/login/"


def test_setting_up_needs_the_code_and_the_password(desk: Client) -> None:
    secret = re.search(r'class="key">([^<]+)<', desk.get("/settings/second/").content.decode())[1].replace(" ", "")  # type: ignore[index]
    assert desk.post("/settings/second/", {"code": "000000", "password": PASSWORD}).status_code == 422
    assert desk.post("/settings/second/", {"code": code(secret), "password": "wrong"}).status_code == 422
    assert not user().second
    assert not Authenticator.objects.exists()


def test_secrets_lie_encrypted_and_are_in_no_log(desk: Client) -> None:
    proposed = re.search(r'class="key">([^<]+)<', desk.get("/settings/second/").content.decode())[1].replace(" ", "")  # type: ignore[index]
    assert proposed not in str(dict(desk.session))
    secret, codes = enrolled(desk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(m::text, ' ') FROM mfa_authenticator m")
        kept = cursor.fetchone()[0]
    assert secret not in kept
    assert codes[0] not in kept
    data = Authenticator.objects.get(type="totp").data["secret"]
    assert data.startswith("v1.")
    assert sealed.unseal(data, about=factors.ABOUT) == secret
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(data, about="something else")
    said = str(list(Operation.objects.values_list("diff", flat=True))) + str(list(AccessLog.objects.values_list("data", flat=True)))
    assert secret not in said


def test_a_role_may_require_it_and_then_nothing_else_opens_before(cast: Cast, desk: Client) -> None:
    admin = Client()
    admin.force_login(user("adam"))
    role = Role.objects.get(code="sales")
    assert admin.post(f"/admin/roles/{role.pk}/second/", {"second": "1"}).status_code == 302
    assert desk.get("/customers/")["Location"] == "/settings/second/"
    assert desk.post("/customers/new/", {"name": "x"})["Location"] == "/settings/second/"
    assert admin.get("/admin/").status_code == 200
    enrolled(desk)
    assert desk.get("/customers/").status_code == 200
    assert desk.post("/settings/second/remove/", {"password": PASSWORD}).status_code == 422
    assert user().second
    token = tokens.issue("max")
    assert Client().get("/api/v1/customers", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert Operation.objects.filter(subject="role", diff__second=[False, True], actor=cast.admin.id).exists()


def test_one_who_need_not_have_it_may_remove_it_with_his_password(desk: Client) -> None:
    enrolled(desk)
    assert desk.post("/settings/second/remove/", {"password": "wrong"}).status_code == 422
    assert desk.post("/settings/second/remove/", {"password": PASSWORD}).status_code == 302
    assert not Authenticator.objects.exists()
    assert Client().post("/login/", {"username": "olivia", "password": PASSWORD})["Location"] == "/"


def test_an_administrator_takes_it_from_who_lost_the_phone_and_the_trail_says_so(cast: Cast, desk: Client) -> None:
    enrolled(desk)
    admin, olivia = Client(), user()
    admin.force_login(user("adam"))
    assert admin.post(f"/admin/accounts/{olivia.pk}/second/").status_code == 302
    assert desk.get("/")["Location"].startswith("/login/")
    assert not user().second
    assert not Authenticator.objects.exists()
    assert Operation.objects.filter(subject="user", subject_id=olivia.pk, actor=cast.admin.id, diff__second=[True, False]).exists()
    for actor in (cast.owner, cast.director, cast.manager):
        with pytest.raises(Forbidden):
            factors.take(olivia, actor=actor)


def test_the_terminal_takes_it_in_an_emergency(desk: Client) -> None:
    enrolled(desk)
    factors.take(user(), actor=SYSTEM)
    assert not user().second


def test_it_costs_ordinary_pages_no_query(cast: Cast, desk: Client) -> None:
    def asked(browser: Client) -> int:
        browser.get("/settings/")
        with CaptureQueriesContext(connection) as spent:
            assert browser.get("/customers/").status_code == 200
        return len(spent)

    without = asked(desk)
    enrolled(desk)
    roles.guard(Role.objects.get(code="sales"), second=True, actor=cast.admin)
    assert asked(desk) == without


def test_moving_to_another_phone_makes_the_old_one_void(desk: Client) -> None:
    old, _codes = enrolled(desk)
    page = desk.get("/settings/second/?move=1").content.decode()
    new = re.search(r'class="key">([^<]+)<', page)[1].replace(" ", "")  # type: ignore[index]
    assert new != old
    assert desk.post("/settings/second/", {"code": code(new), "password": PASSWORD}).status_code == 200
    assert at_the_door().post("/login/second/", {"code": code(old, later=1)}).status_code == 422
    assert at_the_door().post("/login/second/", {"code": code(new, later=1)}).status_code == 302


def test_guesses_of_the_password_at_an_open_desk_are_counted(desk: Client) -> None:
    answers: list[Any] = [desk.post("/settings/second/codes/", {"password": "wrong"}) for _n in range(11)]
    assert "Wait five minutes" in answers[-1].content.decode() or "五分钟" in answers[-1].content.decode()
    assert desk.post("/settings/password/", {"old": PASSWORD, "new": "Another-long-1", "again": "Another-long-1"}).status_code == 422

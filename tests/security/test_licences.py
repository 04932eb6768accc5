"""Shared licences: so many in at once and no more, a place free as soon as somebody is out, and nobody named to strangers."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from guanxi.kernel import clock
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.models import AccessLog
from guanxi.kernel.write import Forbidden, Invalidated
from guanxi.org import licences, logins, policies, presences, tokens
from guanxi.org.models import Operation, Policy, Presence, SharedAccount, User
from guanxi.org.sessions import IDLE
from tests.people import Cast

PASSWORD = "a long and right one"
SHARING = ("olivia", "max", "stella")


def prepare() -> None:
    for user in User.objects.filter(login__in=SHARING):
        user.set_password(PASSWORD)
        user.language = "en"
        user.save()
        licences.share(user, actor=SYSTEM)


@pytest.fixture
def shifts(cast: Cast) -> Cast:
    """Three people share two licences."""
    prepare()
    licences.limit(2, actor=SYSTEM)
    return cast


def come(login: str, browser: Client | None = None) -> tuple[Client, int]:
    browser = browser or Client(headers={"Accept-Language": "en"})
    return browser, browser.post("/login/", {"username": login, "password": PASSWORD}).status_code


@pytest.mark.feature("USR-11")
def test_the_third_waits_until_one_of_two_has_gone(shifts: Cast) -> None:
    desk, status = come("olivia")
    assert (status, come("max")[1]) == (302, 302)
    late, status = come("stella")
    assert status == 409
    text = late.post("/login/", {"username": "stella", "password": PASSWORD}).content.decode()
    assert "All 2 shared licences are in use" in text
    assert "administrator" in text
    assert "Olivia" not in text
    assert "Max" not in text
    assert late.get("/customers/").status_code == 302
    assert AccessLog.objects.filter(verb="licence_full").count() == 2
    desk.post("/logout/")
    assert come("stella", late)[1] == 302
    assert late.get("/customers/").status_code == 200


def test_one_person_at_two_desks_holds_one_place(shifts: Cast) -> None:
    assert [come(login)[1] for login in ("olivia", "olivia", "olivia", "max")] == [302] * 4
    assert [user.login for user in licences.inside()] == ["max", "olivia"]


@pytest.mark.feature("USR-11")
@pytest.mark.parametrize("way", ["signed out", "idle", "run out"])
def test_a_place_is_free_when_the_last_of_ones_sessions_has_ended_and_not_before(shifts: Cast, way: str) -> None:
    licences.limit(1, actor=SYSTEM)
    desk, phone = come("olivia")[0], come("olivia")[0]
    assert come("max")[1] == 409
    first, last = Presence.objects.order_by("pk")
    if way == "idle":
        policies.put(IDLE, 15, actor=SYSTEM)

    def end(browser: Client, presence: Presence) -> None:
        if way == "signed out":
            browser.post("/logout/")
        elif way == "idle":
            Presence.objects.filter(pk=presence.pk).update(seen=clock.now() - timedelta(minutes=16))
        else:
            Session.objects.filter(session_key=presence.session_key).update(expire_date=clock.now() - timedelta(seconds=1))

    end(desk, first)
    assert come("max")[1] == 409
    assert phone.get("/customers/").status_code == 200
    end(phone, last)
    assert phone.get("/customers/").status_code == 302
    assert licences.inside() == []
    assert come("max")[1] == 302


def test_a_program_with_a_token_takes_no_place(shifts: Cast) -> None:
    licences.limit(1, actor=SYSTEM)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue('olivia')}"}
    assert Client().get("/api/v1/customers", **bearer).status_code == 200
    assert come("max")[1] == 302
    assert Client().get("/api/v1/customers", **bearer).status_code == 200


def test_named_licences_are_not_counted(shifts: Cast) -> None:
    licences.limit(0, actor=SYSTEM)
    assert come("olivia")[1] == 409
    licences.name(User.objects.get(login="olivia"), actor=SYSTEM)
    assert come("olivia")[1] == 302
    licences.limit(None, actor=SYSTEM)
    assert come("max")[1] == 302


def test_a_wrong_password_learns_nothing_of_licences(shifts: Cast) -> None:
    licences.limit(0, actor=SYSTEM)
    answer = Client().post("/login/", {"username": "olivia", "password": "wrong"})
    assert answer.status_code == 422
    assert "0" not in answer.content.decode().split("<form")[0].split("note r")[1]


@pytest.mark.parametrize("way", ["ended", "locked", "password", "idle"])
def test_a_place_is_free_when_the_session_would_not_be_let_in(shifts: Cast, way: str) -> None:
    licences.limit(1, actor=SYSTEM)
    come("olivia")
    assert come("max")[1] == 409
    olivia = User.objects.get(login="olivia")
    if way == "ended":
        presences.end_all(olivia, actor=SYSTEM)
    elif way == "locked":
        logins.lock(olivia, actor=SYSTEM)
    elif way == "password":
        olivia.set_password("another long one")
        olivia.save()
    else:
        policies.put(IDLE, 15, actor=SYSTEM)
        with clock.frozen(clock.now() + timedelta(minutes=20)):
            assert licences.inside() == []
        return
    assert licences.inside() == []
    assert come("max")[1] == 302


def test_sharing_frees_a_named_licence_and_naming_takes_one(shifts: Cast) -> None:
    named = logins.active()
    assert named == User.objects.filter(is_active=True).count() - 3
    logins.limit(named, actor=SYSTEM)
    with pytest.raises(Invalidated):
        licences.name(User.objects.get(login="olivia"), actor=SYSTEM)
    assert SharedAccount.objects.count() == 3


def test_administrators_see_use_and_set_it_and_nobody_else(shifts: Cast) -> None:
    come("olivia")
    olivia = User.objects.get(login="olivia")
    for actor in (shifts.owner, shifts.director, shifts.business):
        for act in (
            lambda actor=actor: licences.share(olivia, actor=actor),
            lambda actor=actor: licences.name(olivia, actor=actor),
            lambda actor=actor: licences.limit(9, actor=actor),
        ):
            with pytest.raises(Forbidden):
                act()
    User.objects.filter(login="adam").update(language="en")
    adam = Client()
    adam.force_login(User.objects.get(login="adam"))
    page = adam.get("/admin/licences/").content.decode()
    assert "1 of 2 signed in" in page
    assert page.count("Is signed in") == 1
    for wrong in ("-1", "x", "9" * 17):
        assert adam.post("/admin/licences/ceiling/", {"ceiling": wrong}).status_code == 422
    assert adam.post("/admin/licences/ceiling/", {"ceiling": "7"}).status_code == 302
    assert licences.ceiling() == 7
    assert adam.post("/admin/licences/account/", {"user": "0", "share": "1"}).status_code == 422
    assert adam.post("/admin/licences/account/", {"user": str(shifts.manager.id), "share": "1"}).status_code == 302
    assert Operation.objects.filter(subject="sharedaccount", actor=shifts.admin.id, verb="create").exists()


def test_ten_at_the_same_moment_take_two_places(committed: Cast) -> None:
    made = [User.objects.create(login=f"shift{n}", name=f"Shift {n}") for n in range(10)]
    for user in made:
        user.set_password(PASSWORD)
        user.save()
        licences.share(user, actor=SYSTEM)
    licences.limit(2, actor=SYSTEM)
    start, found = threading.Barrier(10), []

    def work(login: str) -> None:
        try:
            start.wait(20)
            found.append(come(login)[1])
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(user.login,)) for user in made]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(found) == [302] * 2 + [409] * 8
    finally:
        Policy.objects.all().delete()

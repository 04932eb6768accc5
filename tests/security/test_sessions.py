"""Sessions: seen where they are, ended one by one or together, and over when nobody uses them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock
from guanxi.kernel.models import AccessLog
from guanxi.kernel.write import Forbidden
from guanxi.org import policies, presences
from guanxi.org.models import Operation, Presence, User
from guanxi.org.sessions import IDLE
from tests.people import Cast

PASSWORD = "a long and right one"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1"


@pytest.fixture
def olivia(cast: Cast) -> User:
    found = User.objects.get(login="olivia")
    found.set_password(PASSWORD)
    found.save()
    return found


def seated(login: str = "olivia", agent: str = CHROME) -> Client:
    browser = Client(headers={"User-Agent": agent})
    assert browser.post("/login/", {"username": login, "password": PASSWORD}).status_code == 302
    return browser


def inside(browser: Client) -> bool:
    return browser.get("/customers/").status_code == 200


def ids(browser: Client) -> list[str]:
    return re.findall(r'action="/settings/sessions/(\d+)/"', browser.get("/settings/sessions/").content.decode())


def test_one_sees_where_one_is_signed_in_and_ends_one_of_them(olivia: User) -> None:
    desk, phone = seated(), seated(agent=PHONE)
    page = desk.get("/settings/sessions/").content.decode()
    assert "Chrome 141 · Windows" in page
    assert "Safari 18 · iOS" in page
    assert page.index("Chrome 141") < page.index("Safari 18")
    assert len(ids(desk)) == 1
    assert desk.post(f"/settings/sessions/{ids(desk)[0]}/").status_code == 302
    assert not inside(phone)
    assert inside(desk)
    assert ids(desk) == []
    assert AccessLog.objects.filter(verb="sessions_ended", actor=olivia.pk).count() == 1


def test_the_person_comes_with_the_session_and_is_nobody_else(cast: Cast, olivia: User) -> None:
    desk = seated()
    with CaptureQueriesContext(connection) as asked:
        assert inside(desk)
    assert sum("FROM org_user person" in query["sql"] for query in asked) == 0
    Presence.objects.filter(user=olivia).update(user=User.objects.exclude(pk=olivia.pk).earliest("pk"))
    assert desk.get("/settings/").wsgi_request.user == olivia
    Presence.objects.filter(session_key=desk.session.session_key).delete()
    assert desk.get("/settings/").wsgi_request.user == olivia


def test_who_is_stopped_is_out_at_his_next_request(olivia: User) -> None:
    desk = seated()
    assert inside(desk)
    User.objects.filter(pk=olivia.pk).update(is_active=False)
    assert not inside(desk)
    User.objects.filter(pk=olivia.pk).update(is_active=True)
    assert inside(desk)


def test_all_others_end_also_such_as_are_listed_nowhere(olivia: User) -> None:
    desk, phone, old = seated(), seated(agent=PHONE), Client()
    old.force_login(olivia)
    assert inside(old)
    before = desk.session.session_key
    assert desk.post("/settings/sessions/others/").status_code == 302
    assert inside(desk)
    assert desk.session.session_key != before
    assert not inside(phone)
    assert not inside(old)
    assert Presence.objects.filter(user=olivia).count() == 1


def test_nobody_ends_or_sees_the_session_of_another(olivia: User) -> None:
    desk, stranger = seated(), Client()
    stranger.force_login(User.objects.get(login="max"))
    row = Presence.objects.get(user=olivia)
    assert stranger.post(f"/settings/sessions/{row.pk}/").status_code == 404
    assert "Chrome 141" not in stranger.get("/settings/sessions/").content.decode()
    assert inside(desk)


def test_an_administrator_sees_them_and_ends_them_all(cast: Cast, olivia: User) -> None:
    desk, admin = seated(), Client()
    admin.force_login(User.objects.get(login="adam"))
    assert "Chrome 141 · Windows" in admin.get(f"/admin/accounts/{olivia.pk}/").content.decode()
    assert admin.post(f"/admin/accounts/{olivia.pk}/sessions/").status_code == 302
    assert not inside(desk)
    assert not Presence.objects.filter(user=olivia).exists()
    entry = AccessLog.objects.get(verb="sessions_ended")
    assert (entry.actor, entry.data["login"]) == (cast.admin.id, "olivia")
    with pytest.raises(Forbidden):
        presences.end_all(olivia, actor=cast.director)


def test_a_changed_password_keeps_this_session_listed_and_ends_the_others(olivia: User) -> None:
    desk, phone = seated(), seated(agent=PHONE)
    new = {"old": PASSWORD, "new": "Quite-another-1", "again": "Quite-another-1"}
    assert desk.post("/settings/password/", new).status_code == 302
    page = desk.get("/settings/sessions/").content.decode()
    assert "Chrome 141" in page
    assert "Safari 18" not in page
    assert not inside(phone)


def test_logging_out_takes_the_session_off_the_list(olivia: User) -> None:
    desk, phone = seated(), seated(agent=PHONE)
    phone.post("/logout/")
    assert ids(desk) == []
    assert Presence.objects.filter(user=olivia).count() == 1


def test_a_session_that_nobody_uses_ends_and_one_in_use_does_not(cast: Cast, olivia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    policies.put(IDLE, 30, actor=cast.admin)
    used, left = seated(), seated(agent=PHONE)
    moved(monkeypatch, minutes=20)
    assert inside(used)
    moved(monkeypatch, minutes=40)
    assert inside(used)
    assert not inside(left)
    assert "Safari 18" not in used.get("/settings/sessions/").content.decode()


def test_the_page_that_asks_by_itself_is_no_sign_of_life(cast: Cast, olivia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    policies.put(IDLE, 30, actor=cast.admin)
    desk = seated()
    moved(monkeypatch, minutes=20)
    answer = desk.get("/_here/")
    assert (answer.status_code, answer.json()["person"]) == (200, olivia.pk)
    moved(monkeypatch, minutes=40)
    assert desk.get("/_here/").status_code == 401


def moved(monkeypatch: pytest.MonkeyPatch, **later: float) -> None:
    """The clock stands so much later than it really is."""
    from django.utils import timezone

    real = type(timezone.now()).now
    monkeypatch.setattr(timezone, "now", lambda: real(tz=timezone.get_default_timezone()) + timedelta(**later))


def test_unused_for_eight_hours_where_nobody_said_otherwise(olivia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, other = seated(), seated()
    moved(monkeypatch, hours=7)
    assert inside(desk)
    moved(monkeypatch, hours=8.5)
    assert inside(desk)
    assert not inside(other)


def test_it_may_be_never_and_only_administrators_say_so(cast: Cast, olivia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = Client()
    admin.force_login(User.objects.get(login="adam"))
    assert admin.post("/admin/sign-in/", {"idle": "7"}).status_code == 422
    assert admin.post("/admin/sign-in/", {"idle": "0"}).status_code == 302
    assert Operation.objects.filter(subject="policy", actor=cast.admin.id).exists()
    desk = seated()
    moved(monkeypatch, hours=100)
    assert inside(desk)
    with pytest.raises(Forbidden):
        policies.put(IDLE, 5, actor=cast.owner)


def test_the_last_use_is_written_once_in_a_few_minutes(olivia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def written(browser: Client) -> int:
        with CaptureQueriesContext(connection) as spent:
            assert inside(browser)
        return len([1 for query in spent if "org_presence" in query["sql"] and query["sql"].startswith("UPDATE")])

    desk = seated()
    assert [written(desk), written(desk)] == [0, 0]
    moved(monkeypatch, minutes=6)
    assert [written(desk), written(desk)] == [1, 0]


def test_at_night_ended_sessions_are_forgotten(olivia: User) -> None:
    seated()
    gone = seated()
    Session.objects.filter(session_key=gone.session.session_key).update(expire_date=clock.now())
    presences.forget_the_ended()
    assert Presence.objects.count() == 1
    assert Session.objects.count() == 1

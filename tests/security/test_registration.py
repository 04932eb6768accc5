"""Asking for an account oneself: closed until it is opened, the same answer for everybody, and nothing happens without an administrator."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from guanxi.kernel import clock
from guanxi.kernel.actor import SYSTEM
from guanxi.org.models import User
from guanxi.people import hiring, registration
from guanxi.people.models import Registration
from guanxi.people.pages import registration as pages
from guanxi.surfaces import letters
from tests.people import Cast
from tests.staff.conftest import house  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
GOOD = {"name": "王小明", "email": "wang@example.com", "phone": "13800138000", "department": "华东", "note": "新来的实习生"}
HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "'; DROP TABLE org_user; --",
    "a" * 5_000,
    "\x00",
    "\u202e",
    "=cmd|' /C calc'!A1",
    "\r\nBcc: x@y.z",
)


@pytest.fixture
def opened(house: Cast) -> Cast:  # noqa: F811
    registration.put(switch=True, text="", actor=SYSTEM)
    return house


def sitting(login: str) -> Client:
    User.objects.filter(login=login).update(language="en")
    browser = Client()
    browser.force_login(User.objects.get(login=login))
    return browser


def test_it_does_not_exist_until_administrators_open_it(cast: Cast, client: Client) -> None:
    assert client.get("/register/").status_code == 404
    assert client.post("/register/", GOOD).status_code == 404
    assert "/register/" not in client.get("/login/").content.decode()
    assert sitting("dora").post("/admin/registrations/rules/", {"open": "1"}).status_code == 404
    assert sitting("adam").post("/admin/registrations/rules/", {"open": "1", "notice": "Read <b>me</b>"}).status_code == 302
    assert 'href="/register/"' in client.get("/login/").content.decode()
    first = client.get("/register/").content.decode()
    assert "Read &lt;b&gt;me&lt;/b&gt;" in first
    assert "<form" not in first.split("</main>")[0]


def test_the_notice_comes_first_and_is_confirmed(opened: Cast, client: Client) -> None:
    registration.put(switch=True, text="注意事项", actor=SYSTEM)
    assert client.post("/register/", GOOD).status_code == 422
    assert not Registration.objects.exists()
    assert client.post("/register/", {**GOOD, "read": "1"}).status_code == 200
    assert Registration.objects.get().name == "王小明"


def test_somebody_known_and_somebody_unknown_get_the_same_answer(opened: Cast, client: Client) -> None:
    User.objects.filter(login="olivia").update(email="olivia@example.com")
    plain = lambda answer: re.sub(r'value="[^"]{20,}"', "", answer.content.decode())
    known = client.post("/register/", {**GOOD, "email": "olivia@example.com"})
    unknown = client.post("/register/", {**GOOD, "name": "Other", "email": "nobody@example.com"})
    again = client.post("/register/", {**GOOD, "name": "Other", "email": "nobody@example.com"})
    assert (known.status_code, plain(known)) == (unknown.status_code, plain(unknown)) == (again.status_code, plain(again))
    assert Registration.objects.count() == 2
    page = sitting("adam").get("/admin/registrations/").content.decode()
    assert "already: olivia" in page


def test_no_department_of_the_company_stands_on_the_page(opened: Cast, client: Client) -> None:
    page = client.get("/register/").content.decode()
    assert "East" not in page
    assert "Olivia" not in page


@pytest.mark.parametrize("given", HOSTILE)
def test_hostile_input_is_kept_as_text_or_refused(opened: Cast, client: Client, given: str) -> None:
    answer = client.post("/register/", {**dict.fromkeys(registration.LENGTHS, given), "phone": "13800138000"})
    assert answer.status_code in (200, 422)
    assert "<script>alert(1)" not in answer.content.decode()
    answer = client.post("/register/", {**GOOD, "name": given or "x", "note": given, "department": given})
    assert answer.status_code in (200, 422)
    adam = sitting("adam")
    page = adam.get("/admin/registrations/").content.decode()
    assert "<script>alert(1)" not in page
    for row in Registration.objects.all():
        assert len(row.name) <= 60
        assert "\n" not in row.name
        assert "\x00" not in row.note
        assert adam.get(f"/admin/accounts/new/?registration={row.pk}").status_code == 200
    assert User.objects.count() == 8


@pytest.mark.parametrize("lacking", [{"name": ""}, {"email": "", "phone": ""}, {"email": "no address"}, {"phone": "12"}])
def test_what_is_lacking_is_said_beside_it(opened: Cast, client: Client, lacking: dict[str, str]) -> None:
    answer = client.post("/register/", {**GOOD, **lacking})
    assert answer.status_code == 422
    assert 'class="field bad"' in answer.content.decode()
    assert not Registration.objects.exists()


def test_one_place_cannot_send_without_end(opened: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "FROM_ONE_PLACE", 3)
    answers = [client.post("/register/", {**GOOD, "name": f"N{n}"}).status_code for n in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert Registration.objects.count() == 3


def test_so_many_wait_and_no_more(opened: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "MOST", 2)
    for n in range(4):
        assert client.post("/register/", {**GOOD, "name": f"N{n}"}).status_code == 200
    assert Registration.objects.count() == 2


def test_nobody_changes_what_another_has_asked(opened: Cast, client: Client) -> None:
    registration.ask(registration.read(GOOD)[0], address="192.0.2.1", language="zh-hans")
    registration.ask(registration.read(GOOD)[0], address="192.0.2.1", language="zh-hans")  # word for word: kept once
    registration.ask(registration.read({**GOOD, "email": "evil@example.net"})[0], address="192.0.2.2", language="zh-hans")
    assert list(Registration.objects.order_by("pk").values_list("email", flat=True)) == ["wang@example.com", "evil@example.net"]


def test_only_administrators_see_and_answer(opened: Cast, client: Client) -> None:
    client.post("/register/", GOOD)
    row = Registration.objects.get()
    for login in ("olivia", "dora", "bea", "rita"):
        browser = sitting(login)
        assert browser.get("/admin/registrations/").status_code == 404
        assert browser.post(f"/admin/registrations/{row.pk}/refuse/", {"reason": "x"}).status_code == 404
    row.refresh_from_db()
    assert row.state == "waiting"


def test_who_is_agreed_to_gets_an_account_by_the_usual_steps(opened: Cast, client: Client, post: list[Any]) -> None:
    client.post("/register/", GOOD)
    row, adam = Registration.objects.get(), sitting("adam")
    first = adam.get(f"/admin/accounts/new/?registration={row.pk}").content.decode()
    assert 'value="王小明"' in first
    assert 'value="wangxm"' in first
    assert 'value="wang@example.com"' in first
    steps = {"name": "王小明", "login": "wangxm", "email": GOOD["email"], "phone": GOOD["phone"], "registration": str(row.pk)}
    second = adam.post("/admin/accounts/new/", {**steps, "step": "1", "then": "continue"}).content.decode()
    assert f'name="registration" value="{row.pk}"' in second
    assert adam.post("/admin/accounts/new/", {**steps, "step": "2", "then": "save"}).status_code == 200
    row.refresh_from_db()
    assert (row.state, row.account and row.account.login) == ("agreed", "wangxm")
    assert hiring.directory.of_account(row.account_id).email == GOOD["email"]  # type: ignore[arg-type,union-attr]
    letters.write(*post.pop())
    assert mail.outbox[-1].to == ["wang@example.com"]
    assert "wangxm" in str(mail.outbox[-1].body)


def test_who_is_refused_reads_why_and_is_forgotten_in_time(opened: Cast, client: Client, post: list[Any]) -> None:
    client.post("/register/", GOOD)
    row, adam = Registration.objects.get(), sitting("adam")
    assert adam.post(f"/admin/registrations/{row.pk}/refuse/", {"reason": " "}).status_code == 422
    assert adam.post(f"/admin/registrations/{row.pk}/refuse/", {"reason": "We do not know you"}).status_code == 302
    assert adam.post(f"/admin/registrations/{row.pk}/refuse/", {"reason": "again"}).status_code == 404
    letters.write(*post.pop())
    assert "We do not know you" in str(mail.outbox[-1].body)
    assert registration.forget_decided() == 0
    with clock.frozen(clock.now() + timedelta(days=91)):
        assert registration.forget_decided() == 1
    row.refresh_from_db()
    assert (row.name, row.email, row.phone, row.note, row.reason) == ("", "", "", "", "We do not know you")


@pytest.mark.feature("USR-05")
def test_registration_runs_from_the_login_page_to_the_first_login(opened: Cast) -> None:
    registration.put(switch=True, text="请使用工作邮箱注册。", actor=SYSTEM)
    stranger, adam = Client(), sitting("adam")
    assert 'href="/register/"' in stranger.get("/login/").content.decode()
    assert "请使用工作邮箱注册。" in stranger.get("/register/").content.decode()
    assert stranger.post("/register/", {**GOOD, "read": "1"}).status_code == 200
    page = adam.get("/admin/registrations/").content.decode()
    found = re.search(r'href="(/admin/accounts/new/\?registration=\d+)"', page)
    assert found
    assert adam.get(found[1]).status_code == 200
    number = found[1].rpartition("=")[2]
    done = adam.post("/admin/accounts/new/", {"name": "王小明", "login": "wangxm", "registration": number, "step": "1", "then": "save"})
    secret = re.search(r'<code class="secret"[^>]*>([^<]+)<', done.content.decode())
    assert secret
    answer = stranger.post("/login/", {"username": "wangxm", "password": secret[1]})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/password/")
    assert "王小明" not in adam.get("/admin/registrations/").content.decode().split("</section>")[0]

"""The way back in by mail: good once, for a while, for the right person, and no way to learn who has an account."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.config.mail import settings_of
from guanxi.config.refusal import Refusal
from guanxi.kernel.models import AccessLog
from guanxi.org import mailboxes
from guanxi.org.models import User
from guanxi.people import hiring
from guanxi.surfaces import letters, tasks
from guanxi.surfaces.pages import recovery as page
from tests.people import Cast

OLD, NEW = "a long and right one", "Quite-another-1"


def worked(queue: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """What the worker sends."""
    before = len(mail.outbox)
    while queue:
        letters.write(*queue.pop(0))
    return mail.outbox[before:]


@pytest.fixture
def olivia(cast: Cast) -> User:
    found = User.objects.get(login="olivia")
    found.set_password(OLD)
    found.email, found.language = "olivia@example.com", "en"
    found.save()
    hiring.adopt()
    return found


def link(letter: Any) -> str:
    found = re.search(r"https://crm\.example\.com(/\S+)", letter.body)
    assert found
    return found[1]


def test_a_letter_brings_a_new_password_once_and_ends_every_session(olivia: User, post: Any) -> None:
    open_desk, browser = Client(), Client()
    open_desk.post("/login/", {"username": "olivia", "password": OLD})
    assert browser.post("/recover/", {"asked": "Olivia"}).status_code == 200
    assert mail.outbox == []
    (letter,) = worked(post)
    assert letter.to == ["olivia@example.com"]
    assert letter.subject == "Set a new password"
    html = letter.alternatives[0]
    assert link(letter) in (html.content if hasattr(html, "content") else html[0])
    address = link(letter)
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"new": NEW, "again": "other"}).status_code == 422
    assert browser.post(address, {"new": "short", "again": "short"}).status_code == 422
    assert browser.post(address, {"new": NEW, "again": NEW}).status_code == 200
    assert open_desk.get("/customers/").status_code == 302
    assert Client().post("/login/", {"username": "olivia", "password": OLD}).status_code == 422
    assert Client().post("/login/", {"username": "olivia", "password": NEW})["Location"] == "/"
    assert browser.get(address).status_code == 410
    assert browser.post(address, {"new": OLD, "again": OLD}).status_code == 410
    assert mailboxes.proved(User.objects.get(pk=olivia.pk))
    assert list(AccessLog.objects.filter(verb__in=("recovery_asked", "recovered")).order_by("id").values_list("verb", flat=True)) == [
        "recovery_asked",
        "recovered",
    ]


def test_an_unknown_name_gets_the_same_answer_for_the_same_work(olivia: User, post: Any) -> None:
    User.objects.filter(login="max").update(email="max@example.com", is_active=False)
    Client().post("/recover/", {"asked": "the first of a while sweeps up"})
    post.clear()
    answers, work = [], []
    for asked in ("olivia", "nobody", "max", "olivia@example.com", "stella"):
        with CaptureQueriesContext(connection) as spent:
            answer = Client(enforce_csrf_checks=False).post("/recover/", {"asked": asked})
        answers.append((answer.status_code, answer.content))
        work.append(len(spent))
    assert len(set(answers)) == 1
    assert len(set(work)) == 1
    assert len(post) == 5
    assert [letter.to for letter in worked(post)] == [["olivia@example.com"]] * 2


def test_the_link_begins_with_the_house_s_own_address_whatever_the_request_claims(olivia: User, post: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    Client().post("/recover/", {"asked": "olivia"}, headers={"Host": "evil.example"})
    (letter,) = worked(post)
    assert "evil" not in letter.body
    assert link(letter)


def test_a_link_is_void_after_half_an_hour_a_login_or_another_address(olivia: User, post: Any, settings: Any) -> None:
    for spoil in (
        lambda: setattr(settings, "PASSWORD_RESET_TIMEOUT", -1),
        lambda: Client().post("/login/", {"username": "olivia", "password": OLD}),
        lambda: User.objects.filter(pk=olivia.pk).update(email="other@example.com"),
        lambda: User.objects.filter(pk=olivia.pk).update(is_active=False),
    ):
        letters.write("recovery", {"asked": "olivia"}) if User.objects.get(pk=olivia.pk).is_active else None
        address = link(mail.outbox[-1])
        assert Client().get(address).status_code == 200
        spoil()
        assert Client().get(address).status_code == 410
        settings.PASSWORD_RESET_TIMEOUT = 1800


def test_a_link_opens_its_own_account_only(olivia: User, cast: Cast, post: Any) -> None:
    letters.write("recovery", {"asked": "olivia"})
    address = link(mail.outbox[-1])
    other = address.replace(f"/{olivia.pk}/", f"/{cast.mate.id}/")
    assert Client().get(other).status_code == 410
    assert Client().get(f"/recover/{olivia.pk}/abc-def/").status_code == 410


def test_nobody_is_flooded_and_nobody_asks_for_many(olivia: User, post: Any) -> None:
    answers = {Client().post("/recover/", {"asked": "olivia"}).content for _n in range(page.LETTERS + 2)}
    assert len(answers) == 1
    assert len(post) == page.LETTERS
    for n in range(page.FROM_ONE_PLACE):
        Client().post("/recover/", {"asked": f"guess{n}"})
    assert Client().post("/recover/", {"asked": "stella"}).status_code == 429


def test_without_mail_the_page_says_whom_to_ask(olivia: User) -> None:
    said = Client(headers={"Accept-Language": "en"}).post("/recover/", {"asked": "olivia"}).content.decode()
    assert "administrator" in said
    assert "<form" not in said


def test_a_second_factor_is_still_asked_for(olivia: User, post: Any) -> None:
    User.objects.filter(pk=olivia.pk).update(second=True)
    letters.write("recovery", {"asked": "olivia"})
    Client().post(link(mail.outbox[-1]), {"new": NEW, "again": NEW})
    assert Client().post("/login/", {"username": "olivia", "password": NEW})["Location"].startswith("/login/second/")


def test_letters_speak_the_language_of_who_reads_them(olivia: User, post: Any) -> None:
    User.objects.filter(pk=olivia.pk).update(language="zh-hans", name="<李> 雷")
    letters.write("recovery", {"asked": "olivia"})
    letter = mail.outbox[-1]
    assert letter.subject == "设置新密码"
    assert "<李> 雷" in letter.body
    assert "<李>" not in str(letter.alternatives[0][0])


@pytest.mark.feature("SEC-12", "USR-13")
def test_another_address_holds_once_its_link_is_opened(olivia: User, post: Any) -> None:
    desk = Client()
    desk.force_login(olivia)
    assert desk.post("/settings/", {"email": "new@example.com", "phone": "13800006021"}).status_code == 302
    fresh = User.objects.get(pk=olivia.pk)
    assert (fresh.email, fresh.phone) == ("olivia@example.com", "+8613800006021")
    (letter,) = worked(post)
    assert letter.to == ["new@example.com"]
    other = Client()
    other.force_login(User.objects.get(login="max"))
    assert other.post(link(letter)).status_code == 410
    assert desk.get(link(letter)).status_code == 200
    assert User.objects.get(pk=olivia.pk).email == "olivia@example.com"
    assert desk.post(link(letter)).status_code == 302
    fresh = User.objects.get(pk=olivia.pk)
    assert fresh.email == "new@example.com"
    assert mailboxes.proved(fresh)
    assert [each.to for each in worked(post)] == [["olivia@example.com"]]
    assert desk.post(link(letter)).status_code == 410


def test_nonsense_is_no_address_and_proof_does_not_pass_to_another_one(olivia: User, post: Any) -> None:
    desk = Client()
    desk.force_login(olivia)
    assert desk.post("/settings/", {"email": "nonsense"}).status_code == 422
    assert post == []
    mailboxes.prove(olivia, "olivia@example.com")
    assert mailboxes.proved(olivia)
    olivia.email = "else@example.com"
    assert not mailboxes.proved(olivia)


class _Box:
    """A mail server's memory."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name aiosmtpd calls
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[_Box, int]]:
    box = _Box()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.mark.feature("USR-04")
def test_a_real_mail_server_gets_it_from_a_worker(olivia: User, server: Any, settings: Any) -> None:
    """From the page over the queue to the wire; the queue is procrastinate's own table."""
    box, port = server
    for name, value in settings_of(f"smtp://127.0.0.1:{port}").items():
        setattr(settings, name, value)
    settings.GUANXI_MAIL, settings.GUANXI_URL = True, "https://crm.example.com"
    Client().post("/recover/", {"asked": "olivia"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s", [letters.TASK])
        (args,) = cursor.fetchone()
    args = args if isinstance(args, dict) else json.loads(args)
    assert args == {"kind": "recovery", "about": {"asked": "olivia"}}
    tasks.letter(**args)
    (envelope,) = box.letters
    letter = message_from_bytes(envelope.content, policy=default)
    assert envelope.rcpt_tos == ["olivia@example.com"]
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    address = re.search(r"https://crm\.example\.com(/recover/\S+)", text)
    assert address
    assert Client().post(address[1], {"new": NEW, "again": NEW}).status_code == 200
    assert User.objects.get(pk=olivia.pk).check_password(NEW)


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://mail.example.com:port"])
def test_a_wrong_mail_address_is_refused_without_repeating_the_password(url: str) -> None:
    with pytest.raises(Refusal):
        settings_of(url)


def test_a_mail_address_says_host_port_and_encryption() -> None:
    found = settings_of("smtps://me%40x.cn:p%3Aw@mail.example.com")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_SSL"]) == ("mail.example.com", 465, True)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("me@x.cn", "p:w")
    assert settings_of("smtp+starttls://mail.example.com")["EMAIL_USE_TLS"] is True

"""Channels whose service answers nonsense, whose worker dies, and who is curious: nothing goes twice and nothing is told that was closed."""
# ruff: noqa: F811 - fixtures of the other file

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import clock, history, write
from guanxi.kernel.actor import Actor
from guanxi.org.models import Grant, Role
from guanxi.surfaces.channels import keeping, sending
from guanxi.surfaces.channels.models import Channel, Message
from guanxi.surfaces.channels.providers import Busy, Declined, gateway
from guanxi.surfaces.texts import keeping as texts
from tests.people import Cast, let
from tests.surfaces.test_channels import (
    CONTACT,
    CUSTOMER,
    Box,
    Service,
    _afresh,  # noqa: F401 - fixtures
    after_grace,
    box,  # noqa: F401
    customer,  # noqa: F401
    made,
    mailbox,
    over_http,
    sends,
    service,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")]
Desk = Callable[[Actor], Client]
RIGHT = {"address": "https://sms.example.com/x", "form": "json", "body": '{"a": "{phone}{text}"}'}


@contextmanager
def answering(words: bytes) -> Iterator[str]:
    """A service that says this to whoever calls, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    line, _from = listener.accept()
                except OSError:
                    return
                with line:
                    line.settimeout(2)
                    heard = b""
                    while b"\r\n\r\n" not in heard or not heard.endswith(b"}"):
                        heard += line.recv(65536)
                    line.sendall(words)
                    line.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "words",
    [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nxxxxx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x00\xff not http\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_breaks_off_or_is_nonsense_breaks_nothing_here(
    cast: Cast, at_desk: Desk, customer: int, settings: Any, words: bytes
) -> None:
    with answering(words) as host:
        settings.GUANXI_WEBHOOK_HOSTS = (host,)
        said = {**RIGHT, "address": f"http://{host}"}
        channel = made(cast, "gateway", said)
        page = at_desk(cast.admin).post(f"/admin/channels/{channel.pk}/test/", {"to": "13812345678"}, follow=True)
        assert page.status_code == 200
        assert "It was not taken" in page.content.decode()
        sends(at_desk(cast.owner), customer)
        after_grace()
    assert Message.objects.get().state == "unsure"


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[..., str]) -> None:
    """This happens while the service has a message in hand; it sees what the test has written."""
    monkeypatch.setattr(gateway.Gateway, "send", happens)
    monkeypatch.setattr(sending, "within", lambda _seconds, hand_over: hand_over())


@pytest.mark.parametrize("medium", ["sms", "mail"])
def test_a_service_that_answers_byte_by_byte_holds_nobody_up(
    cast: Cast, at_desk: Desk, customer: int, settings: Any, monkeypatch: pytest.MonkeyPatch, medium: str
) -> None:
    monkeypatch.setattr(sending, "HELD", 0.5)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings.GUANXI_WEBHOOK_HOSTS = (f"127.0.0.1:{port}",)

        def drip() -> None:
            line, _from = listener.accept()
            with line, suppress(OSError):
                while not over.wait(0.05):
                    line.sendall(b"2")

        threading.Thread(target=drip, daemon=True).start()
        if medium == "sms":
            made(cast, "gateway", {**RIGHT, "address": f"http://127.0.0.1:{port}"})
        else:
            mailbox(cast, port)
        to = {f"to-{medium}": f"customers:{customer}:{'phone' if medium == 'sms' else 'email'}"}
        sends(at_desk(cast.owner), customer, medium=medium, subject="x", **to)
        began = time.monotonic()
        after_grace()
        over.set()
    assert time.monotonic() - began < 3
    assert (Message.objects.get().state, Message.objects.get().answer) == ("unsure", "TimeoutError")


@pytest.mark.parametrize(
    ("provider", "change", "asks"),
    [
        ("gateway", {"header": "Authorization", "secret": "密码"}, "sms"),
        ("smtp", {"login": "销售"}, "mail"),
        ("smtp", {"secret": "密码"}, "mail"),
        ("smtp", {"host": "a..b", "port": "25"}, "mail"),
        ("smtp", {"host": "x" * 80 + ".example.com", "port": "25"}, "mail"),
    ],
)
def test_settings_that_no_protocol_can_say_are_named_as_what_is_wrong(
    cast: Cast, at_desk: Desk, customer: int, service: Service, box: tuple[Box, int], settings: Any, provider: str, change: Any, asks: str
) -> None:
    settings.GUANXI_WEBHOOK_HOSTS = (service.host, f"127.0.0.1:{box[1]}")
    channel = over_http(cast, service, said=change) if provider == "gateway" else mailbox(cast, box[1], said=change)
    to = {"sms": "13812345678", "mail": "li@example.com"}[asks]
    page = at_desk(cast.admin).post(f"/admin/channels/{channel.pk}/test/", {"to": to}, follow=True)
    assert page.status_code == 200
    assert "It was not taken" in page.content.decode()
    assert 'data-level="error"' in page.content.decode()
    assert "密码" not in page.content.decode()
    to = {"sms": {"to-sms": f"customers:{customer}:phone"}, "mail": {"to-mail": f"customers:{customer}:email", "subject": "x"}}[asks]
    sends(at_desk(cast.owner), customer, medium=asks, **to)
    after_grace()
    assert Message.objects.get().state in ("failed", "waiting")  # it has surely not gone
    assert not service.heard


@pytest.mark.parametrize("body", ["[" * 3_900, '{"a": ' * 660, '{"a": "{phone}{text}\\ud800"}', "[1]", '"{phone}{text}"', "NaN"])
def test_a_request_that_cannot_be_written_is_refused(cast: Cast, at_desk: Desk, body: str) -> None:
    given = {f"says-{key}": value for key, value in {**RIGHT, "body": body}.items()}
    page = at_desk(cast.admin).post("/admin/channels/new/?by=gateway", {"name": "a", "daily": "5", **given})
    assert page.status_code == 422
    assert 'id="f-says-body-error"' in page.content.decode()


def test_no_answer_says_an_address_or_the_secret(
    cast: Cast, at_desk: Desk, customer: int, service: Service, box: tuple[Box, int], settings: Any
) -> None:
    settings.GUANXI_WEBHOOK_HOSTS = (service.host, f"127.0.0.1:{box[1]}")
    channel = over_http(cast, service)
    mailbox(cast, box[1])
    for field in ("phone", "email"):
        let(cast.owner, CUSTOMER.key, field, "masked")
    desk = at_desk(cast.again(cast.owner))
    service.answers = [(200, {"code": 5, "msg": "+86 138-1234-5678 is barred", "asked": {"mobile": "13812345678", "key": "s3cret"}})]
    assert sends(desk, customer).status_code == 204
    box[0].refuses = "550 <LI@Example.com>: Recipient address rejected"
    assert sends(desk, customer, medium="mail", **{"to-mail": f"customers:{customer}:email"}, subject="x").status_code == 204
    after_grace()
    assert {message.state for message in Message.objects.all()} == {"failed"}
    for page in (desk.get(f"/customers/{customer}/_messages/"), at_desk(cast.admin).get(f"/admin/channels/{channel.pk}/")):
        shown = page.content.decode()
        assert "is barred" in shown
        assert not [word for word in ("12345678", "1234-5678", "s3cret", "li@example.com", "LI@Example.com") if word in shown]
    assert "Recipient address rejected" in desk.get(f"/customers/{customer}/_messages/").content.decode()


def test_the_secret_is_typed_again_where_the_request_says_it_elsewhere(cast: Cast, at_desk: Desk, service: Service) -> None:
    channel = over_http(cast, service)
    says, desk = channel.says, at_desk(cast.admin)
    asked = lambda **change: desk.post(
        f"/admin/channels/{channel.pk}/",
        {"name": "Ours", "daily": "5", "active": "1", **{f"says-{key}": value for key, value in {**says, **change}.items()}},
    )
    mine = '{"to": "{number}", "words": "{secret}{text}", "key": "{secret}"}'
    assert asked(body=mine).status_code == 422
    assert asked(body='{"to": "{number}", "words": "{text}"}').status_code == 302  # nothing says it any more
    assert asked(body=mine).status_code == 422
    assert asked(body=mine, secret="s3cret").status_code == 302
    assert keeping.settings_of(Channel.objects.get())["secret"] == "s3cret"


def test_whoever_takes_too_long_does_not_undo_what_happened_meanwhile(
    cast: Cast, at_desk: Desk, customer: int, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_http(cast, service)
    desk = at_desk(cast.owner)

    def late(*_given: Any) -> str:
        """The lease is over, its author has it sent once more, and another worker has it in hand."""
        Message.objects.update(taken_at=clock.now() - sending.LEASE * 2)
        sending._left_behind()
        assert Message.objects.get().state == "unsure"
        sending.again(Message.objects.get().pk, actor=cast.owner)
        assert sending._claim(()) is not None
        raise Busy("later")

    sends(desk, customer)
    meanwhile(monkeypatch, late)
    after_grace()
    message = Message.objects.get()
    assert (message.state, message.tries) == ("waiting", 1)
    assert message.taken_at is not None  # it is the other worker's still


def test_a_late_word_settles_what_was_given_up_and_its_entry_is_written_once(
    cast: Cast, at_desk: Desk, customer: int, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_http(cast, service)
    desk = at_desk(cast.owner)

    def late(*_given: Any) -> str:
        Message.objects.update(taken_at=clock.now() - sending.LEASE * 2)
        sending._left_behind()
        assert "迟到的话" in desk.get(f"/customers/{customer}/_timeline/").content.decode()
        return "r1"

    sends(desk, customer, body="迟到的话", tells="1")
    meanwhile(monkeypatch, late)
    after_grace()
    assert (Message.objects.get().state, Message.objects.get().reference) == ("sent", "r1")
    assert desk.get(f"/customers/{customer}/_timeline/").content.decode().count("迟到的话") == 1


@pytest.mark.parametrize("outcome", ["r1", Busy("later"), Declined("no")])
def test_who_is_erased_while_a_worker_has_his_message_in_hand_leaves_no_word(
    cast: Cast, at_desk: Desk, customer: int, service: Service, monkeypatch: pytest.MonkeyPatch, outcome: Any
) -> None:
    over_http(cast, service)
    contact = write.create(CONTACT, {"name": "李雷", "customer": customer, "phone": "13900002222"}, actor=cast.owner, door="test").id
    Grant.objects.update_or_create(role=Role.objects.get(code="director"), entity=CONTACT.key, action="forget", defaults={"scope": "all"})
    calls: list[str] = []

    def erased(*_given: Any) -> str:
        calls.append("")
        write.forget((CONTACT, contact), "asked", actor=cast.again(cast.director), door="erasure")
        if isinstance(outcome, Exception):
            raise outcome
        return str(outcome)

    sends(at_desk(cast.owner), customer, **{"to-sms": f"contacts:{contact}:phone"}, body="李雷您好", tells="1")
    meanwhile(monkeypatch, erased)
    for _round in range(3):
        after_grace()
    message = Message.objects.get()
    assert (message.to, message.body, len(calls)) == ("", "", 1)
    assert message.state == {"r1": "sent", "later": "dropped", "no": "failed"}[str(outcome)]
    assert "李雷您好" not in at_desk(cast.owner).get(f"/customers/{customer}/_timeline/").content.decode()


def test_a_phrase_goes_by_mail_with_a_subject_and_by_text_message_without(
    cast: Cast, at_desk: Desk, customer: int, service: Service, box: tuple[Box, int], settings: Any
) -> None:
    settings.GUANXI_WEBHOOK_HOSTS = (service.host, f"127.0.0.1:{box[1]}")
    over_http(cast, service)
    mailbox(cast, box[1])
    text = texts.create(CUSTOMER, texts.Wish("已致电", "已致电{{name}}", sort="phrase"), actor=cast.business)
    desk = at_desk(cast.owner)
    page = desk.get(f"/customers/{customer}/_texts/", {"text": text.pk}).content.decode()
    assert 'name="medium" value="mail"' in page
    assert 'name="subject"' in page
    given = {"text": text.pk, "subject": "只有邮件有主题", "tells": "1"}
    assert sends(desk, customer, **given).status_code == 204
    assert Message.objects.get().subject == ""
    assert sends(desk, customer, **given, medium="mail", **{"to-mail": f"customers:{customer}:email"}).status_code == 204
    assert Message.objects.latest("id").subject == "只有邮件有主题"


def test_a_name_that_somebody_else_has_used_is_no_obstacle(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    over_http(cast, service)
    sends(at_desk(cast.owner), customer)
    first = Message.objects.get()
    assert sends(at_desk(cast.director), customer, once=str(first.name)).status_code == 204
    assert Message.objects.count() == 2


def test_the_log_shows_at_once_what_was_taken_back(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    over_http(cast, service)
    desk = at_desk(cast.owner)
    sends(desk, customer)
    page = desk.get(f"/customers/{customer}/_messages/").content.decode()
    assert f'hx-get="/customers/{customer}/_messages/"' in page
    assert "messages:changed from:body" in page
    answer = desk.post(f"/_messages/{Message.objects.get().pk}/take-back/")
    assert "messages:changed" in json.loads(answer.headers["HX-Trigger"])


def test_what_went_to_a_contact_who_is_merged_stands_with_the_one_that_stays(
    cast: Cast, at_desk: Desk, customer: int, service: Service
) -> None:
    over_http(cast, service)
    add = lambda name: write.create(CONTACT, {"name": name, "customer": customer, "phone": "13900002222"}, actor=cast.owner, door="test").id
    keep, lost = add("李雷"), add("李磊")
    desk = at_desk(cast.owner)
    sends(desk, customer, **{"to-sms": f"contacts:{lost}:phone"}, body="给李磊")
    write.merge(CONTACT, keep, [lost], {}, actor=cast.owner, door="test")
    for place in (f"/contacts/{keep}/_messages/", f"/customers/{customer}/_messages/"):
        page = desk.get(place).content.decode()
        assert "给李磊" in page
        assert "139****2222" in page
    service.answers = [(200, {"code": 0})]
    after_grace()
    assert Message.objects.get().state == "sent"  # it is the same person, at the same number
    write.undo(history.of_write(history.of_record(keep)[0].write_id), actor=cast.owner, door="test")
    assert Message.objects.get().whose_record == lost
    assert "给李磊" not in desk.get(f"/contacts/{keep}/_messages/").content.decode()


def test_a_customer_who_is_merged_takes_messages_to_its_own_number_along(
    cast: Cast, at_desk: Desk, customer: int, service: Service
) -> None:
    over_http(cast, service)
    other = write.create(CUSTOMER, {"name": "云深机电分公司", "phone": "13700003333"}, actor=cast.owner, door="test").id
    sends(at_desk(cast.owner), other, **{"to-sms": f"customers:{other}:phone"})
    write.merge(CUSTOMER, customer, [other], {}, actor=cast.owner, door="test")
    message = Message.objects.get()
    assert (message.record, message.whose_record) == (customer, customer)
    assert "137****3333" in at_desk(cast.owner).get(f"/customers/{customer}/_messages/").content.decode()
    write.undo(history.of_write(history.of_record(customer)[0].write_id), actor=cast.owner, door="test")
    message.refresh_from_db()
    assert (message.record, message.whose_record) == (other, other)

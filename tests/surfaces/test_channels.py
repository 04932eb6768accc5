"""Text messages and mails from records: sent once by real protocols, to whom and as far as the sender may, and what became of them."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from alibabacloud_openapi_util.client import Client as Alibaba
from django.test import Client
from tencentcloud.common.abstract_client import AbstractClient

from guanxi.kernel import clock, history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.org import mailboxes
from guanxi.org.models import Grant, Operation, Role, User
from guanxi.surfaces.channels import keeping, sending, shelf
from guanxi.surfaces.channels.keeping import Wish
from guanxi.surfaces.channels.models import Channel, Message
from guanxi.surfaces.channels.providers import aliyun, gateway, tencent
from guanxi.surfaces.texts import keeping as texts
from guanxi.surfaces.texts import shelf as text_shelf
from tests.people import Cast, let

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")]
Desk = Callable[[Actor], Client]
CUSTOMER, CONTACT, FOLLOW_UP = (registry.get(key) for key in ("customers.customer", "customers.contact", "activity.followup"))


class Service:
    """A provider on the wire: what it heard, and what it answers next."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, Any]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                service.heard.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                status, said = service.answers.pop(0)
                if status == 0:  # hang up without a word
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(said).encode())

            def log_message(self, *_given: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    found = Service()
    settings.GUANXI_WEBHOOK_HOSTS = (found.host,)
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    shelf.clear()
    text_shelf.clear()
    yield
    shelf.clear()
    text_shelf.clear()


@pytest.fixture
def customer(cast: Cast) -> int:
    values = {"name": "云深机电", "phone": "13812345678", "email": "li@example.com"}
    return write.create(CUSTOMER, values, actor=cast.owner, door="test").id


def made(cast: Cast, provider: str, said: dict[str, str], **more: Any) -> Channel:
    return keeping.keep(Channel(provider=provider), Wish(**{"name": "Ours", "said": said, **more}), actor=cast.admin)


def over_http(cast: Cast, service: Service, **more: Any) -> Channel:
    body = '{"to": "{number}", "words": "{signature}{text}", "key": "{secret}", "n": 1}'
    said = {
        "address": f"http://{service.host}/sms",
        "form": "json",
        "body": body,
        "signature": "【云深】",
        "secret": "s3cret",
        "taken": '"code":0',
    }
    return made(cast, "gateway", said | more.pop("said", {}), **more)


def sends(desk: Client, customer: int, **given: Any) -> Any:
    typed = {"medium": "sms", "to-sms": f"customers:{customer}:phone", "body": "您好，资料已寄出。", **given}
    return desk.post(f"/customers/{customer}/_texts/send/", typed, headers={"HX-Request": "true"})


def after_grace() -> None:
    """The ten seconds are over, and the worker comes by."""
    Message.objects.filter(state="waiting").update(next_at=clock.now() - timedelta(seconds=1))
    sending.send_due()


@pytest.mark.feature("INT-05")
def test_a_text_message_is_written_sent_and_kept_as_a_follow_up(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    over_http(cast, service)
    desk = at_desk(cast.owner)
    page = unescape(desk.get(f"/customers/{customer}/_texts/", {"free": "message"}).content.decode())
    assert f'value="customers:{customer}:phone"' in page
    assert "13812345678" not in page
    once = re.findall(r'name="once" value="([^"]+)"', page)[0]
    answer = sends(desk, customer, once=once, tells="1")
    assert answer.status_code == 204
    assert sends(desk, customer, once=once).status_code == 204  # a double click
    assert Message.objects.count() == 1
    sending.send_due()
    assert not service.heard  # it may be taken back still
    service.answers = [(200, {"code": 0})]
    after_grace()
    path, headers, body = service.heard[0]
    assert (path, json.loads(body)) == ("/sms", {"to": "13812345678", "words": "【云深】您好，资料已寄出。", "key": "s3cret", "n": 1})
    assert headers["content-type"].startswith("application/json")
    message = Message.objects.get()
    assert (message.state, message.tells, message.to) == ("sent", False, "+8613812345678")
    story = desk.get(f"/customers/{customer}/_timeline/").content.decode()
    assert "您好，资料已寄出。" in story
    log = unescape(desk.get(f"/customers/{customer}/_messages/").content.decode())
    assert "138****5678" in log
    assert AccessLog.objects.filter(verb="message", record=customer, actor=cast.owner.id).count() == 1


def test_what_was_begun_may_be_taken_back_by_who_wrote_it_until_it_has_gone(
    cast: Cast, at_desk: Desk, customer: int, service: Service
) -> None:
    over_http(cast, service)
    desk = at_desk(cast.owner)
    toast = json.loads(sends(desk, customer).headers["HX-Trigger"])["toast"]
    message = Message.objects.get()
    assert toast["undo"] == f"/_messages/{message.pk}/take-back/"
    assert at_desk(cast.manager).post(toast["undo"]).status_code == 404
    assert desk.post(toast["undo"]).status_code == 204
    after_grace()
    assert not service.heard
    assert Message.objects.get().state == "dropped"
    service.answers = [(200, {"code": 0})]
    toast = json.loads(sends(desk, customer).headers["HX-Trigger"])["toast"]
    after_grace()
    assert desk.post(toast["undo"]).status_code == 422


def test_only_who_may_change_the_record_and_use_the_channel_writes_and_others_read_no_text(
    cast: Cast, at_desk: Desk, customer: int, service: Service
) -> None:
    channel = over_http(cast, service, roles=["sales"])
    assert sends(at_desk(cast.readonly), customer).status_code == 403
    assert sends(at_desk(cast.stranger), customer).status_code == 404
    keeping.keep(channel, Wish("Ours", channel.says, roles=["manager"]), actor=cast.admin)
    assert sends(at_desk(cast.owner), customer).status_code == 422  # she may change it; the channel is for others
    keeping.keep(channel, Wish("Ours", channel.says, roles=["sales"]), actor=cast.admin)
    assert sends(at_desk(cast.owner), customer, **{"to-sms": "customers:999999:phone"}).status_code == 422
    assert sends(at_desk(cast.owner), customer, **{"to-sms": f"customers:{customer}:email"}).status_code == 422
    assert not Message.objects.exists()
    assert sends(at_desk(cast.owner), customer, body="只给收件人看").status_code == 204
    for reader in (cast.manager, cast.readonly):
        log = at_desk(reader).get(f"/customers/{customer}/_messages/").content.decode()
        assert "Olivia" in log
        assert "只给收件人看" not in log
    keeping.keep(channel, Wish("Ours", channel.says, active=False), actor=cast.admin)
    after_grace()
    assert Message.objects.get().answer == "closed"
    Message.objects.update(state="waiting", channel=None, ended_at=None)
    after_grace()
    assert Message.objects.get().state == "dropped"
    assert not service.heard


def test_a_number_that_is_masked_is_reached_and_not_shown(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    over_http(cast, service)
    let(cast.owner, CUSTOMER.key, "phone", "masked")
    desk = at_desk(cast.again(cast.owner))
    page = desk.get(f"/customers/{customer}/_texts/", {"free": "message"}).content.decode()
    assert f'value="customers:{customer}:phone"' in page
    assert "_reveal/phone" not in page
    service.answers = [(200, {"code": 0})]
    assert sends(desk, customer).status_code == 204
    after_grace()
    assert json.loads(service.heard[0][2])["to"] == "13812345678"
    let(cast.owner, CUSTOMER.key, "phone", "hidden")
    assert sends(at_desk(cast.again(cast.owner)), customer).status_code == 422


@pytest.mark.parametrize(
    ("answers", "state", "tries"),
    [
        ([(503, {}), (200, {"code": 0})], "sent", 2),
        ([(200, {"code": 7, "msg": "余额不足"})], "failed", 1),
        ([(0, None)], "unsure", 1),
        ([(500, {})], "unsure", 1),
        ([(302, {})], "failed", 1),
    ],
)
def test_it_is_tried_again_only_where_it_has_surely_not_gone(
    cast: Cast, at_desk: Desk, customer: int, service: Service, answers: list[Any], state: str, tries: int
) -> None:
    over_http(cast, service)
    sends(at_desk(cast.owner), customer)
    service.answers = [*answers]
    for _round in range(3):
        after_grace()
    message = Message.objects.get()
    assert (message.state, message.tries, len(service.heard)) == (state, tries, tries)
    log = unescape(at_desk(cast.owner).get(f"/customers/{customer}/_messages/").content.decode())
    assert ("余额不足" in log) == (answers == [(200, {"code": 7, "msg": "余额不足"})])
    assert (f"/_messages/{message.pk}/again/" in log) == (state != "sent")


def test_a_service_that_is_away_is_asked_again_and_a_worker_that_died_sends_nothing_twice(
    cast: Cast, at_desk: Desk, customer: int, service: Service
) -> None:
    over_http(cast, service)
    service.server.shutdown()
    service.server.server_close()
    sends(at_desk(cast.owner), customer)
    after_grace()
    message = Message.objects.get()
    assert (message.state, message.tries) == ("waiting", 1)
    assert message.next_at > clock.now()
    Message.objects.update(taken_at=clock.now() - sending.LEASE * 2)
    sending.send_due()
    assert Message.objects.get().state == "unsure"


def test_what_changes_between_writing_and_sending_is_looked_at_once_more(
    cast: Cast, at_desk: Desk, customer: int, service: Service
) -> None:
    over_http(cast, service)
    sends(at_desk(cast.owner), customer)
    write.update((CUSTOMER, customer), {"phone": "13900001111"}, actor=cast.owner, door="test")
    after_grace()
    assert Message.objects.get().answer == "moved"
    sends(at_desk(cast.owner), customer)
    write.delete((CUSTOMER, customer), actor=cast.owner, door="test")
    after_grace()
    assert Message.objects.latest("id").answer == "closed"
    assert not service.heard


def test_what_went_to_a_contact_about_a_record_that_one_may_not_see_is_not_told(
    cast: Cast, at_desk: Desk, customer: int, service: Service
) -> None:
    over_http(cast, service)
    contact = write.create(CONTACT, {"name": "李雷", "customer": customer, "phone": "13900002222"}, actor=cast.owner, door="test").id
    sends(at_desk(cast.owner), customer, **{"to-sms": f"contacts:{contact}:phone"})
    place = f"/contacts/{contact}/_messages/"
    assert "139****2222" in at_desk(cast.owner).get(place).content.decode()
    share = write.share(CONTACT, [contact], [write.Grantee("person", cast.stranger.id or 0)], "viewer", None, actor=cast.owner, door="test")
    assert share
    page = at_desk(cast.again(cast.stranger)).get(place)
    assert page.status_code == 200
    assert "Olivia" not in page.content.decode()


def test_one_service_that_lets_us_wait_or_breaks_delays_no_other(
    cast: Cast, at_desk: Desk, customer: int, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = over_http(cast, service), over_http(cast, service, name="Other")
    for channel in (slow, slow, quick):
        sends(at_desk(cast.owner), customer, **{"channel-sms": channel.pk})
    monkeypatch.setattr(sending, "PATIENT", -1.0)
    service.answers = [(200, {"code": 0})] * 3
    after_grace()
    assert [message.state for message in Message.objects.order_by("id")] == ["sent", "waiting", "sent"]
    monkeypatch.setattr(gateway.Gateway, "send", lambda *_given: {}["x"])
    after_grace()
    assert [message.state for message in Message.objects.order_by("id")] == ["sent", "unsure", "sent"]


def test_nobody_sends_more_than_his_day_allows(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    over_http(cast, service, daily="2")
    desk = at_desk(cast.owner)
    assert [sends(desk, customer).status_code for _each in range(3)] == [204, 204, 422]
    desk.post(f"/_messages/{Message.objects.latest('id').pk}/take-back/")
    assert sends(desk, customer).status_code == 204


ALIYUN = {"signature": "云深", "key": "LTAI5t", "secret": "k3y"}
TENCENT = {"signature": "云深", "app": "1400006666", "key": "AKIDz8", "secret": "Gu5t9", "region": "ap-guangzhou"}


def approved(cast: Cast, service: Service, provider: str, said: dict[str, str], names: str = "") -> Any:
    wish = texts.Wish("到货", "{{name}}您好，{{owner}}为您备好了货，{{name}}请查收。", sort="message")
    text = texts.create(CUSTOMER, wish, actor=cast.business)
    made(cast, provider, {**said, "address": f"http://{service.host}"}, approved=[(text.pk, "SMS_1234", names)])
    return text


def test_alibaba_cloud_gets_an_approved_wording_with_our_values_signed(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    text = approved(cast, service, "aliyun", ALIYUN, "name，clerk")
    desk = at_desk(cast.owner)
    assert sends(desk, customer).status_code == 422  # no wording of one's own
    assert "readonly" in desk.get(f"/customers/{customer}/_texts/", {"text": text.pk}).content.decode()
    service.answers = [(200, {"Code": "OK", "Message": "OK", "BizId": "9006^1"})]
    assert sends(desk, customer, text=text.pk, body="我自己写的").status_code == 204
    after_grace()
    path, headers, body = service.heard[0]
    asked = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}
    assert (asked["PhoneNumbers"], asked["SignName"], asked["TemplateCode"]) == ("13812345678", "云深", "SMS_1234")
    assert json.loads(asked["TemplateParam"]) == {"name": "云深机电", "clerk": "Olivia"}
    assert body == b""
    at = datetime.fromisoformat(headers["x-acs-date"])
    again = aliyun.headers(headers["host"], urlsplit(path).query, "LTAI5t", "k3y", at=at, nonce=headers["x-acs-signature-nonce"])
    assert headers["authorization"] == again["Authorization"]
    message = Message.objects.get()
    assert (message.state, message.reference, message.body) == ("sent", "9006^1", "云深机电您好，Olivia为您备好了货，云深机电请查收。")


def test_a_text_that_is_rewritten_is_not_approved_any_more(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    text = approved(cast, service, "aliyun", ALIYUN)
    desk, place = at_desk(cast.owner), f"/admin/channels/{Channel.objects.get().pk}/"
    assert sends(desk, customer, text=text.pk).status_code == 204
    wish = texts.Wish("到货", "{{owner}}告诉{{name}}：货到了。", sort="message")
    texts.change(text, CUSTOMER, wish, actor=cast.business)
    after_grace()
    assert (Message.objects.get().state, Message.objects.get().answer) == ("failed", "unapproved")
    assert not service.heard
    shelf.clear()
    assert sends(desk, customer, text=text.pk).status_code == 422
    page = at_desk(cast.admin).get(place).content.decode()
    assert "rewritten since it was approved" in page
    assert "SMS_1234" not in page
    given = {f"says-{key}": value for key, value in {**ALIYUN, "secret": "", "address": f"http://{service.host}"}.items()}
    answer = at_desk(cast.admin).post(place, {"name": "Ours", "daily": "5", "active": "1", **given, f"code-{text.pk}": "SMS_2"})
    assert answer.status_code == 302
    assert sends(desk, customer, text=text.pk).status_code == 204
    service.answers = [(200, {"Code": "OK", "BizId": "1"})]
    after_grace()
    asked = parse_qs(urlsplit(service.heard[0][0]).query)
    assert (asked["TemplateCode"], json.loads(asked["TemplateParam"][0])) == (["SMS_2"], {"p1": "Olivia", "p2": "云深机电"})


def test_tencent_cloud_gets_it_by_position(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    text = approved(cast, service, "tencent", TENCENT)
    service.answers = [(200, {"Response": {"SendStatusSet": [{"SerialNo": "2019:1", "Code": "Ok", "Message": "send success"}]}})]
    assert sends(at_desk(cast.owner), customer, text=text.pk).status_code == 204
    after_grace()
    _path, headers, body = service.heard[0]
    asked = json.loads(body)
    assert (asked["PhoneNumberSet"], asked["TemplateParamSet"]) == (["+8613812345678"], ["云深机电", "Olivia"])
    again = tencent.headers(headers["host"], body, "AKIDz8", "Gu5t9", "ap-guangzhou", at=int(headers["x-tc-timestamp"]))
    assert headers["authorization"] == again["Authorization"]
    assert Message.objects.get().reference == "2019:1"


@pytest.mark.parametrize(
    ("provider", "said", "answer", "state"),
    [
        ("aliyun", ALIYUN, {"Code": "isv.AMOUNT_NOT_ENOUGH", "Message": "账户余额不足"}, "failed"),
        ("aliyun", ALIYUN, {"Code": "Throttling.User", "Message": "x"}, "waiting"),
        ("aliyun", ALIYUN, {"Code": "InternalError", "Message": "x"}, "unsure"),
        ("aliyun", ALIYUN, ["odd"], "unsure"),
        ("tencent", TENCENT, {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "x"}}}, "failed"),
        ("tencent", TENCENT, {"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberDailyLimit"}]}}, "failed"),
        ("tencent", TENCENT, {"Response": {"Error": {"Code": "RequestLimitExceeded"}}}, "waiting"),
        ("tencent", TENCENT, {"Response": {"SendStatusSet": []}}, "unsure"),
    ],
)
def test_codes_of_providers_are_understood(
    cast: Cast, at_desk: Desk, customer: int, service: Service, provider: str, said: dict[str, str], answer: Any, state: str
) -> None:
    text = approved(cast, service, provider, said)
    service.answers = [(200, answer)]
    sends(at_desk(cast.owner), customer, text=text.pk)
    after_grace()
    assert Message.objects.get().state == state


def test_signatures_are_those_of_the_vendors_own_programs() -> None:
    query = {"PhoneNumbers": "13812345678", "SignName": "云深 +*~", "TemplateParam": '{"a":"1 2"}'}
    said = "&".join(f"{key}={aliyun.quoted(value)}" for key, value in sorted(query.items()))
    ours = aliyun.headers("dysmsapi.aliyuncs.com", said, "LTAI5t", "k3y", nonce="n0nce")
    signed = {key: value for key, value in ours.items() if key != "Authorization"}
    request = SimpleNamespace(pathname="/", method="POST", query=query, headers=signed)
    assert ours["Authorization"] == Alibaba.get_authorization(request, aliyun.ALGORITHM, signed["x-acs-content-sha256"], "LTAI5t", "k3y")
    body = json.dumps({"PhoneNumberSet": ["+8613812345678"], "SignName": "云深"}, ensure_ascii=False).encode()
    ours = tencent.headers("sms.tencentcloudapi.com", body, "AKIDz8", "Gu5t9", "ap-guangzhou", at=1551113065)
    sent = SimpleNamespace(uri="/", data=body, method="POST", header=ours)
    signature = AbstractClient._get_tc3_signature(None, {}, sent, "2019-02-25", "sms", "Gu5t9")
    assert ours["Authorization"].endswith(f"SignedHeaders=content-type;host, Signature={signature}")


def test_reports_of_a_provider_say_what_became_of_it_and_strangers_say_nothing(
    cast: Cast, at_desk: Desk, customer: int, service: Service
) -> None:
    text = approved(cast, service, "aliyun", ALIYUN)
    service.answers = [(200, {"Code": "OK", "BizId": "9006^1"})]
    sends(at_desk(cast.owner), customer, text=text.pk)
    after_grace()
    channel, stranger = Channel.objects.get(), Client()
    tell = lambda token, body: stranger.post(f"/receipts/{token}/", body, content_type="application/json")
    report = [{"biz_id": "9006^1", "phone_number": "13812345678", "success": False, "err_code": "MK:0001", "err_msg": "空号"}]
    assert tell("x" * 32, json.dumps(report)).status_code == 404
    for odd in ("{", '{"a": 1}', "[1]", "", "[" * 100_000):
        assert tell(channel.token, odd).status_code == 400, odd[:9]
    assert Message.objects.get().state == "sent"
    answer = tell(channel.token, json.dumps(report))
    assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "成功"})
    assert (Message.objects.get().state, Message.objects.get().answer) == ("failed", "MK:0001 空号")
    tell(channel.token, json.dumps([{"biz_id": "9006^1", "success": True}, {"biz_id": ""}]))
    assert Message.objects.get().state == "delivered"


class Box:
    """A mail server that knows one account."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuses = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - the name aiosmtpd calls
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the name aiosmtpd calls
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def box(settings: Any) -> Iterator[tuple[Box, int]]:
    found = Box()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(handled=False, success=isinstance(data, LoginPassword) and (data.login, data.password) == (b"sales", b"geheim"))

    controller = Controller(found, hostname="127.0.0.1", port=port, authenticator=known, auth_require_tls=False, auth_required=True)
    controller.start()
    settings.GUANXI_WEBHOOK_HOSTS = (f"127.0.0.1:{port}",)
    yield found, port
    controller.stop()


def mailbox(cast: Cast, port: int, **more: Any) -> Channel:
    said = {"from": "sales@example.com", "called": "云深", "host": "127.0.0.1", "port": str(port), "encrypted": "no", "login": "sales"}
    return made(cast, "smtp", {**said, "secret": "geheim", **more.pop("said", {}), **more})


@pytest.mark.feature("INT-05")
def test_a_mail_goes_out_by_the_mailbox_of_the_company_and_answers_come_to_who_wrote(
    cast: Cast, at_desk: Desk, customer: int, box: tuple[Box, int]
) -> None:
    mailbox(cast, box[1])
    olivia = User.objects.get(pk=cast.owner.id)
    olivia.email = "olivia@example.com"
    olivia.save()
    mailboxes.prove(olivia, olivia.email)
    contact = write.create(CONTACT, {"name": "李雷", "customer": customer, "email": "lilei@example.com"}, actor=cast.owner, door="test").id
    desk = at_desk(cast.owner)
    page = desk.get(f"/customers/{customer}/_texts/", {"free": "mail"}).content.decode()
    assert f'value="contacts:{contact}:email"' in page
    given = {
        "medium": "mail",
        "to-mail": f"contacts:{contact}:email",
        "subject": "报价\r\nBcc: x@example.com",
        "body": "第一行\r\n.\r\n第三行",
    }
    assert sends(desk, customer, **given, tells="1").status_code == 204
    after_grace()
    (envelope,) = box[0].letters
    letter = message_from_bytes(envelope.content, policy=policy.default)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("sales@example.com", ["lilei@example.com"])
    assert (letter["Subject"], letter["Bcc"], letter["Reply-To"]) == ("报价 Bcc: x@example.com", None, "Olivia <olivia@example.com>")
    assert letter.get_content().splitlines() == ["第一行", ".", "第三行"]
    assert letter["Message-ID"] == f"<{Message.objects.get().name}@example.com>"
    assert "第三行" in desk.get(f"/customers/{customer}/_timeline/").content.decode()
    assert "lilei@example.com" in desk.get(f"/customers/{customer}/_messages/").content.decode()


@pytest.mark.parametrize(
    ("refuses", "secret", "state"),
    [("550 no such user", "geheim", "failed"), ("451 later", "geheim", "waiting"), ("", "falsch", "failed")],
)
def test_what_a_mail_server_refuses_for_good_is_not_tried_again(
    cast: Cast, at_desk: Desk, customer: int, box: tuple[Box, int], refuses: str, secret: str, state: str
) -> None:
    mailbox(cast, box[1], secret=secret)
    box[0].refuses = refuses
    sends(at_desk(cast.owner), customer, medium="mail", **{"to-mail": f"customers:{customer}:email"}, subject="x")
    after_grace()
    assert Message.objects.get().state == state, Message.objects.get().answer
    assert not box[0].letters


def test_an_address_that_a_server_cannot_take_is_refused_for_good(cast: Cast, at_desk: Desk, customer: int, box: tuple[Box, int]) -> None:
    mailbox(cast, box[1])
    for odd in ("李雷@example.com", "a..b@example.com", "a@例子.中国"):
        CUSTOMER.model.objects.filter(pk=customer).update(email=odd)
        sends(at_desk(cast.owner), customer, medium="mail", **{"to-mail": f"customers:{customer}:email"}, subject="x")
        after_grace()
        assert Message.objects.latest("id").state in ("failed", "sent"), (odd, Message.objects.latest("id").answer)
    assert Message.objects.filter(state="failed").exists()


def test_no_channel_reaches_into_the_network(cast: Cast, at_desk: Desk, customer: int, settings: Any) -> None:
    settings.GUANXI_WEBHOOK_HOSTS = ()
    with pytest.raises(write.Invalidated):
        made(cast, "gateway", {"address": "http://127.0.0.1/x", "form": "json", "body": '{"a": "{phone}{text}"}'})
    made(cast, "gateway", {"address": "https://127.0.0.1:1/x", "form": "json", "body": '{"a": "{phone}{text}"}'})
    sends(at_desk(cast.owner), customer)
    after_grace()
    assert "Forbidden" in Message.objects.get().answer or "Invalid" in Message.objects.get().answer
    Channel.objects.all().delete()
    made(cast, "smtp", {"from": "a@example.com", "host": "127.0.0.1", "port": "25", "encrypted": "no"})
    sends(at_desk(cast.owner), customer, medium="mail", **{"to-mail": f"customers:{customer}:email"}, subject="x")
    after_grace()
    assert "InvalidIPAddress" in Message.objects.latest("id").answer


@pytest.mark.parametrize(
    ("provider", "change", "key"),
    [
        ("gateway", {"body": "{"}, "body"),
        ("gateway", {"body": '{"a": "{text}"}'}, "body"),
        ("gateway", {"header": "X\r\nY"}, "header"),
        ("gateway", {"header": "X: Y"}, "header"),
        ("gateway", {"address": "ftp://example.com"}, "address"),
        ("gateway", {"form": "xml"}, "form"),
        ("aliyun", {"secret": ""}, "secret"),
        ("aliyun", {"signature": ""}, "signature"),
        ("smtp", {"port": "70000"}, "port"),
        ("smtp", {"from": "nobody"}, "from"),
        ("smtp", {"encrypted": "maybe"}, "encrypted"),
    ],
)
def test_a_channel_that_makes_no_sense_is_refused_and_nothing_typed_is_lost(
    cast: Cast, at_desk: Desk, provider: str, change: dict[str, str], key: str
) -> None:
    right = {
        "gateway": {"address": "https://sms.example.com/x", "form": "json", "body": '{"a": "{phone}{text}"}'},
        "aliyun": {**ALIYUN, "address": "https://dysmsapi.aliyuncs.com"},
        "smtp": {"from": "a@example.com", "host": "mail.example.com", "port": "465", "encrypted": "tls"},
    }[provider]
    given = {f"says-{k}": v for k, v in {**right, **change}.items()}
    desk = at_desk(cast.admin)
    page = desk.post(f"/admin/channels/new/?by={provider}", {"name": "这里写过字", "daily": "5", **given})
    assert page.status_code == 422
    assert f'id="f-says-{key}-error"' in page.content.decode()
    assert "这里写过字" in page.content.decode()
    assert not Channel.objects.exists()
    assert (
        desk.post(
            f"/admin/channels/new/?by={provider}", {"name": "a", "daily": "5", **{f"says-{k}": v for k, v in right.items()}}
        ).status_code
        == 302
    )


def test_secrets_are_sealed_never_shown_and_typed_again_where_the_channel_leads_elsewhere(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.admin)
    right = {"name": "Ours", "daily": "5", "active": "1", "says-from": "a@example.com", "says-host": "mail.example.com"}
    right |= {"says-port": "465", "says-encrypted": "tls", "says-login": "a", "says-secret": "geheimwort"}
    assert desk.post("/admin/channels/new/?by=smtp", right).status_code == 302
    channel = Channel.objects.get()
    assert "geheimwort" not in channel.secrets + json.dumps(channel.says) + desk.get(f"/admin/channels/{channel.pk}/").content.decode()
    assert "geheimwort" not in json.dumps(list(Operation.objects.filter(subject="channel").values()), default=str)
    assert channel.secrets not in json.dumps(list(Operation.objects.filter(subject="channel").values()), default=str)
    kept = {**right, "says-secret": "", "name": "Other"}
    assert desk.post(f"/admin/channels/{channel.pk}/", kept).status_code == 302
    assert keeping.settings_of(Channel.objects.get())["secret"] == "geheimwort"
    moved = desk.post(f"/admin/channels/{channel.pk}/", {**kept, "says-host": "evil.example.com"})
    assert moved.status_code == 422
    assert Channel.objects.get().says["host"] == "mail.example.com"
    assert at_desk(cast.business).get("/admin/channels/").status_code == 404
    with pytest.raises(write.Forbidden):
        keeping.remove(channel, actor=cast.owner)
    assert Operation.objects.filter(subject="channel", subject_id=channel.pk).count() == 2


def test_a_test_by_the_administrator_says_what_the_service_answered(cast: Cast, at_desk: Desk, service: Service) -> None:
    channel, desk = over_http(cast, service), at_desk(cast.admin)
    service.answers = [(200, {"code": 0}), (200, {"code": 9, "msg": "签名未报备"})]
    said = lambda to: desk.post(f"/admin/channels/{channel.pk}/test/", {"to": to}, follow=True).content.decode()
    assert "has taken it" in said("138 1234 5678")
    assert "签名未报备" in said("13812345678")
    assert "no address" in said("nobody")
    assert len(service.heard) == 2
    assert not Message.objects.exists()


def test_values_never_become_structure_or_places() -> None:
    values = {"phone": "+86{text}", "text": '{secret}", "x": "', "secret": "s"}
    assert gateway._placed("{phone}-{text}-{unknown}-{", values) == '+86{text}-{secret}", "x": "-{unknown}-{'
    assert gateway.replaced({"a": ["{x}", 1, None]}, str.upper) == {"a": ["{X}", 1, None]}


def test_who_is_erased_leaves_what_was_written_to_him(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    over_http(cast, service)
    contact = write.create(CONTACT, {"name": "李雷", "customer": customer, "phone": "13900002222"}, actor=cast.owner, door="test").id
    sends(at_desk(cast.owner), customer, **{"to-sms": f"contacts:{contact}:phone"}, body="李雷您好")
    Grant.objects.update_or_create(role=Role.objects.get(code="director"), entity=CONTACT.key, action="forget", defaults={"scope": "all"})
    write.forget((CONTACT, contact), "asked", actor=cast.again(cast.director), door="erasure")
    message = Message.objects.get()
    assert (message.state, message.to, message.body) == ("dropped", "", "")


def test_what_was_sent_goes_along_with_a_merge_and_back(cast: Cast, at_desk: Desk, customer: int, service: Service) -> None:
    over_http(cast, service)
    other = write.create(CUSTOMER, {"name": "云深机电分公司", "phone": "13700003333"}, actor=cast.owner, door="test").id
    sends(at_desk(cast.owner), other, **{"to-sms": f"customers:{other}:phone"})
    write.merge(CUSTOMER, customer, [other], {}, actor=cast.owner, door="test")
    assert Message.objects.get().record == customer
    write.undo(history.of_write(history.of_record(customer)[0].write_id), actor=cast.owner, door="test")
    assert Message.objects.get().record == other

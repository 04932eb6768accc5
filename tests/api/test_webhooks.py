"""Webhooks against a real server: what is told, to whom, signed, tried again, and never where it must not go."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from guanxi.kernel import clock, write
from guanxi.kernel.registry import registry
from guanxi.org import outgoing, tokens
from guanxi.org.models import FieldRight, User
from guanxi.surfaces.hooks import keeping, sending, taking
from guanxi.surfaces.hooks.models import Delivery, Webhook
from tests import samples
from tests.api.conftest import Program, undisturbed
from tests.api.test_schema import answered, faults
from tests.people import Cast, let

customers = registry.get("customers.customer")


class Listener:
    """A program that is told; `statuses` are what it answers next, 200 after that."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.lets_wait = 0.0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listener.heard.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                time.sleep(listener.lets_wait)
                self.send_response(listener.statuses.pop(0) if listener.statuses else 200)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write("收到".encode() + b"x" * 5_000)

            def log_message(self, *_given: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"

    def bodies(self) -> list[dict[str, Any]]:
        """What it was told."""
        return [json.loads(body) for _headers, body in self.heard]


@pytest.fixture
def listener(settings: Any) -> Iterator[Listener]:
    found = Listener()
    settings.GUANXI_WEBHOOK_HOSTS = (found.host,)
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def hooked(committed: Cast, listener: Listener) -> Iterator[Callable[..., tuple[Webhook, str]]]:
    """Webhooks of the administrator; those of a test go with it."""

    def make(where: str = "", person: Any = None, **given: Any) -> tuple[Webhook, str]:
        values = {"name": "Ours", "entity": customers.key, "kinds": list(taking.KINDS), "address": f"http://{listener.host}/in", **given}
        hook = Webhook(active=True, person=User.objects.get(pk=(person or committed.owner).id), **values)
        return hook, keeping.keep(hook, where, actor=committed.admin)

    yield make
    FieldRight.objects.filter(entity=customers.key, field="remark").delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE surfaces_webhook, surfaces_delivery")


def go_out() -> None:
    """What the worker does."""
    undisturbed()
    taking.take()
    sending.send_due()


@pytest.mark.feature("INT-03")
def test_a_program_is_told_and_can_check_who_told_it(committed: Cast, listener: Listener, hooked: Any) -> None:
    samples.make(customers, actor=committed.owner)  # before there was a webhook
    _hook, secret = hooked()
    one = samples.make(customers, actor=committed.owner)
    go_out()
    go_out()
    ((headers, body),) = listener.heard
    told = json.loads(body)
    assert (told["event"], told["id"], told["record"]["name"]) == ("customers.created", one.id, one.name)
    signed = hmac.new(secret.encode(), headers["Guanxi-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Guanxi-Signature"] == f"v1={signed}"
    assert headers["Guanxi-Delivery"] == told["delivery"] == str(Delivery.objects.get().name)
    row = Delivery.objects.get()
    assert (row.state, row.status, row.tries, row.answer[:2], len(row.answer)) == ("sent", 200, 1, "收到", 500)


def test_what_the_person_may_not_read_is_not_told(committed: Cast, listener: Listener, hooked: Any) -> None:
    let(committed.owner, customers.key, "remark", "hidden")
    hooked()
    hooked(person=committed.stranger)
    one = samples.make(customers, actor=committed.director, owner=committed.owner.id, remark="secret inside")
    go_out()
    (told,) = listener.bodies()
    assert told["id"] == one.id
    assert b"secret inside" not in listener.heard[0][1]
    write.update(one, {"remark": "another secret"}, actor=committed.director, door="test")
    go_out()
    assert len(listener.heard) == 1


def test_only_what_meets_the_condition_after_the_change(committed: Cast, listener: Listener, hooked: Any) -> None:
    hooked('["remark", "contains", "gold"]', kinds=["changed"])
    one = samples.make(customers, actor=committed.owner, remark="lead")
    write.update(one, {"remark": "gold"}, actor=committed.owner, door="test")
    go_out()
    write.update(one, {"remark": "lead"}, actor=committed.owner, door="test")
    go_out()
    assert [told["record"]["remark"] for told in listener.bodies()] == ["gold"]


def test_a_deletion_is_told_without_the_record(committed: Cast, listener: Listener, hooked: Any) -> None:
    hooked(kinds=["deleted"])
    one = samples.make(customers, actor=committed.owner)
    write.delete(one, actor=committed.owner, door="test")
    go_out()
    (told,) = listener.bodies()
    assert (told["event"], told["id"], told["record"]) == ("customers.deleted", one.id, None)


def test_what_fails_is_tried_again_ever_later_and_given_up_after_a_day(committed: Cast, listener: Listener, hooked: Any) -> None:
    hook, _secret = hooked()
    samples.make(customers, actor=committed.owner)
    undisturbed()
    taking.take()
    listener.statuses = [500] * sending.TRIES
    moment, waited = clock.now(), []
    for _try in range(sending.TRIES):
        with clock.frozen(moment):
            assert sending.send_due() == 1
            assert sending.send_due() == 0
        row = Delivery.objects.get()
        if row.next_at is not None:
            waited.append((row.next_at - moment).total_seconds())
            moment = row.next_at
    assert all(sending.FIRST * 2**n / 2 <= each <= sending.FIRST * 2**n for n, each in enumerate(waited) if each < sending.LONGEST / 2)
    assert timedelta(hours=8) < timedelta(seconds=sum(waited)) < timedelta(hours=30)
    assert (row.state, row.status, row.tries) == ("failed", 500, sending.TRIES)
    hook.refresh_from_db()
    assert hook.failing_since is not None
    sending.again(row)
    go_out()
    row.refresh_from_db()
    hook.refresh_from_db()
    assert (row.state, hook.failing_since) == ("sent", None)
    assert {told["delivery"] for told in listener.bodies()} == {str(row.name)}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(committed: Cast, listener: Listener, hooked: Any, status: int) -> None:
    hooked()
    listener.statuses = [status]
    samples.make(customers, actor=committed.owner)
    go_out()
    assert (Delivery.objects.get().state, Delivery.objects.get().status, len(listener.heard)) == ("waiting", status, 1)


def test_nothing_inside_is_called_unless_the_installation_names_it(
    committed: Cast, listener: Listener, hooked: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, _secret = hooked()
    settings.GUANXI_WEBHOOK_HOSTS = ()
    samples.make(customers, actor=committed.owner)
    for address in (
        f"http://{listener.host}/",
        f"https://{listener.host}/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/",
    ):
        Webhook.objects.filter(pk=hook.pk).update(address=address)
        Delivery.objects.update(next_at=clock.now())
        go_out()
        row = Delivery.objects.get()
        assert (row.state, row.status) == ("waiting", None), address
    assert listener.heard == []
    assert outgoing.EXCERPT < 10_000


def test_two_programs_that_wake_one_another_up_are_held(committed: Cast, listener: Listener, hooked: Any) -> None:
    hooked(kinds=["changed"])
    one = samples.make(customers, actor=committed.owner)
    for n in range(taking.ROUNDS + 3):
        write.update(one, {"remark": str(n)}, actor=committed.owner, door="test")
        go_out()
    assert len(listener.heard) == taking.ROUNDS
    assert Delivery.objects.filter(state="held").count() == 3


def test_the_log_and_another_try_by_the_api(committed: Cast, listener: Listener, hooked: Any) -> None:
    hook, _secret = hooked()
    boss, mine = Program(tokens.issue(committed.admin.login), Client()), Program(tokens.issue(committed.owner.login), Client())
    assert boss.post(f"webhooks/{hook.pk}/test").status_code == 202
    go_out()
    (line,) = boss.results(f"webhooks/{hook.pk}/deliveries")
    document = boss.get("openapi.json").json()
    for path in ("webhooks", f"webhooks/{hook.pk}/deliveries"):
        shape = answered(document, "/api/v1/" + path.replace(str(hook.pk), "{hook}"), "get", "200")
        assert faults(boss.get(path).json(), shape, document) == []
    assert not any("webhooks" in path for path in mine.get("openapi.json").json()["paths"])
    assert (line["change"], line["state"]) == ("test", "sent")
    again = f"webhooks/{hook.pk}/deliveries/{line['id']}/replay"
    assert boss.post(again).json()["state"] == "waiting"
    go_out()
    assert [told["event"] for told in listener.bodies()] == ["customers.test"] * 2
    for path in ("webhooks", f"webhooks/{hook.pk}/deliveries"):
        assert mine.get(path).status_code == 404
    assert mine.post(again).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["http://example.com/", "https://a:b@example.com/", "ftp://example.com/", "https://", "https://example.com/#x", "x" * 600],
)
def test_an_address_that_must_not_be_called_is_refused(cast: Cast, address: str) -> None:
    browser = Client()
    browser.force_login(User.objects.get(pk=cast.admin.id))
    body = {"name": "Ours", "entity": customers.key, "kinds": ["created"], "person": cast.owner.id, "address": address}
    assert browser.post("/admin/webhooks/new/", body).status_code == 422
    assert not Webhook.objects.exists()


def test_a_new_one_proposes_its_maker_as_the_person_it_acts_for(cast: Cast) -> None:
    browser = Client()
    browser.force_login(User.objects.get(pk=cast.admin.id))
    page = browser.get("/admin/webhooks/new/").content.decode()
    assert re.findall(r'<option value="(\d+)" selected>Adam', page) == [str(cast.admin.id)]


def test_the_secret_is_shown_once(cast: Cast) -> None:
    browser = Client()
    browser.force_login(User.objects.get(pk=cast.admin.id))
    body = {"name": "Ours", "entity": customers.key, "kinds": ["created"], "person": cast.owner.id, "address": "https://example.com/in"}
    first = browser.post("/admin/webhooks/new/", body).content.decode()
    place = f"/admin/webhooks/{Webhook.objects.get().pk}/"
    assert keeping.PREFIX in first
    assert keeping.PREFIX not in browser.get(place).content.decode()
    assert keeping.PREFIX not in Webhook.objects.get().secret
    assert keeping.PREFIX in browser.post(place + "secret/").content.decode()


def test_an_answer_that_breaks_off_is_a_try_like_others(committed: Cast, listener: Listener, hooked: Any, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            caller, _address = server.accept()
            caller.recv(65_536)
            caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
            caller.close()

        threading.Thread(target=answer, daemon=True).start()
        outside = f"127.0.0.1:{server.getsockname()[1]}"
        settings.GUANXI_WEBHOOK_HOSTS = (listener.host, outside)
        broken, _secret = hooked(address=f"http://{outside}/in")
        well, _secret = hooked()
        sending.test(broken)
        sending.test(well)
        sending.send_due()
    assert Delivery.objects.get(hook=well).state == "sent"
    row = Delivery.objects.get(hook=broken)
    assert (row.state, row.tries, row.status) == ("waiting", 1, None)
    assert row.answer


def test_one_that_lets_us_wait_delays_nobody_else(
    committed: Cast, hooked: Any, listener: Listener, settings: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(sending, "PATIENT", 0.5)
    slow = Listener()
    slow.lets_wait = 1.0
    settings.GUANXI_WEBHOOK_HOSTS = (listener.host, slow.host)
    try:
        late, _secret = hooked(address=f"http://{slow.host}/in")
        well, _secret = hooked()
        for hook in (late, late, late, well, well):
            sending.test(hook)
        assert sending.send_due(seconds=1.0) == 3
    finally:
        slow.server.shutdown()
        slow.server.server_close()
    assert Delivery.objects.filter(hook=well, state="sent").count() == 2
    assert Delivery.objects.filter(hook=late, tries=0).count() == 2


def test_an_administrators_program_keeps_webhooks_where_its_token_says_so(cast: Cast) -> None:
    def of(*reach: str) -> Program:
        return Program(tokens.issue(cast.admin.login, scopes=reach), Client())

    boss, wide, looking, other = of(), of("write"), of("webhooks:read"), Program(tokens.issue(cast.director.login), Client())
    given = {"name": "Ours", "entity": "customers", "kinds": ["created"], "address": "https://example.com/in", "person": cast.owner.id}
    for stranger in (wide, looking, other):
        assert stranger.post("webhooks", given).status_code in (403, 404)
    assert not Webhook.objects.exists()
    keeper = of("webhooks:write")
    answer = keeper.post("webhooks", {**given, "where": ["name", "contains", "云"]})
    made = answer.json()
    assert (answer.status_code, made["secret"][:4], made["person"], answer["Location"][-1:]) == (
        201,
        "gxs_",
        cast.owner.id,
        str(made["id"]),
    )
    document = keeper.get("openapi.json").json()
    assert faults(made, answered(document, "/api/v1/webhooks", "post", "201"), document) == []
    place = f"webhooks/{made['id']}"
    assert keeper.get("customers").status_code == 404
    assert looking.get(place).json()["where"] == ["name", "contains", "云"]
    assert "post" not in looking.get("openapi.json").json()["paths"]["/api/v1/webhooks"]
    for wrong in (
        {"where": ["nonsense", "is", 1]},
        {"kinds": ["sung"]},
        {"person": "me"},
        {"secret": "x"},
        {"address": "http://a/"},
        {"entity": "no"},
    ):
        refused = keeper.patch(place, wrong)
        assert (refused.status_code, set(refused.json()["errors"])) == (422, set(wrong))
    assert keeper.patch(place, {"active": False, "where": []}).json() == {
        **{k: v for k, v in made.items() if k != "secret"},
        "active": False,
        "where": [],
    }
    assert boss.post(f"{place}/secret").json()["secret"] not in ("", made["secret"])
    assert looking.delete(place).status_code in (403, 404)
    assert keeper.delete(place).status_code == 204
    assert keeper.get(place).status_code == 404


def test_the_condition_is_built_from_what_the_chosen_person_may_see(cast: Cast) -> None:
    let(cast.owner, customers.key, "remark", "hidden")
    browser = Client()
    browser.force_login(User.objects.get(pk=cast.admin.id))
    asked = {"entity": customers.key, "person": cast.owner.id, "where": '["level", "not_empty"]'}
    page = unescape(browser.get("/admin/webhooks/where/", asked).content.decode())
    assert '"key": "level"' in page
    assert '"key": "remark"' not in page
    assert '["level", "not_empty"]' in page
    assert '["level", "not_empty"]' not in unescape(
        browser.get("/admin/webhooks/where/", {**asked, "entity": "customers.contact"}).content.decode()
    )
    made = {"name": "Ours", "kinds": ["created"], "address": "https://example.com/in", "active": "1"}
    assert browser.post("/admin/webhooks/new/", {**asked, **made}).status_code == 200
    assert Webhook.objects.get().where == ["level", "not_empty"]

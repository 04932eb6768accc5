"""A program writes to customers with its person's rights: once, and nothing that may not go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.surfaces.channels import keeping, shelf
from guanxi.surfaces.channels.keeping import Wish
from guanxi.surfaces.channels.models import Channel, Message
from tests.api.conftest import Program
from tests.people import Cast

pytestmark = pytest.mark.django_db
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")


@pytest.fixture
def channel(cast: Cast) -> Iterator[Channel]:
    shelf.clear()
    said = {"address": "https://sms.example.com/send", "form": "json", "body": '{"to": "{phone}", "what": "{text}"}'}
    yield keeping.keep(Channel(provider="gateway"), Wish("Ours", said), actor=cast.admin)
    shelf.clear()


@pytest.mark.feature("INT-05")
def test_a_program_sends_once_and_takes_back(cast: Cast, channel: Channel, program: Any) -> None:
    customer = write.create(CUSTOMER, {"name": "云深机电", "phone": "13812345678"}, actor=cast.owner, door="test").id
    owner, onlooker, stranger = program(cast.owner), program(cast.readonly), program(cast.stranger)
    assert owner.results("channels") == [{"id": channel.pk, "name": "Ours", "medium": "sms", "texts": None}]
    place, right = f"customers/{customer}/messages", {"medium": "sms", "body": "您好"}
    odd: list[dict[str, Any]] = [
        {},
        {"medium": "fax"},
        {"medium": "mail", "subject": "x", "body": "x"},
        {"medium": "sms"},
        {**right, "body": 1},
        {**right, "to": "contacts:1:phone"},
        {**right, "text": 999},
        {**right, "channel": channel.pk + 1},
        {**right, "strange": 1},
    ]
    for each in odd:
        assert owner.post(place, each).status_code == 422, each
    first = owner.post(place, right, **{"Idempotency-Key": "k1"})
    assert (first.status_code, first.json()["state"], first.json()["to"], first.json()["body"]) == (202, "waiting", "138****5678", "您好")
    assert owner.post(place, right, **{"Idempotency-Key": "k1"}).json()["id"] == first.json()["id"]
    assert Message.objects.count() == 1
    assert owner.post(place, {"medium": "sms", "body": "a\x00b"}).json()["body"] == "ab"
    mine = f"{place}/{first.json()['id']}"
    assert (onlooker.post(place, right).status_code, onlooker.delete(mine).status_code) == (403, 404)
    assert (stranger.post(place, right).status_code, stranger.get(place).status_code) == (404, 404)
    assert [each["body"] for each in onlooker.results(place)] == [None, None]
    assert owner.delete(mine).status_code == 204
    assert owner.delete(mine).status_code == 422
    assert owner.results(place)[1]["state"] == "dropped"


def test_a_token_sends_and_tells_no_further_than_it_reaches(cast: Cast, channel: Channel) -> None:
    customer = write.create(CUSTOMER, {"name": "云深机电", "phone": "13812345678"}, actor=cast.owner, door="test").id
    contact = write.create(CONTACT, {"name": "李雷", "customer": customer, "phone": "13900002222"}, actor=cast.owner, door="test").id
    place, right = f"customers/{customer}/messages", {"medium": "sms", "body": "您好"}
    reaching = lambda *scopes: Program(tokens.issue(cast.owner.login, scopes=scopes), Client())
    for scopes in (("read",), ("customers:read", "contacts:write")):
        assert reaching(*scopes).post(place, right).status_code == 403, scopes
    writes = reaching("customers:write")
    assert writes.post(place, {**right, "to": f"contacts:{contact}:phone"}).status_code == 422
    assert writes.post(place, {**right, "tells": True}).status_code == 422  # its entry would be a follow-up
    assert not Message.objects.exists()
    mine = f"{place}/{writes.post(place, right).json()['id']}"
    for scopes in (("read",), ("customers:read", "contacts:write")):
        assert reaching(*scopes).delete(mine).status_code == 403, scopes
    assert reaching("contacts:write").delete(mine).status_code in (403, 404)
    assert writes.delete(mine).status_code == 204
    assert reaching("customers:write", "follow-ups:write").post(place, {**right, "tells": True}).status_code == 202


def test_what_no_database_can_hold_is_refused(cast: Cast, channel: Channel, program: Any) -> None:
    customer = write.create(CUSTOMER, {"name": "云深机电", "phone": "13812345678"}, actor=cast.owner, door="test").id
    owner, place = program(cast.owner), f"customers/{customer}/messages"
    odd: list[dict[str, Any]] = [
        {"body": "\ud800"},
        {"body": "x", "to": "\ud800"},
        {"body": "x", "to": "customers:\x00:phone"},
        {"body": "x", "channel": 10**30},
        {"body": "x", "text": 10**30},
        {"body": "x", "text": -1},
        {"body": " \n"},
        {"body": "x" * 501},
    ]
    for each in odd:
        assert owner.post(place, {"medium": "sms", **each}).status_code in (400, 422), each
    assert owner.delete(f"{place}/{10**17}").status_code == 404
    assert not Message.objects.exists()

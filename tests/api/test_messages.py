"""A program writes to customers with its person's rights: once, and nothing that may not go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.surfaces.channels import keeping, shelf
from guanxi.surfaces.channels.keeping import Wish
from guanxi.surfaces.channels.models import Channel, Message
from tests.people import Cast

pytestmark = pytest.mark.django_db
CUSTOMER = registry.get("customers.customer")


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

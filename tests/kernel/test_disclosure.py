"""What a person learns of a record in the way of his own, and that learning it is on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import clock, duplicates, idempotency, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.org import tokens
from guanxi.org.models import User
from tests import samples
from tests.people import Cast, restrict

CUSTOMER = registry.get("customers.customer")
NAME = "杭州云深智能有限公司"
VEILED = "杭州****公司"


def refused(do: Callable[[], Any]) -> str:
    with pytest.raises(Invalidated) as refusal:
        do()
    return refusal.value.errors["name"]


def taken(actor: Actor) -> list[Any]:
    return [row.data["found"] for row in AccessLog.objects.filter(actor=actor.id, verb="taken")]


def test_who_may_see_the_holder_of_a_name_is_told_it_and_others_get_it_veiled(cast: Cast) -> None:
    holder = samples.make(CUSTOMER, actor=cast.stranger, name=NAME)
    for actor, shown in ((cast.owner, VEILED), (cast.director, NAME)):
        message = refused(lambda a=actor: write.create(CUSTOMER, {"name": NAME}, actor=a, door="test"))
        assert f"“{shown}”" in message
        assert "Stella" in message
        assert duplicates.find(CUSTOMER, {"name": NAME}, actor)[0].title == shown
    assert taken(cast.owner) == [[holder.id]]


def test_who_may_see_the_record_but_not_its_name_gets_it_veiled(cast: Cast) -> None:
    samples.make(CUSTOMER, actor=cast.stranger, name=NAME, uscc="91330100799655058B")
    mine = samples.make(CUSTOMER, actor=cast.director, name="Mine")
    actor = restrict(cast.director, CUSTOMER.key, "name", "masked")
    with pytest.raises(Invalidated) as refusal:
        write.update(mine, {"uscc": "91330100799655058B"}, actor=actor, door="test")
    assert f"“{VEILED}”" in refusal.value.errors["uscc"]


def test_every_write_that_runs_into_a_record_is_logged_though_nothing_is_saved(cast: Cast) -> None:
    holder = samples.make(CUSTOMER, actor=cast.stranger, name=NAME)
    mine = samples.make(CUSTOMER, actor=cast.owner, name="Mine")
    for do in (
        lambda: write.create(CUSTOMER, {"name": NAME}, actor=cast.owner, door="test"),
        lambda: write.update(mine, {"name": NAME}, actor=cast.owner, door="test"),
        lambda: idempotency.once("k", cast.owner, lambda: write.create(CUSTOMER, {"name": NAME}, actor=cast.owner, door="test").id),
    ):
        before = len(taken(cast.owner))
        assert NAME not in refused(do)
        assert taken(cast.owner)[before:] == [[holder.id]]


def test_writes_of_many_veil_and_log_alike(cast: Cast) -> None:
    holder = samples.make(CUSTOMER, actor=cast.stranger, name=NAME)
    mine = samples.make(CUSTOMER, actor=cast.owner, name="Mine")
    made = write.create_many(CUSTOMER, [{"name": NAME}], actor=cast.owner, door="test")
    moved = write.update_many(CUSTOMER, {mine.id: {"name": NAME}}, actor=cast.owner, door="test")
    assert VEILED in made.refused[0]["name"]
    assert VEILED in moved.refused[mine.id]["name"]
    assert taken(cast.owner) == [[holder.id], [holder.id]]


def test_asking_is_logged_whether_or_not_anything_is_found(cast: Cast) -> None:
    duplicates.find(CUSTOMER, {"name": "Nobody by this name"}, cast.owner)
    assert [row.data for row in AccessLog.objects.filter(actor=cast.owner.id, verb="similar")] == [{"found": []}]


def test_a_person_asks_sixty_times_a_minute_and_others_are_not_kept_waiting(cast: Cast) -> None:
    with clock.frozen():
        for actor, answers in ((cast.owner, [200] * duplicates.A_MINUTE + [429]), (cast.mate, [200])):
            browser = Client()
            browser.force_login(User.objects.get(id=actor.id))
            assert [browser.get("/customers/_similar/?field=name&value=acme").status_code for _ in answers] == answers
        headers = {"Authorization": f"Bearer {tokens.issue(cast.owner.login)}"}
        answer = Client().get("/api/v1/customers/similar?field=name&value=acme", headers=headers)
        assert (answer.status_code, answer["Retry-After"]) == (429, "60")
        samples.make(CUSTOMER, actor=cast.owner)

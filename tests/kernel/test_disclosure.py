"""What a person learns of a record in the way of his own, and that learning it is on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel import duplicates, idempotency, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
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

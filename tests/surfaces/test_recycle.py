"""The recycle bin: what I deleted comes back, what others deleted I do not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from tests.people import Cast, restrict
from tests.samples import make

Desk = Callable[[Actor], Client]


def deleted(actor: Actor, **given: Any) -> Any:
    record = make(registry.get("customers.customer"), actor=actor, **given)
    write.delete(record, actor=actor, door="test")
    return record


def alive(record: Any) -> bool:
    record.refresh_from_db()
    return record.deleted_at is None


@pytest.mark.parametrize("entity", list(registry), ids=lambda e: e.key)
def test_every_entity_has_a_bin_that_names_what_was_deleted_and_by_whom(cast: Cast, at_desk: Desk, entity: Entity) -> None:
    record = make(entity, actor=cast.owner)
    write.delete(record, actor=cast.owner, door="test")
    page = at_desk(cast.owner).get(f"/{entity.slug}/_bin/")
    assert page.status_code == 200
    assert f'value="{record.id}"' in page.content.decode()
    assert "Olivia" in page.content.decode()


def test_strangers_see_neither_the_record_nor_a_way_to_restore_it(cast: Cast, at_desk: Desk) -> None:
    record = deleted(cast.owner, name="Secret company")
    client = at_desk(cast.stranger)
    assert "Secret company" not in client.get("/customers/_bin/").content.decode()
    assert client.post("/customers/_bin/restore/", {"ids": record.id}).status_code == 404
    assert not alive(record)


def test_who_may_not_delete_has_no_bin(cast: Cast, at_desk: Desk) -> None:
    for actor in (cast.readonly, cast.admin):
        assert at_desk(actor).get("/customers/_bin/").status_code == 404


def test_one_or_many_come_back_and_the_answer_counts_them(cast: Cast, at_desk: Desk) -> None:
    records = [deleted(cast.owner) for _n in range(3)]
    ids = ",".join(str(r.id) for r in records[:2])
    answer = at_desk(cast.owner).post("/customers/_bin/restore/", {"ids": ids}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "2 records restored" in answer.headers["HX-Trigger"]
    assert [alive(r) for r in records] == [True, True, False]


def test_a_name_that_was_taken_meanwhile_says_so_and_leaves_the_others_alone(cast: Cast, at_desk: Desk) -> None:
    rival, other = deleted(cast.owner, name="Same Ltd"), deleted(cast.owner)
    make(registry.get("customers.customer"), actor=cast.owner, name="Same Ltd")
    answer = at_desk(cast.owner).post("/customers/_bin/restore/", {"ids": [rival.id, other.id]}, headers={"HX-Request": "true"})
    assert "1 refused" in answer.headers["HX-Trigger"]
    assert not alive(rival)
    assert alive(other)


def test_the_bin_can_be_searched_but_not_by_a_masked_name(cast: Cast, at_desk: Desk) -> None:
    deleted(cast.owner, name="Alpha Ltd")
    deleted(cast.owner, name="Beta Ltd")
    page = at_desk(cast.owner).get("/customers/_bin/?q=alpha").content.decode()
    assert "Alpha Ltd" in page
    assert "Beta Ltd" not in page
    restrict(cast.owner, "customers.customer", "name", "masked")
    page = at_desk(cast.owner).get("/customers/_bin/?q=alpha").content.decode()
    assert "Alpha Ltd" not in page
    assert page.count("data-select ") == 2

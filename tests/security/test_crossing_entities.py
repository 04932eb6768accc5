"""Two designed kinds share a table: no record of one is reached as the other's, by whatever address, id, count or history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from guanxi.kernel import custom, dictionary, history, one, search, verify, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.design import CustomEntity, CustomRecord
from guanxi.kernel.designed import Designed
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.kernel.models import CustomField, Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import NotFound, entities
from guanxi.org import tokens
from guanxi.org.models import User
from tests import samples
from tests.people import Cast, closed

pytestmark = pytest.mark.django_db


@dataclass
class Two:
    """Devices, of which Olivia has one, and visits, of which she has another; she may read everything of the latter."""

    device: Entity
    visit: Entity
    lathe: Any
    call: Any
    owner: Actor


@pytest.fixture
def two(cast: Cast) -> Iterator[Two]:
    rows = [
        entities.create(entities.Wish(zh, en, slug=slug), actor=SYSTEM)
        for zh, en, slug in (("设备", "Device", "devices"), ("走访", "Visit", "visits"))
    ]
    device, visit = map(entities.entity_of, rows)
    owner = cast.again(cast.owner)
    yield Two(device, visit, samples.make(device, actor=owner, name="车床"), samples.make(visit, actor=owner, name="首访"), owner)
    CustomField.objects.all().delete()
    CustomEntity.objects.all().delete()
    dictionary.clear()
    custom.load()


def test_a_record_of_one_is_none_of_the_other_whatever_asks(two: Two) -> None:
    for entity, own, other in ((two.device, two.lathe, two.call), (two.visit, two.call, two.lathe)):
        for actor in (two.owner, SYSTEM):
            assert set(entity.rows(actor).values_list("id", flat=True)) == {own.id}
            assert one.find(entity, actor, own.id) is not None
            assert one.find(entity, actor, other.id) is None
            assert one.locked(entity, actor, other.id, "edit") is None
            assert not any(one.verbs(entity, actor, other.id, ["edit", "delete"]).values())
        assert list(entity.objects.values_list("id", flat=True)) == [own.id]
        assert not entity.rows_of([other.id]).exists()
        assert {hit.record for hit in search.find(str(other.name), two.owner, entities=[entity])} == set()
        assert [change.entity for change in history.of_record(own.id)] == [entity.key]
    assert registry.of(two.lathe) is two.device
    assert registry.of(CustomRecord.objects.get(id=two.call.id)) is two.visit


def test_no_verb_of_one_touches_the_other(two: Two) -> None:
    for verb in (
        lambda: write.update((two.visit, two.lathe.id), {"name": "x"}, actor=two.owner, door="test"),
        lambda: write.delete((two.visit, two.lathe.id), actor=two.owner, door="test"),
        lambda: write.restore((two.visit, two.lathe.id), actor=two.owner, door="test"),
        lambda: write.merge(two.visit, two.call.id, [two.lathe.id], {}, actor=SYSTEM, door="test"),
    ):
        with pytest.raises((NotFound, write.Refused)):
            verb()
    for outcome in (
        write.update_many(two.visit, {two.lathe.id: {"name": "x"}}, actor=two.owner, door="test"),
        write.delete_many(two.visit, [two.lathe.id], actor=two.owner, door="test"),
        write.transfer(two.visit, [two.lathe.id], two.owner.id or 0, actor=SYSTEM, door="test"),
    ):
        assert not outcome.written
    assert two.device.rows(two.owner).get().name == "车床"
    assert [change.verb for change in history.of_record(two.lathe.id)] == ["create"]


def test_no_address_of_one_shows_the_other(two: Two) -> None:
    desk = Client()
    desk.force_login(User.objects.get(id=two.owner.id))
    for ending in ("", "edit/", "_history/", "_files/", "_participants/", "_field/name/"):
        assert desk.get(f"/devices/{two.lathe.id}/{ending}").status_code == 200, ending
        assert desk.get(f"/visits/{two.lathe.id}/{ending}").status_code == 404, ending
    assert desk.post(f"/visits/{two.lathe.id}/delete/").status_code == 404
    assert desk.post(f"/visits/{two.lathe.id}/_files/", {}).status_code == 404
    assert "车床" not in desk.get("/visits/?view=all").content.decode()
    assert "车床" not in desk.get("/_pick/visits/?q=车").content.decode()
    assert json.loads(desk.get("/visits/_exact/?view=all").content)["total"] == "1"
    asked = {"Authorization": f"Bearer {tokens.issue(two.owner.login)}"}
    assert Client().get(f"/api/v1/devices/{two.lathe.id}", headers=asked).status_code == 200
    assert Client().get(f"/api/v1/visits/{two.lathe.id}", headers=asked).status_code == 404


def test_a_lookup_takes_no_id_of_the_other(two: Two) -> None:
    key = samples.added(two.device, "lookup", to=two.visit.key, back=True)
    kind = two.device.fields[key].kind
    assert kind.parse(two.call.id, Reader(two.owner)) == two.call.id
    with pytest.raises(Invalid):
        kind.parse(two.lathe.id, Reader(two.owner))
    assert kind.titles([two.lathe.id], Reader(two.owner)) == {}


def test_rights_and_shares_of_one_open_nothing_of_the_other(two: Two, cast: Cast) -> None:
    stranger = cast.again(cast.stranger)
    Share.objects.create(entity=two.visit.key, record=two.lathe.id, to="person", grantee=stranger.id or 0)
    assert not two.device.rows(stranger).exists()
    assert not two.visit.rows(stranger).exists()
    blind = closed(two.owner, two.visit.key, "name", "hidden")
    assert "name" not in two.visit.visible(blind)
    assert "name" in two.device.visible(blind)


def test_sql_behind_the_program_is_told_once_under_the_right_name(two: Two) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE custom_record SET name = name || '!' WHERE id = ANY(%s)", [[two.lathe.id, two.call.id]])
        cursor.execute(f"UPDATE {two.device.table} SET name = name || '?' WHERE id = %s", [two.lathe.id])
        cursor.execute("SELECT record, entity, diff -> 'name' ->> 1 FROM change WHERE op = 'update' ORDER BY id")
        found = cursor.fetchall()
    assert sorted(found) == sorted(
        [(two.lathe.id, two.device.key, "车床!"), (two.call.id, two.visit.key, "首访!"), (two.lathe.id, two.device.key, "车床!?")]
    )


def test_no_row_moves_from_one_to_the_other_or_goes_for_good(two: Two) -> None:
    assert isinstance(two.visit, Designed)
    for statement in (
        f"UPDATE custom_record SET kind = {two.visit.number} WHERE id = {two.lathe.id}",
        f"DELETE FROM custom_record WHERE id = {two.lathe.id}",
    ):
        with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(DatabaseError, match="no kind of record"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT guanxi_design(2000000000)")


def test_what_history_leaves_out_is_what_the_entity_derives(two: Two) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT encode(tgargs, 'escape') FROM pg_trigger WHERE tgname IN ('guanxi_created', 'guanxi_updated') "
            "AND tgrelid IN ('custom_record'::regclass, %s::regclass)",
            [two.device.table],
        )
        found = [row[0].split("\\000") for row in cursor.fetchall()]
    assert {parts[0] for parts in found} == {"custom.record_", two.device.key}
    assert all(set(parts[1].split(",")) == set(two.device.derived) for parts in found)


def test_verification_finds_nothing(two: Two) -> None:
    for entity in (two.device, two.visit):
        assert [*verify.search_entries(entity), *verify.owner_stamps(entity)] == []

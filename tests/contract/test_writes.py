"""Every write leaves exactly one Change; a refused one leaves nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel import history, write
from guanxi.kernel.entity import COMMON, Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.models import Event, SearchEntry
from guanxi.kernel.write import Conflict, Forbidden, Invalidated, NotFound
from tests import samples
from tests.people import Cast, closed


def title(entity: Entity, record: Any) -> dict[str, Any]:
    """One more valid title."""
    return {entity.title: samples.different(entity, record, entity.fields[entity.title], actor=None)}  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", ["minimal", "full", "hostile"])
def test_creating_leaves_exactly_one_change_and_one_event(entity: Entity, cast: Cast, shape: samples.Shape) -> None:
    record = samples.make(entity, shape, actor=cast.owner)
    (change,) = history.of_record(record.id)
    assert (change.verb, change.actor, change.door, change.entity, change.version) == ("create", cast.owner.id, "test", entity.key, 1)
    assert Event.objects.filter(record=record.id).values_list("verb", "actor").get() == ("created", cast.owner.id)


def test_what_was_given_is_what_is_read_back(entity: Entity, cast: Cast) -> None:
    given = samples.values(entity, "full", actor=cast.owner)
    record = samples.make(entity, "full", actor=cast.owner)
    fresh = entity.rows(cast.owner).get(id=record.id)
    reader = Reader(cast.owner)
    for key in given:
        field = entity.fields[key]
        assert field.value(fresh) == field.value(record), key
        assert _kept(field, field.kind.json(field.value(fresh)), field.value(fresh), reader), f"{key} does not survive the API"
        assert _kept(field, field.kind.typed(field.value(fresh), reader), field.value(fresh), reader), f"{key} does not survive a form"


def _kept(field: Field, raw: Any, value: Any, reader: Reader) -> bool:
    """Whether what a door sends back is the same value to `write`; sealed text, sealed anew each time, is asked whether it stays."""
    return field.kind.stays(raw, value) if field.kind.name == "secret" else field.kind.parse(raw, reader) == value


def test_the_creator_becomes_the_owner(entity: Entity, cast: Cast) -> None:
    record = samples.make(entity, actor=cast.owner)
    assert (record.owner_id, record.department_id, record.created_by_id) == (cast.owner.id, cast.owner.department, cast.owner.id)


def test_each_field_changes_with_exactly_one_change(entity: Entity, cast: Cast) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    for key, field in entity.writable(cast.owner).items():
        if key in COMMON or key == entity.parent:
            continue
        raw = samples.different(entity, record, field, actor=cast.owner)
        if raw is None:
            continue
        before = len(history.of_record(record.id))
        try:
            record = write.update(record, {key: raw}, actor=cast.owner, door="test")
        except Invalidated:  # a business rule of the entity; covered where the rule is
            continue
        changes = history.of_record(record.id)
        assert len(changes) == before + 1, key
        assert (field.column.path or key) in changes[0].diff, key
        assert (changes[0].verb, changes[0].version) == ("update", record.version), key
        assert field in [line[0] for line in changes[0].lines(entity, Reader(cast.owner))], key


def test_writing_what_already_stands_there_changes_nothing(entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    same = {k: f.kind.typed(f.value(record), Reader(cast.owner)) for k, f in entity.writable(cast.owner).items()}
    before = traces()
    write.update(record, same, actor=cast.owner, door="test")
    write.update_many(entity, {record.id: same}, actor=cast.owner, door="test")
    assert traces() == before


class TestRefused:
    """After a refusal nothing has changed, nothing is queued."""

    def test_somebody_who_may_not_create_leaves_no_trace(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        given = samples.values(entity, actor=cast.owner)
        before = traces()
        for actor in (cast.readonly, cast.admin):
            with pytest.raises(Forbidden):
                write.create(entity, given, actor=actor, door="test")
            with pytest.raises(Forbidden):
                write.create_many(entity, [given], actor=actor, door="test")
        assert traces() == before

    def test_an_invalid_value_leaves_no_trace(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        required = [k for k, f in entity.fields.items() if f.required and not f.computed]
        before = traces()
        for key in required:
            if entity.fields[key].default is not None or entity.fields[key].kind.name == "choice":
                continue
            given = {**{k: f.kind.typed(f.value(record), Reader(cast.owner)) for k, f in entity.fields.items() if k in required}, key: ""}
            with pytest.raises(Invalidated) as refusal:
                write.create(entity, given, actor=cast.owner, door="test")
            assert key in refusal.value.errors
            with pytest.raises(Invalidated):
                write.update(record, {key: ""}, actor=cast.owner, door="test")
            outcome = write.create_many(entity, [given], actor=cast.owner, door="test")
            assert not outcome.written
            assert key in outcome.refused[0]
            outcome = write.update_many(entity, {record.id: {key: ""}}, actor=cast.owner, door="test")
            assert not outcome.written
            assert key in outcome.refused[record.id]
        assert traces() == before

    def test_a_stranger_cannot_tell_that_the_record_exists(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        before = traces()
        for place in ((entity, record.id), (entity, 10**15)):
            for refused in (
                lambda p=place: write.update(p, title(entity, record), actor=cast.stranger, door="test"),
                lambda p=place: write.update(p, {"nonsense": 1}, actor=cast.stranger, door="test"),
                lambda p=place: write.delete(p, actor=cast.stranger, door="test"),
                lambda p=place: write.restore(p, actor=cast.stranger, door="test"),
            ):
                with pytest.raises(NotFound):
                    refused()
        assert not entity.rows(cast.stranger).filter(id=record.id).exists()
        assert traces() == before

    def test_an_onlooker_is_told_that_he_may_not(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        record = samples.make(entity, actor=cast.owner)
        before = traces()
        with pytest.raises(Forbidden):
            write.update(record, title(entity, record), actor=cast.readonly, door="test")
        with pytest.raises(Forbidden):
            write.delete(record, actor=cast.readonly, door="test")
        assert traces() == before

    def test_bulk_writes_treat_missing_and_foreign_records_alike(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        foreign = samples.make(entity, actor=cast.stranger)
        missing = 10**15
        before = traces()
        for verb in (
            lambda: write.update_many(entity, {i: title(entity, foreign) for i in (foreign.id, missing)}, actor=cast.owner, door="test"),
            lambda: write.transfer(entity, [foreign.id, missing], cast.owner.id or 0, actor=cast.owner, door="test"),
            lambda: write.delete_many(entity, [foreign.id, missing], actor=cast.owner, door="test"),
        ):
            outcome = verb()
            assert not outcome.written
            assert outcome.refused[foreign.id] == outcome.refused[missing]
        assert traces() == before

    def test_bulk_writes_do_what_they_may_and_name_the_rest(self, entity: Entity, cast: Cast) -> None:
        own, foreign = samples.make(entity, actor=cast.owner), samples.make(entity, actor=cast.stranger)
        outcome = write.update_many(entity, {i: title(entity, own) for i in (own.id, foreign.id)}, actor=cast.owner, door="test")
        assert list(outcome.written) == [own.id]
        assert list(outcome.refused) == [foreign.id]
        outcome = write.delete_many(entity, [own.id, foreign.id], actor=cast.owner, door="test")
        assert list(outcome.written) == [own.id]
        assert list(outcome.refused) == [foreign.id]

    def test_no_door_sets_what_the_server_decides(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        computed = [k for k, f in entity.fields.items() if f.computed]
        columns = {f.name for f in entity.model._meta.local_fields} - set(entity.fields)
        hidden = [c for c in columns if not (c.endswith("_currency") and c.removesuffix("_currency") in entity.fields)]
        given = samples.values(entity, actor=cast.director)
        before = traces()
        for key in [*computed, *hidden, "pk", "nonsense", "custom", "owner_id"]:
            for value in (1, "1", None, "x"):
                with pytest.raises(Invalidated):
                    write.update(record, {key: value}, actor=cast.director, door="test")
                assert not write.update_many(entity, {record.id: {key: value}}, actor=cast.director, door="test").written
                with pytest.raises(Invalidated):
                    write.create(entity, {**given, key: value}, actor=cast.director, door="test")
        assert traces() == before

    def test_a_field_that_a_role_may_not_change_stays(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        for right in ("hidden", "masked", "readonly"):
            for key, field in entity.writable(cast.owner).items():
                if field.computed or key == "owner":
                    continue
                raw = samples.different(entity, record, field, actor=cast.stranger)
                restricted = closed(cast.owner, entity.key, key, right)
                doors = {key: raw}
                if hasattr(record, f"{key}_currency"):
                    doors = {f"{key}_currency": "USD"}
                with pytest.raises(Invalidated):
                    write.update(record, doors, actor=restricted, door="test")
                assert not write.update_many(entity, {record.id: doors}, actor=restricted, door="test").written, key


class TestTwoPeopleAtOnce:
    """A stale edit of the same field is a conflict, of another field it merges."""

    def test_the_same_field_is_a_conflict(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        record = samples.make(entity, actor=cast.owner)
        base = record.version
        old = getattr(record, entity.title)
        theirs = write.update((entity, record.id), title(entity, record), actor=cast.owner, door="test")
        before = traces()
        with pytest.raises(Conflict) as refusal:
            write.update((entity, record.id), title(entity, record), actor=cast.owner, door="test", base=base)
        (clash,) = refusal.value.clashes
        assert (clash.key, clash.old, clash.theirs) == (entity.title, old, getattr(theirs, entity.title))
        assert traces() == before

    def test_another_field_merges(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        base = record.version
        others = [
            (k, raw)
            for k, f in entity.writable(cast.owner).items()
            if f.kind.name == "text" and k != entity.title and (raw := samples.different(entity, record, f, actor=cast.owner))
        ]
        if not others:
            pytest.skip("no second text field")
        key, raw = others[0]
        mine = title(entity, record)
        write.update((entity, record.id), {key: raw}, actor=cast.owner, door="test")
        merged = write.update((entity, record.id), mine, actor=cast.owner, door="test", base=base)
        assert entity.fields[key].value(merged) == raw
        assert getattr(merged, entity.title) == mine[entity.title]

    def test_links_moved_meanwhile_are_a_conflict_too(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, actor=cast.owner)
        for key in getattr(entity.model, "declared_links", {}):
            target = entity.fields[key].kind.target  # type: ignore[attr-defined]
            one, two = (samples.make(target, actor=cast.owner).id for _ in range(2))
            base = entity.rows(cast.owner).get(id=record.id).version
            write.update((entity, record.id), {key: [one]}, actor=cast.owner, door="test")
            with pytest.raises(Conflict):
                write.update((entity, record.id), {key: [two]}, actor=cast.owner, door="test", base=base)


class TestRecycleBin:
    """Deleting means deactivating."""

    def test_a_deleted_record_is_in_the_bin_only_and_comes_back_whole(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        written = {k: f.value(entity.rows(cast.owner).get(id=record.id)) for k, f in entity.fields.items()}
        write.delete(record, actor=cast.owner, door="test")
        assert not entity.rows(cast.owner).filter(id=record.id).exists()
        assert entity.rows(cast.owner, deleted=True).filter(id=record.id).exists()
        assert not SearchEntry.objects.filter(record=record.id).exists()
        assert not entity.rows(cast.stranger, deleted=True).filter(id=record.id).exists()
        with pytest.raises(NotFound):
            write.update((entity, record.id), title(entity, record), actor=cast.owner, door="test")
        write.restore((entity, record.id), actor=cast.owner, door="test")
        fresh = entity.rows(cast.owner).get(id=record.id)
        assert {k: f.value(fresh) for k, f in entity.fields.items()} == written
        assert SearchEntry.objects.filter(record=record.id).exists() == bool(entity.search)
        assert [c.verb for c in history.of_record(record.id)][:2] == ["restore", "delete"]

    def test_nobody_deletes_a_row_for_good(self, entity: Entity, cast: Cast) -> None:
        from django.db import DatabaseError, transaction

        record = samples.make(entity, actor=cast.owner)
        with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
            entity.model._default_manager.filter(id=record.id)._raw_delete("default")


def test_a_change_behind_the_back_of_the_program_is_in_the_history(entity: Entity, cast: Cast) -> None:
    from django.db import connection

    record = samples.make(entity, actor=cast.owner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('guanxi.context', '', true)")
        cursor.execute(f'UPDATE {entity.table} SET "{entity.title}" = %s WHERE id = %s', ["raw", record.id])
    change = history.of_record(record.id)[0]
    assert (change.door, change.actor, change.diff[entity.title][1]) == ("sql", None, "raw")

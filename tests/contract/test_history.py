"""Undo, roll-ups and search stay true to the rows."""

from __future__ import annotations

from typing import Any

from guanxi.kernel import clock, history, write
from guanxi.kernel.entity import COMMON, Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import SearchEntry
from tests import samples
from tests.people import Cast


def latest(record: Any) -> history.Change:
    return history.of_record(record.id)[0]


def test_history_speaks_in_labels(entity: Entity, cast: Cast) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    reader = Reader(cast.owner)
    fresh = entity.rows(cast.owner).get(id=record.id)
    lines = {f.key: (old, new) for f, old, new in latest(record).lines(entity, reader)}
    for key, field in entity.fields.items():
        if field.kind.name in ("choice", "tags", "person", "lookup", "links", "region") and not field.kind.is_blank(field.value(fresh)):
            if key in lines:
                assert lines[key] == ("", field.kind.text(field.value(fresh), reader)), key
            else:
                assert key in (*COMMON, *entity.derived), key


class TestUndo:
    """Undo is a new write that keeps what people did later."""

    def test_every_field_goes_back(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        for key, field in entity.writable(cast.owner).items():
            raw = samples.different(entity, record, field, actor=cast.owner) if key not in COMMON else None
            if raw is None:
                continue
            before = entity.rows(cast.owner).get(id=record.id)
            try:
                write.update((entity, record.id), {key: raw}, actor=cast.owner, door="test")
            except write.Invalidated:
                continue
            undone = write.undo([latest(record)], actor=cast.owner, door="test")
            after = entity.rows(cast.owner).get(id=record.id)
            assert (undone.records, undone.kept) == (1, []), key
            assert samples.read(field, after) == samples.read(field, before), key
            assert latest(record).verb == "undo", key

    def test_a_later_edit_of_the_field_stays(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, actor=cast.owner)
        title = entity.fields[entity.title]
        write.update(
            (entity, record.id), {title.key: samples.different(entity, record, title, actor=cast.owner)}, actor=cast.owner, door="test"
        )
        mistaken = latest(record)
        later = samples.different(entity, record, title, actor=cast.owner)
        write.update((entity, record.id), {title.key: later}, actor=cast.owner, door="test")
        undone = write.undo([mistaken], actor=cast.owner, door="test")
        assert undone.records == 0
        assert undone.kept == [(entity.key, record.id, [title.key])]
        assert getattr(entity.rows(cast.owner).get(id=record.id), title.key) == later

    def test_creating_goes_back_unless_somebody_worked_on_it(self, entity: Entity, cast: Cast) -> None:
        untouched, edited = (samples.make(entity, actor=cast.owner) for _ in range(2))
        changes = [latest(untouched), latest(edited)]
        title = entity.fields[entity.title]
        write.update(edited, {title.key: samples.different(entity, edited, title, actor=cast.owner)}, actor=cast.owner, door="test")
        undone = write.undo(changes, actor=cast.owner, door="test")
        assert undone.records == 1
        assert undone.kept == [(entity.key, edited.id, [title.key])]
        assert not entity.rows(cast.owner).filter(id=untouched.id).exists()
        assert entity.rows(cast.owner).filter(id=edited.id).exists()

    def test_a_bulk_write_goes_back_except_where_edited_since(self, entity: Entity, cast: Cast) -> None:
        records = [samples.make(entity, actor=cast.owner) for _ in range(3)]
        title = entity.fields[entity.title]
        old = {r.id: getattr(r, title.key) for r in records}
        changes = {r.id: {title.key: samples.different(entity, r, title, actor=cast.owner)} for r in records}
        write.update_many(entity, changes, actor=cast.owner, door="test")
        mistaken = history.of_write(latest(records[0]).write_id)
        assert {c.record for c in mistaken if c.entity == entity.key} >= set(old)
        later = samples.different(entity, records[0], title, actor=cast.owner)
        write.update((entity, records[0].id), {title.key: later}, actor=cast.owner, door="test")
        write.undo([c for c in mistaken if c.entity == entity.key], actor=cast.owner, door="test")
        assert dict(entity.rows(cast.owner).filter(id__in=old).values_list("id", title.key)) == {**old, records[0].id: later}

    def test_rights_are_asked_anew(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, actor=cast.owner)
        undone = write.undo([latest(record)], actor=cast.stranger, door="test")
        assert undone.records == 0
        assert len(undone.kept) == 1
        assert entity.rows(cast.owner).filter(id=record.id).exists()


class TestBulk:
    """Bulk does the same as single writes."""

    def test_created_in_bulk_or_alone_is_the_same(self, entity: Entity, cast: Cast) -> None:
        alone = samples.make(entity, "full", actor=cast.owner)
        raw = {k: f.kind.typed(f.value(alone), Reader(cast.owner)) for k, f in entity.writable(cast.owner).items()}
        for unique in entity.unique:
            raw[unique.field] = "" if not entity.fields[unique.field].required else raw[unique.field]
        raw[entity.title] = samples.values(entity)[entity.title]
        rows = [{**raw, **samples.apart(entity)}, {**raw, entity.title: f"{raw[entity.title]} b", **samples.apart(entity)}]
        outcome = write.create_many(entity, rows, actor=cast.owner, door="test")
        assert not outcome.refused
        skipped = {
            entity.title,
            "number",
            "created_at",
            "updated_at",
            *samples.apart(entity),
            *(u.field for u in entity.unique),
            *entity.derived,
        }
        for record in entity.rows(cast.owner).filter(id__in=[r.id for r in outcome.written.values()]):
            for key, field in entity.fields.items():
                if key not in skipped and not (field.computed and field.kind.name in ("datetime", "number")):
                    assert samples.read(field, record) == samples.read(field, alone), key
            assert len(history.of_record(record.id)) == 1
            assert SearchEntry.objects.filter(record=record.id).exists() == bool(entity.search)

    def test_changed_in_bulk_or_alone_is_the_same(self, entity: Entity, cast: Cast) -> None:
        with clock.frozen():
            self._compare(entity, cast)

    def _compare(self, entity: Entity, cast: Cast) -> None:
        for key in entity.writable(cast.owner):
            if key in COMMON or key in [u.field for u in entity.unique] or key == entity.parent:
                continue
            alone, bulk = (samples.make(entity, actor=cast.owner) for _ in range(2))
            field = entity.fields[key]
            raw = samples.different(entity, alone, field, actor=cast.owner)
            if raw is None:
                continue
            try:
                write.update(alone, {key: raw}, actor=cast.owner, door="test")
            except write.Invalidated:
                assert write.update_many(entity, {bulk.id: {key: raw}}, actor=cast.owner, door="test").refused, key
                continue
            assert not write.update_many(entity, {bulk.id: {key: raw}}, actor=cast.owner, door="test").refused, key
            one, other = (entity.rows(cast.owner).get(id=i) for i in (alone.id, bulk.id))
            for name, each in entity.fields.items():
                own = ("number", entity.title, "created_at", "updated_at", entity.parent, *samples.apart(entity))
                if name not in own and each.kind.name != "number" and not hasattr(each.kind, "target"):
                    if each.kind.name == "datetime" and each.computed:
                        assert (each.value(one) is None) == (each.value(other) is None), (key, name)
                    else:
                        assert samples.read(each, one) == samples.read(each, other), (key, name)

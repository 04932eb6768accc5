"""What a person may not see is nowhere: not in a list, a sort, a filter, a search, a history."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from guanxi.kernel import history, plan, search, write
from guanxi.kernel.actor import SCOPES
from guanxi.kernel.condition import builder
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast, closed

LADDER = ("none", "owned", "involved", "department", "all")


def seen(entity: Entity, actor: Any, action: str = "view") -> set[int]:
    return set(entity.rows(actor, action).values_list("id", flat=True))


def test_each_scope_contains_the_one_before(entity: Entity, cast: Cast) -> None:
    records = [samples.make(entity, actor=a).id for a in (cast.owner, cast.mate, cast.stranger, cast.manager, cast.director)]
    Share.objects.create(entity=entity.key, record=records[2], to="person", grantee=cast.owner.id or 0)
    for who in (cast.owner, cast.manager):
        ladder = [seen(entity, replace(who, grants={(entity.key, "view"): SCOPES[s]})) & set(records) for s in LADDER]
        assert ladder[0] == set()
        assert ladder[-1] == set(records)
        assert all(small <= large for small, large in itertools.pairwise(ladder)), ladder
        assert ladder[1] < ladder[3] < ladder[4]


def test_who_sees_and_who_edits(entity: Entity, cast: Cast) -> None:
    record = samples.make(entity, actor=cast.owner).id
    for actor in (cast.owner, cast.manager, cast.director, cast.readonly, cast.business):
        assert record in seen(entity, actor), actor.name
    for actor in (cast.mate, cast.stranger, cast.admin):
        assert record not in seen(entity, actor), actor.name
    for actor in (cast.mate, cast.stranger, cast.admin, cast.readonly):
        assert record not in seen(entity, actor, "edit"), actor.name
    assert record in seen(entity, cast.owner, "edit")
    assert record in seen(entity, cast.director, "edit")


def test_a_share_opens_one_record_and_its_end_closes_it(entity: Entity, cast: Cast) -> None:
    from datetime import timedelta

    from guanxi.kernel import clock

    one, other = (samples.make(entity, actor=cast.owner).id for _ in range(2))
    share = Share.objects.create(entity=entity.key, record=one, to="person", grantee=cast.stranger.id or 0)
    assert {one, other} & seen(entity, cast.stranger) == {one}
    assert one not in seen(entity, cast.stranger, "edit")
    share.edit = True
    share.save()
    assert one in seen(entity, cast.stranger, "edit")
    share.until = clock.now() - timedelta(seconds=1)
    share.save()
    assert one not in seen(entity, cast.stranger)


def test_a_share_with_a_department_reaches_everybody_in_it(entity: Entity, cast: Cast) -> None:
    record = samples.make(entity, actor=cast.owner).id
    Share.objects.create(entity=entity.key, record=record, to="department", grantee=cast.stranger.department or 0)
    assert record in seen(entity, cast.stranger)
    assert record not in seen(entity, cast.mate)


class TestChildren:
    """Who sees a parent sees its children; a deactivated parent hides them."""

    @pytest.fixture
    def parent_of(self, entity: Entity) -> Entity:
        if not entity.parent:
            pytest.skip("has no parent")
        return entity.fields[entity.parent].kind.target  # type: ignore[attr-defined,no-any-return]

    def test_a_child_carries_its_parents_owner_whoever_wrote_it(self, entity: Entity, parent_of: Entity, cast: Cast) -> None:
        parent = samples.make(parent_of, actor=cast.owner)
        child = samples.make(entity, actor=cast.director, **{entity.parent: parent.id})
        assert (child.owner_id, child.department_id) == (cast.owner.id, cast.owner.department)
        assert child.id in seen(entity, cast.owner)

    def test_children_follow_their_parent_to_its_new_owner(self, entity: Entity, parent_of: Entity, cast: Cast) -> None:
        parent = samples.make(parent_of, actor=cast.owner)
        child = samples.make(entity, actor=cast.owner, **{entity.parent: parent.id})
        before = len(history.of_record(child.id))
        write.transfer(parent_of, [parent.id], cast.stranger.id or 0, actor=cast.director, door="test")
        assert child.id in seen(entity, replace(cast.stranger, grants={(entity.key, "view"): SCOPES["owned"]}))
        assert child.id not in seen(entity, replace(cast.owner, grants={(entity.key, "view"): SCOPES["owned"]}))
        assert len(history.of_record(child.id)) == before
        if entity.search:
            title = str(getattr(child, entity.title))
            assert child.id in {h.record for h in search.find(title, cast.stranger)}
            assert child.id not in {h.record for h in search.find(title, cast.owner)}

    def test_a_child_cannot_be_given_to_somebody_else(self, entity: Entity, parent_of: Entity, cast: Cast) -> None:
        parent = samples.make(parent_of, actor=cast.owner)
        child = samples.make(entity, actor=cast.owner, **{entity.parent: parent.id})
        with pytest.raises(write.Invalidated):
            write.update(child, {"owner": cast.mate.id}, actor=cast.director, door="test")

    def test_a_deactivated_parent_hides_them_everywhere(self, entity: Entity, parent_of: Entity, cast: Cast) -> None:
        parent = samples.make(parent_of, actor=cast.owner)
        child = samples.make(entity, actor=cast.owner, **{entity.parent: parent.id})
        title = str(getattr(child, entity.title))
        write.delete(parent, actor=cast.owner, door="test")
        assert child.id not in seen(entity, cast.director)
        assert child.id not in {h.record for h in search.find(title, cast.director)}
        with pytest.raises(write.NotFound):
            write.update(child, {entity.title: "x"}, actor=cast.owner, door="test")
        write.restore((parent_of, parent.id), actor=cast.owner, door="test")
        assert child.id in seen(entity, cast.director)

    def test_a_parent_shared_shares_its_children(self, entity: Entity, parent_of: Entity, cast: Cast) -> None:
        parent = samples.make(parent_of, actor=cast.owner)
        child = samples.make(entity, actor=cast.owner, **{entity.parent: parent.id})
        Share.objects.create(entity=parent_of.key, record=parent.id, to="person", grantee=cast.stranger.id or 0)
        assert child.id in seen(entity, cast.stranger)
        if entity.search:
            assert child.id in {h.record for h in search.find(str(getattr(child, entity.title)), cast.stranger)}

    def test_a_child_moved_to_another_parent_belongs_there(self, entity: Entity, parent_of: Entity, cast: Cast) -> None:
        one, other = samples.make(parent_of, actor=cast.owner), samples.make(parent_of, actor=cast.stranger)
        child = samples.make(entity, actor=cast.owner, **{entity.parent: one.id})
        write.update(child, {entity.parent: other.id}, actor=cast.director, door="test")
        fresh = entity.rows(cast.director).get(id=child.id)
        assert (fresh.owner_id, fresh.department_id) == (cast.stranger.id, cast.stranger.department)


class TestFieldRights:
    """Hidden fields are as unknown as misspelt ones; masked ones answer nothing but a full match."""

    def test_a_hidden_field_leaks_nowhere(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        for key, field in list(entity.fields.items()):
            actor = closed(cast.owner, entity.key, key, "hidden")
            reader = Reader(actor)
            assert key not in [c.field.key for c in plan.compile(entity, entity.fields, actor).columns]
            assert key not in [f["key"] for f in builder.metadata(entity, reader)]
            for change in history.of_record(record.id):
                assert key not in [line[0].key for line in change.lines(entity, reader)]
            with pytest.raises(ConditionError):
                entity.rows(actor).sort(key)
            for op in field.kind.operators:
                with pytest.raises(ConditionError):
                    entity.rows(actor).where([key, op, "1"])
            if hasattr(field.kind, "target"):
                with pytest.raises(ConditionError):
                    entity.rows(actor).where([f"{key}.{field.kind.target.title}", "contains", "a"])

    def test_a_masked_field_is_masked_in_sql(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        for key, field in list(entity.fields.items()):
            value = field.value(record)
            if field.kind.is_blank(value):
                continue
            plain = field.kind.text(value, Reader(cast.owner))
            actor = closed(cast.owner, entity.key, key, "masked")
            reader = Reader(actor)
            compiled = plan.compile(entity, [key], actor)
            page = (
                entity.rows(actor)
                .filter(id=record.id)
                .page(entity.rows(actor).sort("updated_at" if key != "updated_at" else "created_at"), list(compiled.paths))
            )
            (row,) = compiled.attach(page.rows)
            (column,) = compiled.columns
            shown = (column.html(row, reader), str(column.export(row, reader)))
            assert all(value not in (cell, [cell]) for cell in row[2:]), key
            assert all(plain not in cell for cell in shown), (key, shown)
            for change in history.of_record(record.id):
                for bound, old, new in change.lines(entity, reader):
                    assert bound.key != key or plain not in (old, new), key
            with pytest.raises(ConditionError):
                entity.rows(actor).sort(key)
            for op in set(field.kind.operators) - {"is"}:
                with pytest.raises(ConditionError):
                    entity.rows(actor).where([key, op, "1"])
            meta = next(f for f in builder.metadata(entity, reader) if f["key"] == key)
            assert {o["value"] for o in meta["operators"]} <= set(field.kind.operators) & {"is"}

    def test_a_closed_field_is_not_searched(self, entity: Entity, cast: Cast) -> None:
        record = samples.make(entity, "full", actor=cast.owner)
        for key in entity.search:
            text = str(entity.fields[key].value(record))
            if not text or (key != entity.title and text in str(getattr(record, entity.title))):
                continue
            assert record.id in {h.record for h in search.find(text, cast.owner, entities=[entity])}, key
            for right in ("hidden", "masked"):
                actor = closed(cast.owner, entity.key, key, right)
                hits = search.find(text, actor, entities=[entity])
                assert record.id not in {h.record for h in hits}, (key, right)
                assert all(text not in h.title for h in search.find(str(getattr(record, "number", "")) or text, actor)), (key, right)


def test_a_condition_behind_a_relation_is_no_oracle(entity: Entity, cast: Cast) -> None:
    """A record that is mine refers to one that is not: nothing can be learnt about that."""
    for key, field in entity.fields.items():
        if not hasattr(field.kind, "target") or key == entity.parent:
            continue
        target = field.kind.target
        foreign = samples.make(target, actor=cast.stranger)
        given = {} if field.computed else {key: [foreign.id] if field.kind.name == "links" else foreign.id}
        mine = samples.make(entity, actor=cast.director, **{**given, "owner": cast.owner.id})
        if field.computed:
            mine = write.decide((entity, mine.id), {key: foreign.id}, actor=cast.director, door="test")
        if mine.owner_id != cast.owner.id:
            continue
        title = str(getattr(foreign, target.title))
        assert mine.id in seen(entity, cast.owner)
        assert not entity.rows(cast.owner).where([f"{key}.{target.title}", "is", title]).exists()
        compiled = plan.compile(entity, [key], cast.owner)
        rows = entity.rows(cast.owner).filter(id=mine.id)
        (row,) = compiled.attach(rows.page(rows.sort("updated_at"), list(compiled.paths)).rows)
        assert title not in compiled.columns[0].html(row, Reader(cast.owner))
        assert all(title not in (old, new) for c in history.of_record(mine.id) for _f, old, new in c.lines(entity, Reader(cast.owner)))


def test_search_finds_for_those_who_may_see(entity: Entity, cast: Cast) -> None:
    if not entity.search:
        pytest.skip("is not searched")
    record = samples.make(entity, actor=cast.owner)
    title = str(getattr(record, entity.title))
    for actor in (cast.owner, cast.manager, cast.director, cast.readonly):
        assert record.id in {h.record for h in search.find(title, actor)}, actor.name
    for actor in (cast.mate, cast.stranger, cast.admin):
        assert record.id not in {h.record for h in search.find(title, actor)}, actor.name


def test_administrators_have_no_scope(cast: Cast) -> None:
    for entity in registry:
        assert not any(
            cast.admin.may(entity.key, action) for action in ("view", "create", "edit", "delete", "transfer", "import", "export")
        )

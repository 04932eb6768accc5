"""Two records of any entity become one, with all that hangs on them, and two again when the merge is taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel import attachments, comments, history, verify, write
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.models import Attachment, Comment, Event, SearchEntry, Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Grantee, Invalidated, NotFound, Outdated, repointing
from tests import samples
from tests.contract.test_costs import cost
from tests.people import Cast, closed, review


def pair(entity: Entity, cast: Cast, shape: samples.Shape = "minimal") -> tuple[Any, Any]:
    """Two records of the same owner."""
    return samples.make(entity, actor=cast.owner), samples.make(entity, shape, actor=cast.owner)


def fresh(entity: Entity, record: int) -> Any:
    return entity.model._default_manager.get(id=record)


def merged(entity: Entity, keep: Any, lost: Any, cast: Cast, **choices: Any) -> Any:
    return write.merge(entity, keep.id, [lost.id], choices, actor=cast.owner, door="test")


def take_back(record: int, cast: Cast) -> Any:
    return write.undo(history.of_write(history.of_record(record)[0].write_id), actor=cast.owner, door="test")


def referring(entity: Entity, lost: Any, cast: Cast) -> list[tuple[Entity, str, Any]]:
    """A record of every entity by every field that may name `lost`."""
    found = []
    for child in registry:
        for key, field in child.fields.items():
            if getattr(field.kind, "to", "").lower() == entity.key:
                value = [lost.id] if isinstance(field.column, Linked) else lost.id
                record = samples.make(child, actor=cast.owner, **({} if field.computed else {key: value}))
                if field.computed:  # which a rule of the product sets
                    child.model._default_manager.filter(id=record.id).update(**{str(field.column.path): value})
                found.append((child, key, record))
    return found


def named(child: Entity, key: str, record: int) -> Any:
    return child.fields[key].value(fresh(child, record))


def state(*records: tuple[Entity, int]) -> list[dict[str, Any]]:
    """Everything that a record says of itself, links included."""
    found = []
    for entity, record in records:
        row = fresh(entity, record)
        found.append({k: f.kind.json(f.value(row)) for k, f in entity.fields.items() if k not in ("updated_at", "stage_since", "owned_at")})
    return found


def test_the_lost_record_leads_to_the_survivor_and_both_histories_say_so(entity: Entity, cast: Cast) -> None:
    keep, lost = pair(entity, cast)
    before = Event.objects.count()
    merged(entity, keep, lost, cast)
    gone, stays = fresh(entity, lost.id), fresh(entity, keep.id)
    assert (gone.merged_into, gone.deleted_by) == (keep.id, cast.owner.id)
    assert gone.deleted_at is not None
    assert (stays.deleted_at, stays.version) == (None, keep.version + 1)
    told = [history.of_record(record)[0] for record in (keep.id, lost.id)]
    assert [(c.verb, c.actor, c.door) for c in told] == [("merge", cast.owner.id, "test")] * 2
    assert told[0].write_id == told[1].write_id
    assert told[0].diff[f"merged:{lost.id}"] == [None, lost.id]
    assert told[1].diff["merged_into"] == [None, keep.id]
    assert Event.objects.order_by("id")[before:].values_list("record", "verb").get() == (keep.id, "merged")
    assert not SearchEntry.objects.filter(record=lost.id).exists()


def test_each_history_names_the_other(entity: Entity, cast: Cast) -> None:
    keep, lost = pair(entity, cast)
    merged(entity, keep, lost, cast)
    reader = Reader(cast.owner)
    titles = {record.id: str(getattr(record, entity.title)) for record in (keep, lost)}
    for one, other in ((keep, lost), (lost, keep)):
        said = [new for _field, _old, new in history.of_record(one.id)[0].lines(entity, reader)]
        assert titles[other.id] in said


def test_gaps_are_filled_and_what_stands_stays(entity: Entity, cast: Cast) -> None:
    keep, lost = pair(entity, cast, "full")
    before = {k: f.value(fresh(entity, keep.id)) for k, f in entity.fields.items()}
    theirs = {k: f.value(fresh(entity, lost.id)) for k, f in entity.fields.items()}
    try:
        merged(entity, keep, lost, cast)
    except Invalidated as refusal:  # a business rule of the entity speaks against some value: the survivor's are chosen for those
        merged(entity, keep, lost, cast, **dict.fromkeys(refusal.errors, keep.id))
        return
    now = fresh(entity, keep.id)
    for key, field in entity.writable(cast.owner).items():
        if key == "owner" or getattr(field.kind, "to", "").lower() == entity.key:
            continue
        expected = before[key] if not field.kind.is_blank(before[key]) else theirs[key]
        assert field.value(now) == expected, key


def test_every_field_can_be_taken_from_the_other(entity: Entity, cast: Cast) -> None:
    for key, field in entity.writable(cast.owner).items():
        if key == "owner":
            continue
        keep, lost = pair(entity, cast)
        raw = samples.different(entity, fresh(entity, keep.id), field, actor=cast.owner)
        if raw is None:
            continue
        try:
            write.update((entity, lost.id), {key: raw}, actor=cast.owner, door="test")
            theirs = field.value(fresh(entity, lost.id))
            merged(entity, keep, lost, cast, **{key: lost.id})
        except Invalidated:  # a business rule of the entity; covered where the rule is
            continue
        assert field.value(fresh(entity, keep.id)) == theirs, key


def test_everything_that_refers_to_the_lost_record_refers_to_the_survivor(entity: Entity, cast: Cast) -> None:
    keep, lost = pair(entity, cast)
    children = referring(entity, lost, cast)
    merged(entity, keep, lost, cast)
    for child, key, row in children:
        expected = [keep.id] if isinstance(child.fields[key].column, Linked) else keep.id
        assert named(child, key, row.id) == expected, (child.key, key)
        assert history.of_record(row.id)[0].version == fresh(child, row.id).version, (child.key, key)
    assert verify.run() == []


def test_remarks_files_and_participants_come_along(entity: Entity, cast: Cast) -> None:
    keep, lost = pair(entity, cast)
    comments.add(entity, lost.id, "Called him", actor=cast.owner)
    Attachment.objects.create(entity=entity.key, record=lost.id, name="a", size=1, kind="", digest="", path="", created_at=lost.created_at)
    write.share(entity, [lost.id], [Grantee("person", cast.stranger.id or 0)], "viewer", None, actor=cast.owner, door="test")
    merged(entity, keep, lost, cast)
    for model in (Comment, Attachment):
        assert set(model.objects.values_list("record", flat=True)) == {keep.id}
    assert Share.objects.filter(record=keep.id).values_list("grantee", "part").get() == (cast.stranger.id, "viewer")
    take_back(keep.id, cast)
    for model in (Comment, Attachment):
        assert set(model.objects.values_list("record", flat=True)) == {lost.id}
    assert list(Share.objects.values_list("record", flat=True)) == [lost.id]
    assert attachments.readable(Attachment.objects.get().pk, cast.stranger).record == lost.id


class TestTakenBack:
    """Undo gives back two records with their histories."""

    def test_both_are_as_they_were_with_what_hung_on_them(self, entity: Entity, cast: Cast) -> None:
        keep, lost = pair(entity, cast, "full")
        children = referring(entity, lost, cast)
        everything = [(entity, keep.id), (entity, lost.id), *((child, row.id) for child, _key, row in children)]
        stories = {record: [c.write_id for c in history.of_record(record)] for _e, record in everything}
        before = state(*everything)
        choices = {k: lost.id for k in entity.writable(cast.owner) if k != "owner"}
        try:
            merged(entity, keep, lost, cast, **choices)
        except Invalidated as refusal:
            merged(entity, keep, lost, cast, **{k: lost.id for k in choices if k not in refusal.errors})
        undone = take_back(keep.id, cast)
        assert undone.kept == []
        assert state(*everything) == before
        assert fresh(entity, lost.id).merged_into is None
        assert verify.run() == []
        for record, story in stories.items():
            assert [c.write_id for c in history.of_record(record)][-len(story) :] == story
        assert [history.of_record(record)[0].verb for record in (keep.id, lost.id)] == ["undo", "restore"]

    def test_what_was_changed_since_stays(self, entity: Entity, cast: Cast) -> None:
        keep, lost = pair(entity, cast)
        children = referring(entity, lost, cast)
        title = entity.fields[entity.title]
        merged(entity, keep, lost, cast, **{entity.title: lost.id} if not title.computed else {})
        write_id = history.of_record(keep.id)[0].write_id
        later = samples.different(entity, keep, title, actor=cast.owner)
        write.update((entity, keep.id), {title.key: later}, actor=cast.owner, door="test")
        elsewhere = samples.make(entity, actor=cast.owner)
        for child, key, row in children[:1]:
            value = [elsewhere.id] if isinstance(child.fields[key].column, Linked) else elsewhere.id
            write.update((child, row.id), {key: value}, actor=cast.owner, door="test")
        undone = write.undo(history.of_write(write_id), actor=cast.owner, door="test")
        assert (entity.key, keep.id, [title.key]) in undone.kept
        assert title.value(fresh(entity, keep.id)) == later
        assert fresh(entity, lost.id).deleted_at is None
        for child, key, row in children[:1]:
            expected = [elsewhere.id] if isinstance(child.fields[key].column, Linked) else elsewhere.id
            assert named(child, key, row.id) == expected

    def test_bringing_the_lost_one_back_from_the_bin_parts_them(self, entity: Entity, cast: Cast) -> None:
        keep, lost = pair(entity, cast)
        children = referring(entity, lost, cast)
        merged(entity, keep, lost, cast)
        write.restore((entity, lost.id), actor=cast.owner, door="test")
        for child, key, row in children:
            assert named(child, key, row.id) in (lost.id, [lost.id])
        assert verify.run() == []

    def test_twice_does_nothing_more(self, entity: Entity, cast: Cast) -> None:
        keep, lost = pair(entity, cast)
        merged(entity, keep, lost, cast)
        changes = history.of_record(keep.id)[:1]
        assert write.undo(changes, actor=cast.owner, door="test").records == 2
        assert write.undo(changes, actor=cast.owner, door="test").records == 0


class TestRefused:
    """Whoever may not merge leaves no trace, and learns nothing of what he may not see."""

    def test_a_stranger_learns_nothing(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        (keep, lost), own = pair(entity, cast), samples.make(entity, actor=cast.stranger)
        before = traces()
        for ids in ((keep.id, lost.id), (own.id, lost.id), (keep.id, own.id), (own.id, 10**15)):
            with pytest.raises(NotFound):
                write.merge(entity, ids[0], [ids[1]], {}, actor=cast.stranger, door="test")
        assert traces() == before

    def test_an_onlooker_is_refused(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        keep, lost = pair(entity, cast)
        before = traces()
        for actor in (cast.manager, cast.readonly):
            with pytest.raises(Forbidden):
                write.merge(entity, keep.id, [lost.id], {}, actor=actor, door="test")
        assert traces() == before

    def test_a_collaborator_may_edit_the_one_but_not_delete_the_other(self, entity: Entity, cast: Cast) -> None:
        keep, lost = pair(entity, cast)
        people = [Grantee("person", cast.stranger.id or 0)]
        write.share(entity, [keep.id, lost.id], people, "collaborator", None, actor=cast.owner, door="test")
        with pytest.raises(Forbidden):
            write.merge(entity, keep.id, [lost.id], {}, actor=cast.stranger, door="test")

    def test_hidden_values_cannot_be_chosen_and_are_not_lost(self, entity: Entity, cast: Cast) -> None:
        for right in ("hidden", "masked"):
            keep, lost = pair(entity, cast, "full")
            blank = {
                k: f
                for k, f in entity.writable(cast.owner).items()
                if f.kind.name in ("text", "phone", "email", "uscc")  # no rule of an entity speaks against these
                and f.kind.is_blank(f.value(fresh(entity, keep.id)))
                and not f.kind.is_blank(f.value(fresh(entity, lost.id)))
            }
            for key, field in list(blank.items())[:1]:
                theirs = field.value(fresh(entity, lost.id))
                actor = closed(cast.owner, entity.key, key, right)  # type: ignore[arg-type]
                with pytest.raises(Invalidated) as refusal:
                    write.merge(entity, keep.id, [lost.id], {key: lost.id}, actor=actor, door="test")
                assert (str(field.label) in str(refusal.value)) is (right == "masked")
                stays = dict.fromkeys((k for k in entity.writable(actor) if k != key), keep.id)
                write.merge(entity, keep.id, [lost.id], stays, actor=actor, door="test")
                assert field.value(fresh(entity, keep.id)) == theirs, key

    def test_what_may_only_be_read_stays_as_the_survivor_has_it(self, entity: Entity, cast: Cast) -> None:
        keep, lost = pair(entity, cast)
        before = getattr(fresh(entity, keep.id), entity.title)
        actor = closed(cast.owner, entity.key, entity.title, "readonly")
        with pytest.raises(Invalidated):
            write.merge(entity, keep.id, [lost.id], {entity.title: lost.id}, actor=actor, door="test")
        write.merge(entity, keep.id, [lost.id], {entity.title: keep.id}, actor=actor, door="test")
        assert getattr(fresh(entity, keep.id), entity.title) == before

    def test_what_waits_for_agreement_cannot_be_merged(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        keep, lost = pair(entity, cast)
        before = traces()
        for verbs in (("edit",), ("delete",)):
            actor = review(cast.owner, entity.key, verbs=verbs)
            with pytest.raises(Forbidden):
                write.merge(entity, keep.id, [lost.id], {}, actor=actor, door="test")
        assert traces() == before

    def test_nonsense_is_refused(self, entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
        keep, lost = pair(entity, cast)
        before = traces()
        for others, choices in (([], {}), ([keep.id], {}), ([lost.id], {"nonsense": lost.id}), ([lost.id], {entity.title: 10**15})):
            with pytest.raises(Invalidated):
                write.merge(entity, keep.id, others, choices, actor=cast.owner, door="test")
        with pytest.raises(Outdated):
            write.merge(entity, keep.id, [lost.id], {}, actor=cast.owner, door="test", versions={lost.id: lost.version + 1})
        assert traces() == before


def test_merging_costs_the_same_however_much_hangs_on_the_lost_record(entity: Entity, cast: Cast) -> None:
    costs = []
    for rows in (1, 1, 12):  # the first round warms what the process caches
        keep, lost = pair(entity, cast)
        for reference in repointing.references(entity):
            child = reference.child
            key = next((k for k, f in child.fields.items() if f.column.path == reference.column and not f.computed), None)
            if key is not None:
                for _n in range(rows):
                    samples.make(child, actor=cast.owner, **{key: lost.id})
        spent = cost(lambda keep=keep, lost=lost: merged(entity, keep, lost, cast))
        back = cost(lambda keep=keep: take_back(keep.id, cast))
        costs.append((spent, back))
    assert costs[1] == costs[2]

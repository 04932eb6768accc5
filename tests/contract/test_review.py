"""With review on, whatever the entity: a write becomes a draft and changes nothing; agreed to, it is what the direct write would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guanxi.kernel import drafts, history, write
from guanxi.kernel.draft import Draft, Hold
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.write import Conflict, Forbidden, Invalidated, NotFound
from guanxi.kernel.write import review as review_of
from tests import samples
from tests.contract.test_costs import cost
from tests.people import Cast, review

#: What tells one record from another that is otherwise the same.
OWN = {"id", "version", "created_at", "updated_at", "owned_at", "stage_since", "number"}


def columns(entity: Entity, record: int) -> dict[str, Any]:
    """A stored row, without what is its alone."""
    row = entity.model._default_manager.values().get(id=record)
    unique = {u.column for u in entity.unique} | {entity.title, f"{entity.title}_sort", *entity.settled, *samples.apart(entity)}
    keyed = {k: f for k, f in entity.fields.items() if isinstance(f.column, Keyed) and k in row["custom"] and f.kind.name != "number"}
    row["custom"] = {k: f.kind.json(f.column.load(row["custom"][k])) for k, f in keyed.items()}
    return {k: v for k, v in row.items() if k not in OWN | unique}


def given(entity: Entity, cast: Cast) -> dict[str, Any]:
    """Raw values of a full record that is known to be accepted."""
    record = samples.make(entity, "full", actor=cast.owner)
    values = {k: f.kind.json(f.value(record)) for k, f in entity.writable(cast.owner).items() if k != "owner"}
    for unique in entity.unique:
        if unique.field != entity.title:
            values.pop(unique.field, None)
    return {k: v for k, v in values.items() if v not in (None, "", [])} | titled(entity, cast) | samples.apart(entity)


def titled(entity: Entity, cast: Cast) -> dict[str, Any]:
    """A title that nobody has yet."""
    return {entity.title: samples.values(entity, actor=cast.owner)[entity.title]}


def test_a_creation_waits_and_then_is_what_the_direct_one_would_be(entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
    raw = given(entity, cast)
    direct = write.create(entity, {**raw, **titled(entity, cast), **samples.apart(entity)}, actor=cast.owner, door="test")
    clerk = review(cast.owner, entity.key)
    before = traces()
    sent = write.create(entity, raw, actor=clerk, door="test")
    assert isinstance(sent, Draft)
    assert (sent.author, sent.verb, sent.record, sent.asks) == (clerk.id, "create", None, ["superior"])
    assert traces() == before
    done = drafts.approve(sent.number, "", actor=cast.manager)
    assert done.record
    assert columns(entity, done.record) == columns(entity, direct.id)
    (change,) = history.of_record(done.record)
    assert (change.verb, change.actor, change.door, change.request) == ("create", clerk.id, "review", f"review:{sent.number}")


def test_a_change_waits_and_then_is_what_the_direct_one_would_be(entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    clerk = review(cast.owner, entity.key)
    agreed: dict[str, Any] = {}
    for key, field in entity.writable(clerk).items():
        if key in ("owner", entity.parent):
            continue
        raw = samples.different(entity, record, field, actor=cast.owner)
        if raw is None:
            continue
        before = traces()
        try:
            sent = write.update((entity, record.id), {key: raw}, actor=clerk, door="test")
        except Invalidated:  # a business rule of the entity; covered where the rule is
            continue
        assert isinstance(sent, Draft), key
        assert traces() == before, key
        drafts.approve(sent.number, "", actor=cast.manager)
        # Another record on which the same has been agreed to: what goes with a value here goes with it there.
        direct = samples.make(entity, actor=cast.owner, **agreed) if key != entity.title and not field.unique else None
        record = entity.rows(clerk).get(id=record.id)
        kept = review_of.stored(entity, record, [key])[key] if field.kind.name == "secret" else field.kind.json(field.value(record))
        assert kept == sent.values[key], key
        if direct is not None:
            direct = write.update(direct, {key: raw}, actor=clerk.at_once(), door="test")
            assert samples.read(field, direct) == samples.read(field, record), key
            agreed[key] = raw
        assert history.of_record(record.id)[0].door == "review"


def test_a_deletion_and_a_return_from_the_bin_wait(entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
    record = samples.make(entity, actor=cast.owner)
    clerk = review(cast.owner, entity.key)
    before = traces()
    sent = write.delete((entity, record.id), actor=clerk, door="test")
    assert isinstance(sent, Draft)
    assert traces() == before
    with pytest.raises(Forbidden):
        write.delete((entity, record.id), actor=clerk, door="test")
    drafts.approve(sent.number, "", actor=cast.manager)
    assert not entity.rows(clerk).filter(id=record.id).exists()
    before = traces()
    back = write.restore((entity, record.id), actor=clerk, door="test")
    assert isinstance(back, Draft)
    assert traces() == before
    drafts.approve(back.number, "", actor=cast.manager)
    assert entity.rows(clerk).filter(id=record.id).exists()


def test_many_at_once_wait_each_for_itself(entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
    own = [samples.make(entity, actor=cast.owner).id for _ in range(2)]
    foreign = samples.make(entity, actor=cast.stranger).id
    rows = [samples.values(entity, actor=cast.owner) for _ in range(2)]
    titles = {i: titled(entity, cast) for i in (*own, foreign)}
    clerk = review(cast.owner, entity.key)
    before = traces()
    created = write.create_many(entity, rows, actor=clerk, door="test")
    changed = write.update_many(entity, titles, actor=clerk, door="test")
    deleted = write.delete_many(entity, [*own, foreign], actor=clerk, door="test")
    assert traces() == before
    assert [created.written, changed.written, deleted.written] == [{}, {}, {}]
    assert list(created.sent) == [0, 1]
    assert list(changed.sent) == list(deleted.sent) == own
    assert list(changed.refused) == list(deleted.refused) == [foreign]
    for outcome in (created, changed, deleted):
        for draft in outcome.sent.values():
            drafts.approve(draft.number, "", actor=cast.manager)
    assert entity.rows(cast.director).filter(**{entity.title: rows[0][entity.title]}).exists()
    assert not entity.rows(clerk).filter(id__in=own).exists()


def test_sending_many_costs_the_same_for_five_and_for_forty(entity: Entity, cast: Cast) -> None:
    costs = []
    for rows in (2, 5, 40):  # the first round warms what the process caches
        ids = [samples.make(entity, actor=cast.owner).id for _ in range(rows)]
        given = [samples.values(entity, actor=cast.owner) for _ in range(rows)]
        clerk = review(cast.owner, entity.key)
        changes = {i: titled(entity, cast) for i in ids}
        creating = cost(lambda: write.create_many(entity, given, actor=clerk, door="test"))
        changing = cost(lambda: write.update_many(entity, changes, actor=clerk, door="test"))
        costs.append((creating, changing, cost(lambda: write.delete_many(entity, ids, actor=clerk, door="test"))))
        review(cast.owner, entity.key, "")
    assert costs[1] == costs[2]


def test_handing_over_is_a_change(entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
    record = samples.make(entity, actor=cast.owner)
    clerk = review(cast.owner, entity.key)
    before = traces()
    outcome = write.transfer(entity, [record.id], cast.mate.id or 0, actor=clerk, door="test")
    assert traces() == before
    if entity.parent and entity.fields[entity.parent].value(record):
        assert not outcome.sent
        return
    drafts.approve(outcome.sent[record.id].number, "", actor=cast.manager)
    assert entity.model._default_manager.get(id=record.id).owner_id == cast.mate.id


def test_refused_and_withdrawn_ones_change_nothing_and_hold_nothing(entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
    raw = samples.values(entity, actor=cast.owner)
    clerk = review(cast.owner, entity.key)
    before = traces()
    first = write.create(entity, raw, actor=clerk, door="test")
    drafts.refuse(first.number, "no", actor=cast.manager)
    second = write.create(entity, raw, actor=clerk, door="test")
    drafts.withdraw(second.number, actor=clerk)
    third = write.create(entity, raw, actor=clerk, door="test")
    drafts.give_back(third.number, "again", actor=cast.manager)
    assert traces() == before
    assert not Hold.objects.exists()
    assert [Draft.objects.get(pk=d.number).state for d in (first, second, third)] == ["refused", "withdrawn", "stale"]


def test_a_waiting_entry_holds_its_unique_values(entity: Entity, cast: Cast) -> None:
    if not any(u.field == entity.title for u in entity.unique):
        pytest.skip("its title is not unique")
    raw = samples.values(entity, actor=cast.owner)
    clerk = review(cast.owner, entity.key)
    sent = write.create(entity, raw, actor=clerk, door="test")
    for actor in (clerk, cast.stranger, cast.director):
        with pytest.raises(Invalidated) as refusal:
            write.create(entity, raw, actor=actor, door="test")
        said = str(refusal.value)
        assert str(raw[entity.title]) not in said
        assert clerk.name not in said
        outcome = write.create_many(entity, [raw], actor=actor, door="test")
        assert entity.title in outcome.refused[0]
    done = drafts.approve(sent.number, "", actor=cast.manager)
    assert getattr(entity.rows(clerk).get(id=done.record), entity.title) == raw[entity.title]


def test_what_moved_meanwhile_is_merged_or_stays_waiting(entity: Entity, cast: Cast) -> None:
    record = samples.make(entity, actor=cast.owner)
    clerk = review(cast.owner, entity.key)
    sent = write.update((entity, record.id), titled(entity, cast), actor=clerk, door="test")
    theirs = write.update((entity, record.id), titled(entity, cast), actor=cast.director, door="test")
    with pytest.raises(Conflict):
        drafts.approve(sent.number, "", actor=cast.manager)
    assert Draft.objects.get(pk=sent.number).state == "waiting"
    assert getattr(entity.rows(clerk).get(id=record.id), entity.title) == getattr(theirs, entity.title)


def test_who_may_not_decide_cannot(entity: Entity, cast: Cast, traces: Callable[[], Any]) -> None:
    raw = samples.values(entity, actor=cast.owner)
    clerk = review(cast.owner, entity.key)
    sent = write.create(entity, raw, actor=clerk, door="test")
    before = traces()
    for actor in (clerk, cast.again(cast.mate), cast.mate, cast.stranger, cast.readonly, cast.admin):
        for verb in (drafts.approve, drafts.refuse, drafts.give_back):
            with pytest.raises(NotFound):
                verb(sent.number, "because", actor=actor)
    assert traces() == before
    assert Draft.objects.get().state == "waiting"


def test_rights_that_are_gone_when_it_is_agreed_to_are_gone(entity: Entity, cast: Cast) -> None:
    from guanxi.org.models import Grant

    raw = samples.values(entity, actor=cast.owner)
    clerk = review(cast.owner, entity.key)
    sent = write.create(entity, raw, actor=clerk, door="test")
    Grant.objects.filter(role__code="sales", entity=entity.key, action="create").delete()
    cast.again(clerk)
    with pytest.raises(Forbidden):
        drafts.approve(sent.number, "", actor=cast.manager)
    assert Draft.objects.get().state == "waiting"
    assert drafts.waiting(cast.again(cast.manager)) == 1


def test_what_one_role_lets_take_effect_needs_no_review_as_far_as_it_reaches(entity: Entity, cast: Cast) -> None:
    own, foreign = samples.make(entity, actor=cast.owner), samples.make(entity, actor=cast.stranger)
    wide = replace(
        cast.owner,
        grants={**cast.director.grants},
        reviewed={(entity.key, "edit"): frozenset({"superior"})},
        direct={(entity.key, "edit"): cast.owner.grants[entity.key, "edit"]},
    )
    assert not isinstance(write.update((entity, own.id), titled(entity, cast), actor=wide, door="test"), Draft)
    assert isinstance(write.update((entity, foreign.id), titled(entity, cast), actor=wide, door="test"), Draft)
    outcome = write.update_many(entity, {i: titled(entity, cast) for i in (own.id, foreign.id)}, actor=wide, door="test")
    assert (list(outcome.written), list(outcome.sent)) == ([own.id], [foreign.id])

"""Public pools: who sees what lies in one, who may take it, and why somebody may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import translation

from guanxi.kernel import clock, history, one, plan, pooled, pools, search, verify, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.models import Event
from guanxi.kernel.pools import Pool
from guanxi.kernel.registry import registry
from tests import samples
from tests.customers.pool_company import customers, fresh, gives, lying, owned, pool
from tests.people import Cast


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """What people are told is compared in one language."""
    with translation.override("en"):
        yield


def sees(actor: Actor, into: Pool) -> set[int]:
    return set(customers().rows(pooled.through(actor, into.slug)).values_list("id", flat=True))


def why(outcome: write.Outcome, record: int) -> str:
    return " ".join(outcome.refused[record].values())


def test_what_is_handed_back_lies_in_the_chosen_pool_with_its_reason(cast: Cast) -> None:
    into, mine = pool(), owned(cast.owner)
    contact = samples.make(registry.get("customers.contact"), actor=cast.owner, customer=mine.id)
    outcome = write.release(customers(), [mine.id], into, "no budget", actor=cast.owner, door="test")
    row = outcome.written[mine.id]
    assert (row.owner_id, row.department_id, row.pool_id, row.pooled_from_id, row.pool_reason) == (
        None,
        None,
        into.id,
        cast.owner.id,
        "no budget",
    )
    contact.refresh_from_db()
    assert (contact.owner_id, contact.department_id) == (None, None)
    change = history.of_record(mine.id)[0]
    assert change.verb == "release"
    assert change.diff["pool_reason"] == ["", "no budget"]
    assert Event.objects.filter(record=mine.id, verb="released").exists()
    assert not customers().rows(cast.owner).filter(id=mine.id).exists()
    assert mine.name not in {hit.title for hit in search.find(mine.name, cast.owner)}


def test_nobody_hands_back_without_a_reason_or_what_is_not_his(cast: Cast) -> None:
    into, mine, theirs = pool(), owned(cast.owner), owned(cast.mate)
    with pytest.raises(write.Invalidated):
        write.release(customers(), [mine.id], into, "  ", actor=cast.owner, door="test")
    assert write.release(customers(), [theirs.id], into, "x", actor=cast.owner, door="test").refused
    assert fresh(theirs.id).owner_id == cast.mate.id


@pytest.mark.feature("OWN-01")
def test_a_claim_makes_the_claimer_the_owner_of_all_of_it(cast: Cast) -> None:
    into = pool()
    (record,) = lying(cast, into)
    contact = samples.make(registry.get("customers.contact"), actor=cast.director, customer=record)
    outcome = write.claim(customers(), into, [record], actor=cast.owner, door="test")
    row = outcome.written[record]
    assert (row.owner_id, row.department_id, row.pool_id, row.pool_reason) == (cast.owner.id, cast.owner.department, None, "")
    contact.refresh_from_db()
    assert (contact.owner_id, contact.department_id) == (cast.owner.id, cast.owner.department)
    assert history.of_record(record)[0].verb == "claim"
    assert record in {hit.record for hit in search.find(fresh(record).name, cast.owner)}
    assert "quicker" in why(write.claim(customers(), into, [record], actor=cast.mate, door="test"), record)
    assert verify.run() == []


def test_whoever_may_not_edit_customers_may_look_but_not_claim(cast: Cast) -> None:
    into = pool()
    (record,) = lying(cast, into)
    assert record in sees(cast.readonly, into)
    with pytest.raises(write.Forbidden):
        write.claim(customers(), into, [record], actor=cast.readonly, door="test")
    with pytest.raises(write.NotFound):
        write.claim(customers(), into, [record], actor=cast.admin, door="test")


class TestMembers:
    """A pool of some people is nowhere for the others."""

    def test_only_members_and_managers_see_what_lies_in_it(self, cast: Cast) -> None:
        into = pool(departments=[cast.owner.department], managers=[cast.stranger.id])
        (record,) = lying(cast, into)
        for actor in (cast.owner, cast.mate, cast.manager, cast.stranger, cast.director):
            assert sees(actor, into) == {record}, actor.name
        assert sees(cast.admin, into) == set()
        assert sees(cast.readonly, into) == set()
        alone = pool(people=[cast.mate.id])
        assert sees(cast.owner, alone) == set()
        with pytest.raises(write.NotFound):
            write.claim(customers(), alone, [record], actor=cast.owner, door="test")

    def test_a_pool_shows_what_lies_in_it_and_nothing_else(self, cast: Cast) -> None:
        into, other = pool(), pool()
        (record,) = lying(cast, into)
        lying(cast, other)
        owned(cast.owner)
        assert sees(cast.owner, into) == {record}

    def test_a_record_of_another_pool_cannot_be_claimed_through_this_one(self, cast: Cast) -> None:
        mine, theirs = pool(), pool(people=[cast.stranger.id])
        (record,) = lying(cast, theirs)
        assert write.claim(customers(), mine, [record], actor=cast.owner, door="test").refused
        assert fresh(record).pool_id == theirs.id


class TestClosedFields:
    """What a pool hides or masks is so everywhere, whatever the person may see elsewhere."""

    def test_masked_and_hidden_in_lists_filters_sorts_search_and_history(self, cast: Cast) -> None:
        into = pool(masked=["phone"], hidden=["remark", "email"])
        (record,) = lying(cast, into)
        customers().model._default_manager.filter(id=record).update(phone="+8613912345678", remark="secret")
        search.write(customers(), [fresh(record)])
        looking = pooled.through(cast.director, into.slug)
        compiled = plan.compile(customers(), ["name", "phone", "remark"], looking)
        assert [c.field.key for c in compiled.columns] == ["name", "phone"]
        page = customers().rows(looking).page(customers().rows(looking).sort("-updated_at"), list(compiled.paths))
        assert "12345678" not in str(page.rows)
        for condition in (["remark", "contains", "sec"], ["phone", "contains", "1234"]):
            with pytest.raises(ConditionError):
                customers().rows(looking).where(condition)
        with pytest.raises(ConditionError):
            customers().rows(looking).sort("remark")
        assert not search.find("12345678", looking, entities=[customers()])
        assert search.find(fresh(record).name, looking, entities=[customers()])
        reader = [f.key for c in history.of_record(record) for f, _o, _n in c.lines(customers(), pooled_reader(looking))]
        assert "remark" not in reader

    def test_contacts_are_read_in_the_pool_only_where_it_says_so(self, cast: Cast) -> None:
        contact = registry.get("customers.contact")
        for story, expected in ((False, 0), (True, 1)):
            into = pool(story=story)
            (record,) = lying(cast, into)
            samples.make(contact, actor=cast.director, customer=record)
            assert contact.rows(pooled.through(cast.owner, into.slug)).count() == expected


def pooled_reader(actor: Actor):  # type: ignore[no-untyped-def]
    from guanxi.kernel.fields.base import Reader

    return Reader(actor)


class TestLimits:
    """How much one may take, and what one is told."""

    def test_the_daily_cap_refuses_the_rest_and_starts_anew_tomorrow(self, cast: Cast) -> None:
        into = pool(claims_a_day=2)
        ids = lying(cast, into, 4)
        outcome = write.claim(customers(), into, ids, actor=cast.owner, door="test")
        assert len(outcome.written) == 2
        assert "2 records a day" in why(outcome, ids[3])
        assert not write.claim(customers(), into, ids, actor=cast.owner, door="test").written
        with clock.frozen(clock.now() + timedelta(days=1)):
            assert len(write.claim(customers(), into, ids, actor=cast.owner, door="test").written) == 2

    def test_whoever_holds_as_much_as_allowed_hands_back_first(self, cast: Cast) -> None:
        into = pool(most_held=1)
        first, second = lying(cast, into, 2)
        assert write.claim(customers(), into, [first], actor=cast.owner, door="test").written
        assert "Hand some back" in why(write.claim(customers(), into, [second], actor=cast.owner, door="test"), second)
        write.release(customers(), [first], into, "no time", actor=cast.owner, door="test")
        assert write.claim(customers(), into, [second], actor=cast.owner, door="test").written

    def test_the_previous_owner_waits_while_a_colleague_does_not(self, cast: Cast) -> None:
        into, mine = pool(cooling_days=30), owned(cast.owner)
        write.release(customers(), [mine.id], into, "no time", actor=cast.owner, door="test")
        assert "yours before" in why(write.claim(customers(), into, [mine.id], actor=cast.owner, door="test"), mine.id)
        with clock.frozen(clock.now() + timedelta(days=31)):
            assert write.claim(customers(), into, [mine.id], actor=cast.owner, door="test").written

    def test_a_colleague_claims_at_once_and_a_manager_may_give_it_back(self, cast: Cast) -> None:
        into, one_, two = pool(cooling_days=30), owned(cast.owner), owned(cast.owner)
        write.release(customers(), [one_.id, two.id], into, "no time", actor=cast.owner, door="test")
        assert write.claim(customers(), into, [one_.id], actor=cast.mate, door="test").written
        assert write.assign(customers(), into, {two.id: cast.owner.id or 0}, actor=cast.director, door="test").written


class TestGivingOut:
    """A manager gives to members: by hand, in turn, by load, by what the records are."""

    def test_only_managers_give_and_only_to_members(self, cast: Cast) -> None:
        into = pool(people=[cast.owner.id, cast.mate.id], managers=[cast.manager.id])
        (record,) = lying(cast, into)
        with pytest.raises(write.Forbidden):
            write.assign(customers(), into, {record: cast.mate.id or 0}, actor=cast.owner, door="test")
        with pytest.raises(write.Invalidated):
            write.assign(customers(), into, {record: cast.stranger.id or 0}, actor=cast.manager, door="test")
        assert write.assign(customers(), into, {record: cast.mate.id or 0}, actor=cast.manager, door="test").written
        assert fresh(record).owner_id == cast.mate.id

    def test_by_load_whoever_holds_least_gets_the_next(self, cast: Cast) -> None:
        from guanxi.kernel import sharing_out

        into = pool(people=[cast.owner.id, cast.mate.id])
        owned(cast.owner), owned(cast.owner)
        ids = lying(cast, into, 4)
        shares = sharing_out.by_load(customers(), into, ids)
        assert sorted(shares.values()) == sorted([cast.mate.id] * 3 + [cast.owner.id])

    def test_nobody_is_given_what_he_cannot_work_on(self, cast: Cast) -> None:
        from guanxi.kernel import sharing_out

        into = pool()
        (record,) = lying(cast, into)
        assert set(sharing_out.takers(customers(), into)) == {cast.owner.id, cast.mate.id, cast.stranger.id, cast.manager.id}
        for actor in (cast.admin, cast.readonly):
            with pytest.raises(write.Invalidated):
                write.assign(customers(), into, {record: actor.id or 0}, actor=cast.director, door="test")

    def test_in_turn_and_by_condition(self, cast: Cast) -> None:
        from guanxi.kernel import sharing_out

        assert sharing_out.in_turn([1, 2, 3], [7, 8]) == {1: 7, 2: 8, 3: 7}
        one, other = cast.owner.id or 0, cast.stranger.id or 0
        into = gives(gives(pool(), [one], ["level", "is", "A"]), [other], ["level", "is", "B"], rank=2)
        ids = lying(cast, into, 3)
        for record, level in zip(ids, ("A", "B", None), strict=True):
            value = customers().fields["level"].kind.dictionary.id(level) if level else None  # type: ignore[attr-defined]
            customers().model._default_manager.filter(id=record).update(level=value)
        assert sharing_out.by_rules(customers(), into, ids) == {ids[0]: one, ids[1]: other}


def test_a_handover_takes_a_customer_out_of_the_pool(cast: Cast) -> None:
    into = pool()
    (record,) = lying(cast, into)
    assert write.transfer(customers(), [record], cast.stranger.id or 0, actor=cast.director, door="test").written
    row = fresh(record)
    assert (row.pool_id, row.owner_id, row.owned_at is not None) == (None, cast.stranger.id, True)


def test_whom_nobody_owns_lies_in_the_default_pool(cast: Cast) -> None:
    into, mine = pools.usual(customers()), owned(cast.director)
    assert into is not None
    write.update(mine, {"owner": None}, actor=cast.director, door="test")
    assert fresh(mine.id).pool_id == into.id
    assert verify.run() == []


def test_a_claim_is_not_undone(cast: Cast) -> None:
    into = pool()
    (record,) = lying(cast, into)
    write.claim(customers(), into, [record], actor=cast.owner, door="test")
    assert write.undo(history.of_record(record)[:1], actor=cast.owner, door="undo").records == 0
    assert fresh(record).owner_id == cast.owner.id


def test_a_pool_with_something_in_it_cannot_be_thrown_away(cast: Cast) -> None:
    into = pool()
    (record,) = lying(cast, into)
    with pytest.raises(write.Invalidated):
        write.delete((registry.get("customers.pool"), into.id), actor=cast.director, door="test")
    assert one.find(customers(), pooled.through(cast.owner, into.slug), record) is not None


def test_the_lens_of_one_pool_is_kept_and_never_serves_another(cast: Cast) -> None:
    first, second = pool(), pool(masked=["phone"])
    assert pooled.through(cast.owner, first.slug) is pooled.through(cast.owner, first.slug)
    assert pooled.through(cast.owner, first.slug).serial != pooled.through(cast.owner, second.slug).serial
    assert pooled.through(cast.owner, first.slug).person is cast.owner


@pytest.mark.feature("OWN-07")
def test_a_new_customer_belongs_to_whoever_created_it(cast: Cast) -> None:
    row = fresh(write.create(customers(), {"name": "New here"}, actor=cast.owner, door="test").id)
    assert (row.owner_id, row.pool_id, row.owned_at is not None) == (cast.owner.id, None, True)


@pytest.mark.feature("OWN-02")
def test_a_new_owner_is_written_in_the_history(cast: Cast) -> None:
    mine = owned(cast.owner)
    write.transfer(customers(), [mine.id], cast.mate.id or 0, actor=cast.director, door="test")
    change = history.of_record(mine.id)[0]
    assert (change.verb, change.diff["owner_id"]) == ("transfer", [cast.owner.id, cast.mate.id])

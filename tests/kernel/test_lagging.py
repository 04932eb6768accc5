"""Below many records that change hands, children and search entries follow soon after: meanwhile nobody reaches them by what they bear."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from guanxi.kernel import one, recycling, search, verify, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Lag, SearchEntry
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lagging
from tests import samples
from tests.customers.pool_company import lying, pool
from tests.people import Cast

CUSTOMER, CONTACT, CONSENT = (registry.get(f"customers.{key}") for key in ("customer", "contact", "consent"))
HANGING = (CONTACT, CONSENT)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are many."""
    monkeypatch.setattr(lagging, "FEW", 1)


@pytest.fixture
def family(cast: Cast) -> list[dict[str, Any]]:
    """Two customers with a contact and its consent each."""
    return [_family(cast.owner, n) for n in range(2)]


def _family(owner: Actor, n: int) -> dict[str, Any]:
    customer = samples.make(CUSTOMER, actor=owner, name=f"云深制造{n}厂有限公司").id
    contact = samples.make(CONTACT, actor=owner, customer=customer, name=f"赵小川{n}").id
    return {"customer": customer, "contact": contact, "consent": samples.make(CONSENT, actor=owner, contact=contact).id}


def _hand_over(cast: Cast, family: list[dict[str, Any]], to: Actor) -> None:
    outcome = write.transfer(CUSTOMER, [each["customer"] for each in family], to.id or 0, actor=cast.director, door="test")
    assert len(outcome.written) == len(family)


def _reaches(actor: Actor, each: dict[str, Any]) -> set[str]:
    """By which doors the actor reaches what hangs on a customer."""
    found = {entity.slug for entity in HANGING if entity.rows(actor).filter(id=each[entity.slug.rstrip("s")]).exists()}
    found |= {
        f"{a} {entity.slug}" for entity in HANGING for a in ("view", "edit") if one.find(entity, actor, each[entity.slug[:-1]], action=a)
    }
    found |= {f"may edit {e.slug}" for e in HANGING if one.verbs(e, actor, each[e.slug[:-1]], ["edit"])["edit"]}
    found |= {f"search {hit.entity.slug}" for hit in search.find("赵小川", actor) if hit.record == each["contact"]}
    return found


@pytest.mark.usefixtures("many")
@pytest.mark.django_db
def test_until_they_have_followed_they_are_reached_by_nobody_through_their_stamps(cast: Cast, family: list[dict[str, Any]]) -> None:
    everything = _reaches(cast.owner, family[0])
    assert len(everything) == 9
    _hand_over(cast, family, cast.stranger)
    assert CUSTOMER.rows(cast.stranger).filter(id=family[0]["customer"]).exists()
    assert not CUSTOMER.rows(cast.owner).filter(id=family[0]["customer"]).exists()
    for actor in (cast.owner, cast.mate, cast.manager, cast.stranger):
        assert _reaches(actor, family[0]) == set(), actor
    assert _reaches(cast.director, family[0]) == everything
    assert lagging.catch_up() == 2
    assert _reaches(cast.stranger, family[0]) == everything
    for actor in (cast.owner, cast.mate, cast.manager):
        assert _reaches(actor, family[0]) == set(), actor
    assert not Lag.objects.exists()
    assert lagging.catch_up() == 0
    assert verify.run() == []


@pytest.mark.usefixtures("many")
@pytest.mark.django_db
def test_what_is_claimed_meanwhile_comes_along_at_once(cast: Cast) -> None:
    into = pool()
    ids = lying(cast, into, 2)
    contact = samples.make(CONTACT, actor=cast.director, customer=ids[0], name="钱一舟").id
    lagging.catch_up()
    Lag.objects.bulk_create([Lag(record=i, entity=CUSTOMER.key, since=recycling.clock.now()) for i in ids])
    assert write.claim(CUSTOMER, into, [ids[0]], actor=cast.owner, door="test").written
    assert CONTACT.rows(cast.owner).filter(id=contact).exists()
    assert [hit.record for hit in search.find("钱一舟", cast.owner)] == [contact]
    assert set(Lag.objects.values_list("record", flat=True)) == {ids[1]}


@pytest.mark.django_db
def test_a_few_come_along_in_the_same_transaction(cast: Cast, family: list[dict[str, Any]]) -> None:
    _hand_over(cast, family, cast.stranger)
    assert not Lag.objects.exists()
    assert _reaches(cast.stranger, family[1])


@pytest.mark.usefixtures("many")
@pytest.mark.django_db
def test_verify_tells_what_has_been_lagging_for_an_hour(cast: Cast, family: list[dict[str, Any]]) -> None:
    _hand_over(cast, family, cast.stranger)
    assert verify.run() == []
    Lag.objects.update(since=recycling.clock.now() - recycling.timedelta(hours=2))
    (problem,) = verify.run()
    assert str(family[0]["customer"]) in problem


@pytest.mark.usefixtures("many")
@pytest.mark.django_db
def test_what_is_born_or_written_meanwhile_is_seen_by_whom_it_belongs_to(cast: Cast, family: list[dict[str, Any]]) -> None:
    _hand_over(cast, family, cast.stranger)
    first = family[0]
    fresh = samples.make(CONTACT, actor=cast.stranger, customer=first["customer"], name="孙小满").id
    assert CONTACT.rows(cast.stranger).filter(id=fresh).exists()
    below = samples.make(CONSENT, actor=cast.director, contact=first["contact"]).id
    for actor in (cast.owner, cast.manager, cast.stranger):
        assert not CONSENT.rows(actor).filter(id=below).exists(), actor
    lagging.catch_up()
    assert CONSENT.rows(cast.stranger).filter(id=below).exists()
    assert not CONSENT.rows(cast.owner).filter(id=below).exists()
    assert verify.run() == []


@pytest.mark.usefixtures("many")
@pytest.mark.django_db
def test_what_is_given_away_alone_meanwhile_comes_along_at_once(cast: Cast, family: list[dict[str, Any]]) -> None:
    _hand_over(cast, family, cast.stranger)
    first = family[0]
    write.update((CUSTOMER, first["customer"]), {"owner": cast.mate.id}, actor=cast.director, door="test")
    assert CONSENT.rows(cast.mate).filter(id=first["consent"]).exists()
    assert [hit.record for hit in search.find("赵小川0", cast.mate)] == [first["contact"]]
    assert not Lag.objects.filter(record=first["customer"]).exists()
    assert Lag.objects.filter(record=family[1]["customer"]).exists()


@pytest.mark.usefixtures("many")
def test_what_somebody_holds_is_left_to_him_and_nobody_waits(committed: Cast) -> None:
    """Of two handovers that meet, the last is what the children bear; neither ends in a deadlock."""
    family = [_family(committed.owner, n) for n in range(2)]
    _hand_over(committed, family, committed.mate)
    first = family[0]["customer"]
    with transaction.atomic():
        write.update((CUSTOMER, first), {"owner": committed.stranger.id}, actor=committed.director, door="test")
        other = threading.Thread(target=_on_its_own)
        other.start()
        other.join(20)
        assert not other.is_alive()
    assert CONTACT.model.objects.get(id=family[0]["contact"]).owner_id == committed.stranger.id
    assert SearchEntry.objects.get(record=family[0]["contact"]).owner == committed.stranger.id
    assert CONTACT.model.objects.get(id=family[1]["contact"]).owner_id == committed.mate.id
    assert not Lag.objects.exists()


@pytest.mark.usefixtures("many")
def test_a_portion_gives_way_to_who_edits_a_child(committed: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lagging, "MOST", 2)
    family = [_family(committed.owner, n) for n in range(2)]
    _hand_over(committed, family, committed.mate)
    with transaction.atomic():
        CONTACT.model.objects.select_for_update().get(id=family[0]["contact"])
        other = threading.Thread(target=_on_its_own)
        other.start()
        other.join(20)
        assert not other.is_alive()
        CUSTOMER.model.objects.filter(id=family[0]["customer"]).update(version=7)
    assert Lag.objects.exists()
    assert lagging.catch_up() == 2
    assert CONTACT.model.objects.get(id=family[0]["contact"]).owner_id == committed.mate.id


def _on_its_own() -> None:
    try:
        lagging.catch_up()
    finally:
        connection.close()

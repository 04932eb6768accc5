"""Somebody asks to see a customer that is closed to him; who may hand it over decides what he gets to see, and until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from guanxi.kernel import clock, petitions, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Petition, Share
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")
NAME = "杭州云深智能科技有限公司"


@pytest.fixture
def theirs(cast: Cast) -> int:
    """Olivia's customer, closed to Stella."""
    record: int = samples.make(CUSTOMER, actor=cast.owner, name=NAME).id
    return record


@pytest.mark.feature("SEC-17")
def test_what_is_granted_is_seen_and_no_more_and_no_longer(cast: Cast, theirs: int, at_desk: Callable[[Actor], Client]) -> None:
    contact = samples.make(CONTACT, actor=cast.owner, customer=theirs).id
    asker, decider = at_desk(cast.stranger), at_desk(cast.manager)
    body = {"name": "杭州云深智能科技", "asked": "all", "reason": "A tender together"}
    answer = asker.post("/petitions/new/customers/", body)
    assert answer.status_code == 302
    petition = Petition.objects.get()
    assert petition.record == theirs
    assert asker.get(f"/customers/{theirs}/").status_code == 404
    page = decider.get("/petitions/").content.decode()
    assert NAME in page
    assert "A tender together" in page
    tomorrow = f"{clock.today() + timedelta(days=1)}"
    assert decider.post(f"/petitions/{petition.pk}/decide/", {"part": "basic", "until": tomorrow}).status_code == 302
    assert asker.get(f"/customers/{theirs}/").status_code == 200
    assert asker.get(f"/contacts/{contact}/").status_code == 404
    Share.objects.filter(record=theirs).update(until=clock.now() - timedelta(seconds=1))
    assert asker.get(f"/customers/{theirs}/").status_code == 404


@pytest.mark.feature("SEC-17")
def test_only_who_may_hand_it_over_decides_and_nobody_for_himself(cast: Cast, theirs: int, at_desk: Callable[[Actor], Client]) -> None:
    petition = petitions.ask(CUSTOMER, NAME, "basic", "please", actor=cast.stranger)
    for actor in (cast.stranger, cast.mate, cast.readonly, cast.admin):
        assert petitions.inbox(actor) == []
        assert at_desk(actor).post(f"/petitions/{petition.pk}/decide/", {"part": "viewer"}).status_code == 404
    assert Petition.objects.get().state == "open"
    for actor in (cast.owner, cast.manager, cast.business):
        assert [p.pk for p in petitions.inbox(actor)] == [petition.pk]
    with pytest.raises(write.Invalidated):
        petitions.decide(petition.pk, part="", until=None, answer=" ", actor=cast.owner)
    petitions.decide(petition.pk, part="", until=None, answer="It is in negotiation", actor=cast.owner)
    assert Petition.objects.get().state == "refused"
    assert "It is in negotiation" in at_desk(cast.stranger).get("/petitions/?tab=mine").content.decode()
    assert not CUSTOMER.rows(cast.stranger).filter(id=theirs).exists()
    with pytest.raises(write.NotFound):
        petitions.decide(petition.pk, part="viewer", until=None, answer="", actor=cast.owner)


def test_asking_tells_no_more_than_the_duplicate_check(cast: Cast, theirs: int, at_desk: Callable[[Actor], Client]) -> None:
    for name, asked, reason in (("", "basic", "x"), ("没有这家公司", "basic", "x"), (NAME, "everything", "x"), (NAME, "basic", " ")):
        with pytest.raises(write.Invalidated):
            petitions.ask(CUSTOMER, name, asked, reason, actor=cast.stranger)
    with pytest.raises(write.Invalidated):
        petitions.ask(CUSTOMER, NAME, "basic", "I own it", actor=cast.owner)
    with pytest.raises(write.Forbidden):
        petitions.ask(CUSTOMER, NAME, "basic", "x", actor=cast.admin)
    petitions.ask(CUSTOMER, NAME, "basic", "x", actor=cast.stranger)
    with pytest.raises(write.Invalidated):
        petitions.ask(CUSTOMER, NAME, "basic", "again", actor=cast.stranger)
    page = at_desk(cast.stranger).get("/petitions/?tab=mine").content.decode()
    assert NAME not in page
    assert "Olivia" in page
    write.delete((CUSTOMER, theirs), actor=cast.owner, door="test")
    with pytest.raises(write.Invalidated):
        petitions.ask(CUSTOMER, NAME, "basic", "x", actor=cast.mate)


def test_one_takes_back_what_one_has_asked(cast: Cast, theirs: int) -> None:
    petition = petitions.ask(CUSTOMER, NAME, "basic", "x", actor=cast.stranger)
    with pytest.raises(write.NotFound):
        petitions.withdraw(petition.pk, actor=cast.mate)
    petitions.withdraw(petition.pk, actor=cast.stranger)
    assert petitions.inbox(cast.owner) == []
    assert petitions.ask(CUSTOMER, NAME, "basic", "again", actor=cast.stranger).state == "open"

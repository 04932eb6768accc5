"""Single records are opened to colleagues and departments, and closed again; each part opens what it says and no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from guanxi.kernel import clock, history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Grantee
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")


def to(actor: Actor) -> list[Grantee]:
    return [Grantee("person", actor.id or 0)]


def opened(cast: Cast, part: str) -> tuple[int, int]:
    """A customer of Olivia's with a contact, opened to Stella."""
    customer = samples.make(CUSTOMER, actor=cast.owner)
    contact = samples.make(CONTACT, actor=cast.owner, customer=customer.id)
    write.share(CUSTOMER, [customer.id], to(cast.stranger), part, None, actor=cast.owner, door="test")
    return customer.id, contact.id


@pytest.mark.feature("OWN-03")
@pytest.mark.parametrize(
    ("part", "may"),
    [
        ("basic", {"view"}),
        ("viewer", {"view"}),
        ("collaborator", {"view", "edit"}),
        ("co_owner", {"view", "edit", "delete", "transfer", "export"}),
    ],
)
def test_each_part_opens_what_it_says(cast: Cast, part: str, may: set[str]) -> None:
    customer, contact = opened(cast, part)
    actions = ("view", "edit", "delete", "transfer", "export")
    assert {a for a in actions if CUSTOMER.rows(cast.stranger, a).filter(id=customer).exists()} == may
    below = CONTACT.rows(cast.stranger).filter(id=contact).exists()
    assert below == (part != "basic")
    assert CONTACT.rows(cast.stranger, "edit").filter(id=contact).exists() == ("edit" in may)


def test_only_who_may_hand_it_over_opens_it(cast: Cast) -> None:
    customer, _contact = opened(cast, "collaborator")
    for actor in (cast.stranger, cast.mate, cast.readonly, cast.admin):
        with pytest.raises((write.NotFound, write.Forbidden)):
            write.share(CUSTOMER, [customer], to(cast.mate), "viewer", None, actor=actor, door="test")
    assert not CUSTOMER.rows(cast.mate).filter(id=customer).exists()
    write.share(CUSTOMER, [customer], to(cast.mate), "viewer", None, actor=cast.manager, door="test")
    assert CUSTOMER.rows(cast.mate).filter(id=customer).exists()


def test_it_ends_on_its_day_by_the_owner_or_by_oneself(cast: Cast) -> None:
    customer, _contact = opened(cast, "viewer")
    share = Share.objects.get(record=customer)
    with pytest.raises((write.NotFound, write.Forbidden)):
        write.unshare(CUSTOMER, customer, share.pk, actor=cast.readonly, door="test")
    write.unshare(CUSTOMER, customer, share.pk, actor=cast.stranger, door="test")
    assert not CUSTOMER.rows(cast.stranger).filter(id=customer).exists()
    soon = clock.now() + timedelta(minutes=1)
    write.share(CUSTOMER, [customer], to(cast.stranger), "viewer", soon, actor=cast.owner, door="test")
    Share.objects.update(until=clock.now() - timedelta(seconds=1))
    assert not CUSTOMER.rows(cast.stranger).filter(id=customer).exists()


def test_whom_and_how_far_must_make_sense(cast: Cast) -> None:
    customer = samples.make(CUSTOMER, actor=cast.owner).id
    yesterday = clock.now() - timedelta(days=1)
    for grantees, part, until in (
        ([], "viewer", None),
        ([Grantee("person", 10**9)], "viewer", None),
        ([Grantee("planet", 1)], "viewer", None),
        (to(cast.mate), "emperor", None),
        (to(cast.mate), "viewer", yesterday),
    ):
        with pytest.raises(write.Invalidated):
            write.share(CUSTOMER, [customer], grantees, part, until, actor=cast.owner, door="test")
    assert not Share.objects.exists()


@pytest.mark.feature("OWN-03")
def test_who_took_part_since_when_stands_in_the_history(cast: Cast) -> None:
    translation.activate("en")
    customer, _contact = opened(cast, "viewer")
    write.share(CUSTOMER, [customer], [*to(cast.mate), *to(cast.readonly)], "collaborator", None, actor=cast.owner, door="test")
    write.unshare(CUSTOMER, customer, Share.objects.get(grantee=cast.stranger.id).pk, actor=cast.owner, door="test")
    newest, before, first, _made = history.of_record(customer)
    assert [c.verb for c in (newest, before, first)] == ["unshare", "share", "share"]
    assert {new for _f, _old, new in before.lines(CUSTOMER, Reader(cast.owner))} == {"Max · Collaborator", "Rita · Collaborator"}
    assert newest.lines(CUSTOMER, Reader(cast.owner))[0][1:] == ("Stella · May view", "")
    assert newest.actor == cast.owner.id


@pytest.mark.feature("OWN-03")
def test_the_page_opens_many_and_closes_one(cast: Cast, at_desk: Callable[[Actor], Client]) -> None:
    one, other = (samples.make(CUSTOMER, actor=cast.owner).id for _ in range(2))
    alien = samples.make(CUSTOMER, actor=cast.mate).id
    desk = at_desk(cast.owner)
    body = {
        "ids": f"{one},{other},{alien}",
        "to": [f"person:{cast.stranger.id}", f"department:{cast.stranger.department}"],
        "part": "viewer",
    }
    assert desk.post("/customers/_share/", body).status_code == 204
    assert set(Share.objects.values_list("record", flat=True)) == {one, other}
    shown = desk.get(f"/customers/{one}/_participants/").content.decode()
    assert "Stella" in shown
    assert "West" in shown
    theirs = at_desk(cast.stranger)
    assert theirs.get(f"/customers/{one}/").status_code == 200
    share = Share.objects.get(record=one, to="person")
    assert theirs.post(f"/customers/{one}/_participants/{share.pk}/remove/").status_code == 204
    assert theirs.post(f"/customers/{other}/_participants/{share.pk}/remove/").status_code == 404
    assert desk.post("/customers/_share/", {**body, "until": "2001-01-01"}).status_code == 422

"""Others take part in a record with the right to change it once it is agreed to, where a role says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel import drafts, history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.org.models import Role, User
from tests import samples
from tests.people import Cast, forget, review
from tests.surfaces.test_reviews import latest, said

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")


@pytest.mark.feature("OWN-04")
def test_a_second_salesman_of_a_customer_becomes_co_owner_once_it_is_agreed_to(cast: Cast, at_desk: Desk) -> None:
    clerk = review(
        cast.owner, "customers.customer", f"role:{Role.objects.get(assignments__user=cast.director.id).code}", verbs=("transfer",)
    )
    record = samples.make(CUSTOMER, actor=clerk)
    samples.make(CONTACT, actor=clerk, customer=record.id)
    asking = {"ids": str(record.id), "to": f"person:{cast.stranger.id}", "part": "co_owner", "until": ""}
    answer = at_desk(clerk).post("/customers/_share/", asking)
    assert answer.status_code == 204
    assert "1" in said(answer)
    assert at_desk(cast.stranger).get(f"/customers/{record.id}/").status_code == 404
    at_desk(clerk).post("/customers/_share/", asking)
    assert Draft.objects.filter(record=record.id, state="waiting").count() == 1  # the same is not asked for twice
    number = latest().number
    for nobody in (clerk, cast.mate, cast.stranger, cast.readonly):
        assert at_desk(nobody).post("/reviews/decide/", {"ids": number, "approve": "1"}).status_code == 404
    shown = at_desk(cast.director).get("/reviews/?tab=inbox").content.decode()
    assert "Stella" in shown
    assert "Co-owner" in shown
    at_desk(cast.director).post("/reviews/decide/", {"ids": number, "approve": "1"})
    page = at_desk(cast.stranger).get(f"/customers/{record.id}/")
    assert page.status_code == 200
    assert CUSTOMER.rows(cast.stranger, "transfer").filter(id=record.id).exists()
    assert "Stella" in at_desk(clerk).get(f"/customers/{record.id}/_participants/").content.decode()
    change = history.of_record(record.id)[0]
    assert (change.verb, change.actor, change.request) == ("share", clerk.id, f"review:{number}")


def test_looking_needs_nobodys_leave_where_taking_part_does(cast: Cast, at_desk: Desk) -> None:
    clerk = review(cast.owner, "customers.customer", verbs=("transfer",))
    record = samples.make(CUSTOMER, actor=clerk)
    opened = {"ids": str(record.id), "to": f"person:{cast.stranger.id}", "part": "viewer", "until": ""}
    assert at_desk(clerk).post("/customers/_share/", opened).status_code == 204
    assert at_desk(cast.stranger).get(f"/customers/{record.id}/").status_code == 200
    at_desk(clerk).post("/customers/_share/", {**opened, "part": "collaborator"})
    assert not CUSTOMER.rows(cast.stranger, "edit").filter(id=record.id).exists()
    at_desk(cast.manager).post("/reviews/decide/", {"ids": latest().number, "refuse": "1", "note": "不必"})
    assert not CUSTOMER.rows(cast.stranger, "edit").filter(id=record.id).exists()
    assert write.transfer(CUSTOMER, [record.id], cast.mate.id or 0, actor=clerk, door="test").written  # handing over follows `edit`


def test_what_was_asked_for_is_refused_when_the_colleague_has_left_meanwhile(cast: Cast, at_desk: Desk) -> None:
    clerk = review(cast.owner, "customers.customer", verbs=("transfer",))
    record = samples.make(CUSTOMER, actor=clerk)
    asking = {"ids": str(record.id), "to": f"person:{cast.mate.id}", "part": "co_owner", "until": "2099-12-31"}
    at_desk(clerk).post("/customers/_share/", asking)
    User.objects.filter(pk=cast.mate.id).update(is_active=False)
    forget()
    answer = at_desk(cast.manager).post("/reviews/decide/", {"ids": latest().number, "approve": "1"})
    assert answer.status_code == 409
    assert latest().state == "waiting"


def test_co_ownership_passes_to_nobody_new_without_agreement(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner)
    write.share(CUSTOMER, [record.id], [write.Grantee("person", cast.mate.id or 0)], "co_owner", None, actor=cast.owner, door="test")
    clerk = review(cast.owner, "customers.customer", verbs=("transfer",))
    shares = list(Share.objects.filter(record=record.id))
    write.succeed(cast.mate.id or 0, cast.stranger.id or 0, shares, actor=clerk, door="test")
    assert not CUSTOMER.rows(cast.stranger).filter(id=record.id).exists()
    drafts.approve(latest().number, "", actor=cast.manager)
    assert CUSTOMER.rows(cast.stranger, "transfer").filter(id=record.id).exists()

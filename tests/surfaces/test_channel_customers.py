"""A channel customer names whom it is related to, and is agreed to when these are complete; whoever decides sees and opens them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast, let, review

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
WHOLE = {"type": "end", "level": "A", "source": "referral", "region": "330100", "address": "文三路 1 号", "phone": "0571-88881234"}
NEW = {"name": "杭州云深渠道", "type": "channel"}


def firm(cast: Cast, **given: Any) -> Any:
    return samples.make(CUSTOMER, actor=cast.owner, **given)


@pytest.mark.feature("CUS-08")
def test_it_is_sent_with_a_related_customer_and_agreed_to_when_that_is_complete(cast: Cast, at_desk: Desk) -> None:
    half = firm(cast, **{**WHOLE, "address": ""})
    clerk, manager = at_desk(review(cast.owner, CUSTOMER.key)), at_desk(cast.manager)
    address = "/customers/new/?form=channel"
    alone = clerk.post(address, NEW)
    assert alone.status_code == 422
    assert "at least one related customer" in alone.content.decode()
    assert not Draft.objects.exists()
    assert clerk.post(address, {**NEW, "linked_customers": str(half.id)}).status_code == 302
    draft = Draft.objects.get()
    page = manager.get(f"/reviews/{draft.number}/").content.decode()
    assert f'href="/customers/{half.id}/"' in page
    assert "85%: Address missing" in page
    assert "85%: Address missing" in manager.get(f"/customers/{half.id}/").content.decode()
    decide = {"ids": draft.number, "approve": "1"}
    refused = manager.post("/reviews/decide/", decide)
    assert refused.status_code == 409
    assert "Not every related customer is complete yet" in refused.content.decode()
    assert not CUSTOMER.rows(cast.director).filter(name=NEW["name"]).exists()
    write.update((CUSTOMER, half.id), {"address": "文三路 1 号"}, actor=cast.director, door="test")
    assert "100%" in manager.get(f"/reviews/{draft.number}/").content.decode()
    assert manager.post("/reviews/decide/", decide).status_code == 302
    made = CUSTOMER.rows(cast.director).get(name=NEW["name"])
    tab = manager.get(f"/customers/{made.id}/_related/linked_customers/").content.decode()
    assert "Completeness" in tab
    assert half.name in tab
    assert "100%" in tab


def test_a_related_customer_in_the_recycle_bin_is_none(cast: Cast) -> None:
    gone = firm(cast, **WHOLE)
    one = write.create(CUSTOMER, {**WHOLE, "name": "终端", "linked_customers": [gone.id]}, actor=cast.director, door="form")
    clerk = review(cast.owner, CUSTOMER.key)
    write.update((CUSTOMER, one.id), {"owner": clerk.id}, actor=cast.director, door="form")
    write.delete(gone, actor=cast.director, door="test")
    with pytest.raises(write.Invalidated, match=r"至少要有一个关联客户|at least one related customer"):
        write.update((CUSTOMER, one.id), {"type": "channel"}, actor=clerk, door="form")
    write.restore((CUSTOMER, gone.id), actor=cast.director, door="test")
    assert isinstance(write.update((CUSTOMER, one.id), {"type": "channel"}, actor=clerk, door="form"), Draft)


def test_turning_one_into_a_channel_and_emptying_its_list_wait_for_the_same(cast: Cast) -> None:
    one, other = firm(cast, **WHOLE), firm(cast, **WHOLE)
    clerk = review(cast.owner, CUSTOMER.key)
    with pytest.raises(write.Invalidated, match=r"关联客户|related customer"):
        write.update((CUSTOMER, one.id), {"type": "channel"}, actor=clerk, door="form")
    assert isinstance(
        write.update((CUSTOMER, one.id), {"type": "channel", "linked_customers": [other.id]}, actor=clerk, door="form"), Draft
    )
    outcome = write.create_many(CUSTOMER, [NEW, {"name": "终端", "type": "end"}], actor=clerk, door="import")
    assert (list(outcome.refused), list(outcome.sent)) == ([0], [1])
    channel = write.create(CUSTOMER, {**NEW, "name": "直接生效"}, actor=cast.director, door="form")
    with pytest.raises(write.Invalidated):
        write.update((CUSTOMER, channel.id), {"linked_customers": [channel.id]}, actor=cast.director, door="form")


def test_who_may_not_read_a_field_is_not_told_that_it_is_missing(cast: Cast, at_desk: Desk) -> None:
    half = firm(cast, **{**WHOLE, "address": ""})
    assert "Address missing" in at_desk(cast.owner).get(f"/customers/{half.id}/").content.decode()
    let(cast.owner, CUSTOMER.key, "address", "hidden")
    assert "Address" not in at_desk(cast.again(cast.owner)).get(f"/customers/{half.id}/").content.decode()

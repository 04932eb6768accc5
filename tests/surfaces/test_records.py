"""The page of a record offers each person what his grants allow, and no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Grant
from tests.people import Cast, forget
from tests.samples import make

Desk = Callable[[Actor], Client]
CUSTOMERS = registry.get("customers.customer")
OPPORTUNITIES = registry.get("sales.opportunity")


def only(actor: Actor, entity: str, *actions: str) -> None:
    """Leave the person's role these actions on all records of an entity, and no other."""
    role = Assignment.objects.get(user=actor.id).role
    Grant.objects.filter(role=role, entity=entity).delete()
    Grant.objects.bulk_create([Grant(role=role, entity=entity, action=a, scope="all") for a in ("view", *actions)])
    forget()


@pytest.mark.parametrize(
    ("granted", "offered"),
    [
        ((), set()),
        (("delete",), {"delete/"}),
        (("transfer",), {"_transfer/"}),
        (("delete", "transfer"), {"delete/", "_transfer/"}),
        (("edit",), {"edit/", "_field/name/"}),
    ],
)
def test_each_grant_brings_its_own_button(cast: Cast, at_desk: Desk, granted: tuple[str, ...], offered: set[str]) -> None:
    record = make(CUSTOMERS, actor=cast.owner)
    only(cast.readonly, CUSTOMERS.key, *granted)
    page = at_desk(cast.readonly).get(f"/customers/{record.id}/").content.decode()
    signs = {
        "delete/": f'{record.id}/delete/"',
        "_transfer/": "_transfer/?ids=",
        "edit/": f'{record.id}/edit/"',
        "_field/name/": "_field/name/",
    }
    assert {name for name, sign in signs.items() if sign in page} == offered


def test_an_action_is_offered_to_who_may_edit_and_not_to_who_may_only_delete(cast: Cast, at_desk: Desk) -> None:
    record = make(OPPORTUNITIES, actor=cast.owner)
    offered = []
    for granted in ("delete", "edit"):
        only(cast.readonly, OPPORTUNITIES.key, granted)
        offered.append("_action/" in at_desk(cast.readonly).get(f"/opportunities/{record.id}/").content.decode())
    assert offered == [False, True]

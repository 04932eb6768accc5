"""What an ordinary salesperson enters is his, and nobody else's of his rank: in the browser, by every road to a record."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from tests.people import Cast

Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


@pytest.mark.django_db
@pytest.mark.feature("SEC-11", "OWN-07")
def test_his_customers_are_his_own_and_his_neighbours_see_and_change_nothing(cast: Cast, at_desk: Desk) -> None:
    owner, mate = at_desk(cast.owner), at_desk(cast.mate)
    assert owner.post("/customers/new/", {"name": "杭州云深智能", "phone": "13812345678"}).status_code in (204, 302)
    row = CUSTOMER.model._default_manager.get(name="杭州云深智能")
    assert (row.owner_id, row.created_by_id) == (cast.owner.id, cast.owner.id)
    address = f"/customers/{row.id}/"
    for path in ("/customers/?view=all", "/_search/?q=云深", "/customers/?view=all&where=" + json.dumps(["name", "contains", "云深"])):
        assert "杭州云深智能" in owner.get(path).content.decode(), path
        assert "杭州云深智能" not in mate.get(path).content.decode(), path
    assert mate.get(address).status_code == 404
    assert mate.post(f"{address}edit/", {"name": "别人的"}).status_code == 404
    assert mate.post("/customers/_delete/", {"ids": str(row.id)}).status_code in (200, 204, 404, 422)
    row.refresh_from_db()
    assert (row.name, row.deleted_at) == ("杭州云深智能", None)
    assert owner.post(f"{address}edit/", {"name": "杭州云深智能制造", "phone": "13812345678", "version": row.version}).status_code in (
        204,
        302,
    )
    assert owner.post("/customers/_delete/", {"ids": str(row.id)}).status_code in (200, 204, 302)
    row.refresh_from_db()
    assert (row.name, row.deleted_at is not None) == ("杭州云深智能制造", True)

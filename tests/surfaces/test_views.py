"""Saved views and arranged columns belong to a person; sharing a view shares a filter, never a record."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.surfaces.models import Layout, SavedView
from guanxi.surfaces.pages import views
from tests.people import Cast, restrict
from tests.samples import make

Desk = Callable[[Actor], Client]
WHERE = json.dumps(["level", "is", "A"])


def save(client: Client, name: str = "Key ones", where: str = WHERE, **more: str) -> int:
    return client.post("/customers/_views/", {"name": name, "where": where, **more}).status_code


def names(actor: Actor) -> list[str]:
    return [v.name for v in views.arrangement(registry.get("customers.customer"), actor).views]


def test_a_view_is_mine_until_i_share_it(cast: Cast, at_desk: Desk) -> None:
    client = at_desk(cast.owner)
    assert save(client) == 302
    assert (names(cast.owner), names(cast.mate)) == (["Key ones"], [])
    view = SavedView.objects.get()
    client.post(f"/customers/_views/{view.id}/", {"name": "Important", "shared": "1"})
    assert names(cast.mate) == ["Important"]
    view.refresh_from_db()
    assert view.where == ["level", "is", "A"]


def test_a_shared_view_shows_a_colleague_only_his_own_records(cast: Cast, at_desk: Desk) -> None:
    make(registry.get("customers.customer"), actor=cast.owner, name="Olivias company", level="A")
    save(at_desk(cast.owner), shared="1")
    view = SavedView.objects.get()
    address = f"/customers/?view=s{view.id}"
    assert "Olivias company" in at_desk(cast.owner).get(address).content.decode()
    page = at_desk(cast.stranger).get(address)
    assert page.status_code == 200
    assert "Olivias company" not in page.content.decode()


def test_nobody_changes_or_removes_the_view_of_another(cast: Cast, at_desk: Desk) -> None:
    save(at_desk(cast.owner), shared="1")
    view = SavedView.objects.get()
    client = at_desk(cast.mate)
    assert client.post(f"/customers/_views/{view.id}/", {"name": "Mine now"}).status_code == 404
    assert client.post(f"/customers/_views/{view.id}/remove/").status_code == 404
    assert at_desk(cast.owner).post(f"/customers/_views/{view.id}/remove/").status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("where", ["not json", '["nothing", "is", 1]', '["level", "between", 1]'])
def test_a_view_that_could_not_be_shown_is_not_kept(cast: Cast, at_desk: Desk, where: str) -> None:
    assert save(at_desk(cast.owner), where=where) == 422
    assert save(at_desk(cast.owner), name="  ") == 422
    assert not SavedView.objects.exists()


def test_saving_keeps_the_filter_of_the_tab_and_of_the_address_together(cast: Cast, at_desk: Desk) -> None:
    form = at_desk(cast.owner).get("/customers/_views/", {"view": "mine", "where": WHERE}).content.decode()
    assert "owner" in form
    assert "level" in form


def test_columns_are_kept_in_their_order_without_what_i_may_not_see(cast: Cast, at_desk: Desk) -> None:
    make(registry.get("customers.customer"), actor=cast.owner)
    restrict(cast.owner, "customers.customer", "remark", "hidden")
    client = at_desk(cast.owner)
    client.post("/customers/_columns/", {"column": ["level", "name", "remark", "nonsense"]})
    assert Layout.objects.get().columns == ["level", "name"]
    page = client.get("/customers/").content.decode()
    assert page.index('data-col="level"') < page.index('data-col="name"')
    assert 'data-col="industry"' not in page


def test_after_columns_one_comes_back_to_the_list_and_nowhere_else(cast: Cast, at_desk: Desk) -> None:
    client = at_desk(cast.owner)
    back = client.post("/customers/_columns/", {"column": ["name"], "next": "/customers/?view=all"})
    assert back.headers["Location"] == "/customers/?view=all"
    away = client.post("/customers/_columns/", {"column": ["name"], "next": "https://evil.example/"})
    assert away.headers["Location"] == "/customers/"


def test_widths_are_pixels_within_reason(cast: Cast, at_desk: Desk) -> None:
    client = at_desk(cast.owner)
    widths = {"name": 240, "level": 5, "nonsense": 100, "status": 99999}
    assert client.post("/customers/_widths/", {"widths": json.dumps(widths)}).status_code == 204
    assert Layout.objects.get().widths == {"name": 240}
    assert client.post("/customers/_widths/", {"widths": "[1"}).status_code == 400

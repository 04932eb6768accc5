"""Saved views and arranged columns belong to a person; sharing a view shares a filter, never a record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel import directory
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


def role_of(actor: Actor) -> str:
    return next(iter(sorted(actor.roles)))


def test_a_view_reaches_the_roles_and_departments_that_it_names_and_nobody_else(cast: Cast, at_desk: Desk) -> None:
    client, form = at_desk(cast.owner), {"name": "For some", "where": WHERE, "shared": "some"}
    refused = client.post("/customers/_views/", form)
    assert refused.status_code == 422
    assert 'value="some" checked' in refused.content.decode()
    client.post("/customers/_views/", {**form, "departments": [str(cast.stranger.department), "0", "no"]})
    assert (names(cast.owner), names(cast.stranger), names(cast.mate)) == (["For some"], ["For some"], [])
    view = SavedView.objects.get()
    assert view.departments == [cast.stranger.department]
    client.post(f"/customers/_views/{view.id}/", {"name": "For some", "shared": "some", "roles": [role_of(cast.mate), "nonsense"]})
    view.refresh_from_db()
    assert (view.roles, view.departments) == ([role_of(cast.mate)], [])
    assert "For some" in names(cast.mate)
    hidden = SavedView.objects.create(entity="customers.customer", owner_id=cast.owner.id, name="Hidden", shared=True, roles=["nobody"])
    page = at_desk(cast.mate).get(f"/customers/?view=s{hidden.id}").content.decode()
    assert "Hidden" not in page


def test_a_department_above_names_those_below_it(cast: Cast) -> None:
    above = directory.above(cast.owner.departments) - cast.owner.departments
    assert above
    SavedView.objects.create(entity="customers.customer", owner_id=cast.admin.id, name="House", shared=True, departments=[min(above)])
    assert names(cast.owner) == ["House"]


def strip_of(client: Client, address: str = "/customers/") -> tuple[list[str], list[str], str]:
    """The codes of the views above a list, of those in the menu behind them, and of the one that is shown."""
    page = client.get(address).content.decode()
    nav = page[page.index('<nav class="views"') :].partition("</nav>")[0]
    links = [(code, "item" in more, "aria-current" in more) for more, code in re.findall(r'<a ((?:[^>]*?)\?view=(\w+)"[^>]*)>', nav)]
    return [c for c, item, _on in links if not item], [c for c, item, _on in links if item], next(c for c, _item, on in links if on)


def test_a_list_opens_with_what_is_meant_for_the_role_until_its_person_chooses(cast: Cast, at_desk: Desk) -> None:
    common = {"entity": "customers.customer", "owner_id": cast.admin.id, "shared": True, "opening": True}
    meant = SavedView.objects.create(name="For sales", roles=[role_of(cast.owner)], **common)
    SavedView.objects.create(name="For all", **common)
    client = at_desk(cast.owner)
    first = registry.get("customers.customer").views[0]
    assert strip_of(client)[2] == f"s{meant.id}"
    assert strip_of(client, "/customers/?where=" + WHERE)[2] == first.code
    assert client.post("/customers/_views/opening/", {"view": first.code}).status_code == 302
    assert strip_of(client)[2] == first.code
    client.post("/customers/_views/opening/", {"view": first.code, "off": "1"})
    assert strip_of(client)[2] == f"s{meant.id}"
    assert client.post("/customers/_views/opening/", {"view": "s999999"}).status_code == 404


def test_only_who_looks_after_contents_says_with_what_lists_of_others_open(cast: Cast, at_desk: Desk) -> None:
    save(at_desk(cast.owner), shared="1", opening="1")
    view = SavedView.objects.get()
    assert not view.opening
    address = f"/customers/_views/{view.id}/"
    assert at_desk(cast.mate).get(address).status_code == 404
    keeper = at_desk(cast.business)
    assert 'name="opening"' in keeper.get(address).content.decode()
    keeper.post(address, {"name": "Kept", "shared": "1", "opening": "1"})
    view.refresh_from_db()
    assert (view.opening, view.owner_id, view.where) == (True, cast.owner.id, ["level", "is", "A"])
    SavedView.objects.update(shared=False)
    assert keeper.get(address).status_code == 404


def test_pinned_views_stand_first_and_the_others_in_the_menu_behind_them(cast: Cast, at_desk: Desk) -> None:
    client, presets = at_desk(cast.owner), registry.get("customers.customer").views
    for view in (presets[2], presets[1]):
        client.post("/customers/_views/pin/", {"view": view.code})
    above, behind, _shown = strip_of(client)
    assert above == [presets[2].code, presets[1].code, presets[0].code]
    assert presets[3].code in behind
    client.post("/customers/_views/pin/", {"view": presets[2].code, "off": "1"})
    client.post("/customers/_views/pin/", {"view": presets[1].code, "off": "1"})
    above, behind, _shown = strip_of(client)
    assert above[:2] == [presets[0].code, presets[1].code]
    assert behind == []


def test_a_list_opens_though_what_it_should_open_with_asks_for_a_hidden_field(cast: Cast, at_desk: Desk) -> None:
    first = registry.get("customers.customer").views[0]
    common = {"entity": "customers.customer", "owner_id": cast.admin.id, "shared": True, "opening": True}
    view = SavedView.objects.create(name="Remarked", where=["remark", "not_empty"], **common)
    assert strip_of(at_desk(cast.owner))[2] == f"s{view.id}"
    restrict(cast.owner, "customers.customer", "remark", "hidden")
    client = at_desk(cast.owner)
    assert client.get("/customers/").status_code == 200
    assert strip_of(client)[2] == first.code
    assert client.get(f"/customers/?view=s{view.id}").status_code == 400


def test_who_renames_his_view_leaves_what_others_lists_open_with(cast: Cast, at_desk: Desk) -> None:
    view = SavedView.objects.create(entity="customers.customer", owner_id=cast.owner.id, name="Old", shared=True, opening=True)
    at_desk(cast.owner).post(f"/customers/_views/{view.id}/", {"name": "New", "shared": "1"})
    view.refresh_from_db()
    assert (view.name, view.opening) == ("New", True)
    at_desk(cast.owner).post(f"/customers/_views/{view.id}/", {"name": "Mine", "shared": ""})
    view.refresh_from_db()
    assert (view.shared, view.opening) == (False, False)


def test_only_views_above_the_list_are_counted(cast: Cast, at_desk: Desk) -> None:
    client, presets = at_desk(cast.owner), registry.get("customers.customer").views
    client.post("/customers/_views/pin/", {"view": presets[1].code})
    figures = client.get(f"/customers/_counts/?view={presets[0].code}").json()
    assert set(figures) == {"total", f"customers:{presets[0].code}", f"customers:{presets[1].code}"}

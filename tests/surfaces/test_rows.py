"""Rows of a record are a sheet on its page: typed, changed in place, taken away and added up, by who may do each of these."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages import ahead
from tests import samples
from tests.people import Cast, let, review

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
ASKED = {"HX-Request": "true"}


@pytest.fixture
def device(cast: Cast) -> Iterator[Entity]:
    """Devices of a customer, with a model, a count and a price."""
    with samples.designed("设备明细", en="Device", plural="Devices", rows_of=CUSTOMER.key) as entity:
        for kind, options in (("text", {}), ("integer", {}), ("decimal", {"places": 2})):
            samples.added(entity, kind, **options)
        yield entity


def keys(device: Entity) -> list[str]:
    return [key for key in device.fields if re.fullmatch(r"f\d+", key)]


def events(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])
    return found


@pytest.mark.feature("FRM-01")
def test_a_row_is_typed_changed_in_place_taken_away_and_added_up(cast: Cast, at_desk: Desk, device: Entity) -> None:
    model, count, price = keys(device)
    desk, customer = at_desk(cast.again(cast.owner)), samples.make(CUSTOMER, actor=cast.owner)
    sheet = f"/customers/{customer.id}/_rows/rows-{device.number}/"  # type: ignore[attr-defined]
    for name, many in (("冲床", "2"), ("车床", "3")):
        made = desk.post(sheet, {"name": name, model: "J23", count: many, price: "10.50"}, headers=ASKED)
        assert made.status_code == 200
        assert name not in made.content.decode(), "the next line is empty"
        assert "rows:added" in events(made)
    lines = desk.get(sheet, {"part": "lines"}).content.decode()
    assert lines.index("冲床") < lines.index("车床")
    feet = desk.get(sheet, {"part": "feet"}).content.decode()
    assert "<b>5</b>" in feet
    assert "<b>21.00</b>" in feet
    first, second = device.rows(cast.again(cast.owner)).order_by("id")
    cell = f"/{device.slug}/{first.id}/_field/{count}/?row=1"
    assert f'hx-get="{cell}"' in lines
    form = desk.get(cell, headers=ASKED).content.decode()
    assert f'id="r{first.id}-f-{count}"' in form
    assert "autofocus" in form
    saved = desk.post(cell, {count: "7", "version": first.version}, headers=ASKED)
    assert saved.status_code == 200
    assert {"rows:changed", "toast"} == events(saved).keys()
    assert "<b>10</b>" in desk.get(sheet, {"part": "feet"}).content.decode()
    assert desk.post(events(saved)["toast"]["undo"], headers=ASKED).status_code == 204
    assert "<b>5</b>" in desk.get(sheet, {"part": "feet"}).content.decode()
    gone = desk.post(f"{sheet}{second.id}/", headers=ASKED)
    assert (gone.status_code, gone.content) == (200, b"")
    assert "车床" not in desk.get(sheet, {"part": "lines"}).content.decode()
    desk.post(events(gone)["toast"]["undo"], headers=ASKED)
    assert "车床" in desk.get(sheet, {"part": "lines"}).content.decode()
    assert [c.verb for c in history.of_record(second.id)] == ["restore", "delete", "create"]


def test_a_refused_cell_keeps_what_was_typed_and_says_why_and_a_stale_one_what_stands_there(
    cast: Cast, at_desk: Desk, device: Entity
) -> None:
    _model, count, _price = keys(device)
    desk, customer = at_desk(cast.again(cast.owner)), samples.make(CUSTOMER, actor=cast.owner)
    row = write.create(device, {"name": "冲床", "parent": customer.id, count: "2"}, actor=cast.again(cast.owner), door="test")
    cell = f"/{device.slug}/{row.id}/_field/{count}/?row=1"
    refused = desk.post(cell, {count: "viele", "version": row.version}, headers=ASKED)
    assert refused.status_code == 422
    assert 'value="viele"' in refused.content.decode()
    assert 'role="alert"' in refused.content.decode()
    write.update((device, row.id), {count: "9"}, actor=cast.again(cast.director), door="test")
    stale = desk.post(cell, {count: "4", "version": row.version}, headers=ASKED)
    assert stale.status_code == 409
    assert "“9”" in stale.content.decode()
    assert 'value="4"' in stale.content.decode()
    version = re.search(r'name="version" value="(\d+)"', stale.content.decode())
    assert version
    assert desk.post(cell, {count: "4", "version": version[1]}, headers=ASKED).status_code == 200
    assert device.rows(cast.again(cast.owner)).get().custom[count] == 4


def test_who_may_not_finds_no_pencil_no_bin_no_line_and_no_figure(cast: Cast, at_desk: Desk, device: Entity) -> None:
    _model, count, price = keys(device)
    customer = samples.make(CUSTOMER, actor=cast.owner)
    row = write.create(device, {"name": "冲床", "parent": customer.id, count: "2", price: "3"}, actor=cast.again(cast.owner), door="test")
    tab = f"/customers/{customer.id}/_related/rows-{device.number}/"  # type: ignore[attr-defined]
    sheet = tab.replace("_related", "_rows")
    reader = at_desk(cast.again(cast.readonly)).get(tab).content.decode()
    assert "冲床" in reader
    assert not [mark for mark in ("_field/", f'hx-post="{sheet}', "rows-new") if mark in reader]
    assert at_desk(cast.again(cast.readonly)).post(f"{sheet}{row.id}/", headers=ASKED).status_code == 403
    assert at_desk(cast.again(cast.stranger)).post(f"{sheet}{row.id}/", headers=ASKED).status_code == 404
    let(cast.owner, device.key, count, "readonly")
    let(cast.owner, device.key, price, "masked")
    desk = at_desk(cast.again(cast.owner))
    page = desk.get(tab).content.decode()
    assert f"_field/{count}/" not in page
    assert f"_field/{price}/" not in page
    assert "_field/name/" in page
    assert "<b>2</b>" in page
    assert "3.00" not in page
    line = desk.get(sheet).content.decode()
    assert not [key for key in (count, price) if f'name="{key}"' in line]
    assert desk.post(f"/{device.slug}/{row.id}/_field/{count}/?row=1", {count: "5"}, headers=ASKED).status_code == 404
    other = samples.make(CUSTOMER, actor=cast.owner)
    assert desk.post(f"/customers/{other.id}/_rows/rows-{device.number}/{row.id}/", headers=ASKED).status_code == 404  # type: ignore[attr-defined]


def test_what_waits_for_review_stays_as_it_is(cast: Cast, at_desk: Desk, device: Entity) -> None:
    customer = samples.make(CUSTOMER, actor=cast.owner)
    row = write.create(device, {"name": "冲床", "parent": customer.id}, actor=cast.again(cast.owner), door="test")
    desk = at_desk(review(cast.again(cast.owner), device.key))
    sheet = f"/customers/{customer.id}/_rows/rows-{device.number}/"  # type: ignore[attr-defined]
    assert desk.post(sheet, {"name": "车床"}, headers=ASKED).status_code == 200
    assert desk.post(f"{sheet}{row.id}/", headers=ASKED).status_code == 204
    assert [each.name for each in device.rows(cast.again(cast.owner))] == ["冲床"]


def test_more_rows_cost_no_more(cast: Cast, at_desk: Desk, device: Entity) -> None:
    customer, desk = samples.make(CUSTOMER, actor=cast.owner), at_desk(cast.again(cast.owner))
    tab = f"/customers/{customer.id}/_related/rows-{device.number}/"  # type: ignore[attr-defined]

    def cost(rows: int) -> int:
        given = [{"name": f"机床 {n}", "parent": customer.id} for n in range(rows)]
        assert not write.create_many(device, given, actor=cast.again(cast.owner), door="test").refused
        desk.get(tab)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert desk.get(tab).status_code == 200
        return len(found)

    assert cost(2) == cost(20)


@pytest.mark.feature("FRM-01")
def test_rows_are_typed_before_their_record_is_there_and_saved_with_it_or_not_at_all(cast: Cast, at_desk: Desk, device: Entity) -> None:
    model, count, _price = keys(device)
    desk = at_desk(cast.again(cast.owner))
    line = lambda place, **given: {f"{device.slug}.{place}.{key}": value for key, value in given.items()}
    assert f'name="{device.slug}.0.name"' in desk.get("/customers/new/").content.decode()
    lines = {**line(0, name="冲床", **{count: "2"}), **line(3, name="", **{model: "CK6140", count: "x"}), **line(4, name="", **{count: ""})}
    refused = desk.post("/customers/new/", {"name": "云深制造", **lines})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert not CUSTOMER.rows(cast.director).exists()
    assert not device.rows(cast.again(cast.director)).exists()
    assert f'name="{device.slug}.0.name" id="f-{device.slug}.0.name" value="冲床"' in page
    assert f'id="f-{device.slug}.3.name-error"' in page
    assert f'name="{device.slug}.3.{count}" id="f-{device.slug}.3.{count}" value="x"' in page
    assert f'id="f-{device.slug}.3.{count}-error"' in page
    good = {**lines, **line(3, name="车床", **{model: "CK6140", count: "3"})}
    assert desk.post("/customers/new/", {"name": "云深制造", **good}).status_code == 302
    customer = CUSTOMER.rows(cast.director).get()
    found = device.rows(cast.again(cast.director)).order_by("id")
    assert [(r.name, r.custom[count]) for r in found] == [("冲床", 2), ("车床", 3)]
    assert {(r.parent_id, r.owner_id) for r in found} == {(customer.id, cast.owner.id)}
    assert len({history.of_record(record)[0].write_id for record in (customer.id, *(row.id for row in found))}) == 1
    clerk = at_desk(review(cast.again(cast.owner), CUSTOMER.key))
    waits = clerk.post("/customers/new/", {"name": "云深二厂", **line(0, name="冲床")})
    assert waits.status_code == 422
    assert "Enter its rows then" in waits.content.decode()
    assert not device.rows(cast.again(cast.director)).filter(name="冲床").exclude(parent_id=customer.id).exists()
    assert 'name="devices' not in at_desk(cast.again(cast.readonly)).get("/customers/new/").content.decode()


def test_rows_that_are_too_many_for_a_form_are_not_lost(cast: Cast, at_desk: Desk, device: Entity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "MOST", 2)
    lines = {f"{device.slug}.{n}.name": f"机床{n}" for n in range(3)}
    answer = at_desk(cast.owner).post("/customers/new/", {"name": "云深机电", "phone": "13812345678", **lines})
    page = answer.content.decode()
    assert (answer.status_code, "takes 2 rows of a kind" in page) == (422, True)
    assert all(f'value="{name}"' in page for name in lines.values())
    assert not registry.get("customers.customer").objects.exists()

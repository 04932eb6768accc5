"""Every entity can be looked at as a board of each of its choices and as a calendar of each of its dates, unasked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages import shapes
from tests import samples
from tests.people import Cast

Desk = Callable[[Actor], Client]


@pytest.mark.parametrize("entity", list(registry), ids=lambda e: e.key)
def test_whatever_there_is_has_its_boards_days_and_feet(entity: Entity, cast: Cast, at_desk: Desk) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    client, mark = at_desk(cast.owner), f'data-id="{record.id}"'
    for layout, fields in (("board", shapes.choices(entity, SYSTEM)), ("calendar", shapes.dates(entity, SYSTEM))):
        for key, field in fields.items():
            value = field.value(record)
            on = value.isoformat()[:10] if layout == "calendar" and value else ""
            page = client.get(f"/{entity.slug}/", {"view": "all", "layout": layout, "by": key, "on": on})
            assert page.status_code == 200, (layout, key)
            assert (mark in page.content.decode()) == (layout == "board" or value is not None), (layout, key, value)
    assert client.get(f"/{entity.slug}/_totals/?view=all").status_code == 200

"""Every entity can be looked at as a board of each choice, a calendar of each date, and in groups of all that makes groups, unasked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages import shapes
from tests import samples
from tests.people import Cast
from tests.surfaces.test_groups import lines

Desk = Callable[[Actor], Client]


@pytest.mark.parametrize("entity", list(registry), ids=lambda e: e.key)
def test_whatever_there_is_has_its_boards_days_and_feet(entity: Entity, cast: Cast, at_desk: Desk) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    client, mark = at_desk(cast.owner), f'data-id="{record.id}"'
    alone = json.dumps([entity.title, "is", getattr(record, entity.title)])  # a day shows only so many
    for layout, fields in (("board", shapes.choices(entity, SYSTEM)), ("calendar", shapes.dates(entity, SYSTEM))):
        for key, field in fields.items():
            value = field.value(record)
            on = value.isoformat()[:10] if layout == "calendar" and value else ""
            page = client.get(f"/{entity.slug}/", {"view": "all", "layout": layout, "by": key, "on": on, "where": alone})
            assert page.status_code == 200, (layout, key)
            assert (mark in page.content.decode()) == (layout == "board" or value is not None), (layout, key, value)
    assert client.get(f"/{entity.slug}/_totals/?view=all").status_code == 200


@pytest.mark.parametrize("entity", list(registry), ids=lambda e: e.key)
def test_whatever_there_is_can_be_grouped_and_each_group_leads_to_as_many(entity: Entity, cast: Cast, at_desk: Desk) -> None:
    samples.make(entity, "full", actor=cast.owner)
    client, count = at_desk(cast.owner), str(entity.rows(cast.owner).count())
    for by in shapes.groupings(entity, cast.owner):
        page = client.get(f"/{entity.slug}/", {"view": "all", "layout": "groups", "by": by}).content.decode()
        assert lines(page)["All"][0] == count, by
        for link, name in re.findall(r'<td class="stick"><a href="([^"]+)">([^<]+)</a>', page):
            behind = client.get(unescape(link)).content.decode()
            assert str(behind.count("<tr data-row=")) == lines(page)[unescape(name)][0], (by, name)

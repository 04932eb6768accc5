"""The first hour: each sees the steps that he may take, ticked off by what he has really done since he first saw them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from guanxi.kernel import clock, marks, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from guanxi.surfaces import guide
from guanxi.surfaces.exchange.models import ImportRun
from tests.people import Cast, restrict
from tests.samples import make

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMERS, OPPORTUNITIES, FOLLOW_UPS = (registry.get(k) for k in ("customers.customer", "sales.opportunity", "activity.followup"))
ASKED = {"HX-Request": "true"}


def shown(desk: Client) -> str:
    return desk.post("/settings/guide/", headers=ASKED).content.decode()


def done(desk: Client) -> str:
    found = re.search(r"(\d of \d) done", shown(desk))
    return found[1] if found else ""


def test_what_lay_there_before_counts_for_nothing_and_every_step_is_ticked_off_by_doing_it(cast: Cast, at_desk: Desk) -> None:
    with clock.frozen(clock.now() - timedelta(days=1)):
        made = make(CUSTOMERS, actor=cast.owner)
        make(OPPORTUNITIES, actor=cast.owner)
        make(FOLLOW_UPS, actor=cast.owner, customer=made.id)
    desk = at_desk(cast.owner)
    assert done(desk) == "0 of 5"
    ImportRun.objects.create(entity=CUSTOMERS.key, actor_id=cast.owner.id, name="list.xlsx", path="x", state="done")
    assert done(desk) == "1 of 5"
    desk.post(f"/customers/{made.id}/_compose/", {"mode": "call", "text": "Spoke of the order"})
    assert done(desk) == "2 of 5"
    due = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    desk.post(f"/customers/{made.id}/_compose/", {"mode": "call", "text": "Again on Friday", "due": due})
    assert done(desk) == "3 of 5"
    make(OPPORTUNITIES, actor=cast.owner)
    marks.put(marks.STAR, CUSTOMERS, made.id, cast.owner)
    assert done(desk) == "5 of 5"
    assert "All done" in shown(desk)


def test_a_customer_entered_by_hand_will_do_too_but_not_one_that_a_colleague_entered(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.owner)
    assert done(desk) == "0 of 5"
    make(CUSTOMERS, actor=cast.mate)
    assert done(desk) == "0 of 5"
    make(CUSTOMERS, actor=cast.owner)
    assert done(desk) == "1 of 5"


def test_nobody_is_sent_where_he_may_not_go(cast: Cast, at_desk: Desk) -> None:
    reading, administering = shown(at_desk(cast.readonly)), shown(at_desk(cast.admin))
    assert "/customers/import/" not in reading
    assert "/admin/" not in reading
    assert "Give your colleagues accounts" in administering
    assert "/customers/" not in administering
    assert "/admin/" not in shown(at_desk(cast.owner))


def test_it_is_put_away_for_good_and_brought_back_from_the_settings(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.owner)
    assert 'id="guide"' in desk.get("/").content.decode()
    desk.post("/settings/guide/", {"off": "1"}, headers=ASKED)
    assert 'id="guide"' not in desk.get("/").content.decode()
    assert "Show again" in desk.get("/settings/").content.decode()
    desk.post("/settings/guide/", {"off": ""})
    assert 'id="guide"' in desk.get("/").content.decode()


def test_one_setting_does_not_wipe_another(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.owner)
    shown(desk)
    desk.post("/settings/rail/", {"rail": "narrow"})
    assert desk.post("/settings/density/", {"density": "compact"}).status_code == 204
    assert desk.post("/settings/density/", {"density": "tiny"}).status_code == 422
    page = desk.get("/").content.decode()
    assert 'data-density="compact"' in page
    assert 'data-rail="narrow"' in page
    assert guide.KEPT in User.objects.get(id=cast.owner.id).preferences


def test_closed_fields_break_no_step(cast: Cast, at_desk: Desk) -> None:
    restrict(cast.owner, FOLLOW_UPS.key, "next_at", "hidden")
    restrict(cast.owner, CUSTOMERS.key, "owner", "hidden")
    assert done(at_desk(cast.owner)) == "0 of 5"


@pytest.mark.parametrize("entity", list(registry), ids=lambda e: e.key)
def test_an_empty_list_says_what_belongs_there(cast: Cast, at_desk: Desk, entity: object) -> None:
    from guanxi.kernel.entity import Entity

    assert isinstance(entity, Entity)
    assert str(entity.teaches)
    for row in list(entity.rows(cast.director)[:50]):
        write.delete(row, actor=cast.director, door="test")
    page = at_desk(cast.owner).get(f"/{entity.slug}/?view=all").content.decode()
    assert str(entity.teaches)[:30] in page or "<tbody>" in page

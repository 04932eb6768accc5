"""All that match is what the person saw and had counted; where that has moved, he is told and nothing is done."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry
from guanxi.surfaces import bulk
from guanxi.surfaces.models import SavedView
from tests.people import Cast
from tests.samples import make

pytestmark = [pytest.mark.django_db, pytest.mark.feature("CUS-22")]
CUSTOMERS = registry.get("customers.customer")
Desk = Callable[[Actor], Client]
ASKED = {"HX-Request": "true", "HX-Target": "modal"}
WISH = {"all": "1", "field": "remark", "remark": "x"}


@pytest.fixture
def view(cast: Cast) -> SavedView:
    """A colleague's shared view of level A; the owner has two of level A and three of level C."""
    for level in "ACACC":
        make(CUSTOMERS, actor=cast.owner, level=level)
    return SavedView.objects.create(entity=CUSTOMERS.key, owner_id=cast.mate.id, name="重点", where=["level", "is", "A"], shared=True)


def opened(desk: Client, view: SavedView, page: str = "_bulk") -> str:
    """Where a button of the list's bar leads, as the list was drawn."""
    shown = desk.get(f"/customers/?view=s{view.pk}").content.decode()
    return html.unescape(re.search(rf'"(/customers/{page}/\?[^"]*)"', shown)[1])  # type: ignore[index]


def counted(desk: Client, address: str, **more: str) -> tuple[str, str]:
    """What the dialogue says before anything is done, and the mark that it sends back."""
    shown = desk.post(address.replace("_bulk/", "_rehearse/edit/"), {**WISH, **more}, headers=ASKED).content.decode()
    return shown, re.search(r'name="counted" value="(\w+)"', shown)[1]  # type: ignore[index]


def done() -> list[str]:
    """The levels of what was changed."""
    rows = CUSTOMERS.rows(SYSTEM).filter(remark="x")
    return sorted(CUSTOMERS.fields["level"].kind.json(CUSTOMERS.fields["level"].value(row)) for row in rows)


def loosen(view: SavedView) -> None:
    """The colleague shows more in it."""
    SavedView.objects.filter(pk=view.pk).update(where=["level", "in", ["A", "C"]])


def said(answer: Any) -> str:
    events = json.loads(answer.headers["HX-Trigger"])
    return str(events["toast"]["message"])


def test_a_view_that_a_colleague_changed_is_not_acted_on_before_it_was_looked_at(cast: Cast, at_desk: Desk, view: SavedView) -> None:
    desk = at_desk(cast.owner)
    address = opened(desk, view)
    loosen(view)
    answer = desk.post(address, WISH, headers=ASKED)
    assert "Somebody has changed this view" in said(answer)
    assert "bulk:moved" in json.loads(answer.headers["HX-Trigger"])
    assert done() == []
    shown, mark = counted(desk, address)
    assert "Somebody has changed this view" in shown
    assert "<b>5</b>" in shown
    assert desk.post(address, {**WISH, "counted": mark}, headers=ASKED).status_code == 204
    assert done() == ["A", "A", "C", "C", "C"]


def test_what_came_in_after_it_was_counted_is_not_changed_unseen(cast: Cast, at_desk: Desk, view: SavedView) -> None:
    desk = at_desk(cast.owner)
    address = opened(desk, view)
    shown, mark = counted(desk, address)
    assert "<b>2</b>" in shown
    assert "changed" not in shown.replace("Would change", "")
    make(CUSTOMERS, actor=cast.owner, level="A")
    assert "changed since it was counted" in said(desk.post(address, {**WISH, "counted": mark}, headers=ASKED))
    assert done() == []
    shown, fresh = counted(desk, address, counted=mark)
    assert "changed since it was counted" in shown
    assert "<b>3</b>" in shown
    desk.post(address, {**WISH, "counted": fresh}, headers=ASKED)
    assert done() == ["A", "A", "A"]


def test_the_same_number_of_others_is_not_what_was_counted(cast: Cast, at_desk: Desk, view: SavedView) -> None:
    desk = at_desk(cast.owner)
    address = opened(desk, view)
    _shown, mark = counted(desk, address)
    write.delete((CUSTOMERS, CUSTOMERS.rows(SYSTEM).where(["level", "is", "C"]).first().id), actor=SYSTEM, door="test")
    SavedView.objects.filter(pk=view.pk).update(where=["level", "is", "C"])
    assert desk.post(address, {**WISH, "counted": mark}, headers=ASKED).status_code == 204
    assert done() == []


def test_what_has_not_moved_is_done_at_once_counted_or_not(cast: Cast, at_desk: Desk, view: SavedView) -> None:
    desk = at_desk(cast.owner)
    address = opened(desk, view)
    desk.post(address, WISH, headers=ASKED)
    assert done() == ["A", "A"]
    _shown, mark = counted(desk, address)
    desk.post(address, {**WISH, "remark": "y", "counted": mark}, headers=ASKED)
    assert done() == []


def test_no_job_begins_to_count_a_view_that_was_changed_before_the_person_knows(
    cast: Cast, at_desk: Desk, view: SavedView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    desk = at_desk(cast.owner)
    address = opened(desk, view)
    loosen(view)
    assert "Somebody has changed this view" in said(desk.post(address, WISH, headers=ASKED))
    assert not Job.objects.exists()
    _shown, mark = counted(desk, address)
    answer = desk.post(address, {**WISH, "counted": mark}, headers=ASKED)
    assert answer.headers["HX-Redirect"] == f"/jobs/{Job.objects.get().pk}/"


@pytest.mark.parametrize(("page", "given"), [("_share", {"to": "person:{mate}"}), ("_transfer", {"owner": "{mate}"}), ("_delete", {})])
def test_no_other_verb_reaches_further_than_what_was_seen(
    cast: Cast, at_desk: Desk, view: SavedView, page: str, given: dict[str, str]
) -> None:
    desk, before = at_desk(cast.owner), list(CUSTOMERS.rows(SYSTEM).order_by("id").values_list("id", "owner_id"))
    address = opened(desk, view, page)
    loosen(view)
    filled = {key: text.format(mate=cast.mate.id) for key, text in given.items()}
    answer = desk.post(address, {"all": "1", **filled}, headers=ASKED)
    assert "Somebody has changed this view" in answer.headers.get("HX-Trigger", "") + answer.content.decode()
    assert list(CUSTOMERS.rows(SYSTEM).order_by("id").values_list("id", "owner_id")) == before

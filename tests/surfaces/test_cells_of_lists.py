"""A cell of a list is changed where it stands, and everything that is saved can be taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
ASKED = {"HX-Request": "true"}


def events(answer: HttpResponse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.headers.get("HX-Trigger", "{}"))
    return found


def heads(page: str) -> set[str]:
    """The columns below which a cell may be changed."""
    return {key for key, rest in re.findall(r'<th[^>]* data-col="(\w+)"([^>]*)>', page) if "data-edit" in rest}


def test_the_heads_say_which_cells_one_may_change(cast: Cast, at_desk: Desk) -> None:
    samples.make(CUSTOMER, actor=cast.owner)
    mine = heads(at_desk(cast.owner).get("/customers/?view=all").content.decode())
    assert {"name", "level", "phone"} <= mine
    assert not {"open_amount", "updated_at"} & mine
    assert heads(at_desk(cast.readonly).get("/customers/?view=all").content.decode()) == set()


def test_a_cell_of_a_list_is_saved_with_undo_and_its_row_alone_is_read_anew(cast: Cast, at_desk: Desk) -> None:
    desk, row = at_desk(cast.owner), samples.make(CUSTOMER, actor=cast.owner, level="C")
    cell = f"/customers/{row.id}/_field/level/?list=1"
    form = desk.get(cell, headers=ASKED).content.decode()
    assert 'hx-target="closest td"' in form
    assert "autofocus" in form
    saved = desk.post(cell, {"level": "A", "version": row.version}, headers=ASKED)
    assert events(saved)["row:changed"] == str(row.id)
    assert "list:changed" not in events(saved)
    assert "hx-get" not in saved.content.decode()
    assert desk.post(events(saved)["toast"]["undo"], headers=ASKED).status_code == 204
    assert CUSTOMER.rows(cast.owner).get(id=row.id).level == row.level


def test_a_cell_of_a_row_that_is_only_to_be_read_says_so(cast: Cast, at_desk: Desk) -> None:
    row = samples.make(CUSTOMER, actor=cast.owner)
    answer = at_desk(cast.readonly).get(f"/customers/{row.id}/_field/level/?list=1", headers=ASKED)
    assert answer.status_code == 403
    assert events(answer)["toast"]["level"] == "error"
    assert at_desk(cast.stranger).get(f"/customers/{row.id}/_field/level/?list=1", headers=ASKED).status_code == 404


@pytest.mark.parametrize("mark", ["", "list=1"])
def test_a_stale_cell_says_what_stood_there_and_what_stands_there_now(cast: Cast, at_desk: Desk, mark: str) -> None:
    row = samples.make(CUSTOMER, actor=cast.owner, level="C")
    write.update((CUSTOMER, row.id), {"level": "B"}, actor=cast.director, door="test")
    stale = at_desk(cast.owner).post(f"/customers/{row.id}/_field/level/?{mark}", {"level": "A", "version": row.version}, headers=ASKED)
    assert stale.status_code == 409
    said = re.search(r'role="alert">(.*?)</p>', stale.content.decode(), re.S)
    assert said
    assert re.search("“C[^”]*” to “B[^”]*”", said[1])


def test_the_conflict_of_a_form_says_the_former_value_in_words(cast: Cast, at_desk: Desk) -> None:
    row = samples.make(CUSTOMER, actor=cast.owner, level="C", next_follow_up_at="2031-03-01T10:00")
    write.update((CUSTOMER, row.id), {"level": "B", "next_follow_up_at": "2031-03-02T10:00"}, actor=cast.director, door="test")
    mine = {"name": row.name, "level": "A", "next_follow_up_at": "2031-03-03T10:00", "version": row.version}
    page = at_desk(cast.owner).post(f"/customers/{row.id}/edit/", mine).content.decode()
    before = re.findall(r'<td class="sub">(.*?)</td>', page)
    assert len(before) == 2
    assert any(words.startswith("C ") for words in before)
    assert "2031-03-01 10:00" in before


@pytest.mark.parametrize("quick", ["", "?quick=1"])
def test_what_a_form_has_made_or_changed_can_be_taken_back(cast: Cast, at_desk: Desk, quick: str) -> None:
    desk = at_desk(cast.owner)
    made = desk.post(f"/customers/new/{quick}", {"name": "湖州德清莫干"}, headers=ASKED)
    row = CUSTOMER.rows(cast.owner).get(name="湖州德清莫干")
    undo = events(made)["toast"]["undo"] if quick else desk.session["toasts"][0]["undo"]
    desk.post(f"/customers/{row.id}/edit/", {"name": "湖州德清莫干山", "version": row.version})
    changed = desk.session["toasts"][0]["undo"]
    assert desk.post(changed, headers=ASKED).status_code == 204
    assert CUSTOMER.rows(cast.owner).get(id=row.id).name == "湖州德清莫干"
    assert desk.post(undo, headers=ASKED).status_code == 409, "it has a history since"
    other = desk.post(f"/customers/new/{quick}", {"name": "湖州安吉孝丰"}, headers=ASKED)
    undo = events(other)["toast"]["undo"] if quick else desk.session["toasts"][0]["undo"]
    assert desk.post(undo, headers=ASKED).status_code == 204
    assert not CUSTOMER.rows(cast.owner).filter(name="湖州安吉孝丰").exists()


def test_a_form_of_a_version_that_has_never_been_keeps_what_was_typed(cast: Cast, at_desk: Desk) -> None:
    row, desk = samples.make(CUSTOMER, actor=cast.owner, level="C"), at_desk(cast.owner)
    page = desk.post(f"/customers/{row.id}/edit/", {"name": "湖州安吉天荒坪", "version": row.version + 5})
    assert page.status_code == 409
    assert "湖州安吉天荒坪" in page.content.decode()
    assert "Somebody has changed this since you opened it" in page.content.decode()
    cell = desk.post(f"/customers/{row.id}/_field/level/?", {"level": "A", "version": row.version + 5}, headers=ASKED)
    assert cell.status_code == 409
    assert CUSTOMER.rows(cast.owner).get(id=row.id).level == row.level


@pytest.mark.parametrize(("language", "words"), [("en", "This page is too old"), ("zh-hans", "页面已过期")])
def test_a_write_without_the_mark_of_a_page_says_what_to_do(cast: Cast, language: str, words: str) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"Accept-Language": language})
    page = browser.post("/login/", {"login": "somebody", "password": "x"})
    assert page.status_code == 403
    assert words in page.content.decode()
    assert "Django" not in page.content.decode()
    assert "default-src" in page.headers["Content-Security-Policy"]
    answer = browser.post("/login/", {}, headers=ASKED)
    assert (answer.status_code, words in events(answer)["toast"]["message"]) == (403, True)

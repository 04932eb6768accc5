"""The story of a record: who may write it, who may read it, and that nothing hidden slips out through it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock, comments, reactions, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import Attachment, Comment
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from guanxi.surfaces import stream
from tests.people import Cast, restrict
from tests.samples import make

Desk = Callable[[Actor], Client]
HTMX = {"HX-Request": "true"}


def customer(actor: Actor, **given: Any) -> Any:
    return make(registry.get("customers.customer"), actor=actor, **given)


def entries(record: Any, actor: Actor) -> list[stream.Entry]:
    return stream.read(record.entity, record, Reader(actor)).entries


def follow_ups(actor: Actor) -> list[Any]:
    return list(registry.get("activity.followup").rows(actor).order_by("id"))


def test_a_follow_up_written_on_a_customer_is_about_him_and_plans_the_next(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    client = at_desk(cast.owner)
    due = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    response = client.post(f"/customers/{record.id}/_compose/", {"mode": "visit", "text": "Saw the new hall", "due": due}, headers=HTMX)
    assert response.status_code == 200, response.content
    assert "Saw the new hall" in response.content.decode()
    [made] = follow_ups(cast.owner)
    assert (made.customer_id, made.created_by_id) == (record.id, cast.owner.id)
    record.refresh_from_db()
    assert record.next_follow_up_at == made.next_at
    undo = json.loads(response.headers["HX-Trigger"])["toast"]["undo"]
    assert client.post(undo).status_code == 204
    assert follow_ups(cast.owner) == []


def test_a_follow_up_on_an_opportunity_knows_its_customer(cast: Cast, at_desk: Desk) -> None:
    deal = make(registry.get("sales.opportunity"), actor=cast.owner)
    at_desk(cast.owner).post(f"/opportunities/{deal.id}/_compose/", {"mode": "call", "text": "Agreed"})
    [made] = follow_ups(cast.owner)
    assert (made.opportunity_id, made.customer_id) == (deal.id, deal.customer_id)
    about_him = entries(registry.get("customers.customer").model.rows_of([deal.customer_id])[0], cast.owner)
    assert "Agreed" in [entry.text for entry in about_him]


def test_a_refused_entry_stands_again_with_the_reason(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    late = (clock.now() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    response = at_desk(cast.owner).post(f"/customers/{record.id}/_compose/", {"mode": "call", "text": "Half a day of work", "due": late})
    assert response.status_code == 422
    assert "Half a day of work" in response.content.decode()
    assert 'role="alert"' in response.content.decode()
    assert follow_ups(cast.owner) == []


def test_a_double_click_writes_one_entry(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    client = at_desk(cast.owner)
    for _again in range(2):
        client.post(f"/customers/{record.id}/_compose/", {"mode": "call", "text": "Once", "idempotency_key": "k1"})
    assert len(follow_ups(cast.owner)) == 1


def test_files_of_an_entry_come_with_it_or_not_at_all(cast: Cast, at_desk: Desk, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    record = customer(cast.owner)
    client = at_desk(cast.owner)
    photo = SimpleUploadedFile("hall.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20)
    client.post(f"/customers/{record.id}/_compose/", {"mode": "visit", "text": "With a photo", "files": photo})
    [made] = follow_ups(cast.owner)
    assert Attachment.objects.get().record == made.id
    settings.GUANXI_FILE_LIMIT = 10
    big = SimpleUploadedFile("big.txt", b"x" * 11)
    answer = client.post(f"/customers/{record.id}/_compose/", {"mode": "visit", "text": "Too much", "files": big})
    assert answer.status_code == 422
    assert len(follow_ups(cast.owner)) == 1


def test_a_stranger_cannot_read_or_write_the_story(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    for actor in (cast.stranger, cast.admin):
        client = at_desk(actor)
        assert client.get(f"/customers/{record.id}/_timeline/").status_code == 404
        assert client.post(f"/customers/{record.id}/_compose/", {"mode": "call", "text": "x"}).status_code == 404
        assert client.post(f"/customers/{record.id}/_comment/", {"body": "x"}).status_code == 404
    assert not Comment.objects.exists()


def test_whoever_may_view_may_comment_but_only_the_author_changes_it(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    reader = at_desk(cast.readonly)
    assert "Well done" in reader.post(f"/customers/{record.id}/_comment/", {"body": "Well done"}, headers=HTMX).content.decode()
    note = Comment.objects.get()
    owner = at_desk(cast.owner)
    assert owner.post(f"/_comments/{note.id}/", {"body": "Forged"}).status_code == 403
    assert owner.post(f"/_comments/{note.id}/remove/").status_code == 403
    assert at_desk(cast.stranger).post(f"/_comments/{note.id}/remove/").status_code == 404
    assert reader.post(f"/_comments/{note.id}/", {"body": "Very well done"}).status_code == 204
    note.refresh_from_db()
    assert note.body == "Very well done"
    assert note.edited_at
    undo = json.loads(reader.post(f"/_comments/{note.id}/remove/").headers["HX-Trigger"])["toast"]["undo"]
    assert not [e for e in entries(record, cast.owner) if e.kind == "comment"]
    reader.post(undo)
    assert [e.text for e in entries(record, cast.owner) if e.kind == "comment"] == ["Very well done"]


def test_changes_show_old_and_new_but_not_what_the_reader_may_not_see(cast: Cast) -> None:
    record = customer(cast.owner, level="A")
    write.update(record, {"level": "B", "remark": "secret remark"}, actor=cast.owner, door="test")
    full = [line for entry in entries(record, cast.owner) for line in entry.lines]
    assert any("secret remark" in new for _label, _old, new in full)
    assert len(full) == 2
    blind = restrict(cast.mate, "customers.customer", "remark", "hidden")
    assert not [line for entry in entries(record, blind) for line in entry.lines if "secret" in line[2]]


def test_a_follow_up_that_i_may_not_see_is_not_in_the_story(cast: Cast) -> None:
    record = customer(cast.owner)
    make(registry.get("activity.followup"), actor=cast.owner, customer=record.id, summary="between us")
    blind = restrict(cast.readonly, "activity.followup", "summary", "hidden")
    assert "between us" in [e.text for e in entries(record, cast.owner)]
    assert not [e for e in entries(record, blind) if "between us" in e.text]


def test_older_pages_continue_where_the_first_one_ended(cast: Cast) -> None:
    record = customer(cast.owner)
    start = clock.now() - timedelta(days=100)
    for n in range(stream.WINDOW + 12):
        with clock.frozen(start + timedelta(days=n)):
            comments.add(record.entity, record.id, f"note {n}", actor=cast.owner)
    seen: list[str] = []
    before = None
    for _page in range(5):
        page = stream.read(record.entity, record, Reader(cast.owner), before=before)
        seen += [e.text for e in page.entries if e.kind == "comment"]
        before = page.before
        if before is None:
            break
    assert seen == [f"note {n}" for n in reversed(range(stream.WINDOW + 12))]


def test_the_cost_of_the_story_does_not_grow_with_it(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    parents = [customer(cast.owner) for _n in range(4)]
    client = at_desk(cast.owner)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/customers/{record.id}/_timeline/").status_code == 200
        return len(asked)

    write.update(record, {"parent": parents[0].id}, actor=cast.owner, door="test")
    comments.add(record.entity, record.id, "x", actor=cast.owner)
    cost()
    few = cost()
    for n, parent in enumerate(parents[1:]):
        write.update(record, {"parent": parent.id, "remark": str(n)}, actor=cast.owner, door="test")
        make(registry.get("activity.followup"), actor=cast.owner, customer=record.id)
        comments.add(record.entity, record.id, "x", actor=cast.owner)
    assert cost() == few


def test_a_forged_page_mark_is_no_page(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    assert at_desk(cast.owner).get(f"/customers/{record.id}/_timeline/?before=2026-01-01").status_code == 404


def test_markup_in_an_entry_is_text(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    page = (
        at_desk(cast.owner).post(f"/customers/{record.id}/_comment/", {"body": "<script>alert(1)</script>"}, headers=HTMX).content.decode()
    )
    assert "<script>alert" not in page


def test_without_scripts_writing_leads_back_to_the_record_and_a_refusal_keeps_the_text(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    client = at_desk(cast.owner)
    answer = client.post(f"/customers/{record.id}/_compose/", {"mode": "call", "text": "By hand"})
    assert answer.headers["Location"] == f"/customers/{record.id}/"
    late = (clock.now() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    page = client.post(f"/customers/{record.id}/_compose/", {"mode": "call", "text": "Kept text", "due": late})
    assert page.status_code == 422
    assert "<html" in page.content.decode()
    assert "Kept text" in page.content.decode()


def test_only_its_author_gets_the_form_to_rewrite_a_comment(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    note = comments.add(record.entity, record.id, "First words", actor=cast.owner)
    form = at_desk(cast.owner).get(f"/_comments/{note.pk}/form/", headers={**HTMX, "HX-Target": "modal"})
    assert "First words" in form.content.decode()
    assert f'hx-post="/_comments/{note.pk}/"' in form.content.decode()
    assert at_desk(cast.manager).get(f"/_comments/{note.pk}/form/").status_code == 404


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_what_is_closed_of_a_customer_is_not_in_the_head_of_a_refused_entry_either(cast: Cast, right: str) -> None:
    entity = registry.get("customers.customer")
    record = make(entity, actor=cast.owner, name="Zanzibar Trading")
    for key in ("name", "number"):
        restrict(cast.owner, entity.key, key, right)
    browser = Client()
    browser.force_login(User.objects.get(id=cast.owner.id))
    for answer in (
        browser.post(f"/customers/{record.id}/_compose/", {"mode": "call", "text": ""}),
        browser.get(f"/customers/{record.id}/"),
    ):
        html = answer.content.decode()
        assert "Zanzibar Trading" not in html
        assert record.number not in html
    shown = browser.get(f"/customers/{record.id}/").content.decode()
    assert (f"customer {record.id}" in shown.lower() or f"客户 {record.id}" in shown) == (right == "hidden")


def test_what_a_comment_said_before_it_was_edited_is_kept_and_shown(cast: Cast, at_desk: Desk) -> None:
    record, desk = customer(cast.owner), at_desk(cast.owner)
    note = comments.add(record.entity, record.id, "First wording", actor=cast.owner)
    for text in ("Second wording", "Second wording", "Third wording"):
        desk.post(f"/_comments/{note.id}/", {"body": text})
    page = at_desk(cast.manager).get(f"/customers/{record.id}/_timeline/").content.decode()
    assert "Third wording" in page
    assert f"/_comments/{note.id}/earlier/" in page
    assert "First wording" not in page
    told = at_desk(cast.manager).get(f"/_comments/{note.id}/earlier/").content.decode()
    assert [told.count(w) for w in ("First wording", "Second wording", "Third wording")] == [1, 1, 1]
    assert at_desk(cast.stranger).get(f"/_comments/{note.id}/earlier/").status_code == 404
    desk.post(f"/_comments/{note.id}/remove/")
    assert at_desk(cast.manager).get(f"/_comments/{note.id}/earlier/").status_code == 404


def test_whoever_may_read_a_comment_gives_a_sign_once_and_takes_it_back(cast: Cast, at_desk: Desk) -> None:
    record = customer(cast.owner)
    note = comments.add(record.entity, record.id, "Signed!", actor=cast.owner)
    desk = at_desk(cast.readonly)
    for _twice in range(2):
        shown = desk.post(f"/_comments/{note.id}/react/agree/", {"on": "1"}, headers=HTMX).content.decode()
    assert "I agree: 1 · Rita" in shown
    seen = at_desk(cast.owner).get(f"/customers/{record.id}/_timeline/").content.decode()
    assert "I agree: Rita" in seen
    assert at_desk(cast.stranger).post(f"/_comments/{note.id}/react/agree/", {"on": "1"}).status_code == 404
    assert desk.post(f"/_comments/{note.id}/react/hate/", {"on": "1"}).status_code == 404
    assert "I agree: " not in desk.post(f"/_comments/{note.id}/react/agree/", {"on": ""}, headers=HTMX).content.decode()


def test_signs_cost_one_query_however_many_comments_stand_there(cast: Cast) -> None:
    record, costs = customer(cast.owner), []
    for _round in range(3):
        for _n in range(4):
            note = comments.add(record.entity, record.id, "Once more", actor=cast.owner)
            reactions.react(note.id, "seen", actor=cast.manager)
        with CaptureQueriesContext(connection) as captured:
            found = reactions.under(c.id for c in Comment.objects.all())
        costs.append(len(captured.captured_queries))
        assert all(len(signs) == 1 for signs in found.values())
    assert costs[0] == costs[2]

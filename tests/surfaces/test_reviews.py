"""Review before effect as people meet it: what is entered, changed or deleted waits for whoever must agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock, drafts, duplicates, history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from guanxi.org import roles
from guanxi.org.models import Assignment, Department, Grant, Operation, Role, User
from tests import samples
from tests.people import Cast, forget, restrict, review

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")
OPPORTUNITY = registry.get("sales.opportunity")
NAME = "杭州云深智能科技有限公司"


def latest() -> Draft:
    """What was sent last."""
    draft = Draft.objects.order_by("-number").first()
    assert draft is not None
    return draft


def said(answer: Any) -> str:
    """The text of the toast that comes with an answer."""
    return str(json.loads(answer.headers["HX-Trigger"])["toast"]["message"])


@pytest.mark.feature("CUS-04")
def test_a_customer_is_entered_changed_and_deleted_only_when_somebody_agrees(cast: Cast, at_desk: Desk) -> None:
    clerk, manager = at_desk(review(cast.owner, CUSTOMER.key)), at_desk(cast.manager)
    assert "waits for review" in clerk.get("/customers/new/").content.decode()
    answer = clerk.post("/customers/new/", {"name": NAME, "phone": "0571-88881234", "_reason": "Met at the fair"})
    sent = latest()
    assert (answer.status_code, answer["Location"]) == (302, f"/reviews/{sent.number}/")
    assert NAME not in clerk.get("/customers/?view=all").content.decode()
    page = manager.get("/reviews/").content.decode()
    assert NAME in page
    assert "Met at the fair" in page
    assert manager.post("/reviews/decide/", {"ids": sent.number, "approve": "1"}).status_code == 302
    record = drafts.get(sent.number, cast.manager).record
    assert clerk.get(f"/customers/{record}/").status_code == 200

    row = CUSTOMER.rows(cast.owner).get(id=record)
    answer = clerk.post(f"/customers/{record}/edit/", {"name": NAME, "address": "Riverside 1", "version": row.version})
    assert answer["Location"] == f"/customers/{record}/"
    page = clerk.get(f"/customers/{record}/").content.decode()
    assert "Olivia sent for review" in page
    assert "Riverside 1" not in page
    assert "Riverside 1" in manager.get("/reviews/").content.decode()
    manager.post("/reviews/decide/", {"ids": latest().number, "approve": "1"})
    assert CUSTOMER.rows(cast.owner).get(id=record).address == "Riverside 1"

    clerk.post(f"/customers/{record}/delete/")
    assert clerk.get(f"/customers/{record}/").status_code == 200
    manager.post("/reviews/decide/", {"ids": latest().number, "approve": "1"})
    assert clerk.get(f"/customers/{record}/").status_code == 404
    assert {c.door for c in history.of_record(record or 0)} == {"review"}


@pytest.mark.feature("CUS-12")
def test_a_clerk_waits_for_his_supervisor_who_enters_at_once_and_so_does_the_manager(cast: Cast, at_desk: Desk) -> None:
    admin = at_desk(cast.admin)
    kinds = {}
    for name in ("VIP clerk", "VIP supervisor", "VIP manager"):
        admin.post("/admin/roles/new/", {"name": name, "like": Role.objects.get(code="director").pk})
        kinds[name] = Role.objects.get(en=name)
    clerk_role, supervisor_role = kinds["VIP clerk"], kinds["VIP supervisor"]
    answer = admin.post(f"/admin/access/{clerk_role.pk}/customers/", {"action": "create", "review": f"role:{supervisor_role.code}"})
    assert answer.status_code == 200
    compared = admin.get(f"/admin/roles/compare/?one={clerk_role.pk}&other={supervisor_role.pk}").content.decode()
    assert "Create after review" in compared
    staff = {"VIP clerk": cast.owner, "VIP supervisor": cast.mate, "VIP manager": cast.stranger}
    for name, actor in staff.items():
        Assignment.objects.filter(user=actor.id).delete()
        roles.assign(kinds[name], User.objects.get(id=actor.id), None, actor=cast.admin)
    forget()
    for name, actor in staff.items():
        answer = at_desk(actor).post("/customers/new/", {"name": f"{NAME}{name}".replace(" ", ""), "level": "A"})
        waits = name == "VIP clerk"
        assert answer["Location"].startswith("/reviews/" if waits else "/customers/"), name
    sent = latest()
    assert Draft.objects.count() == 1
    supervisor = at_desk(cast.mate)
    assert "VIPclerk" in supervisor.get("/reviews/").content.decode()
    supervisor.post("/reviews/decide/", {"ids": sent.number, "approve": "1"})
    record = Draft.objects.get(pk=sent.number).record
    made = CUSTOMER.model._default_manager.get(id=record)
    assert (made.owner_id, made.created_by_id) == (cast.owner.id, cast.owner.id)
    operation = Operation.objects.filter(subject="grant", diff__has_key="review").latest("at")
    assert operation.diff["review"] == ["", f"role:{supervisor_role.code}"]
    assert "Review before effect: — → After “VIP supervisor” agrees" in admin.get("/admin/trail/?what=grant").content.decode()


class TestEveryDoor:
    """Whatever the door, the write waits and says so."""

    @pytest.fixture
    def record(self, cast: Cast) -> Any:
        return samples.make(CUSTOMER, actor=cast.owner, name=NAME)

    @pytest.fixture
    def clerk(self, cast: Cast, record: Any, at_desk: Desk) -> Client:
        return at_desk(review(cast.owner, CUSTOMER.key))

    def untouched(self, record: Any) -> bool:
        row = CUSTOMER.model._default_manager.get(id=record.id)
        return (row.version, row.deleted_at, row.owner_id) == (record.version, record.deleted_at, record.owner_id)

    @pytest.mark.feature("CUS-04")
    def test_a_cell_edited_in_place(self, clerk: Client, record: Any) -> None:
        answer = clerk.post(f"/customers/{record.id}/_field/address/", {"address": "Riverside 1", "version": record.version})
        assert "Sent for review to Min" in said(answer)
        assert "Riverside" not in answer.content.decode()
        assert self.untouched(record)

    def test_the_quick_form(self, clerk: Client) -> None:
        answer = clerk.post("/customers/new/?quick=1", {"name": "宁波海曙贸易有限公司"}, headers={"HX-Request": "true"})
        assert "Sent for review" in said(answer)
        assert not CUSTOMER.model._default_manager.filter(name__startswith="宁波").exists()

    def test_many_at_once(self, clerk: Client, cast: Cast, record: Any) -> None:
        for path, body in (
            ("_bulk", {"field": "address", "address": "Riverside"}),
            ("_transfer", {"owner": cast.mate.id}),
            ("_delete", {}),
        ):
            answer = clerk.post(f"/customers/{path}/", {"ids": record.id, **body})
            assert said(answer) == "1 sent for review", path
        assert self.untouched(record)
        assert Draft.objects.count() == 3

    def test_handing_back_to_the_pool(self, clerk: Client, record: Any) -> None:
        answer = clerk.post(f"/customers/{record.id}/_action/release/", {"pool_reason": "no time"}, headers={"HX-Request": "true"})
        assert "Sent for review" in said(answer)
        assert self.untouched(record)
        drafts.approve(latest().number, "", actor=_of("dora"))
        assert CUSTOMER.model._default_manager.get(id=record.id).pool_reason == "no time"

    def test_taking_back_what_took_effect_before(self, cast: Cast, clerk: Client, record: Any) -> None:
        answer = clerk.post(f"/_undo/{record.id}/{record.version}/")
        assert "Sent for review" in said(answer)
        assert self.untouched(record)

    def test_the_recycle_bin(self, cast: Cast, record: Any, at_desk: Desk) -> None:
        write.delete(record, actor=cast.owner, door="test")
        clerk = at_desk(review(cast.owner, CUSTOMER.key))
        answer = clerk.post("/customers/_bin/restore/", {"ids": record.id}, headers={"HX-Request": "true"})
        assert said(answer) == "1 sent for review"
        assert not CUSTOMER.rows(cast.owner).filter(id=record.id).exists()

    def test_a_card_dragged_on_the_board_and_a_step_of_the_path(self, cast: Cast, at_desk: Desk) -> None:
        deal = samples.make(OPPORTUNITY, actor=cast.owner)
        clerk = at_desk(review(cast.owner, OPPORTUNITY.key))
        codes = [i.code for i in OPPORTUNITY.fields["stage"].kind.dictionary.active() if i.id != deal.stage]  # type: ignore[attr-defined]
        by = OPPORTUNITY.boards[0].by
        assert by == "stage"
        answer = clerk.post("/opportunities/_move/?view=all&layout=board", {"id": deal.id, "to": codes[0], "version": deal.version})
        assert (answer.status_code, answer.json()["waits"]) == (202, latest().number)
        answer = clerk.post(f"/opportunities/{deal.id}/_stage/{codes[0]}/")
        assert "Sent for review" in said(answer)
        assert OPPORTUNITY.rows(cast.owner).get(id=deal.id).stage == deal.stage

    def test_a_follow_up_on_the_timeline_and_no_file_is_lost_without_a_word(self, cast: Cast, record: Any, at_desk: Desk) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        clerk = at_desk(review(cast.owner, "activity.followup"))
        body = {"mode": "call", "text": "They want a price"}
        answer = clerk.post(f"/customers/{record.id}/_compose/", {**body, "files": SimpleUploadedFile("a.txt", b"a")})
        assert answer.status_code == 422
        assert not Draft.objects.exists()
        assert clerk.post(f"/customers/{record.id}/_compose/", body).status_code == 302
        assert latest().title == "They want a price"
        assert "They want a price" not in clerk.get(f"/customers/{record.id}/").content.decode()


def _of(login: str) -> Actor:
    from guanxi.org import actors

    return actors.by_login(login)


class TestDeciding:
    """Who sees a draft, who decides it, and what becomes of it."""

    @pytest.fixture
    def sent(self, cast: Cast) -> Draft:
        draft: Draft = write.create(CUSTOMER, {"name": NAME, "address": "Riverside 1"}, actor=review(cast.owner, CUSTOMER.key), door="form")
        return draft

    def test_nobody_agrees_to_his_own(self, cast: Cast, sent: Draft, at_desk: Desk) -> None:
        for actor in (cast.owner, cast.mate, cast.stranger, cast.readonly, cast.admin):
            client = at_desk(actor)
            assert client.post("/reviews/decide/", {"ids": sent.number, "approve": "1"}).status_code == 404, actor.name
            assert client.get(f"/reviews/{sent.number}/").status_code == (200 if actor is cast.owner else 404), actor.name
            if actor is not cast.owner:
                assert NAME not in client.get("/reviews/?tab=others").content.decode()
                assert client.post(f"/reviews/{sent.number}/withdraw/").status_code == 404
        assert Draft.objects.get().state == "waiting"
        assert not CUSTOMER.model._default_manager.filter(name=NAME).exists()

    def test_without_a_manager_the_head_of_the_department_decides_and_above_him_the_next(self, cast: Cast, sent: Draft) -> None:
        User.objects.filter(id=cast.owner.id).update(manager=None)
        assert not drafts.inbox(cast.again(cast.manager)).exists()
        assert drafts.inbox(cast.again(cast.director)).exists()  # nobody is named: who may do the same at once steps in
        Department.objects.filter(code="company").update(head=cast.business.id)
        assert [d.pk for d in drafts.inbox(cast.again(cast.business))] == [sent.number]
        Department.objects.filter(code="east").update(head=cast.mate.id)
        assert [d.pk for d in drafts.inbox(cast.again(cast.mate))] == [sent.number]
        assert not drafts.inbox(cast.again(cast.business)).exists()

    def test_who_could_do_it_at_once_may_step_in_but_is_not_bothered(self, cast: Cast, sent: Draft, at_desk: Desk) -> None:
        director = at_desk(cast.director)
        assert drafts.waiting(cast.again(cast.director)) == 0
        assert NAME in director.get("/reviews/?tab=others").content.decode()
        assert director.post("/reviews/decide/", {"ids": sent.number, "approve": "1"}).status_code == 302
        assert Draft.objects.get().decided_by == cast.director.id

    def test_what_is_hidden_from_who_decides_stays_hidden(self, cast: Cast, sent: Draft, at_desk: Desk) -> None:
        restrict(cast.manager, CUSTOMER.key, "address", "hidden")
        assert "Riverside" not in at_desk(cast.manager).get("/reviews/").content.decode()
        restrict(cast.manager, CUSTOMER.key, "address", "masked")
        page = at_desk(cast.manager).get(f"/reviews/{sent.number}/").content.decode()
        assert "Riverside" not in page
        assert "<ins>R**</ins>" in page

    def test_a_change_of_what_a_reader_may_not_see_is_not_hinted_at(self, cast: Cast, at_desk: Desk) -> None:
        record = samples.make(CUSTOMER, actor=cast.owner, name="慈溪电器有限公司")
        write.update(record, {"address": "Riverside 2"}, actor=review(cast.owner, CUSTOMER.key), door="form")
        assert "sent for review" in at_desk(cast.readonly).get(f"/customers/{record.id}/").content.decode()
        restrict(cast.readonly, CUSTOMER.key, "address", "hidden")
        assert "sent for review" not in at_desk(cast.readonly).get(f"/customers/{record.id}/").content.decode()

    def test_refusing_says_why_and_the_author_sends_it_again(self, cast: Cast, sent: Draft, at_desk: Desk) -> None:
        manager, clerk = at_desk(cast.manager), at_desk(cast.owner)
        assert manager.post("/reviews/decide/", {"ids": sent.number, "back": "1"}).status_code == 409
        manager.post("/reviews/decide/", {"ids": sent.number, "back": "1", "note": "Which street?"})
        page = clerk.get("/reviews/?tab=mine").content.decode()
        assert "Which street?" in page
        assert f"/customers/new/?draft={sent.number}" in page
        form = clerk.get(f"/customers/new/?draft={sent.number}").content.decode()
        assert NAME in form
        assert "Riverside 1" in form
        clerk.post(f"/customers/new/?draft={sent.number}", {"name": NAME, "address": "Riverside 1, street"})
        assert latest().values["address"] == "Riverside 1, street"
        assert at_desk(cast.mate).get(f"/customers/new/?draft={sent.number}").status_code == 404

    def test_sending_anew_takes_the_place_of_what_waits(self, cast: Cast, sent: Draft, at_desk: Desk) -> None:
        clerk = at_desk(cast.owner)
        clerk.post(f"/customers/new/?draft={sent.number}", {"name": NAME, "address": "Elsewhere"})
        assert [d.state for d in Draft.objects.order_by("number")] == ["withdrawn", "waiting"]
        clerk.post(f"/customers/new/?draft={latest().number}", {"name": ""})
        assert [d.state for d in Draft.objects.order_by("number")] == ["withdrawn", "waiting"]

    def test_several_are_agreed_to_at_once_and_what_fails_goes_on_waiting(self, cast: Cast, sent: Draft, at_desk: Desk) -> None:
        record = samples.make(CUSTOMER, actor=cast.director, name="慈溪电器有限公司", owner=cast.owner.id)
        clerk = cast.again(cast.owner)
        changed = write.update((CUSTOMER, record.id), {"address": "Mine", "remark": "x"}, actor=clerk, door="form")
        write.update((CUSTOMER, record.id), {"address": "Theirs"}, actor=cast.director, door="form")
        manager = at_desk(cast.manager)
        page = manager.get("/reviews/").content.decode()
        assert "Theirs" in page
        answer = manager.post("/reviews/decide/", {"ids": [sent.number, changed.number], "approve": "1"})
        assert answer.status_code == 409
        assert "Address" in answer.content.decode()
        states = dict(Draft.objects.values_list("number", "state"))
        assert states == {sent.number: "approved", changed.number: "waiting"}
        assert CUSTOMER.rows(cast.owner).get(id=record.id).address == "Theirs"

    def test_other_fields_that_moved_meanwhile_stay_as_they_are(self, cast: Cast) -> None:
        record = samples.make(CUSTOMER, actor=cast.director, name="慈溪电器有限公司", owner=cast.owner.id)
        clerk = review(cast.owner, CUSTOMER.key)
        changed = write.update((CUSTOMER, record.id), {"address": "Mine"}, actor=clerk, door="form")
        write.update((CUSTOMER, record.id), {"remark": "Theirs"}, actor=cast.director, door="form")
        drafts.approve(changed.number, "", actor=cast.manager)
        row = CUSTOMER.rows(clerk).get(id=record.id)
        assert (row.address, row.remark) == ("Mine", "Theirs")

    def test_history_names_the_author_and_who_agreed(self, cast: Cast, sent: Draft, at_desk: Desk) -> None:
        drafts.approve(sent.number, "", actor=cast.manager)
        record = Draft.objects.get().record
        page = at_desk(cast.owner).get(f"/customers/{record}/").content.decode()
        assert "Olivia (agreed to by Min)" in page
        assert "agreed to by Min" in at_desk(cast.owner).get(f"/customers/{record}/_history/").content.decode()

    def test_whoever_left_the_reach_of_a_record_no_longer_reads_its_draft(self, cast: Cast, at_desk: Desk) -> None:
        record = samples.make(CUSTOMER, actor=cast.owner, name="慈溪电器有限公司")
        sent = write.update(record, {"address": "Riverside 3"}, actor=review(cast.owner, CUSTOMER.key), door="form")
        write.transfer(CUSTOMER, [record.id], cast.stranger.id or 0, actor=cast.director, door="test")
        page = at_desk(cast.owner).get(f"/reviews/{sent.number}/").content.decode()
        assert "Riverside 3" not in page
        assert "慈溪" not in page
        assert not drafts.decidable(cast.again(cast.manager)).exists()


class TestLikeness:
    """Waiting entries count where likeness is asked for, and tell no more than records out of sight."""

    def test_duplicates_warn_against_waiting_entries(self, cast: Cast) -> None:
        values = {"name": NAME, "phone": "13800006021"}
        write.create(CUSTOMER, values, actor=review(cast.owner, CUSTOMER.key), door="form")
        for given in ({"name": "杭州云深智能科技"}, {"phone": "13800006021"}):
            (hit,) = duplicates.find(CUSTOMER, given, cast.stranger)
            assert not hit.visible
            assert NAME not in hit.title
            assert "待审核" in hit.why
        drafts.withdraw(latest().number, actor=cast.owner)
        assert duplicates.find(CUSTOMER, {"name": "杭州云深智能科技"}, cast.stranger) == []


class TestOff:
    """Where no role asks for review nobody notices that there is such a thing."""

    def test_no_menu_no_tile_and_no_query(self, cast: Cast, at_desk: Desk) -> None:
        record = samples.make(CUSTOMER, actor=cast.owner, name=NAME)
        client = at_desk(cast.manager)
        page = client.get(f"/customers/{record.id}/").content.decode()
        assert 'href="/reviews/"' not in page
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/customers/{record.id}/")
            client.get("/_counts/")
            client.get("/")
        assert not [q for q in asked.captured_queries if "kernel_draft" in q["sql"]]
        review(cast.owner, CUSTOMER.key)
        assert 'href="/reviews/"' in client.get(f"/customers/{record.id}/").content.decode()
        assert client.get("/_home/reviews/").status_code == 200

    def test_a_switch_turned_off_lets_the_next_write_take_effect_and_keeps_what_waits(self, cast: Cast) -> None:
        clerk = review(cast.owner, CUSTOMER.key)
        sent = write.create(CUSTOMER, {"name": NAME}, actor=clerk, door="form")
        clerk = review(cast.owner, CUSTOMER.key, "")
        assert not isinstance(write.create(CUSTOMER, {"name": "慈溪电器有限公司"}, actor=clerk, door="form"), Draft)
        drafts.approve(sent.number, "", actor=cast.again(cast.manager))
        assert CUSTOMER.rows(clerk).filter(name=NAME).exists()

    def test_nobody_turns_off_the_review_of_his_own_role(self, cast: Cast) -> None:
        sales = Role.objects.get(code="sales")
        roles.review(sales, CUSTOMER, "create", "superior", actor=cast.admin)
        roles.assign(sales, User.objects.get(id=cast.business.id), None, actor=cast.admin)
        from dataclasses import replace

        both = replace(cast.business, administers=True)
        with pytest.raises(write.Invalidated):
            roles.review(sales, CUSTOMER, "create", "", actor=both)
        with pytest.raises(write.Forbidden):
            roles.review(sales, CUSTOMER, "create", "", actor=cast.director)
        assert Grant.objects.get(role=sales, entity=CUSTOMER.key, action="create").review == "superior"
        with pytest.raises(write.Invalidated):
            roles.review(sales, CUSTOMER, "create", "role:admin", actor=cast.admin)

    def test_a_role_lent_for_a_time_decides_only_that_long(self, cast: Cast) -> None:
        role = roles.create("Checkers", actor=cast.admin, like=Role.objects.get(code="readonly"))
        sent = write.create(CUSTOMER, {"name": NAME}, actor=review(cast.owner, CUSTOMER.key, f"role:{role.code}"), door="form")
        Assignment.objects.create(user_id=cast.mate.id or 0, role=role, until=clock.now() + timedelta(days=1))
        assert [d.pk for d in drafts.inbox(cast.again(cast.mate))] == [sent.number]
        Assignment.objects.filter(role=role).update(until=clock.now() - timedelta(seconds=1))
        assert not drafts.inbox(cast.again(cast.mate)).exists()

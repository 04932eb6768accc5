"""A form is designed, a stranger fills it in, and what he sent is a record with owner, history and consent, or waits for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel import clock, custom, dictionary, history, jobs, pools, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog, CustomField, DictionaryValue, Job, Notice
from guanxi.kernel.registry import registry
from guanxi.org.models import Operation, User
from guanxi.surfaces import letters
from guanxi.surfaces.collecting import settling
from guanxi.surfaces.collecting.models import CollectForm, Submission
from tests import samples
from tests.collect.conftest import Stranger, made, said
from tests.customers import pool_company
from tests.people import Cast, forget, let, review

Desk = Callable[[Actor], Client]
LEAD, CUSTOMER = registry.get("sales.lead"), registry.get("customers.customer")


def leads() -> list[Any]:
    return list(LEAD.objects.order_by("id"))


@pytest.mark.feature("FRM-01", "FRM-05")
def test_what_a_stranger_sends_is_a_record_of_who_answers_for_the_form(cast: Cast, at_desk: Desk) -> None:
    form = made(at_desk(cast.business), cast, **{"consent-en": "We may call you."})
    stranger = Stranger(form)
    page = stranger.look()
    assert "Fair registration" in page
    assert "Your company" in page
    assert "Tell us what you need." in page
    assert "展会登记" in stranger.look(lang="zh-hans")
    assert "Trade fair" not in page  # the source is the company's own business
    answer = stranger.send(requirement="20 lathes", _consent="1")
    assert (answer.status_code, answer["Location"]) == (303, f"/f/{form.token}/thanks/")
    assert "See you soon." in stranger.browser.get(answer["Location"]).content.decode()
    (lead,) = leads()
    assert (lead.owner_id, lead.name, lead.requirement) == (cast.owner.id, "Newcomer Ltd", "20 lathes")
    assert LEAD.fields["source"].kind.json(lead.source) == "fair"
    assert lead.number
    (change,) = history.of_record(lead.id)
    assert (change.door, change.verb, change.actor) == ("collect", "create", cast.owner.id)
    sent = Submission.objects.get()
    assert (sent.state, sent.record, sent.consent) == ("made", lead.id, "We may call you.")
    desk = at_desk(cast.owner)
    told = desk.get("/notifications/").content.decode()
    assert f"/leads/{lead.id}/" in told
    assert "received by a collection form" in told
    assert f"Fair lead #{sent.pk}" in told
    assert Notice.objects.get(person=cast.owner.id).verb == "collected"
    assert f"/leads/{lead.id}/" in desk.get("/collected/").content.decode()
    assert 'href="/collected/"' in desk.get("/").content.decode()
    assert "collection form" in desk.get(f"/leads/{lead.id}/_history/", headers={"HX-Request": "true"}).content.decode()


@pytest.mark.feature("FRM-01")
def test_a_kind_of_record_designed_on_a_screen_is_collected_too(cast: Cast, at_desk: Desk) -> None:
    with samples.designed("设备台账", en="Device", slug="devices", prefix="SB") as entity:
        where = samples.added(entity, "region")
        forget()
        values = {"asked": ["name", where], f"must-{where}": "1", "fixed-source": "", "must-phone": ""}
        form = made(at_desk(cast.again(cast.business)), cast, "devices", **values)
        stranger = Stranger(form)
        assert "<optgroup" in stranger.look()
        answer = stranger.send(name="Lathe")
        assert answer.status_code == 422
        assert 'value="Lathe"' in answer.content.decode()
        assert stranger.send(name="Lathe", **{where: "330100"}).status_code == 303
        (record,) = entity.objects
        assert (record.name, record.custom[where], record.owner_id) == ("Lathe", 330100, cast.owner.id)
        assert entity.fields[entity.numbered].value(record).startswith("SB-")


def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(form: CollectForm) -> None:
    stranger = Stranger(form)
    answer = stranger.send(phone="12", email="nobody", requirement="two\nlines")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('class="field bad"') == 2
    assert all(text in page for text in ('value="Newcomer Ltd"', 'value="12"', 'value="nobody"', "two\nlines"))
    assert stranger.send(name="").status_code == 422
    assert stranger.send(requirement="x" * 2_001).status_code == 422
    assert not Submission.objects.exists()
    assert stranger.send(phone="138\x001234\x006021", name="N\x00UL").status_code == 303
    assert leads()[0].name == "NUL"


def test_without_the_tick_nothing_is_taken(cast: Cast, at_desk: Desk) -> None:
    stranger = Stranger(made(at_desk(cast.business), cast, **{"consent-en": "We may call you."}))
    answer = stranger.send()
    assert answer.status_code == 422
    assert "Without this" in answer.content.decode()
    assert not leads()


def test_a_duplicate_waits_and_the_stranger_learns_nothing_of_it(cast: Cast, at_desk: Desk) -> None:
    values = {"asked": ["name", "phone"], "fixed-source": "fair"}
    form = made(at_desk(cast.business), cast, "customers", **values)
    there = samples.make(CUSTOMER, actor=cast.stranger, name="云深机电有限公司")
    stranger = Stranger(form)
    odd = stranger.send(name="云深*机电$")  # what a name may hold is the record's own rule, and the stranger can mend it
    assert (odd.status_code, odd.content.decode().count('class="field bad"')) == (422, 1)
    fresh, taken = stranger.send(name="海天物流有限公司"), stranger.send(name="云深机电有限公司")
    assert (fresh.status_code, fresh["Location"]) == (taken.status_code, taken["Location"])
    waiting = Submission.objects.get(state="waiting")
    assert (waiting.record, waiting.why["rivals"]) == (None, [there.id])
    assert not AccessLog.objects.filter(verb="taken").exclude(actor=cast.owner.id).exists()
    owner, director, admin = at_desk(cast.owner), at_desk(cast.business), at_desk(cast.admin)
    assert owner.get("/_counts/").json()["collected"] == "1"
    page = owner.get("/collected/?only=waiting").content.decode()
    assert "云深机电有限公司" in page
    assert f"/customers/{there.id}/" not in page  # which is another's
    received = f"/admin/collect/{form.pk}/received/"
    assert f"/customers/{there.id}/" in director.get(received).content.decode()
    shut = admin.get(received).content.decode()
    assert "云深" not in shut
    assert "Olivia" in shut
    number = f"/collected/{waiting.pk}/reveal/phone/"
    assert "13812346021" not in page.replace("-", "")
    assert [at_desk(actor).post(number).status_code for actor in (cast.admin, cast.mate)] == [404, 404]
    assert owner.post(number).json()["number"] == "13812346021"
    assert AccessLog.objects.get(verb="reveal").data == {"field": "phone", "submission": waiting.pk}
    assert owner.post(number.replace("phone", "name")).status_code == 404
    again = f"/collected/{waiting.pk}/again/"
    assert admin.post(again).status_code == 404
    assert at_desk(cast.mate).post(again).status_code == 404
    assert owner.post(again)["Location"] == "/collected/"
    assert "It waits still." in owner.get("/collected/").content.decode()
    write.update((CUSTOMER, there.id), {"name": "云深旧名有限公司"}, actor=cast.stranger, door="test")
    assert owner.post(again, {"to": received}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "made"
    assert CUSTOMER.objects.get(id=waiting.record).name == "云深机电有限公司"
    assert owner.post(again).status_code == 404
    assert CUSTOMER.objects.count() == 3


def test_who_answers_for_a_form_gets_a_letter_when_something_begins_to_wait(cast: Cast, form: CollectForm, post: list[Any]) -> None:
    User.objects.filter(pk=cast.owner.id).update(email="olivia@example.com")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "create", refusing)
        for name in ("One", "Two"):
            assert Stranger(form).send(name=name).status_code == 303
    assert Submission.objects.filter(state="waiting").count() == 2
    (letter,) = post
    letters.write(*letter)
    assert "waits" in mail.outbox[-1].subject or "待您处理" in mail.outbox[-1].subject
    assert "/collected/?only=waiting" in str(mail.outbox[-1].body)
    assert "One" not in str(mail.outbox[-1].body)


def refusing(*_args: Any, **_more: Any) -> Any:
    raise write.Forbidden()


def test_what_nobody_wants_is_dismissed_and_emptied_in_time(cast: Cast, form: CollectForm, at_desk: Desk) -> None:
    User.objects.filter(pk=cast.owner.id).update(name="Olivia")
    row = Submission.objects.create(form=form, at=clock.now(), values={"name": "Junk"}, once="x", why={"sort": "barred"})
    assert at_desk(cast.owner).post(f"/collected/{row.pk}/dismiss/").status_code == 302
    assert settling.sweep() == 0
    with clock.frozen(clock.now() + settling.KEPT + timedelta(days=1)):
        assert settling.sweep() == 1
    row.refresh_from_db()
    assert (row.state, row.values, row.ended_by) == ("dismissed", {}, cast.owner.id)


def test_what_must_be_agreed_to_waits_for_review(cast: Cast, form: CollectForm, at_desk: Desk) -> None:
    review(cast.owner, LEAD.key)
    assert Stranger(form).send().status_code == 303
    row = Submission.objects.get()
    assert (row.state, row.record) == ("review", None)
    assert not leads()
    assert f"/reviews/{row.draft}/" in at_desk(cast.owner).get("/collected/").content.decode()


def test_what_belongs_to_nobody_lies_in_the_pool(cast: Cast, at_desk: Desk) -> None:
    pool_company.pool(holds="sales.lead")
    form = made(at_desk(cast.business), cast, pooled="1")
    assert Stranger(form).send().status_code == 303
    (lead,), usual = leads(), pools.usual(LEAD)
    assert usual is not None
    assert (lead.owner_id, lead.pool_id, lead.pooled_from_id) == (None, usual.id, None)
    review(cast.owner, LEAD.key)
    assert Stranger(form).browser.get(f"/f/{form.token}/").status_code == 404
    assert "may not enter such records at once" in at_desk(cast.business).get("/admin/collect/").content.decode()


def test_a_field_that_is_closed_to_its_person_is_not_asked_any_more(cast: Cast, form: CollectForm) -> None:
    let(cast.owner, LEAD.key, "requirement", "readonly")
    stranger = Stranger(form)
    assert 'name="requirement"' not in stranger.look()
    assert stranger.send(requirement="ignored", owner=str(cast.stranger.id), status="converted").status_code == 303
    (lead,) = leads()
    assert (lead.requirement, lead.owner_id, LEAD.fields["status"].kind.json(lead.status)) == ("", cast.owner.id, "new")


def test_what_has_become_necessary_since_lets_everything_wait_and_says_so(cast: Cast, form: CollectForm, at_desk: Desk) -> None:
    desk = at_desk(cast.business)
    assert desk.post("/admin/fields/leads/add/", {"zh": "展位号", "en": "Booth", "sort": "text", "required": "1"}).status_code == 302
    try:
        assert Stranger(form).send().status_code == 303
        waiting = Submission.objects.get()
        assert (waiting.state, waiting.why["sort"]) == ("waiting", "wrong")
        assert "what comes in waits: Booth" in unescape(desk.get(f"/admin/collect/{form.pk}/").content.decode())
        assert "Booth" in at_desk(cast.owner).get("/collected/").content.decode()
        key = f"f{CustomField.objects.latest('pk').pk}"
        values = said(cast, **{f"fixed-{key}": "B 12"})
        assert desk.post(f"/admin/collect/{form.pk}/", values).status_code == 302
        assert at_desk(cast.owner).post(f"/collected/{waiting.pk}/again/").status_code == 302
        assert leads()[0].custom[key] == "B 12"
    finally:
        CustomField.objects.all().delete()
        custom.load()


def test_only_who_shapes_the_company_makes_forms_and_the_trail_says_so(cast: Cast, form: CollectForm, at_desk: Desk) -> None:
    for actor in (cast.owner, cast.manager, cast.readonly):
        desk = at_desk(actor)
        assert desk.get("/admin/collect/").status_code == 404
        assert desk.post(f"/admin/collect/{form.pk}/", said(cast)).status_code == 404
    former = form.token
    shaper = at_desk(cast.business)
    assert shaper.post(f"/admin/collect/{form.pk}/link/").status_code == 302
    form.refresh_from_db()
    assert form.token != former
    assert Client().get(f"/f/{former}/").status_code == 404
    told = list(Operation.objects.filter(subject="collectform").order_by("id").values_list("verb", "actor"))
    assert told[0] == ("create", cast.business.id)
    assert {verb for verb, _who in told[1:]} == {"update"}
    assert not Operation.objects.filter(diff__icontains=former).exists()
    before = Operation.objects.count()
    Stranger(form).send()
    assert Operation.objects.count() == before
    trail = at_desk(cast.admin).get("/admin/trail/?what=collectform").content.decode()
    assert "Collection form" in trail


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"person": 0}, "Choose somebody"),
        ({"asked": ["phone"]}, "No such record is made without"),
        ({"asked": []}, "Choose at least one field"),
        ({"asked": ["name", "owner"]}, "cannot be asked"),
        ({"asked": ["name", "number"]}, "cannot be asked"),
        ({"until": "soon"}, "Give a date"),
        ({"most": "0"}, "from 1 to"),
        ({"title-zh": "", "title-en": ""}, "title that people read"),
        ({"fixed-industry": "nonsense"}, "is not in the list"),
    ],
)
def test_what_makes_no_sense_of_a_form_is_refused(cast: Cast, form: CollectForm, at_desk: Desk, given: dict[str, Any], place: str) -> None:
    desk = at_desk(cast.business)
    answer = desk.post(f"/admin/collect/{form.pk}/", said(cast, **given))
    assert answer.status_code == 422
    assert place in unescape(answer.content.decode())
    form.refresh_from_db()
    assert [each["key"] for each in form.asked] == ["name", "phone", "email", "requirement"]


def test_a_page_and_a_submission_cost_few_queries(cast: Cast, form: CollectForm) -> None:
    stranger = Stranger(form)
    token = stranger.ticket()
    with CaptureQueriesContext(connection) as looked:
        stranger.look()
    with CaptureQueriesContext(connection) as sent:
        stranger.browser.post(stranger.address, {"_ticket": token, "name": "Newcomer Ltd", "phone": "13812346021"})
    assert len(leads()) == 1
    assert len(looked) <= 4, [q["sql"] for q in looked]
    assert len(sent) <= 32, [q["sql"] for q in sent]


def test_a_field_that_becomes_another_sort_is_asked_on(cast: Cast, at_desk: Desk) -> None:
    try:
        key, shaper = samples.added(CUSTOMER, "text"), at_desk(cast.business)
        form = made(shaper, cast, "customers", asked=["name", key])
        given = {"sort": "integer", "sure": "1"}
        assert (
            "Collection form “Fair lead”" in shaper.post(f"/admin/fields/customers/{key[1:]}/retype/", {"sort": "integer"}).content.decode()
        )
        assert shaper.post(f"/admin/fields/customers/{key[1:]}/retype/", given).status_code == 302
        jobs.run(Job.objects.latest("id").pk)
        new = f"f{CustomField.objects.latest('id').pk}"
        form.refresh_from_db()
        assert [each["key"] for each in form.asked] == ["name", new]
        assert Stranger(form).send(name="海天物流有限公司", **{new: "twelve"}).status_code == 422
        assert Stranger(form).send(name="海天物流有限公司", **{new: "12"}).status_code == 303
    finally:
        CustomField.objects.all().delete()
        custom.load()


def test_a_fixed_value_that_is_retired_is_named_on_the_page_of_its_form(cast: Cast, at_desk: Desk, form: CollectForm) -> None:
    desk, address = at_desk(cast.business), f"/admin/collect/{form.pk}/"
    words = "The value that all of them get is none any more"
    assert words not in desk.get(address).content.decode()
    assert DictionaryValue.objects.filter(pk=LEAD.fields["source"].kind.find("fair").id).update(active=False)
    dictionary.clear()
    page = unescape(desk.get(address).content.decode())
    assert words in page
    assert str(LEAD.fields["source"].label) in page.split(words)[1][:100]
    assert Stranger(form).send().status_code == 303
    assert Submission.objects.get().state == "waiting"
    assert desk.post(address + "switch/", {}).status_code == 302
    refused = desk.post(address + "switch/", {"active": "1"})
    assert refused.status_code == 422
    assert words in unescape(refused.content.decode())
    assert not CollectForm.objects.get().active
    assert desk.post(address, said(cast, **{"fixed-source": LEAD.fields["source"].kind.dictionary.active()[0].code})).status_code == 302
    assert desk.post(address + "switch/", {"active": "1"}).status_code == 302

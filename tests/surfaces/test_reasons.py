"""Whoever hands something over may say why: it stands in the history of each record and is told to the new owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import drafts, history, jobs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from guanxi.surfaces import handing
from tests import samples
from tests.people import Cast, restrict, review

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
ASKED = {"HX-Request": "true"}
WHY = "华东区域调整"


@pytest.fixture(autouse=True)
def _shelf(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def pages(desk: Client, record: int) -> dict[str, str]:
    """What is read of a record: its page with the story, its history, and the notices."""
    addresses = {"story": f"/customers/{record}/", "history": f"/customers/{record}/_history/", "notices": "/notifications/"}
    return {name: desk.get(address).content.decode() for name, address in addresses.items()}


@pytest.mark.feature("OWN-02")
@pytest.mark.parametrize(("language", "words"), [("en", ("Reason for the handover", "handed over")), ("zh-hans", ("移交原因", "移交"))])
def test_the_reason_of_the_dialogue_stands_in_the_story_and_is_told(
    cast: Cast, at_desk: Desk, language: str, words: tuple[str, ...]
) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner).id
    chief, mate = at_desk(cast.manager), at_desk(cast.mate)
    User.objects.filter(id__in=(cast.manager.id, cast.mate.id)).update(language=language)
    dialogue = chief.get(f"/customers/_transfer/?ids={record}", headers=ASKED).content.decode()
    assert 'name="reason"' in dialogue
    assert words[0] in dialogue
    given = {"ids": str(record), "owner": str(cast.mate.id), "reason": f"  {WHY}\n\x00 "}
    assert chief.post("/customers/_transfer/", given, headers=ASKED).status_code == 204
    for read in pages(mate, record).values():
        assert f"<p>{WHY}</p>" in read
        assert words[1] in read
    assert history.of_record(record, limit=1)[0].reason == WHY


@pytest.mark.feature("OWN-02")
def test_the_reason_of_the_wizard_stands_at_every_record(cast: Cast, at_desk: Desk) -> None:
    records = [samples.make(CUSTOMER, actor=cast.owner).id for _n in range(2)]
    desk = at_desk(cast.manager)
    assert 'name="reason"' in desk.get(f"/handover/?giver={cast.owner.id}").content.decode()
    given = {"giver": cast.owner.id, "taker": cast.mate.id, "entity": CUSTOMER.key, "reason": WHY}
    desk.post("/handover/", given)
    jobs.run(Job.objects.get(kind=handing.KIND).pk)
    assert [history.of_record(i, limit=1)[0].reason for i in records] == [WHY, WHY]
    assert WHY in pages(at_desk(cast.mate), records[0])["story"]


def test_without_a_reason_and_for_other_changes_nothing_is_said(cast: Cast, at_desk: Desk) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner).id
    write.transfer(CUSTOMER, [record], cast.mate.id or 0, actor=cast.manager, door="test")
    write.update((CUSTOMER, record), {"remark": "x"}, actor=cast.mate, door="test")
    assert {change.reason for change in history.of_record(record)} == {""}


def test_who_may_not_read_whose_it_is_reads_no_reason(cast: Cast, at_desk: Desk) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner).id
    write.transfer(CUSTOMER, [record], cast.mate.id or 0, actor=cast.manager, door="test", reason=WHY)
    assert WHY in pages(at_desk(cast.mate), record)["notices"]
    for how in ("hidden", "masked"):
        mate = restrict(cast.mate, CUSTOMER.key, "owner", how)
        assert not [name for name, read in pages(at_desk(mate), record).items() if WHY in read]


@pytest.mark.feature("OWN-02", "CUS-04")
def test_the_reason_is_told_to_who_must_agree_and_then_stands_in_the_history(cast: Cast) -> None:
    record = samples.make(CUSTOMER, actor=cast.owner).id
    owner = review(cast.owner, CUSTOMER.key, verbs=("edit", "transfer"))
    assert write.transfer(CUSTOMER, [record], cast.mate.id or 0, actor=owner, door="test", reason=WHY).sent
    draft = Draft.objects.get(record=record)
    assert draft.reason == WHY
    drafts.approve(draft.number, "", actor=cast.manager)
    assert (history.of_record(record, limit=1)[0].verb, history.of_record(record, limit=1)[0].reason) == ("transfer", WHY)


def test_an_erasure_takes_the_reasons_too(cast: Cast, at_desk: Desk) -> None:
    contact = registry.get("customers.contact")
    record = samples.make(contact, actor=cast.owner).id
    write.transfer(contact, [record], cast.mate.id or 0, actor=cast.manager, door="test", reason=WHY)
    assert WHY in at_desk(cast.mate).get("/notifications/").content.decode()
    write.forget((contact, record), reason="asked", actor=cast.business, door="test")
    assert {change.reason for change in history.of_record(record)} == {""}
    assert WHY not in at_desk(cast.mate).get("/notifications/").content.decode()

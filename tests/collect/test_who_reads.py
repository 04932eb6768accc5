"""Who reads what strangers sent: as much as the record that it became tells him, and nothing that is no longer his to see."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.test import Client

from guanxi.kernel import clock, drafts, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Grant, Role
from guanxi.surfaces.collecting.models import CollectForm, Submission
from tests.collect.conftest import Stranger, made, said
from tests.customers import pool_company
from tests.people import Cast, forget, review

Desk = Callable[[Actor], Client]
LEAD = registry.get("sales.lead")
SENT = {"email": "newcomer@example.com", "phone": "13812346021"}


def reads(desk: Client, address: str = "/collected/") -> bool:
    return SENT["email"] in desk.get(address).content.decode()


def granted(actor: Actor) -> QuerySet[Grant]:
    return Grant.objects.filter(role=Assignment.objects.get(user=actor.id).role, entity=LEAD.key)


def test_what_lies_in_a_pool_is_not_told_beside_it(cast: Cast, at_desk: Desk) -> None:
    pool_company.pool(holds=LEAD.key, hidden=["email"])
    Stranger(made(at_desk(cast.business), cast, pooled="1")).send(**SENT)
    assert Submission.objects.get().state == "made"
    assert not reads(at_desk(cast.owner))


def test_what_was_handed_to_somebody_else_is_not_told_any_more(cast: Cast, at_desk: Desk, form: CollectForm) -> None:
    Stranger(form).send(**SENT)
    assert reads(at_desk(cast.owner))
    write.transfer(LEAD, [LEAD.objects.get().id], cast.stranger.id or 0, actor=cast.director, door="test")
    assert not reads(at_desk(cast.owner))


def test_who_has_nothing_to_do_with_such_records_any_more_reads_none(cast: Cast, at_desk: Desk, form: CollectForm) -> None:
    Submission.objects.create(form=form, at=clock.now(), values=SENT, once="x", why={"sort": "barred"})
    assert reads(at_desk(cast.owner))
    granted(cast.owner).delete()
    assert not reads(at_desk(cast.again(cast.owner)))


def test_who_puts_himself_in_charge_does_not_read_the_records_of_others(cast: Cast, at_desk: Desk, form: CollectForm) -> None:
    Stranger(form).send(**SENT)
    granted(cast.business).update(scope="owned")
    desk, received = at_desk(cast.again(cast.business)), f"/admin/collect/{form.pk}/received/"
    assert desk.post(f"/admin/collect/{form.pk}/", said(cast, person=cast.business.id)).status_code == 302
    assert not reads(desk, received)


def test_what_nobody_could_be_told_of_goes_on_waiting(cast: Cast, at_desk: Desk) -> None:
    pool_company.pool(holds=LEAD.key)
    form = made(at_desk(cast.business), cast, pooled="1")
    row = Submission.objects.create(form=form, at=clock.now(), values={"name": "Ltd", **SENT}, once="x", why={"sort": "barred"})
    review(cast.owner, LEAD.key)
    assert at_desk(cast.again(cast.owner)).post(f"/collected/{row.pk}/again/").status_code == 302
    row.refresh_from_db()
    assert row.state == "waiting"
    assert not Draft.objects.exists()


def test_who_is_erased_after_a_review_leaves_what_he_sent_too(cast: Cast, form: CollectForm) -> None:
    review(cast.owner, LEAD.key)
    Stranger(form).send(**SENT)
    drafts.approve(Submission.objects.get().draft or 0, "", actor=cast.again(cast.manager))
    Grant.objects.update_or_create(role=Role.objects.get(code="business"), entity=LEAD.key, action="forget", defaults={"scope": "all"})
    forget()
    write.forget((LEAD, LEAD.objects.get().id), "asked for it", actor=cast.again(cast.business), door="test")
    assert Submission.objects.get().values == {}

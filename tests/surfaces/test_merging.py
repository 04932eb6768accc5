"""Merging by hand: side by side, the queue of likely duplicates, and who may do it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import jobs, pairs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.merge import Pair
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Grantee, choosing
from guanxi.surfaces import merging, side_by_side
from tests.contract.test_costs import cost
from tests.people import Cast, restrict, review
from tests.samples import make

Desk = Callable[[Actor], Client]
CUSTOMER, CONTACT = registry.get("customers.customer"), registry.get("customers.contact")
OPPORTUNITY = registry.get("sales.opportunity")


def two(cast: Cast, **given: Any) -> tuple[Any, Any]:
    """云深 twice: the older one with a contact, the newer one with a phone number."""
    old = make(CUSTOMER, actor=cast.owner, name="杭州云深科技有限公司", remark="old")
    make(CONTACT, actor=cast.owner, customer=old.id)
    new = make(CUSTOMER, actor=cast.owner, name="云深科技", phone="13812346021", remark="new", **given)
    return old, new


def side(*records: Any) -> str:
    return f"/customers/_merge/?ids={','.join(str(r.id) for r in records)}"


def chosen(page: str) -> dict[str, str]:
    """What the page proposes: the ticked radio of each field."""
    return dict(re.findall(r'type="radio" name="([\w-]+)" value="(\w+)" checked', page))


def body(page: str, *records: Any, **more: Any) -> dict[str, Any]:
    """The form as a browser would send it."""
    hidden = dict(re.findall(r'type="hidden" name="(version-\d+)" value="(\d+)"', page))
    return {"ids": ",".join(str(r.id) for r in records), **hidden, **chosen(page), **more}


def now(record: Any) -> Any:
    return CUSTOMER.model._default_manager.get(id=record.id)


@pytest.mark.parametrize("entity", list(registry), ids=lambda e: e.key)
def test_records_of_every_entity_stand_side_by_side(cast: Cast, at_desk: Desk, entity: Entity) -> None:
    records = [make(entity, shape, actor=cast.owner) for shape in ("minimal", "full")]
    page = at_desk(cast.owner).get(f"/{entity.slug}/_merge/?ids={records[0].id},{records[1].id}")
    assert page.status_code == 200
    for record in records:
        assert f'name="keep" value="{record.id}"' in page.content.decode()


class TestSideBySide:
    """The page proposes what is best, and what was chosen stands."""

    def test_what_is_filled_in_and_newer_is_proposed_and_the_one_with_most_on_it_stays(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        proposed = chosen(at_desk(cast.owner).get(side(new, old)).content.decode())
        assert proposed["keep"] == str(old.id)
        assert proposed["c-phone"] == str(new.id)
        assert proposed["c-remark"] == str(new.id)

    def test_merging_leads_to_the_survivor_and_the_toast_takes_it_back(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        client = at_desk(cast.owner)
        page = client.get(side(old, new)).content.decode()
        answer = client.post("/customers/_merge/", body(page, old, new, **{"c-name": old.id}))
        assert answer.headers["Location"] == f"/customers/{old.id}/"
        assert (now(old).name, now(old).phone, now(old).remark) == ("杭州云深科技有限公司", "+8613812346021", "new")
        (toast,) = client.session["toasts"]
        assert client.post(toast["undo"]).status_code == 204
        assert (now(old).phone, now(old).remark, now(new).deleted_at) == ("", "old", None)

    def test_the_old_address_leads_on_but_not_for_a_stranger(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        write.merge(CUSTOMER, old.id, [new.id], {}, actor=cast.owner, door="test")
        assert at_desk(cast.owner).get(f"/customers/{new.id}/").headers["Location"] == f"/customers/{old.id}/"
        assert at_desk(cast.stranger).get(f"/customers/{new.id}/").status_code == 404

    def test_what_somebody_changed_since_it_was_read_is_not_merged(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        client = at_desk(cast.owner)
        page = client.get(side(old, new)).content.decode()
        write.update(new, {"remark": "newest"}, actor=cast.owner, door="test")
        answer = client.post("/customers/_merge/", body(page, old, new))
        assert answer.status_code == 409
        assert "Somebody has changed this" in answer.content.decode()
        assert now(new).deleted_at is None

    def test_a_rule_that_is_broken_is_said_at_its_field(self, cast: Cast, at_desk: Desk) -> None:
        entity = registry.get("customers.consent")
        contact = make(CONTACT, actor=cast.owner)
        ends = make(entity, actor=cast.owner, contact=contact.id, given_on="2020-01-01", ends_on="2021-01-01")
        begins = make(entity, actor=cast.owner, contact=contact.id, given_on="2025-01-01")
        client = at_desk(cast.owner)
        given = {"ids": f"{ends.id},{begins.id}", "keep": ends.id, "c-given_on": begins.id, "c-ends_on": ends.id}
        answer = client.post("/consents/_merge/", given)
        assert answer.status_code == 422
        assert "This lies before the day it was given." in answer.content.decode()

    def test_lists_can_be_kept_together(self, cast: Cast, at_desk: Desk) -> None:
        old, new = make(CUSTOMER, actor=cast.owner, tags=["vip"]), make(CUSTOMER, actor=cast.owner, tags=["risk"])
        client = at_desk(cast.owner)
        page = client.get(side(old, new)).content.decode()
        assert chosen(page)["c-tags"] == "all"
        client.post("/customers/_merge/", body(page, old, new, keep=old.id))
        assert CUSTOMER.fields["tags"].kind.json(now(old).tags) == ["vip", "risk"]

    def test_hidden_fields_are_not_shown_and_masked_ones_only_masked(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        restrict(cast.owner, "customers.customer", "remark", "hidden")
        actor = restrict(cast.owner, "customers.customer", "phone", "masked")
        client = at_desk(actor)
        page = client.get(side(old, new)).content.decode()
        assert "Remark" not in page
        assert "13812346021" not in page
        assert "6021" in page
        assert not {"c-remark", "c-phone"} & chosen(page).keys()
        for key in ("remark", "phone"):
            refused = client.post("/customers/_merge/", body(page, old, new, **{f"c-{key}": new.id}))
            assert refused.status_code == 422
        client.post("/customers/_merge/", body(page, old, new))
        assert (now(old).phone, now(old).remark) == ("+8613812346021", "old")

    def test_what_comes_along_is_counted_as_far_as_the_reader_sees_it(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        make(registry.get("sales.opportunity"), actor=cast.director, customer=old.id)
        assert "Opportunities 1" not in at_desk(cast.owner).get(side(old, new)).content.decode()
        assert "Contacts 1" in at_desk(cast.owner).get(side(old, new)).content.decode()
        assert "Opportunities 1" in at_desk(cast.director).get(side(old, new)).content.decode()

    def test_it_costs_the_same_with_more_on_it(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        client = at_desk(cast.owner)
        client.get(side(old, new))
        before = cost(lambda: client.get(side(old, new)))
        for _n in range(12):
            make(CONTACT, actor=cast.owner, customer=old.id)
        assert cost(lambda: client.get(side(old, new))) == before


def test_what_very_much_hangs_on_is_merged_by_a_job(cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = two(cast)
    monkeypatch.setattr(merging, "AT_ONCE", 0)
    given = {"ids": f"{old.id},{new.id}", "keep": new.id, f"version-{old.id}": old.version, "c-remark": old.id}
    for version, gone in ((old.version + 1, False), (old.version, True)):
        answer = at_desk(cast.owner).post("/customers/_merge/", {**given, f"version-{old.id}": version})
        job = Job.objects.get(pk=int(answer.headers["Location"].split("/")[2]))
        jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, bool(job.errors), now(old).deleted_at is not None) == ("done", not gone, gone)
    assert now(new).remark == "old"


class TestWhoMay:
    """Nothing is shown, merged or hinted to who may not."""

    @pytest.mark.parametrize("who", ["mate", "stranger", "admin", "readonly"])
    def test_to_others_the_page_does_not_exist(self, cast: Cast, at_desk: Desk, who: str) -> None:
        old, new = two(cast)
        actor = getattr(cast, who)
        client = at_desk(actor)
        for records in ((old, new), (old,)):
            own = [make(CUSTOMER, actor=actor)] if who in ("mate", "stranger") else []
            ids = ",".join(str(r.id) for r in (*own, *records))
            for answer in (
                client.get(f"/customers/_merge/?ids={ids}"),
                client.post("/customers/_merge/", {"ids": ids, "keep": old.id}),
            ):
                assert answer.status_code in (404, 422)
                assert "云深" not in answer.content.decode()
        assert client.get(f"/customers/{old.id}/_merge/").status_code == 404
        assert now(new).deleted_at is None

    def test_who_sees_both_but_may_change_neither_is_told_why(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        answer = at_desk(cast.manager).post("/customers/_merge/", {"ids": f"{old.id},{new.id}", "keep": old.id})
        assert answer.status_code == 409
        assert "You may not change the record that is to stay" in answer.content.decode()

    def test_where_somebody_must_agree_first_it_is_said(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        actor = review(cast.owner, "customers.customer")
        answer = at_desk(actor).post("/customers/_merge/", {"ids": f"{old.id},{new.id}", "keep": old.id})
        assert answer.status_code == 409
        assert "a merge cannot wait" in answer.content.decode()

    def test_the_menu_of_a_record_offers_what_looks_like_it(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        client = at_desk(cast.owner)
        assert f"/customers/{old.id}/_merge/" in client.get(f"/customers/{old.id}/").content.decode()
        assert f"/customers/{old.id}/_merge/" not in at_desk(cast.readonly).get(f"/customers/{old.id}/").content.decode()
        dialogue = client.get(f"/customers/{old.id}/_merge/").content.decode()
        assert "云深科技" in dialogue
        there = client.post(f"/customers/{old.id}/_merge/", {"other": new.id}, headers={"HX-Request": "true"})
        assert there.headers["HX-Redirect"].startswith("/customers/_merge/?ids=")
        assert client.post(f"/customers/{old.id}/_merge/", {"other": old.id}).status_code == 422

    def test_a_selection_leads_to_the_page_and_too_many_are_refused(self, cast: Cast, at_desk: Desk) -> None:
        records = [make(CUSTOMER, actor=cast.owner) for _n in range(6)]
        client = at_desk(cast.owner)
        answer = client.get(side(*records[:2]), headers={"HX-Request": "true"})
        assert answer.headers["HX-Redirect"].startswith("/customers/_merge/?ids=")
        for some in (records, records[:1]):
            refused = client.get(side(*some), headers={"HX-Request": "true"})
            assert (refused.status_code, "Choose between two" in json.loads(refused.headers["HX-Trigger"])["toast"]["message"]) == (
                422,
                True,
            )

    def test_the_form_offers_to_merge_what_is_edited_with_its_likeness(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        hits = at_desk(cast.owner).get(f"/customers/_similar/?field=name&value=云深科技&record={old.id}").content.decode()
        assert f"/customers/_merge/?ids={old.id},{new.id}" in hits


class TestQueue:
    """What looks alike waits in a queue, each for who may see both."""

    def look(self) -> list[tuple[int, int, str]]:
        for _found in pairs.find(CUSTOMER):
            pass
        return list(Pair.objects.order_by("id").values_list("low", "high", "why"))

    def test_names_that_mean_the_same_and_equal_numbers_are_found(self, cast: Cast) -> None:
        old, new = two(cast)
        other = make(CUSTOMER, actor=cast.owner, name="宏达贸易", phone="13812346021")
        make(CUSTOMER, actor=cast.owner, name="鸿达贸易")
        assert set(self.look()) == {(old.id, new.id, "name"), (new.id, other.id, "phone")}

    def test_two_people_of_the_same_name_are_two(self, cast: Cast) -> None:
        for _n in range(2):
            make(CUSTOMER, actor=cast.owner, name="张伟", person=True)
        assert self.look() == []

    def test_a_switchboard_says_nothing(self, cast: Cast) -> None:
        for _n in range(pairs.FEW + 1):
            make(CUSTOMER, actor=cast.owner, phone="057188881234")
        assert [why for _l, _h, why in self.look() if why == "phone"] == []

    def test_only_who_sees_both_sees_the_pair(self, cast: Cast, at_desk: Desk) -> None:
        old = make(CUSTOMER, actor=cast.owner, name="杭州云深科技有限公司")
        make(CUSTOMER, actor=cast.stranger, name="云深科技")
        self.look()
        for actor in (cast.owner, cast.stranger):
            assert "云深" not in at_desk(actor).get("/customers/_duplicates/").content.decode()
        page = at_desk(cast.director).get("/customers/_duplicates/").content.decode()
        assert f"/customers/{old.id}/" in page
        for actor in (cast.readonly, cast.admin):
            assert at_desk(actor).get("/customers/_duplicates/").status_code == 404

    def test_a_number_that_one_may_not_read_makes_no_pair(self, cast: Cast, at_desk: Desk) -> None:
        for name in ("Alpha", "Omega"):
            make(CUSTOMER, actor=cast.owner, name=name, phone="13812346021")
        self.look()
        assert "Alpha" in at_desk(cast.owner).get("/customers/_duplicates/").content.decode()
        actor = restrict(cast.owner, "customers.customer", "phone", "masked")
        assert "Alpha" not in at_desk(actor).get("/customers/_duplicates/").content.decode()

    def test_what_is_no_duplicate_is_never_suggested_again_unless_taken_back(self, cast: Cast, at_desk: Desk) -> None:
        two(cast)
        self.look()
        pair, client = Pair.objects.get(), at_desk(cast.owner)
        assert at_desk(cast.stranger).post(f"/customers/_duplicates/{pair.pk}/part/").status_code == 404
        answer = client.post(f"/customers/_duplicates/{pair.pk}/part/", headers={"HX-Request": "true"})
        undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]
        self.look()
        assert "云深" not in client.get("/customers/_duplicates/").content.decode()
        assert at_desk(cast.director).post(undo).status_code == 404
        client.post(undo)
        assert "云深" in client.get("/customers/_duplicates/").content.decode()

    def test_what_was_merged_leaves_the_queue(self, cast: Cast, at_desk: Desk) -> None:
        old, new = two(cast)
        self.look()
        write.merge(CUSTOMER, old.id, [new.id], {}, actor=cast.owner, door="test")
        assert "云深" not in at_desk(cast.owner).get("/customers/_duplicates/").content.decode()
        assert self.look() == []

    def test_looking_now_is_a_job_and_one_at_a_time(self, cast: Cast, at_desk: Desk) -> None:
        client = at_desk(cast.owner)
        first, second = (client.post("/customers/_duplicates/look/").headers["Location"] for _n in range(2))
        assert first == second
        assert first.startswith("/jobs/")

    def test_a_page_costs_the_same_with_more_pairs(self, cast: Cast, at_desk: Desk) -> None:
        client, costs = at_desk(cast.owner), []
        for first in (0, 2, 12):
            for n in range(first, first * 2 + 2):
                for name in (f"Alpha{n}", f"Omega{n}"):
                    make(CUSTOMER, actor=cast.owner, name=name, phone=f"138123460{n:02}")
            self.look()
            client.get("/customers/_duplicates/")
            costs.append(cost(lambda: client.get("/customers/_duplicates/")))
        assert costs[0] == costs[1] == costs[2]


def test_who_took_part_in_the_lost_record_takes_part_in_the_survivor_only_if_that_may_be_opened(cast: Cast) -> None:
    keep, lost = make(CUSTOMER, actor=cast.director), make(CUSTOMER, actor=cast.owner)
    people = [Grantee("person", cast.owner.id or 0)]
    write.share(CUSTOMER, [keep.id], people, "collaborator", None, actor=cast.director, door="test")
    write.share(CUSTOMER, [lost.id], [Grantee("person", cast.stranger.id or 0)], "viewer", None, actor=cast.owner, door="test")
    write.merge(CUSTOMER, keep.id, [lost.id], {}, actor=cast.owner, door="test")
    assert not CUSTOMER.rows(cast.stranger).filter(id=keep.id).exists()


@pytest.mark.parametrize("other", ["13812346021", "13999990000"])
def test_whether_two_masked_values_are_the_same_is_not_told(cast: Cast, other: str) -> None:
    records = [make(CUSTOMER, actor=cast.owner, phone=phone) for phone in ("13812346021", other)]
    reader = Reader(restrict(cast.owner, CUSTOMER.key, "phone", "masked"))
    (line,) = (line for line in side_by_side.compare(CUSTOMER, records, reader, {}, {}) if line.key == "phone")
    assert line.same is False


def test_an_unseen_amount_in_another_currency_fills_no_gap(cast: Cast) -> None:
    keep, lost = (make(OPPORTUNITY, actor=cast.owner) for _ in range(2))
    OPPORTUNITY.model._default_manager.filter(id=keep.id).update(amount=None)
    OPPORTUNITY.model._default_manager.filter(id=lost.id).update(amount=1000, amount_currency="USD")
    rows = [OPPORTUNITY.model._default_manager.get(id=row.id) for row in (keep, lost)]
    actor = restrict(cast.owner, OPPORTUNITY.key, "amount", "hidden")
    assert "amount" not in choosing.unseen(OPPORTUNITY, rows, actor)
    rows[1].amount_currency = rows[0].amount_currency
    assert choosing.unseen(OPPORTUNITY, rows, actor)["amount"] == 1000


def test_the_search_for_pairs_tells_nobody_how_many_there_are(cast: Cast) -> None:
    two(cast)
    job = pairs.later(CUSTOMER, cast.stranger)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert Pair.objects.exists()
    assert (job.state, job.done, job.total, job.counts) == ("done", 0, 0, {})

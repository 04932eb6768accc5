"""The pages of a pool: for its members, with what the pool closes closed in every one of them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from pypdf import PdfReader

from guanxi.kernel import clock, comments, jobs, search
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.org.models import User
from guanxi.surfaces.prints import document, keeping, printing, shelf
from tests import samples
from tests.customers.pool_company import customers, fresh, lying, owned, pool, rule, switch
from tests.people import Cast

SECRET = "13987654321"


def browser(actor: Actor) -> Client:
    found = Client(headers={"HX-Request": "true"})
    found.force_login(User.objects.get(id=actor.id))
    return found


def secret(record: int) -> int:
    customers().model._default_manager.filter(id=record).update(phone=f"+86{SECRET}")
    search.write(customers(), [fresh(record)])
    return record


def body(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8", "replace")


PAGES = (
    "",
    "_counts/",
    "_exact/",
    "_panel/filter/",
    "_panel/columns/",
    "export/",
    "{id}/",
    "{id}/_history/",
    "{id}/_timeline/",
    "{id}/_files/",
)


def test_a_member_reads_every_page_and_nobody_else_finds_one(cast: Cast) -> None:
    into = pool(departments=[cast.owner.department], masked=["phone"], managers=[cast.owner.id])
    (record,) = lying(cast, into)
    name = fresh(secret(record)).name
    for part in PAGES:
        address = f"/{into.slug}/{part.format(id=record)}"
        answer = browser(cast.owner).get(address)
        assert answer.status_code == 200, address
        assert SECRET not in body(answer).replace("139-8765-4321", SECRET), address
        for actor in (cast.stranger, cast.readonly, cast.admin):
            assert browser(actor).get(address).status_code == 404, (actor.name, address)
    assert name in body(browser(cast.owner).get(f"/{into.slug}/"))
    assert browser(cast.owner).get(f"/customers/{record}/").status_code == 404
    assert browser(cast.owner).get("/pool-99999999/").status_code == 404
    assert browser(cast.owner).get("/pool-/").status_code == 404


def test_the_story_of_a_pool_is_read_but_not_answered(cast: Cast) -> None:
    into = pool(story=True)
    (record,) = lying(cast, into)
    said = comments.add(customers(), record, "asked for a price", actor=cast.director)
    comments.edit(said.id, "asked for two prices", actor=cast.director)
    page = body(browser(cast.owner).get(f"/{into.slug}/{record}/_timeline/"))
    assert "asked for two prices" in page
    assert f"/_comments/{said.id}/" not in page
    assert f"/_comments/{said.id}/" in body(browser(cast.director).get(f"/customers/{record}/_timeline/"))


def test_through_the_pool_nothing_is_edited_deleted_revealed_or_handed_over(cast: Cast) -> None:
    into = pool(masked=["phone"])
    (record,) = lying(cast, into)
    before = fresh(secret(record)).version
    for path, values in (
        (f"{record}/edit/", {"name": "x"}),
        (f"{record}/delete/", {}),
        (f"{record}/_reveal/phone/", {}),
        (f"{record}/_field/name/", {"name": "x"}),
        ("_transfer/", {"ids": str(record), "owner": str(cast.owner.id)}),
        ("_delete/", {"ids": str(record)}),
        ("_do/assign/", {"ids": str(record), "owner": str(cast.owner.id)}),
        ("_recycle/", {}),
        ("new/", {"name": "x"}),
        ("export/", {"format": "csv", "all": "1"}),
    ):
        answer = browser(cast.owner).post(f"/{into.slug}/{path}", values)
        assert answer.status_code in (403, 404), (path, answer.status_code)
    assert (fresh(record).version, fresh(record).pool_id) == (before, into.id)


def test_a_manager_exports_with_what_is_masked_masked(cast: Cast) -> None:
    into = pool(masked=["phone"])
    (record,) = lying(cast, into)
    name = fresh(secret(record)).name
    text = body(browser(cast.director).post(f"/{into.slug}/export/", {"format": "csv", "all": "1", "view": "all"}))
    assert name in text
    assert SECRET not in text


def test_a_click_on_a_row_claims_and_a_second_one_says_who_was_quicker(cast: Cast) -> None:
    into = pool()
    (record,) = lying(cast, into)
    assert browser(cast.owner).post(f"/{into.slug}/{record}/_action/claim/").status_code == 204
    assert fresh(record).owner_id == cast.owner.id
    assert browser(cast.mate).post(f"/{into.slug}/{record}/_action/claim/").status_code == 404


def test_contacts_go_with_the_customer_that_is_claimed_or_given_out_in_the_browser(cast: Cast) -> None:
    into = pool(managers=[cast.manager.id])
    claimed, given = lying(cast, into, 2)
    contacts = [samples.make(registry.get("customers.contact"), actor=cast.director, customer=i) for i in (claimed, given)]
    assert browser(cast.owner).post(f"/{into.slug}/{claimed}/_action/claim/").status_code == 204
    browser(cast.manager).post(f"/{into.slug}/{given}/_action/assign/", {"owner": cast.mate.id})
    assert [type(c)._default_manager.get(id=c.id).owner_id for c in contacts] == [cast.owner.id, cast.mate.id]


def test_a_selection_is_claimed_and_given_out(cast: Cast) -> None:
    into = pool(people=[cast.owner.id, cast.mate.id], managers=[cast.manager.id])
    first, second, third = lying(cast, into, 3)
    assert browser(cast.owner).post(f"/{into.slug}/_do/claim/", {"ids": f"{first}"}).status_code == 204
    assert browser(cast.manager).post(f"/{into.slug}/_do/assign/", {"ids": f"{second},{third}", "owner": ""}).status_code == 204
    assert {fresh(second).owner_id, fresh(third).owner_id} <= {cast.owner.id, cast.mate.id}


def test_the_dry_run_is_for_managers(cast: Cast) -> None:
    into = switch(rule(pool(warning_days=0, managers=[cast.manager.id]), days=15), recycles=True)
    mine = owned(cast.owner, days=30)
    assert browser(cast.owner).get(f"/{into.slug}/_forecast/").status_code == 404
    page = body(browser(cast.manager).get(f"/{into.slug}/_forecast/"))
    assert mine.name in page
    assert "15 days" in page
    assert browser(cast.owner).post(f"/{into.slug}/_recycle/").status_code == 404
    assert fresh(mine.id).owner_id == cast.owner.id
    assert browser(cast.manager).post(f"/{into.slug}/_recycle/").status_code == 200
    assert fresh(mine.id).pool_id == into.id


def test_the_menu_shows_the_pools_only_to_those_who_have_one(cast: Cast) -> None:
    assert "/pool-" in body(browser(cast.owner).get("/"))
    assert "/pool-" not in body(browser(cast.admin).get("/"))


class TestApi:
    """The same at the API."""

    def ask(self, actor: Actor, verb: str, path: str, **values: Any) -> Any:
        client = Client(headers={"Authorization": f"Bearer {tokens.issue(actor.login)}"})
        return (
            getattr(client, verb)(f"/api/v1{path}", values or None, content_type="application/json")
            if verb != "get"
            else client.get(f"/api/v1{path}")
        )

    def test_members_read_claim_and_hand_back(self, cast: Cast) -> None:
        into = pool(departments=[cast.owner.department], masked=["phone"], hidden=["remark"])
        (record,) = lying(cast, into)
        secret(record)
        assert self.ask(cast.stranger, "get", f"/{into.slug}").status_code == 404
        listed = self.ask(cast.owner, "get", f"/{into.slug}")
        assert [r["id"] for r in listed.json()["results"]] == [record]
        assert SECRET not in listed.content.decode()
        assert "remark" not in listed.json()["results"][0]
        assert f"/api/v1/{into.slug}/{{id}}/actions/claim" in self.ask(cast.owner, "get", "/openapi.json").json()["paths"]
        claimed = self.ask(cast.owner, "post", f"/{into.slug}/{record}/actions/claim")
        assert (claimed.status_code, claimed.json()["id"], fresh(record).owner_id) == (200, record, cast.owner.id)
        refused = self.ask(cast.owner, "post", f"/customers/{record}/actions/release")
        assert (refused.status_code, list(refused.json()["errors"])) == (422, ["pool_reason"])
        back = self.ask(cast.owner, "post", f"/customers/{record}/actions/release", pool=into.id, pool_reason="no time")
        assert (back.status_code, fresh(record).pool_id) == (200, into.id)


@pytest.mark.feature("OWN-01")
def test_what_falls_soon_stands_first_in_the_to_do_of_its_owner(cast: Cast) -> None:
    from guanxi.activity import tiles

    into = rule(pool(people=[cast.owner.id], warning_days=3), days=15)
    mine, later = owned(cast.owner, days=13), owned(cast.owner, days=1)
    assert tiles.agenda(cast.owner).rows == []
    switch(into, recycles=True)
    agenda = tiles.agenda(cast.owner)
    assert [(thing.title, thing.about) for thing in agenda.rows] == [(mine.name, "15 days")]
    assert agenda.total == 1
    assert later.name not in str(agenda)
    assert not tiles.agenda(cast.mate).rows
    assert (fresh(mine.id).falls_on - clock.today()) <= timedelta(days=3)


@pytest.mark.feature("UI-06")
def test_a_selection_is_printed_with_what_the_pool_closes_closed(cast: Cast, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    shelf.clear()
    into = pool(departments=[cast.owner.department], masked=["phone"], hidden=["remark"], managers=[cast.owner.id])
    ids = [secret(record) for record in lying(cast, into, 2)]
    customers().model._default_manager.update(remark="只有负责人知道")
    lines = document.block("fields", lines="{{name}}\n{{phone}}\n{{remark}}")
    row = keeping.create(customers(), "公海清单", "", "zh-hans", {**document.fresh(), "blocks": [lines]}, actor=cast.business)
    asked = {"template": row.pk, "ids": ",".join(map(str, ids))}
    assert "_print/" in body(browser(cast.owner).get(f"/{into.slug}/"))
    answer = browser(cast.owner).post(f"/{into.slug}/_print/?view=all", asked)
    assert answer["Content-Type"] == "application/pdf"
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.content)).pages)
    assert all(fresh(record).name.replace(" ", "") in text for record in ids)
    assert "139****4321" in text
    assert SECRET not in text
    assert "只有负责人知道" not in text
    for actor in (cast.mate, cast.stranger):
        assert browser(actor).post(f"/{into.slug}/_print/?view=all", asked).status_code == 404, actor.name
    with patch.object(printing, "AT_ONCE", 1):
        browser(cast.owner).post(f"/{into.slug}/_print/?view=all", asked)
    job = Job.objects.get(kind=printing.KIND)
    jobs.run(job.pk)
    job.refresh_from_db()
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(default_storage.open(job.result)).pages)
    assert "139****4321" in text
    assert SECRET not in text

"""The palette does what buttons and menus do, offers it to whom they offer it, and finds it by how it is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org.models import User
from guanxi.surfaces.pages import acts
from guanxi.surfaces.pages.acts import Act
from tests.people import Cast, restrict
from tests.samples import make

Desk = Callable[[Actor], Client]
ASKED = {"HX-Request": "true"}
CUSTOMERS = registry.get("customers.customer")


def asked(desk: Client, text: str = "", record: str = "", rows: str = "", ticked: int = 0, every: str = "") -> str:
    given = {"q": text, "record": record, "rows": rows, "ticked": str(ticked or ""), "all": every}
    return desk.get("/_search/", given, headers=ASKED).content.decode()


def test_what_may_be_done_with_the_open_record_is_offered_as_its_head_offers_it(cast: Cast, at_desk: Desk) -> None:
    record, desk = make(CUSTOMERS, actor=cast.owner), at_desk(cast.owner)
    url = f"/customers/{record.id}/"
    head, offered = desk.get(url).content.decode(), asked(desk, ">", url)
    for address in (f'href="{url}edit/"', f"/customers/_transfer/?ids={record.id}", f"{url}_merge/", f"{url}_history/", f"{url}delete/"):
        assert address in head
        assert address in offered


def test_who_may_only_look_is_offered_no_change(cast: Cast, at_desk: Desk) -> None:
    record = make(CUSTOMERS, actor=cast.owner)
    offered = asked(at_desk(cast.readonly), ">", f"/customers/{record.id}/")
    assert f"/customers/{record.id}/_history/" in offered
    for verb in ("edit/", "delete/", "_merge/", "_field/", "_transfer/"):
        assert f"{record.id}/{verb}" not in offered
    assert "/customers/new/" not in offered


def test_of_a_record_out_of_reach_nothing_is_offered_and_its_name_is_not_said(cast: Cast, at_desk: Desk) -> None:
    record = make(CUSTOMERS, actor=cast.owner)
    for strange in (f"/customers/{record.id}/", "/customers/999999999/", "/nothing/1/", "//evil/1/", "/customers/x/"):
        offered = asked(at_desk(cast.stranger), ">", strange)
        assert record.name not in offered
        assert f"{record.id}/" not in offered


def test_a_closed_title_does_not_stand_over_the_acts(cast: Cast, at_desk: Desk) -> None:
    record = make(CUSTOMERS, actor=cast.owner)
    restrict(cast.owner, CUSTOMERS.key, "name", "masked")
    offered = asked(at_desk(cast.owner), ">", f"/customers/{record.id}/")
    assert record.name not in offered
    assert f"{record.id}/_history/" in offered


def test_ticked_rows_are_acted_on_within_the_list_they_stand_in(cast: Cast, at_desk: Desk) -> None:
    offered = asked(at_desk(cast.owner), "", rows='/customers/?view=mine&where=["level","is","A"]', ticked=3)
    assert "3 records ticked" in offered
    assert "data-with-selection" in offered
    assert "/customers/_bulk/?view=mine&amp;where=" in offered
    assert "ticked" not in asked(at_desk(cast.owner), "", rows="/customers/?view=mine")
    assert "evil" not in asked(at_desk(cast.owner), "", rows="//evil/?view=mine", ticked=3)


def test_of_all_that_match_the_palette_says_how_many_it_acts_on(cast: Cast, at_desk: Desk) -> None:
    for level in "AAAC":
        make(CUSTOMERS, actor=cast.owner, level=level)
    rows = '/customers/?view=all&where=["level","is","A"]'
    offered = asked(at_desk(cast.owner), rows=rows, ticked=1, every="1")
    assert "All that match: 3" in offered
    assert "ticked" not in offered
    assert "All that match" not in asked(at_desk(cast.owner), rows="/customers/?view=s999999", ticked=1, every="1")


def test_what_asks_nothing_more_is_asked_about_before_it_is_done_to_all_that_match(
    cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "of_selection", lambda *_given: [Act("claim", "Claim", "plus", post="/customers/_do/claim/?view=all")])
    assert 'data-confirm="Claim · All that match: 0"' in asked(at_desk(cast.owner), rows="/customers/?view=all", ticked=1, every="1")
    assert "data-confirm" not in asked(at_desk(cast.owner), "claim", rows="/customers/?view=all", ticked=1)


def test_a_command_is_found_by_its_reading(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.owner)
    User.objects.filter(id=cast.owner.id).update(language="zh-hans")
    for text in ("新建客户", "xjkh", "xinjiankehu"):
        assert "/customers/new/?quick=1" in asked(desk, text)
    assert "No match" not in asked(desk, "xjkh")


def test_only_things_to_do_are_offered_after_the_sign_for_it(cast: Cast, at_desk: Desk) -> None:
    make(CUSTOMERS, actor=cast.owner, name="Import export trading")
    desk = at_desk(cast.owner)
    assert "Import export trading" in asked(desk, "import")
    assert "Import export trading" not in asked(desk, ">import")
    assert "/customers/import/" in asked(desk, ">import")


def test_pages_of_administration_are_found_by_whom_they_are_open_to(cast: Cast, at_desk: Desk) -> None:
    assert "/admin/access/" in asked(at_desk(cast.admin), "roles and rights")
    for text in (">admin", ">roles and rights", ">"):
        assert "/admin/" not in asked(at_desk(cast.owner), text)


def test_asking_costs_the_same_with_many_records_as_with_one(cast: Cast, at_desk: Desk) -> None:
    desk, record = at_desk(cast.owner), make(CUSTOMERS, actor=cast.owner)
    costs = []
    for _n in range(3):
        with CaptureQueriesContext(connection) as captured:
            asked(desk, ">edit", f"/customers/{record.id}/")
        costs.append(len(captured.captured_queries))
        for _m in range(5):
            make(CUSTOMERS, actor=cast.owner)
    assert costs[1] == costs[2] <= 8

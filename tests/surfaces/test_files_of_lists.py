"""A choice list leaves as a workbook and comes back: looked at first, done as a whole, never deleting; a merge that is stopped goes on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from guanxi.kernel import dictionary, jobs, lists
from guanxi.kernel.actor import Actor
from guanxi.kernel.dictionary import Dictionary, Item
from guanxi.kernel.models import DictionaryValue, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lists as verbs
from guanxi.surfaces.admin import lists as pages
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
INDUSTRY, SOURCE = Dictionary("industry"), Dictionary("customer_source")
HEADS = ["Code", "Path", "Name in Chinese", "Name in English", "Colour", "Offered", "Default", "Codes of its departments"]


@pytest.fixture(autouse=True)
def _afresh() -> Any:
    with translation.override("en"):
        yield
    dictionary.clear()


def exported(desk: Client, code: str = "industry") -> list[list[str]]:
    body = b"".join(desk.get(f"/admin/lists/{code}/export/").streaming_content)  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def look(desk: Client, rows: Sequence[Sequence[str]], code: str = "industry") -> Any:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return desk.post(f"/admin/lists/{code}/import/", {"file": SimpleUploadedFile("list.csv", text.getvalue().encode())})


def agree(desk: Client, page: Any, code: str = "industry") -> Any:
    kept = {name: re.findall(rf'name="{name}" value="([^"]*)"', page.content.decode())[0] for name in ("rows", "promised")}
    return desk.post(f"/admin/lists/{code}/import/", {**kept, "do": "1"})


def items() -> list[Item]:
    return [i for i in INDUSTRY.items() if i.into is None]


@pytest.mark.feature("DIC-02", "DIC-03")
def test_what_was_exported_comes_back_and_changes_nothing(cast: Cast, at_desk: Desk) -> None:
    found = lists.get("industry")
    assert found is not None
    one, other = INDUSTRY.active()[:2]
    verbs.move(found, other, one.id, actor=cast.business)
    verbs.open_to(found, other, [cast.owner.department or 0], actor=cast.business)
    desk, before = at_desk(cast.business), list(DictionaryValue.objects.order_by("id").values())
    rows = exported(desk)
    assert rows[0] == HEADS
    page = look(desk, rows)
    assert page.status_code == 200
    assert f"0 new, 0 change, {len(rows) - 1} stay as they are, 0 refused" in page.content.decode()
    assert list(DictionaryValue.objects.order_by("id").values()) == before


@pytest.mark.feature("DIC-02", "DIC-03")
def test_a_file_adds_renames_reorders_and_retires(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.business)
    rows = exported(desk)
    count = DictionaryValue.objects.filter(dictionary="industry").count()
    one, other = INDUSTRY.active()[:2]
    rows[1][2] = "信息技术业"
    rows[2][5] = "no"
    rows[1:4] = [rows[3], rows[1], rows[2]]
    rows += [
        ["low_altitude", "", "低空经济", "Low altitude", "Blue", "yes", "no", ""],
        ["", "低空经济 / 无人机", "无人机", "", "", "", "", ""],
    ]
    page = look(desk, rows)
    text = page.content.decode()
    assert page.status_code == 200
    assert "2 new" in text
    assert "offered no more" in text
    assert INDUSTRY.by_name("低空经济") is None
    assert DictionaryValue.objects.filter(dictionary="industry").count() == count
    assert agree(desk, page).status_code == 302
    assert [i.code for i in items()][1:3] == [one.code, other.code]
    assert (INDUSTRY.by_id(one.id) or one).zh == "信息技术业"
    assert not (INDUSTRY.by_id(other.id) or other).active
    drone, sky = INDUSTRY.by_name("低空经济/无人机"), INDUSTRY.by_code("low_altitude")
    assert drone is not None
    assert sky is not None
    assert (drone.parent, sky.colour) == (sky.id, "b")
    again = look(desk, exported(desk))
    assert "0 new, 0 change" in again.content.decode()


def test_a_file_of_which_a_row_is_refused_does_nothing(cast: Cast, at_desk: Desk) -> None:
    desk, before = at_desk(cast.business), list(DictionaryValue.objects.order_by("id").values())
    first = INDUSTRY.active()[0]
    page = look(desk, [["Name in Chinese", "Path"], ["新行业", ""], ["孤儿", "没有的 / 孤儿"], [first.zh, ""], [first.zh, ""]])
    text = page.content.decode()
    assert page.status_code == 422
    assert "to stand below" in text
    assert "speaks of the same value" in text
    assert 'name="do"' not in text
    assert list(DictionaryValue.objects.order_by("id").values()) == before
    assert look(at_desk(cast.owner), [["Name in Chinese"], ["x"]]).status_code == 404


@pytest.mark.feature("DIC-02")
def test_a_merge_that_is_stopped_stops_and_goes_on_later(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "PORTION", 2)
    found, (one, other) = lists.get("customer_source"), SOURCE.active()[:2]
    assert found is not None
    ids = [samples.make(CUSTOMER, actor=cast.owner, source=one.code).id for _n in range(5)]
    verbs.merge(found, one, other, actor=cast.business)
    job = jobs.start(pages.MERGE, "x", cast.business, {"list": found.code, "old": one.id, "new": other.id, "url": "/"}, jobs.BULK)
    Job.objects.filter(pk=job.pk).update(cancel=True)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("cancelled", 2, 5)
    assert CUSTOMER.model._default_manager.filter(id__in=ids, source=one.id).count() == 3
    Job.objects.filter(pk=job.pk).update(cancel=False, state="waiting")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 5)
    assert not CUSTOMER.model._default_manager.filter(source=one.id).exists()

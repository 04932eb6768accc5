"""An export holds what the person may see, runs nothing, is recorded, and comes back in without a change."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import AccessLog, Job
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, FieldRight, Role
from guanxi.surfaces.exchange import exporting
from guanxi.surfaces.exchange.exporting import Export, Wish
from guanxi.surfaces.exchange.importing import targets
from guanxi.surfaces.exchange.models import ImportRow
from guanxi.surfaces.exchange.reading import open_table
from tests import samples
from tests.exchange.company import CUSTOMERS, Company, preview
from tests.exchange.test_import_wizard import browser, work


def table(answer: Any, tmp_path: Path) -> list[list[Any]]:
    """The rows of a file that was answered."""
    path = tmp_path / "answer"
    path.write_bytes(b"".join(answer.streaming_content))
    with open_table(path, name="answer") as opened:
        return [list(row) for row in opened.rows()]


@pytest.mark.parametrize("form", exporting.TABLES)
@pytest.mark.parametrize("key", [*(e.key for e in registry), "catalog.product+own", "designed"])
def test_what_goes_out_comes_back_in_without_a_change(company: Company, tmp_path: Path, key: str, form: str) -> None:
    with shaped(key) as entity:
        there_and_back(company, entity, tmp_path, form)


def shaped(key: str) -> AbstractContextManager[Entity]:
    """An entity as it is declared, with own fields, or designed by administrators."""
    if key == "designed":
        return samples.designed_with_own_fields()
    entity = registry.get(key.removesuffix("+own"))
    return samples.with_own_fields(entity) if "+" in key else nullcontext(entity)


def there_and_back(company: Company, entity: Entity, tmp_path: Path, form: str) -> None:
    """Export all, and import the file again."""
    director = company.actor("director")
    for shape in ("minimal", "full", "hostile"):
        samples.make(entity, shape, actor=director)
    path = tmp_path / f"export.{form}"
    wanted = Export(Wish(entity.key, format=form), director)
    count = wanted.write(path, wanted.cells(wanted.rows()))
    assert count == entity.rows(director).count() >= 3
    run = preview(path, director, entity, policy="update", erase=True)
    goals = targets.targets(entity, director)
    assert {k for k, t in goals.items() if not t.via} <= set(run.mapping.values())
    assert [(r.action, r.message, r.values) for r in ImportRow.objects.filter(run=run)] == [("skip", "Nothing differs.", {})] * count


@pytest.mark.feature("CUS-21")
def test_the_list_on_the_screen_is_what_is_exported(company: Company, tmp_path: Path) -> None:
    sales = company.actor("sales")
    for name, level in (("云深", "A"), ("海曙", "B"), ("=1+1", "A")):
        if name == "=1+1":
            write.create(CUSTOMERS, {"name": "慈溪", "level": level, "remark": name}, actor=sales, door="form")
        else:
            write.create(CUSTOMERS, {"name": name, "level": level}, actor=sales, door="form")
    write.create(CUSTOMERS, {"name": "他人", "level": "A"}, actor=company.actor("sales2"), door="form")
    client = browser(company, "sales")
    state = {"view": "all", "where": '["level", "is", "A"]', "sort": "name"}
    assert "2 records" in client.get("/customers/export/", state).content.decode()
    answer = client.post("/customers/export/", {**state, "column": ["name", "remark"], "format": "csv"})
    path = tmp_path / "raw.csv"
    path.write_bytes(b"".join(answer.streaming_content))
    lines = path.read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in lines] == [["Customer name", "Remark"], ["慈溪", "'=1+1"], ["云深", ""]]
    log = AccessLog.objects.get(verb="export")
    assert (log.actor, log.data["rows"]) == (sales.id, 2)


def test_masked_stays_masked_and_hidden_absent_and_others_get_nothing(company: Company, tmp_path: Path) -> None:
    role = Role.objects.create(code="narrow", zh="窄", en="Narrow")
    Assignment.objects.filter(user=company.users["sales"]).delete()
    Assignment.objects.create(user=company.users["sales"], role=role)
    from guanxi.org.models import Grant

    for action in ("view", "export"):
        Grant.objects.create(role=role, entity=CUSTOMERS.key, action=action, scope="owned")
    FieldRight.objects.create(role=role, entity=CUSTOMERS.key, field="phone", right="masked")
    FieldRight.objects.create(role=role, entity=CUSTOMERS.key, field="remark", right="hidden")
    write.create(
        CUSTOMERS,
        {"name": "云深", "phone": "13800006021", "remark": "secret", "owner": company.users["sales"].pk},
        actor=company.actor("director"),
        door="form",
    )
    answer = browser(company, "sales").post("/customers/export/", {"column": ["name", "phone", "remark"], "format": "csv"})
    rows = table(answer, tmp_path)
    assert rows[0][:2] == ["Customer name", "Phone"]
    assert rows[1][:2] == ["云深", "138****6021"]
    stranger = browser(company, "sales2")
    theirs = table(stranger.post("/customers/export/", {"ids": rows[1][-1], "format": "csv"}), tmp_path)
    assert len(theirs) == 1
    assert browser(company, "finance").get("/customers/export/").status_code == 404
    assert browser(company, "finance").post("/customers/export/", {"format": "csv"}).status_code == 404
    assert Client().post("/customers/export/", {}).status_code == 302


def test_a_long_export_is_a_job_whose_file_only_its_owner_gets(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    sales = company.actor("sales")
    write.create_many(CUSTOMERS, [{"name": f"客户{n}"} for n in range(5)], actor=sales, door="form")
    client = browser(company, "sales")
    answer = client.post("/customers/export/", {"format": "xlsx"})
    assert answer.status_code == 302
    work()
    job = Job.objects.get(kind="export")
    assert (job.state, job.done, job.total) == ("done", 5, 5)
    rows = table(client.get(f"/jobs/{job.pk}/result/"), tmp_path)
    assert len(rows) == 6
    assert browser(company, "sales2").get(f"/jobs/{job.pk}/result/").status_code == 404

"""The workbook that people fill in is one that the import understands without being asked anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.org.models import FieldRight, Role
from guanxi.surfaces.exchange import template
from guanxi.surfaces.exchange.importing import targets
from guanxi.surfaces.exchange.models import ImportRow
from guanxi.surfaces.exchange.reading import open_table
from tests import samples
from tests.exchange.company import Company, preview
from tests.exchange.test_exporting import table
from tests.exchange.test_import_wizard import browser


@pytest.mark.parametrize("key", [e.key for e in registry])
def test_the_template_of_every_entity_comes_in_as_it_is(company: Company, tmp_path: Path, key: str) -> None:
    entity: Entity = registry.get(key)
    director = company.actor("director")
    samples.make(entity, actor=director)  # so that there is a customer for the example to name
    path = tmp_path / "template.xlsx"
    template.write(path, entity, director)
    run = preview(path, director, entity)
    wanted = {k for k, t in targets.targets(entity, director).items() if t.writes and not t.via}
    assert set(run.mapping.values()) - {""} == wanted
    assert [(r.action, r.message) for r in ImportRow.objects.filter(run=run)] == [("create", "")]


def test_the_template_names_the_values_of_a_list_and_what_is_required(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    template.write(path, registry.get("customers.customer"), company.actor("director"))
    with open_table(path, name="template.xlsx") as opened:
        told = {str(row[0]): [str(cell) for cell in row[1:] if cell] for row in opened.rows(opened.sheets[1])}
    assert "required" in told["Customer name"]
    assert any(text.startswith("one of: ") and "、" in text for text in told["Level"])


def test_a_template_holds_only_what_the_person_may_write(company: Company, tmp_path: Path) -> None:
    FieldRight.objects.create(role=Role.objects.get(code="sales"), entity="customers.customer", field="level", right="readonly")
    answer = browser(company, "sales").get("/customers/import/template/")
    head = table(answer, tmp_path)[0]
    assert "Customer name" in head
    assert "Level" not in head


def test_who_may_not_import_gets_no_template(company: Company) -> None:
    assert browser(company, "finance").get("/customers/import/template/").status_code == 404

"""A wrong declaration fails at start with a hint; a right one is a whole register in one file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import Error

from guanxi.kernel import checks
from guanxi.kernel.entity import Entity, Preset
from guanxi.kernel.fields.rollup import RollUp
from guanxi.kernel.grants import Grants
from guanxi.kernel.registry import registry

ROOT = Path(__file__).resolve().parent.parent.parent

COMPETITOR = '''"""A rival supplier met in opportunities."""

from django.utils.translation import gettext_lazy as _

from guanxi.declare import Choice, Dictionary, Entity, Grants, Links, Record, Text, Unique, Url


class Competitor(Record):
    name = Text(_("name"), max_length=120)
    website = Url(_("website"), blank=True)
    threat = Choice(_("threat"), Dictionary("threat_level", minor="轻微", serious="较大", mortal="致命"))
    strengths = Text(_("strengths"), blank=True, lines=4)
    opportunities = Links("sales.Opportunity", back="competitors")


class CompetitorEntity(Entity, model=Competitor):
    icon = "swords"
    columns = ("name", "threat", "owner", "updated_at")
    filters = ("threat", "owner")
    search = ("name", "strengths")
    unique = (Unique("name", normalise="company"),)
    layout = {_("Profile"): ("name", "threat", "website"), _("Analysis"): ("strengths",)}
    related = ("opportunities",)
    grants = Grants.like("sales.opportunity")
'''
AREA = """from guanxi.kernel import apps


class RivalsConfig(apps.Area):
    name = "rivals"
    label = "rivals"
"""


def wrong(entity: Entity, **changes: Any) -> list[Error]:
    """What the checks say about a copy of the declaration with these attributes."""
    known = {name: getattr(entity, name) for name in dir(entity) if not name.startswith("_")}
    copy = type(type(entity).__name__, (SimpleNamespace,), {})(**{**known, **changes})
    return list(checks._check(copy))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attribute", "value", "meant"),
    [
        ("columns", ("nmae",), "name"),
        ("filters", ("statsu",), "status"),
        ("search", ("phnoe",), "phone"),
        ("sorts", ("updated",), "updated_at"),
        ("quick", ("nam",), "name"),
        ("chips", ("levle",), "level"),
        ("tiles", ("open_amout",), "open_amount"),
        ("title", "nane", "name"),
        ("stage", "statu", "status"),
        ("layout", {"Profile": ("industri",)}, "industry"),
        ("views", (Preset("a", "A", sort="-create_at"),), "created_at"),
        ("views", (Preset("a", "A", ["owner", "is", "me"], columns=("regoin",)),), "region"),
        ("related", ("contact",), "contacts"),
        ("rollups", (RollUp("contact_cuont", "customers.Contact", via="customer", how="count"),), "contact_count"),
        ("rollups", (RollUp("contact_count", "customers.Contract", via="customer", how="count"),), "customers.contact"),
        ("grants", Grants.like("sales.oportunity"), "sales.opportunity"),
    ],
)
def test_a_misspelt_name_is_found_with_the_right_one_beside_it(attribute: str, value: Any, meant: str) -> None:
    problems = wrong(registry.get("customers.customer"), **{attribute: value})
    assert problems
    assert all(p.id and p.id.startswith("guanxi.E") for p in problems)
    assert f"Did you mean '{meant}'?" in [p.hint for p in problems], [(p.msg, p.hint) for p in problems]


def test_what_is_declared_now_is_right(entity: Entity) -> None:
    assert list(checks._check(entity)) == []
    assert wrong(entity) == []


CHECKED = """
import django
from django.core.management import call_command
django.setup()
call_command("check")
call_command("makemigrations", check_changes=True, dry_run=True)
"""


def run(*arguments: str, folder: Path) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        "GUANXI_EXTRA_AREAS": "rivals",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    for ours in ("PYTEST_CURRENT_TEST", "PYTEST_ADDOPTS"):  # how these tests are run is not how those are
        environment.pop(ours, None)
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_one_file_is_a_whole_register(tmp_path: Path) -> None:
    """The declaration of the architecture, makemigrations, and the contract holds for it as for any other."""
    entities = tmp_path / "rivals" / "entities"
    entities.mkdir(parents=True)
    (tmp_path / "rivals" / "__init__.py").touch()
    (entities / "__init__.py").touch()
    (tmp_path / "rivals" / "apps.py").write_text(AREA)
    (entities / "competitor.py").write_text(COMPETITOR)
    run("-m", "django", "makemigrations", "rivals", "--verbosity", "0", folder=tmp_path)
    assert (tmp_path / "rivals" / "migrations" / "0001_initial.py").exists()
    run("-c", CHECKED, folder=tmp_path)
    suites = ("test_writes.py", "test_access.py", "test_history.py")
    out = run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "competitor", *(f"tests/contract/{s}" for s in suites), folder=tmp_path
    )  # fmt: skip
    assert "rivals.competitor" not in out
    assert int(out.rsplit(" passed", 1)[0].rsplit(None, 1)[-1]) > 30, out


def test_every_sort_has_an_index_for_each_column_by_which_people_reach_records(entity: Entity) -> None:
    found = {tuple(index.fields) for index in entity.model._meta.indexes}
    leads = ["owner", "department", *(["created_by"] if entity.author_sees else [])]
    wanted = {(*lead, entity.sort_path(sort), "id") for sort in entity.sorts for lead in ((), *((one,) for one in leads))}
    assert wanted <= found

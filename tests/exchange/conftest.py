"""Files for the tests of exchange: made on the spot, or real ones where the shared data is at hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from guanxi.org.models import Assignment, Role
from guanxi.surfaces.exchange.cells import Row
from guanxi.surfaces.exchange.reading import open_table
from tests.exchange.company import Company, browser, found


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Reasons are compared in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    place = Path(os.environ.get("GUANXI_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    if not place.is_dir():
        pytest.skip(f"The shared data is not at {place}; GUANXI_SHARED_DATA may name its folder.")
    return place


@pytest.fixture
def company(db: None, settings: Any, tmp_path: Path) -> Company:
    settings.MEDIA_ROOT = tmp_path
    return found()


@pytest.fixture
def boss(company: Company) -> Client:
    """Whoever sees everything and keeps the lists, as who sets a new system up does."""
    Assignment.objects.create(user=company.users["director"], role=Role.objects.get(code="admin"))
    return browser(company, "director")


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[..., Path]:
    """A file with these bytes."""

    def make(content: bytes, name: str = "list.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make


@pytest.fixture
def rows_of() -> Callable[..., list[Row]]:
    """All rows of a file, of its first sheet unless one is named."""

    def read(path: Path, sheet: str | None = None) -> list[Row]:
        with open_table(path, name=path.name) as table:
            return list(table.rows(sheet))

    return read

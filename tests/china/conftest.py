"""Real data lives outside the repository; tests that read it skip, saying so, where it is missing."""

from __future__ import annotations

import csv
import lzma
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    root = Path(os.environ.get("GUANXI_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
    if not root.is_dir():
        pytest.skip(f"the shared data is not at {root}")
    return root


@pytest.fixture(scope="session")
def companies(shared_data: Path) -> list[dict[str, str]]:
    """Twenty thousand registered companies."""
    path = shared_data / "cn_companies" / "companies_2019_sample20k_with_scope.csv.xz"
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

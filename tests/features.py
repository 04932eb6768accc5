"""Which features the tests prove: `@pytest.mark.feature("CUS-01")` on a test that passes, and none with that ID that fails."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "var" / "features.json"
passed: set[str] = set()
failed: set[str] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-features", action="store_true", help="run only tests that prove a feature")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        ids = {name for mark in item.iter_markers("feature") for name in mark.args}
        item.user_properties.extend(("feature", name) for name in sorted(ids))
    if config.getoption("--only-features"):
        items[:] = [item for item in items if item.get_closest_marker("feature")]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    names = {str(value) for key, value in report.user_properties if key == "feature"}
    if report.failed:
        failed.update(names)
    elif report.when == "call" and report.passed:
        passed.update(names)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput") or not _complete(session.config):
        return
    LIST.parent.mkdir(exist_ok=True)
    LIST.write_text(json.dumps({"state": code_state(), "proved": sorted(passed - failed)}, indent=1) + "\n", encoding="utf-8")


def code_state() -> str:
    """A fingerprint of all that is tracked or new in the checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "src", "tests", "frontend"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return _digest(ROOT / name for name in listing.split("\0") if name)


def _complete(config: pytest.Config) -> bool:
    """Was everything asked to run? A run of some tests says nothing about the others."""
    chosen = [Path(argument.split("::")[0]).resolve() for argument in config.args]
    option = config.option
    return chosen == [ROOT / "tests"] and not (option.keyword or option.markexpr or option.collectonly or getattr(option, "lf", False))


def _digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            total.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return total.hexdigest()

"""Static files: kept for ever by browsers, and never stale."""

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from guanxi.config.static import VersionedStaticFiles


@pytest.fixture
def styles(tmp_path, monkeypatch, settings):
    settings.DEBUG = True
    file = tmp_path / "guanxi.css"
    file.write_text("a{}")
    monkeypatch.setattr(finders, "find", lambda name: str(file) if name == "built/guanxi.css" else None)
    return file


def test_the_address_changes_with_the_content(styles):
    before = static("built/guanxi.css")
    assert before.startswith("/static/built/guanxi.css?v=")
    assert static("built/guanxi.css") == before
    styles.write_text("b{}")
    assert static("built/guanxi.css") != before


def test_a_serving_process_asks_the_disk_once(styles, settings):
    settings.DEBUG = False
    VersionedStaticFiles._remembered.cache_clear()
    before = static("built/guanxi.css")
    styles.unlink()
    assert static("built/guanxi.css") == before
    VersionedStaticFiles._remembered.cache_clear()


def test_a_file_that_is_not_there_has_a_plain_address(styles):
    assert static("built/nothing.css") == "/static/built/nothing.css"

"""Keys are made once, kept to oneself, and never guessed at."""

import pytest

from guanxi.config import keys
from guanxi.config.refusal import Refusal


def test_a_key_is_made_at_first_and_kept_ever_after(tmp_path):
    first = keys.key(tmp_path, keys.SIGNING)
    assert len(first) >= 60
    assert keys.key(tmp_path, keys.SIGNING) == first
    assert keys.key(tmp_path, keys.FIELDS) != first


def test_only_the_owner_reads_a_key(tmp_path):
    keys.key(tmp_path, keys.SIGNING)
    assert (tmp_path / "keys" / keys.SIGNING).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_a_damaged_key_is_refused_and_not_replaced(tmp_path):
    keys.key(tmp_path, keys.FIELDS)
    (tmp_path / "keys" / keys.FIELDS).write_text("x")
    with pytest.raises(Refusal, match="damaged"):
        keys.key(tmp_path, keys.FIELDS)
    assert (tmp_path / "keys" / keys.FIELDS).read_text() == "x"


def test_the_environment_may_bring_the_key(tmp_path, monkeypatch):
    monkeypatch.setenv("GUANXI_SIGNING_KEY", "k" * 40)
    assert keys.key(tmp_path, keys.SIGNING) == "k" * 40
    assert not (tmp_path / "keys").exists()

"""A backup holds database, files and keys, and comes back into an empty folder only."""

import os
import tarfile

import psycopg
import pytest

from guanxi.config import backup, keys
from guanxi.config.environment import Environment
from guanxi.config.postgres import CARELESS, EmbeddedPostgres
from guanxi.config.refusal import Refusal


@pytest.fixture
def installation(server, folder, monkeypatch):
    """A small installation: one row, one file, one key."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("create table customer (name text)")
        connection.execute("create extension pg_trgm")
        connection.execute("insert into customer values ('杭州云深')")
    (folder / "media").mkdir()
    (folder / "media" / "contract.txt").write_text("signed")
    keys.key(folder, keys.SIGNING)
    return Environment(data=folder, database_url="", owner_url="")


@pytest.fixture
def empty(folder):
    place = folder / "elsewhere"
    place.mkdir()
    yield Environment(data=place, database_url="", owner_url="")
    EmbeddedPostgres(place / "postgres").stop()


def test_what_was_backed_up_comes_back(installation, empty, folder):
    path = backup.backup(installation, folder / "backup.tar")
    backup.restore(empty, path)
    assert (empty.data / "media" / "contract.txt").read_text() == "signed"
    assert keys.key(empty.data, keys.SIGNING) == keys.key(folder, keys.SIGNING)
    server = EmbeddedPostgres(empty.data / "postgres", settings=CARELESS)
    server.start()
    with psycopg.connect(server.app_url) as connection:
        assert connection.execute("select name from customer").fetchall() == [("杭州云深",)]
        connection.execute("insert into customer values ('the app may still write')")


def test_it_comes_back_into_a_server_of_one_s_own_whole_or_not_at_all(installation, empty, folder, server):
    odd = "SET transaction_timeout = 0;"
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("insert into customer values (%s)", [odd])
        connection.execute("create extension if not exists pg_stat_statements")
    path = backup.backup(installation, folder / "backup.tar")
    other = EmbeddedPostgres(folder / "other" / "postgres", settings=CARELESS)
    (folder / "other").mkdir()
    other.start()
    try:
        environment = Environment(data=empty.data, database_url=other.app_url, owner_url=other.owner_url)
        backup.restore(environment, path)
        with psycopg.connect(other.owner_url) as connection:
            assert connection.execute("select name from customer order by name").fetchall() == [(odd,), ("杭州云深",)]
        assert (empty.data / "media" / "contract.txt").read_text() == "signed"
    finally:
        other.stop()


def test_a_backup_is_for_its_owner_alone(installation, folder):
    path = backup.backup(installation, folder / "backup.tar")
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_backup_left_goes_with_the_next_one_a_day_later(installation, folder):
    place = folder / "kept"
    lost, fresh = place / f"{backup.ROOM}lost", place / f".now.tar{backup.PART}"
    lost.mkdir(parents=True)
    (lost / "database.dump").write_bytes(b"half")
    half, others = place / f".half.tar{backup.PART}", place / "others.tar"
    for path in (half, fresh, others):
        path.touch()
    for path in (lost, half, others):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    backup.backup(installation, place / "backup.tar")
    assert {entry.name for entry in place.iterdir()} == {fresh.name, others.name, "backup.tar"}


def test_a_folder_with_something_in_it_is_not_overwritten(installation, empty, folder):
    path = backup.backup(installation, folder / "backup.tar")
    (empty.data / "somebody's").touch()
    with pytest.raises(Refusal, match="not empty"):
        backup.restore(empty, path)
    assert [entry.name for entry in empty.data.iterdir()] == ["somebody's"]


def test_a_damaged_backup_is_refused_before_anything_is_made(installation, empty, folder):
    path = backup.backup(installation, folder / "backup.tar")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(Refusal, match="not a backup"):
        backup.restore(empty, path)
    assert not list(empty.data.iterdir())


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "keys/../../outside", "elsewhere/file"])
def test_an_archive_that_reaches_outside_is_refused(empty, folder, name):
    with tarfile.open(folder / "evil.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(Refusal, match="not a backup"):
        backup.restore(empty, folder / "evil.tar")
    assert not list(empty.data.iterdir())


def test_a_link_in_an_archive_is_refused(empty, folder):
    link = tarfile.TarInfo("media/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(folder / "evil.tar", "w") as archive:
        archive.addfile(link)
    with pytest.raises(Refusal, match="neither file nor folder"):
        backup.restore(empty, folder / "evil.tar")


def test_some_other_archive_is_refused(empty, folder):
    with tarfile.open(folder / "holiday.tar", "w"):
        pass
    with pytest.raises(Refusal, match="lacks"):
        backup.restore(empty, folder / "holiday.tar")


def test_a_backup_that_does_not_exist_is_refused(empty, folder):
    with pytest.raises(Refusal, match="no backup"):
        backup.restore(empty, folder / "nowhere.tar")

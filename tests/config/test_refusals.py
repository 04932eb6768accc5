"""What keeps Guanxi from starting is said in one line, and the exit code tells the machine."""

import os
import socket

import psycopg
import pytest

from guanxi.config import preflight
from guanxi.config.database import parse
from guanxi.config.environment import whole_number
from guanxi.config.postgres import EmbeddedPostgres
from guanxi.config.refusal import Refusal


def assert_one_line(outcome, *words):
    assert outcome.returncode not in (0, None)
    lines = outcome.stderr.strip().splitlines()
    assert len(lines) == 1, outcome.stderr
    assert lines[0].startswith("guanxi: ")
    for word in words:
        assert word in lines[0]


def test_a_port_in_use_is_named(guanxi):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert_one_line(guanxi("serve", GUANXI_PORT=port), port, "in use", "GUANXI_PORT")


def test_a_port_that_is_no_number_is_refused(guanxi):
    assert_one_line(guanxi("serve", GUANXI_PORT="http"), "GUANXI_PORT")


def test_a_data_folder_that_is_a_file_is_refused(guanxi, folder):
    file = folder / "file"
    file.touch()
    assert_one_line(guanxi("serve", GUANXI_DATA=str(file), GUANXI_PORT="0"), str(file), "not a folder")


def test_a_cluster_that_lost_its_files_is_refused(guanxi, folder):
    (folder / "postgres" / "data").mkdir(parents=True)
    (folder / "postgres" / "data" / "base").touch()
    assert_one_line(guanxi("serve", GUANXI_PORT="0"), "broken")


def test_a_cluster_of_another_postgresql_is_refused(guanxi, server):
    server.stop()
    (server.data / "PG_VERSION").write_text("9\n")
    assert_one_line(guanxi("migrate"), "PostgreSQL 9")


def test_a_cluster_that_cannot_start_is_refused_with_the_place_of_its_log(guanxi, server):
    server.stop()
    (server.data / "global" / "pg_control").write_bytes(b"")
    assert_one_line(guanxi("migrate"), "server.log")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("mysql://localhost/guanxi", "postgresql://"),
        ("postgresql://localhost", "names no database"),
        ("postgresql://localhost:many/guanxi", "DATABASE_URL"),
        ("postgresql://nobody@127.0.0.1:1/guanxi", "does not answer"),
    ],
)
def test_a_wrong_database_url_is_explained(guanxi, url, word):
    assert_one_line(guanxi("serve", DATABASE_URL=url, GUANXI_PORT="0"), word)


def test_a_database_that_does_not_exist_is_named(guanxi, server):
    assert_one_line(guanxi("migrate", DATABASE_URL=server.url("guanxi_app", "elsewhere")), "elsewhere")


def test_a_database_newer_than_the_code_is_left_alone(guanxi, server):
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("create table django_migrations (id bigserial primary key, app text, name text, applied timestamptz)")
        connection.execute("insert into django_migrations (app, name, applied) values ('org', '9999_from_the_future', now())")
    assert_one_line(guanxi("migrate"), "newer", "org.9999_from_the_future")
    server.start()
    with psycopg.connect(server.owner_url) as connection:
        assert connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (1,)


def test_an_unknown_command_is_refused(guanxi):
    assert_one_line(guanxi("dance"), "dance", "serve")


def test_a_socket_path_keeps_its_capitals():
    assert parse("postgresql://app@%2FHome%2FSock/guanxi")["HOST"] == "/Home/Sock"


def test_a_password_may_hold_anything():
    assert parse("postgresql://app:p%40ss%2F@db.example:6432/guanxi?sslmode=require") == {
        "ENGINE": "guanxi.config.postgresql",
        "NAME": "guanxi",
        "USER": "app",
        "PASSWORD": "p@ss/",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_port_beyond_the_last_is_refused():
    with pytest.raises(Refusal, match="between 1 and 65535"):
        preflight.port_is_free("127.0.0.1", 70000)


def test_a_negative_number_is_refused(monkeypatch):
    monkeypatch.setenv("GUANXI_WEB_WORKERS", "-2")
    with pytest.raises(Refusal, match="GUANXI_WEB_WORKERS"):
        whole_number("GUANXI_WEB_WORKERS", 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else's")
def test_somebody_elses_socket_folder_is_refused(folder):
    server = EmbeddedPostgres(folder / "postgres")
    server.socket.mkdir(parents=True)
    os.chown(server.socket, 4242, 4242)
    with pytest.raises(Refusal, match="another account"):
        server.start()

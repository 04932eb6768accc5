"""The embedded server: durable, private, and split into an owner and an app that owns nothing."""

import os
import signal

import psycopg
import pytest

from guanxi.config.account import Account
from guanxi.config.postgres import LONGEST_SOCKET_PATH, EmbeddedPostgres


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def test_what_was_committed_survives_a_killed_server(folder):
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("create table promise (text text)")
        connection.execute("insert into promise values ('kept')")
    os.kill(postmaster(server), signal.SIGKILL)
    server.start()
    with psycopg.connect(server.app_url) as connection:
        assert connection.execute("select text from promise").fetchall() == [("kept",)]


def test_the_server_of_people_writes_to_disk_before_it_says_done(folder):
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    with psycopg.connect(server.app_url) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"show {name}").fetchone() == ("on",)
        assert connection.execute("show listen_addresses").fetchone() == ("",)


def test_the_app_works_with_rows_and_owns_no_table(server):
    with psycopg.connect(server.owner_url) as owner:
        owner.execute("create table customer (id bigserial primary key, name text)")
    with psycopg.connect(server.app_url, autocommit=True) as app:
        app.execute("insert into customer (name) values ('杭州云深')")
        app.execute("update customer set name = '云深'")
        app.execute("delete from customer")
        for forbidden in ("drop table customer", "create table mine (id int)", "truncate customer", "alter table customer add x int"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)


def test_nobody_of_ours_is_superuser(server):
    with psycopg.connect(server.app_url) as connection:
        rows = connection.execute("select rolname from pg_roles where rolsuper").fetchall()
    assert rows == [("postgres",)]


def test_trigrams_see_chinese(server):
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("create extension pg_trgm")
        assert connection.execute("select cardinality(show_trgm('杭州云深'))").fetchone() != (0,)


def test_starting_twice_is_harmless(server):
    before = postmaster(server)
    server.start()
    assert postmaster(server) == before


def test_the_last_one_out_stops_the_server(folder):
    server, other = EmbeddedPostgres(folder / "postgres"), EmbeddedPostgres(folder / "postgres")
    with server.held():
        with other.held():
            pass
        assert server.running()
    assert not server.running()


def test_a_socket_path_too_long_moves_out_of_the_way(tmp_path):
    home = tmp_path / ("long" * 30)
    assert len(str(EmbeddedPostgres(home).socket)) <= LONGEST_SOCKET_PATH


def test_a_lesser_account_does_not_reach_a_closed_folder(folder):
    nobody = Account("nobody", 65534, 65534)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    assert nobody.reaches(folder)
    assert not nobody.reaches(closed / "deep" / "down")

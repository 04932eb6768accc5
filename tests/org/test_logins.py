"""Accounts: how they are named, opened, locked and counted, and who may do that."""

from __future__ import annotations

import pytest
from django.test import Client

from guanxi.kernel.write import Forbidden, Invalidated
from guanxi.org import logins, roles, tokens
from guanxi.org.models import Assignment, Operation, Role, User
from tests.people import Cast

pytestmark = pytest.mark.django_db


def user(login: str) -> User:
    return User.objects.get(login=login)


def signed_in(login: str) -> Client:
    client = Client()
    client.force_login(user(login))
    assert client.get("/").status_code == 200
    return client


@pytest.mark.feature("USR-08")
@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("张三", "zhangsan"),
        ("张三海", "zhangsh"),
        ("司马相如", "simaxr"),
        ("欧阳晨", "ouyangc"),
        ("尉迟恭", "yuchig"),
        ("单雄信", "shanxx"),
        ("曾 国 藩", "zenggf"),
        ("吕布", "lvbu"),
        ("阿卜杜拉", "abdl"),
        ("Anna Li", "annali"),
        ("", ""),
        ("！？", ""),
    ],
)
def test_a_login_follows_from_the_name(name: str, login: str) -> None:
    assert logins.suggest(name) == login


@pytest.mark.feature("USR-08")
def test_a_repeated_name_gets_a_digit(cast: Cast) -> None:
    given: list[str] = []
    for expected in ("zhangsan", "zhangsan1", "zhangsan2"):
        made, _password = logins.open_account(logins.suggest("张三"), "张三", actor=cast.admin)
        given.append(made.login)
        assert made.login == expected
    assert logins.suggest("张三", ["ZhangSan3"]) == "zhangsan4"


@pytest.mark.feature("USR-06", "USR-07", "USR-12")
def test_a_new_account_logs_in_with_its_initial_password_and_must_change_it(cast: Cast, client: Client) -> None:
    made, password = logins.open_account("lisi", "李四", actor=cast.admin, like=user("olivia"))
    assert client.post("/login/", {"username": "lisi", "password": password}).headers["Location"] == "/settings/password/"
    assert client.get("/customers/").headers["Location"] == "/settings/password/"
    assert list(made.assignments.values_list("role__code", flat=True)) == ["sales"]
    for login in ("LiSi", "x", "有 空格", "-lisi", "a" * 61):
        with pytest.raises(Invalidated):
            logins.open_account(login, "李四", actor=cast.admin)


@pytest.mark.feature("USR-12")
def test_a_locked_account_is_out_and_what_was_open_stays_closed(cast: Cast) -> None:
    desk, token = signed_in("olivia"), tokens.issue("olivia")
    logins.lock(user("olivia"), actor=cast.admin)
    assert desk.get("/").status_code == 302
    assert tokens.owner(token) is None
    logins.unlock(user("olivia"), actor=cast.admin)
    assert user("olivia").is_active
    assert desk.get("/").status_code == 302
    assert tokens.owner(token) is None


@pytest.mark.feature("USR-06", "SEC-12")
def test_a_reset_password_ends_every_session_and_is_to_be_changed(cast: Cast, client: Client) -> None:
    desk = signed_in("olivia")
    password = logins.reset(user("olivia"), actor=cast.admin)
    assert desk.get("/").status_code == 302
    assert client.post("/login/", {"username": "olivia", "password": password}).headers["Location"] == "/settings/password/"
    assert not Operation.objects.filter(diff__has_any_keys=["password", "epoch"]).exists()


@pytest.mark.feature("SEC-08")
def test_nobody_locks_himself_out_and_somebody_always_administers(cast: Cast) -> None:
    me = user("adam")
    for attempt in (
        lambda: logins.lock(me, actor=cast.admin),
        lambda: logins.reset(me, actor=cast.admin),
        lambda: logins.same_roles(me, user("olivia"), actor=cast.admin),
    ):
        with pytest.raises(Invalidated):
            attempt()
    roles.assign(Role.objects.get(code="admin"), user("bea"), None, actor=cast.admin)
    bea = cast.again(cast.business)
    logins.lock(me, actor=bea)
    Assignment.objects.filter(user=cast.business.id, role__code="admin").update(until="2999-01-01T00:00Z")
    logins.unlock(me, actor=bea)
    with pytest.raises(Invalidated):
        logins.lock(me, actor=bea)
    with pytest.raises(Invalidated):
        logins.same_roles(me, user("olivia"), actor=bea)
    assert user("adam").is_active


@pytest.mark.feature("SEC-14", "USR-12")
def test_an_account_takes_exactly_the_roles_of_another(cast: Cast) -> None:
    roles.assign(Role.objects.get(code="finance"), user("stella"), None, actor=cast.admin)
    logins.same_roles(user("stella"), user("min"), actor=cast.admin)
    assert list(user("stella").assignments.values_list("role__code", flat=True)) == ["manager"]
    assert cast.again(cast.stranger).roles == {"manager"}


@pytest.mark.feature("USR-11")
def test_no_more_accounts_are_active_than_the_licence_has(cast: Cast) -> None:
    present = logins.active()
    with pytest.raises(Invalidated):
        logins.limit(present - 1, actor=cast.admin)
    logins.limit(present, actor=cast.admin)
    with pytest.raises(Invalidated):
        logins.open_account("lisi", "李四", actor=cast.admin)
    assert not User.objects.filter(login="lisi").exists()
    logins.lock(user("olivia"), actor=cast.admin)
    logins.open_account("lisi", "李四", actor=cast.admin)
    with pytest.raises(Invalidated):
        logins.unlock(user("olivia"), actor=cast.admin)
    logins.limit(None, actor=cast.admin)
    logins.unlock(user("olivia"), actor=cast.admin)


@pytest.mark.feature("SEC-08", "SEC-12")
def test_only_an_administrator_does_any_of_it(cast: Cast) -> None:
    other = user("max")
    for actor in (cast.owner, cast.manager, cast.director, cast.business):
        for attempt in (
            lambda a=actor: logins.open_account("lisi", "李四", actor=a),
            lambda a=actor: logins.lock(other, actor=a),
            lambda a=actor: logins.unlock(other, actor=a),
            lambda a=actor: logins.reset(other, actor=a),
            lambda a=actor: logins.same_roles(other, user("dora"), actor=a),
            lambda a=actor: logins.limit(None, actor=a),
        ):
            with pytest.raises(Forbidden):
                attempt()
    assert User.objects.get(pk=other.pk).password == other.password

"""Accounts from the first login to the last: named, opened, locked, given a new password, within the licence.

Each verb says who acts and is refused to whoever does not look after this account (`reach`). Nobody locks himself out, and somebody who looks
after accounts always remains.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from django.contrib.auth.hashers import make_password
from django.db.models import F, Q
from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import pinyin
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import directory, reach
from guanxi.org.accounts import initial_password
from guanxi.org.duty import DOOR, administering, another_administrator
from guanxi.org.models import Assignment, Policy, Role, Token, User

CEILING = "account_ceiling"
MOST = 1_000_000
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{1,59}")
_CHINESE = re.compile(r"[\u3400-\u9fff]{2,}")
#: Surnames of two characters: written out whole, as the surname of one is.
COMPOUND = frozenset(
    "欧阳 司马 上官 诸葛 司徒 司空 司寇 东方 公孙 慕容 独孤 南宫 西门 东郭 南郭 百里 端木 轩辕 完颜 纳兰 叶赫 公羊 公冶 太史 仲孙 闻人 第五 梁丘 左丘 东野 "
    "尉迟 万俟 单于 澹台 长孙 令狐 皇甫 鲜于 拓跋 濮阳 淳于 亓官 乐正 壤驷 夹谷 宰父 谷梁 闾丘 子车 颛孙 呼延 赫连 宇文 夏侯 钟离 申屠".split()
)


def base(name: str) -> str:
    """A login from a name: two characters in full, of longer names the surname in full and initials; 张三海 is zhangsh."""
    name = "".join(name.split()) if _CHINESE.fullmatch("".join(name.split())) else name
    read = pinyin.syllables(name, surname=True)
    if _CHINESE.fullmatch(name) and len(name) > 2:
        family = 2 if name[:2] in COMPOUND and len(read) == len(name) else 1
        read = [*read[:family], *(each[:1] for each in read[family:])]
    return re.sub(r"[^a-z0-9]", "", "".join(read).lower())[:40]


def suggest(name: str, but: Collection[str] = ()) -> str:
    """A login that nobody has and that is not among `but`: digits follow where the name repeats. Empty for no readable name."""
    plain = base(name)
    if len(plain) < 2:
        return ""
    known = User.objects.filter(login__istartswith=plain).values_list("login", flat=True)
    taken = {login.lower() for login in known} | {login.lower() for login in but}
    number = 0
    while (login := f"{plain}{number or ''}") in taken:
        number += 1
    return login


def usable(login: str) -> str:
    """The login as it may be given to a new account. Raises Invalidated."""
    login = login.strip()
    if not _LOGIN.fullmatch(login):
        raise Invalidated({"login": _("A user name has 2 to 60 letters, digits or . _ - @ and begins with a letter or digit.")})
    if User.objects.filter(login__iexact=login).exists():
        raise Invalidated({"login": _("The user name “%(login)s” is taken.") % {"login": login}})
    return login


def open_account(login: str, name: str, *, actor: Actor, like: User | None = None) -> tuple[User, str]:
    """A new account, with the roles of another if wanted, and its initial password. Raises Forbidden or Invalidated."""
    reach.looking_after(actor)
    if like is not None:
        reach.copying(like, actor)
    with unit(actor, DOOR):
        room(actor)
        login = usable(login)
        password = initial_password()
        user = User.objects.create(login=login, name=name[:60], password=make_password(password), must_change_password=True)
        if like is not None:
            _copy_roles(user, like)
    directory.clear()
    return user, password


def same_roles(user: User, like: User, *, actor: Actor) -> None:
    """Exactly the roles of another person. Raises Forbidden or Invalidated."""
    _not_oneself(user, actor, _("Nobody changes his own roles. Ask another administrator."))
    reach.copying(like, actor)
    if not Assignment.objects.filter(user=like, role__admin=True, role__active=True, until=None).exists():
        _still_administered(user)
    with unit(actor, DOOR):
        _copy_roles(user, like)


def lock(user: User, *, actor: Actor) -> None:
    """No way in any more: sessions end, API tokens are void. Raises Forbidden or Invalidated."""
    _not_oneself(user, actor, _("Nobody locks himself out. Ask another administrator."))
    _still_administered(user)
    with unit(actor, DOOR):
        User.objects.filter(pk=user.pk).update(is_active=False, epoch=F("epoch") + 1)
        Token.objects.filter(user=user, revoked_at=None).update(revoked_at=clock.now())
    user.is_active = False
    directory.clear()


def unlock(user: User, *, actor: Actor) -> None:
    """In again with the old password; tokens stay void. Raises Forbidden or Invalidated."""
    reach.over(user, actor)
    with unit(actor, DOOR):
        if not User.objects.filter(Q(is_active=True) | Q(shared__isnull=False), pk=user.pk).exists():
            room(actor)
        User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    directory.clear()


def reset(user: User, *, actor: Actor) -> str:
    """A new initial password, to be changed at the next login; all sessions end. Raises Forbidden or Invalidated."""
    _not_oneself(user, actor, _("Change your own password in your settings."))
    password = initial_password()
    with unit(actor, DOOR):
        found = {"password": make_password(password), "must_change_password": True, "demo": False}
        User.objects.filter(pk=user.pk).update(**found, epoch=F("epoch") + 1)
    return password


def ceiling() -> int | None:
    """How many accounts may be active at once; None for as many as one likes."""
    found = Policy.objects.filter(code=CEILING).values_list("value", flat=True).first()
    return found if isinstance(found, int) else None


def limit(most: int | None, *, actor: Actor) -> None:
    """Set the ceiling of active accounts, or lift it. Raises Forbidden or Invalidated."""
    administering(actor)
    if most is not None and not active() <= most <= MOST:
        text = _("%(n)d accounts are active. Choose a number that is not below, or lock some first.")
        raise Invalidated({"ceiling": text % {"n": active()}})
    with unit(actor, DOOR):
        Policy.objects.update_or_create(code=CEILING, defaults={"value": most})


def active() -> int:
    """How many accounts are active that are somebody's own; shared licences are counted where they are used."""
    return User.objects.filter(is_active=True, shared=None).count()


def room(actor: Actor) -> None:
    """Inside the unit, so that two who open the last account at once do not both succeed.

    How many there are is told to who looks after all of them. Raises Invalidated.
    """
    row = Policy.objects.select_for_update().filter(code=CEILING).first()
    if row is not None and isinstance(row.value, int) and active() >= row.value:
        text = _("All %(n)d accounts of the licence are in use. Lock one that nobody needs, or raise the ceiling.")
        told = (
            text % {"n": row.value} if reach.everywhere(actor) else _("All accounts of the licence are in use. Ask a system administrator.")
        )
        raise Invalidated({"login": told})


def _copy_roles(user: User, like: User) -> None:
    held = Assignment.objects.filter(Q(until=None) | Q(until__gt=clock.now()), user=like, role__active=True).values_list("role", "until")
    Assignment.objects.filter(user=user).exclude(role__in=[role for role, _until in held]).delete()
    for role, until in held:
        Assignment.objects.update_or_create(user=user, role=Role(pk=role), defaults={"until": until})


def _not_oneself(user: User, actor: Actor, text: str) -> None:
    reach.looking_after(actor)
    if user.pk == actor.id:
        raise Invalidated({"user": text})
    reach.over(user, actor)


def _still_administered(user: User) -> None:
    if Assignment.objects.filter(user=user, role__admin=True, role__active=True).exists():
        another_administrator(but=user)

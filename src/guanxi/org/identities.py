"""Whose account it is that a sign-on service speaks of: the one that is linked, the one whose address it vouches for, or a new one."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import logins, mailboxes
from guanxi.org.models import Assignment, Identity, Provider, User
from guanxi.org.single import Claims

DOOR = "single"
#: What higher floors do with an account that came by itself.
NEWCOMERS: list[Callable[[User], object]] = []


def meant(provider: Provider, claims: Claims) -> User | None:
    """The active account of these claims. An address links once and only where nobody else has it. Raises Invalidated."""
    linked = Identity.objects.select_related("user").filter(provider=provider, known_as=claims.subject).first()
    if linked is not None:
        if not linked.user.is_active:
            raise Invalidated({"user": _("Your account is not open. Ask an administrator.")})
        return linked.user
    user = _by_address(claims)
    if user is not None and Identity.objects.filter(provider=provider, user=user).exists():
        user = None  # an address links once: whoever bears it now at the service may be somebody else
    if user is not None:
        link(provider, claims, user, actor=SYSTEM)
        return user
    return _newcomer(provider, claims) if provider.creates else None


def link(provider: Provider, claims: Claims, user: User, *, actor: Actor) -> None:
    """From now on this identity opens this account. Raises Invalidated when it opens another."""
    with unit(actor, DOOR):
        taken = Identity.objects.filter(provider=provider, known_as=claims.subject).first()
        if taken is not None and taken.user_id != user.pk:
            raise Invalidated({"user": _("This identity belongs to another account already.")})
        Identity.objects.update_or_create(provider=provider, user=user, defaults={"known_as": claims.subject})


def unlink(provider_id: int, user: User, *, actor: Actor) -> None:
    """It opens nothing any more. Raises Invalidated when there would be no way in left."""
    if not user.has_usable_password():
        raise Invalidated({"password": _("You have no password: this is your only way in.")})
    with unit(actor, DOOR):
        Identity.objects.filter(provider=provider_id, user=user).delete()


def _by_address(claims: Claims) -> User | None:
    if not claims.verified or not claims.email:
        return None
    found = list(User.objects.filter(email__iexact=claims.email)[:2])
    fits = len(found) == 1 and found[0].is_active and not mailboxes.only_claimed(found[0])
    return found[0] if fits else None


def _newcomer(provider: Provider, claims: Claims) -> User | None:
    """Opened with the role that the provider was set up with; without one it waits, locked, for an administrator."""
    if not claims.verified or not claims.email or User.objects.filter(email__iexact=claims.email).exists():
        return None
    with unit(SYSTEM, DOOR):
        user, _password = logins.open_account(_free(claims), claims.name or claims.email.split("@")[0], actor=SYSTEM)
        role = provider.role if provider.role and provider.role.active and not provider.role.admin else None
        known = {"email": claims.email, "password": make_password(None), "must_change_password": False, "is_active": role is not None}
        User.objects.filter(pk=user.pk).update(**known)
        if role is not None:
            Assignment.objects.create(user=user, role=role)
        user.refresh_from_db()
        mailboxes.prove(user, claims.email)
        link(provider, claims, user, actor=SYSTEM)
        for welcome in NEWCOMERS:
            welcome(user)
    if role is None:
        raise Invalidated({"user": _("Your account waits for an administrator to open it.")})
    return user


def _free(claims: Claims) -> str:
    """A login like the one at the provider, with digits where it is taken."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "", claims.login.partition("@")[0] or claims.email.partition("@")[0]).lstrip("._-").lower()[:40]
    plain = plain if len(plain) >= 2 else f"user{plain}"
    known = {login.lower() for login in User.objects.filter(login__istartswith=plain).values_list("login", flat=True)}
    return next(login for n in range(len(known) + 1) if (login := f"{plain}{n or ''}") not in known)

"""API tokens: shown once, kept as a digest. A person makes his own; an application gets short-lived ones for its secret."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.statement import Slot, Statement, compiled
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import scopes as reach
from guanxi.org import secret as programs
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Application, Token, User

PREFIX, CLIENT = "gx_", "gxc_"
#: How exactly the last use is known: a busy program does not write at every request.
NOTED = timedelta(minutes=1)
#: How long an application's access token is good.
ACCESS = timedelta(hours=1)
#: Days for which a person may choose his token to be good.
DAYS = (30, 90, 365)


def digest(token: str) -> str:
    """SHA-256 of a token; tokens are random, so a slow hash would protect nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def issue(login: str, *, name: str = "", scopes: Sequence[str] = (), until: datetime | None = None) -> str:
    """Make a token for a login and return it; it cannot be shown again. Raises User.DoesNotExist."""
    return _issued(User.objects.get(login=login, is_active=True), name=name, scopes=list(scopes), expires_at=until)


def _issued(user: User, **given: object) -> str:
    token = PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(user=user, digest=digest(token), hint=token[:8], **given)
    return token


def found(token: str) -> Token | None:
    """The token, if it is good, with its active person; that it was used is noted once a minute."""
    now = clock.now()
    rows = _good().run(digest=digest(token), now=now)
    if not rows:
        return None
    row = Token.from_db("default", _columns(Token), rows[0][: len(_columns(Token))])
    row.user = User.from_db("default", _columns(User), rows[0][len(_columns(Token)) :])
    if row.used_at is None or now - row.used_at >= NOTED:
        Token.objects.filter(pk=row.pk).update(used_at=now)
    return row


@cache
def _good() -> Statement:
    """Composed once: every request of a program begins with it."""
    good = Q(expires_at=None) | Q(expires_at__gt=Slot("now"))
    alive = Q(application=None) | Q(application__active=True)
    rows = Token.objects.filter(good, alive, digest=Slot("digest"), revoked_at=None, user__is_active=True)
    return compiled(rows.values_list(*_columns(Token), *(f"user__{name}" for name in _columns(User))))


@cache
def _columns(model: type[Token] | type[User]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def owner(token: str) -> User | None:
    """The active person a token belongs to."""
    row = found(token)
    return row.user if row else None


def of(user: User) -> list[Token]:
    """The person's own tokens that are good, the latest first."""
    good = Q(expires_at=None) | Q(expires_at__gt=clock.now())
    return list(Token.objects.filter(good, user=user, application=None, revoked_at=None).order_by("-pk"))


def make(user: User, name: str, scope: str, days: int | None, *, actor: Actor) -> str:
    """A token of one's own; shown once. Raises Invalidated."""
    errors: dict[str, str] = {}
    if not name.strip() or len(name) > 60:
        errors["name"] = _("Give it a name of at most 60 characters.")
    if scope not in ("", reach.READ):
        errors["scope"] = _("Choose what it may do.")
    if days is not None and days not in DAYS:
        errors["days"] = _("Choose how long it is good.")
    if errors:
        raise Invalidated(errors)
    with unit(actor, DOOR):
        until = clock.now() + timedelta(days=days) if days else None
        return issue(user.login, name=name.strip(), scopes=[scope] if scope else [], until=until)


def revoke(user: User, number: int, *, actor: Actor) -> bool:
    """End one of one's own; whether there was one."""
    with unit(actor, DOOR):
        return bool(Token.objects.filter(pk=number, user=user, application=None, revoked_at=None).update(revoked_at=clock.now()))


# ── Applications ──


def keep(application: Application, *, actor: Actor) -> str:
    """Store it; the secret where it is new, else nothing. Raises Forbidden or Invalidated."""
    administering(actor)
    errors: dict[str, str] = {}
    if not application.name or len(application.name) > 60:
        errors["name"] = _("Give it a name of at most 60 characters.")
    if application.user_id is None or not application.user.is_active:
        errors["user"] = _("Choose the person whose rights it has.")
    if bad := [scope for scope in application.scopes if not reach.known(scope)]:
        errors["scopes"] = _("There is no scope “%(name)s”.") % {"name": bad[0][:60]}
    if errors:
        raise Invalidated(errors)
    secret = ""
    with unit(actor, DOOR):
        if not application.pk:
            application.client_id, secret = CLIENT + secrets.token_hex(12), programs.give(application, "digest", digest)
        application.save()
        Token.objects.filter(application=application).delete()  # what it got before may reach further
    return secret


def renew(application: Application, *, actor: Actor) -> str:
    """Another secret; the former one and what was got by it are void. Raises Forbidden."""
    with unit(actor, DOOR):
        secret = programs.renew(application, "digest", digest, actor=actor)
        Token.objects.filter(application=application).delete()
    return secret


def application(client_id: str, secret: str) -> Application | None:
    """The active application of an active person, if the secret is its own; compared in any case, so that time tells nothing."""
    row = Application.objects.select_related("user").filter(client_id=client_id[:40].replace("\x00", "")).first()
    same = constant_time_compare(digest(secret), row.digest if row else digest(""))
    return row if row is not None and same and row.active and row.user.is_active else None


def access(row: Application, scopes: Sequence[str]) -> str:
    """A token for an hour; those that have ended go with it."""
    now = clock.now()
    Token.objects.filter(application=row, expires_at__lt=now).delete()
    Application.objects.filter(pk=row.pk).update(used_at=now)
    return _issued(row.user, application=row, scopes=list(scopes), expires_at=now + ACCESS)


__all__ = ["ACCESS", "DAYS", "access", "application", "digest", "found", "issue", "keep", "make", "of", "owner", "renew", "revoke"]

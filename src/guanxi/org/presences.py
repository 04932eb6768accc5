"""Where somebody is signed in: listed for him and for administrators, and ended one by one or all together."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.write import NotFound
from guanxi.org import arrivals, policies, reach
from guanxi.org.address import client_address
from guanxi.org.models import Presence, User
from guanxi.org.sessions import IDLE, IDLE_MINUTES, idle

#: How exactly the last use is known: nobody's requests write all the time.
NOTED = timedelta(minutes=5)


def begin(request: HttpRequest, user: User) -> None:
    """He has just signed in with this request."""
    now = clock.now()
    known = {"user": user, "since": now, "seen": now, "address": client_address(request)[:45], "device": arrivals.device(request)}
    found, _made = Presence.objects.update_or_create(session_key=request.session.session_key, defaults=known)
    request.session.presence, request.session.seen = found.pk, now  # type: ignore[attr-defined]


def touch(request: HttpRequest) -> None:
    """He is still there: noted once in a few minutes, with the address of the moment."""
    seen, now = getattr(request.session, "seen", None), clock.now()
    if seen is not None and now - seen >= NOTED:
        Presence.objects.filter(pk=request.session.presence).update(seen=now, address=client_address(request)[:45])  # type: ignore[attr-defined]
        request.session.seen = now  # type: ignore[attr-defined]


def of(user: User) -> list[Presence]:
    """Every session that would still be let in, the latest used first."""
    now, minutes, match = clock.now(), policies.number(IDLE, IDLE_MINUTES), user.get_session_auth_hash()
    rows = list(Presence.objects.filter(user=user).order_by("-seen", "-pk"))
    alive = {
        session.session_key
        for session in Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=now)
        if constant_time_compare(session.get_decoded().get(HASH_SESSION_KEY, ""), match)
    }
    return [row for row in rows if row.session_key in alive and not idle(row.seen, minutes, now)]


def end(user: User, presence: int) -> None:
    """One of his sessions. Raises NotFound."""
    row = Presence.objects.filter(user=user, pk=presence).first()
    if row is None:
        raise NotFound()
    _sweep(user, only=row)


def end_others(request: HttpRequest, user: User) -> None:
    """All of his sessions but this one, also such as are listed nowhere."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
        user.refresh_from_db(fields=["epoch"])
        request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        _sweep(user, but=request.session.session_key)
        request.session.cycle_key()


def end_all(user: User, *, actor: Actor) -> None:
    """Whoever looks after accounts ends every session of somebody. Raises Forbidden."""
    reach.over(user, actor)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
        _sweep(user)


def _sweep(user: User, *, only: Presence | None = None, but: str | None = None) -> None:
    rows = Presence.objects.filter(user=user).exclude(session_key=but)
    if only is not None:
        rows = rows.filter(pk=only.pk)
    Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    rows.delete()


def forget_the_ended() -> None:
    """At night: sessions that have run out, and what was known of sessions that are gone."""
    Session.objects.filter(expire_date__lte=clock.now()).delete()
    Presence.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()

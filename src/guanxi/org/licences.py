"""Shared licences: accounts for shifts and part-time work, of which only so many may be signed in at the same time.

A place belongs to a person, not to a session: with a computer, a phone and a second browser one takes a single place, as with
other products' concurrent licences, for it is people on a shift who are counted, and nobody should have to think of the machine at
home. He holds it as long as any of his sessions would still be let in, so it is free once the last of them is signed out, has lain
idle, has run out or was ended, and when he is locked; nothing has to be counted up or down. Programs with a token take none.
That several people use one account is not to be told from one person with several devices: give each an account, they cost nothing.
Whoever comes in takes turns at one lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import logins, policies, presences
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Presence, SharedAccount, User

CEILING = "shared_ceiling"
MOST = 100_000
#: Names the lock among those of PostgreSQL's that any program may take.
LOCK = 0x6C6963656E6365


def ceiling() -> int | None:
    """How many people with a shared licence may be signed in at once; None for as many as there are."""
    found = policies.value(CEILING)
    return found if isinstance(found, int) else None


def limit(most: int | None, *, actor: Actor) -> None:
    """Set or lift it; whoever is in stays in. Raises Forbidden or Invalidated."""
    if most is not None and not 0 <= most <= MOST:
        raise Invalidated({"ceiling": _("Give a whole number, or nothing for no limit.")})
    policies.put(CEILING, most, actor=actor)


def share(user: User, *, actor: Actor) -> None:
    """From now on this account uses a shared licence, and no named one. Raises Forbidden."""
    administering(actor)
    with unit(actor, DOOR):
        SharedAccount.objects.get_or_create(user=user)


def name(user: User, *, actor: Actor) -> None:
    """From now on it uses a named licence again, where one is left. Raises Forbidden or Invalidated."""
    administering(actor)
    with unit(actor, DOOR):
        if user.is_active and SharedAccount.objects.filter(user=user).exists():
            logins.room(actor)
        for row in SharedAccount.objects.filter(user=user):
            row.delete()


def inside(but: User | None = None) -> list[User]:
    """Whoever holds a place: each person once, wherever he is signed in."""
    present = Presence.objects.values("user")
    rows = User.objects.filter(is_active=True, shared__isnull=False, pk__in=present).order_by("name", "pk")
    return [user for user in rows if user != but and presences.of(user)]


@contextmanager
def place(user: User) -> Iterator[bool]:
    """Whether there is a place for him; he has to be in before the block ends, so that the next one sees it taken."""
    most = ceiling()
    if most is None or not SharedAccount.objects.filter(user=user).exists():
        yield True
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield len(inside(but=user)) < most


def words() -> str:
    """What is said to whom no place is left: how many there are, and whom to ask, but not who holds them."""
    text = _("All %(n)d shared licences are in use. Try again when somebody has signed out, or ask an administrator of your company.")
    return text % {"n": ceiling() or 0}

"""Territories: the regions that somebody looks after, of which grants with a territory let him see the records."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.china import regions
from guanxi.kernel.write import Invalidated, unit
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Territory, User


def of(user: User) -> list[int]:
    """The codes of the regions that a person looks after."""
    return sorted(Territory.objects.filter(user=user).values_list("region", flat=True))


def assign(user: User, codes: Collection[int], *, actor: Actor) -> None:
    """Let a person look after these regions and no others. Raises Forbidden or Invalidated."""
    administering(actor)
    if user.pk == actor.id:
        raise Invalidated({"territory": _("Nobody changes his own territory. Ask another administrator.")})
    if any(regions.get(code) is None for code in codes):
        raise Invalidated({"territory": _("Choose regions from the list.")})
    wanted = {code for code in codes if not any(other != code and _inside(code, other) for other in codes)}
    with unit(actor, DOOR):
        Territory.objects.filter(user=user).exclude(region__in=wanted).delete()
        known = set(of(user))
        Territory.objects.bulk_create(Territory(user=user, region=code) for code in sorted(wanted - known))


def _inside(code: int, other: int) -> bool:
    lowest, highest = regions.within(f"{other:06d}")
    return lowest <= code <= highest

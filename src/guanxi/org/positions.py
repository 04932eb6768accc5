"""Positions: what people are in the company, kept in one list, and named by special grants like departments and teams.

Each verb says who acts and is refused to whoever does not administer. Who holds which stands in the record of the employee
and is copied here (`hold`). A closed position keeps its holders and opens nothing to them.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Max
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.ordering import shifted
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import directory
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Position, PositionHolder, User

LONGEST, LONGEST_ABOUT = 60, 200
#: Signs that part one position from the next in a file.
PARTING = ",，、;"


def create(name: str, about: str, *, actor: Actor) -> Position:
    """A new position that nobody holds yet, at the end of the list. Raises Forbidden or Invalidated."""
    administering(actor)
    with unit(actor, DOOR):
        last = Position.objects.aggregate(last=Max("place"))["last"]
        return Position.objects.create(name=_named(name), about=_text(about)[:LONGEST_ABOUT], place=(last or 0) + 1)


def change(position: Position, name: str, about: str, *, actor: Actor) -> None:
    """Another name and purpose. Raises Forbidden or Invalidated."""
    administering(actor)
    with unit(actor, DOOR):
        Position.objects.filter(pk=position.pk).update(name=_named(name, but=position), about=_text(about)[:LONGEST_ABOUT])
    directory.clear()


def close(position: Position, *, active: bool, actor: Actor) -> None:
    """Close a position, or open it again. Raises Forbidden or Invalidated."""
    administering(actor)
    if active and PositionHolder.objects.filter(position=position, user=actor.id).exists():
        raise Invalidated({"position": _("Nobody opens a position again that he holds himself. Ask another administrator.")})
    with unit(actor, DOOR):
        Position.objects.filter(pk=position.pk).update(active=active)
    directory.clear()


def shift(position: Position, *, up: bool, actor: Actor) -> None:
    """One place up or down in the list; at its end nothing happens. Raises Forbidden."""
    administering(actor)
    with unit(actor, DOOR):
        known = {each.pk: each for each in Position.objects.select_for_update().order_by("place", "pk")}
        for place, pk in enumerate(shifted(list(known), position.pk, up=up), start=1):
            if known[pk].place != place:
                Position.objects.filter(pk=pk).update(place=place)
    directory.clear()


def of(user: User) -> frozenset[int]:
    """The positions that somebody holds, closed ones among them."""
    return frozenset(PositionHolder.objects.filter(user=user).values_list("position_id", flat=True))


def hold(user: User, wanted: Collection[int], *, actor: Actor, door: str) -> None:
    """Let him hold these and no others; whoever calls answers for the right to do so."""
    held = of(user)
    if held == set(wanted):
        return
    with unit(actor, door):
        PositionHolder.objects.filter(user=user).exclude(position__in=wanted).delete()
        PositionHolder.objects.bulk_create(PositionHolder(user=user, position_id=one) for one in sorted(set(wanted) - held))
    directory.clear()


def _named(name: str, but: Position | None = None) -> str:
    name = _text(name)
    if not name or len(name) > LONGEST:
        raise Invalidated({"name": _("Give the position a name of at most %(most)d characters.") % {"most": LONGEST}})
    if any(sign in name for sign in PARTING):
        raise Invalidated({"name": _("A position has no comma or semicolon in its name: they part one from the next.")})
    if Position.objects.filter(name__iexact=name).exclude(pk=but.pk if but else 0).exists():
        raise Invalidated({"name": _("There is a position of this name already.")})
    return name


def _text(raw: str) -> str:
    return " ".join(raw.replace("\x00", "").split())

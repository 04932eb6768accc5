"""Signs under remarks: who gave which, counted; giving one needs no more than being able to read the remark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Label
from guanxi.kernel.models import Comment
from guanxi.kernel.reaction import Reaction
from guanxi.kernel.registry import registry
from guanxi.kernel.write.errors import Invalidated, NotFound
from guanxi.kernel.write.unit import unit

#: The signs with their words and icons, in the order in which they are offered.
KINDS: dict[str, tuple[Label, str]] = {
    "agree": (_("I agree"), "thumb-up"),
    "thanks": (_("Thank you"), "heart-handshake"),
    "done": (_("Dealt with"), "circle-check"),
    "seen": (_("I have read it"), "eye"),
    "ask": (_("I have a question"), "help"),
}


@dataclass(frozen=True)
class Sign:
    """One sign under a remark and whose it is, the first giver first."""

    kind: str
    label: str
    icon: str
    people: tuple[int, ...]


def react(comment: int, kind: str, *, actor: Actor, on: bool = True) -> None:
    """Give a sign or take it back. Raises NotFound for who may not see the remark, Invalidated for an unknown sign."""
    if kind not in KINDS:
        raise Invalidated({"kind": str(_("There is no such sign."))})
    with unit(actor, "comment"):
        readable(comment, actor)
        if on:
            given = Reaction(comment=comment, person=actor.id or 0, kind=kind, at=clock.now())
            Reaction.objects.bulk_create([given], ignore_conflicts=True)
        else:
            Reaction.objects.filter(comment=comment, person=actor.id or 0, kind=kind).delete()


def readable(comment: int, actor: Actor) -> Comment:
    """A remark that stands on a record which the actor may see. Raises NotFound."""
    row = Comment.objects.filter(id=comment, deleted_at=None).first()
    if row is None or not registry.get(row.entity).rows(actor).filter(id=row.record).exists():
        raise NotFound()
    return row


def under(comments: Iterable[int]) -> dict[int, list[Sign]]:
    """The signs of each remark, one query. The caller has checked that the remarks may be read."""
    wanted, found = list(comments), dict[tuple[int, str], list[int]]()
    rows = Reaction.objects.filter(comment__in=wanted).order_by("id") if wanted else ()
    for row in rows:
        found.setdefault((row.comment, row.kind), []).append(row.person)
    signs: dict[int, list[Sign]] = {comment: [] for comment in wanted}
    for (comment, kind), people in sorted(found.items(), key=lambda item: list(KINDS).index(item[0][1])):
        signs[comment].append(Sign(kind, str(KINDS[kind][0]), KINDS[kind][1], tuple(people)))
    return signs


__all__ = ["KINDS", "Sign", "react", "readable", "under"]

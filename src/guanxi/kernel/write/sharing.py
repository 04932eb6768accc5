"""Opening single records beyond anybody's scope: to colleagues and departments, for looking or for working on, for a time or for good.

Who may hand a record over may open it: its owner, a co-owner, and managers within their scope. What a share opens ends with it,
at the next click of whoever had it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after
from guanxi.kernel.write.errors import Forbidden, Invalidated, NotFound
from guanxi.kernel.write.unit import unit

#: What a share lets its holder do. `co_owner`: all that the owner may; `collaborator`: view and edit; `viewer`: view;
#: `basic`: view the record alone, without what lies below it.
PARTS = ("co_owner", "collaborator", "viewer", "basic")
EDITING = ("co_owner", "collaborator")
#: So many records are opened at once.
MOST = 2_000


@dataclass(frozen=True)
class Grantee:
    """Whom a record is opened to: `to` is person or department."""

    to: str
    id: int

    def entry(self) -> directory.Entry | None:
        """The person or department, if there is such a one."""
        entries = directory.people() if self.to == "person" else directory.departments() if self.to == "department" else {}
        return entries.get(self.id)


def share(
    entity: Entity, ids: Sequence[int], grantees: Collection[Grantee], part: str, until: datetime | None, *, actor: Actor, door: str
) -> int:
    """Open records; an earlier share with the same person or department is replaced. Returns how many records were opened.

    Records out of reach are passed over like missing ones. Raises Invalidated, or NotFound when none was within reach.
    """
    grantees = list(dict.fromkeys(grantees))
    _checked(grantees, part, until)
    if len(ids) * len(grantees) > MOST:
        raise Invalidated({"ids": _("Open at most %(most)d records at once, counted for each colleague.") % {"most": MOST}})
    with unit(actor, door, verb="share") as u:
        owners = dict(entity.rows(actor, "transfer").filter(id__in=list(ids)).values_list("id", "owner_id"))
        if not owners:
            raise NotFound()
        for record, owner in owners.items():
            for grantee in grantees:
                if (grantee.to, grantee.id) != ("person", owner):
                    Share.objects.update_or_create(
                        entity=entity.key,
                        record=record,
                        to=grantee.to,
                        grantee=grantee.id,
                        defaults={"part": part, "edit": part in EDITING, "until": until, "created_by": actor.id},
                    )
        after.announce(u, entity, owners, "shared", {"part": part})
    return len(owners)


def unshare(entity: Entity, record: int, share_id: int, *, actor: Actor, door: str) -> None:
    """End a share: by who may open the record, or by the person himself. Raises NotFound or Forbidden."""
    with unit(actor, door, verb="unshare") as u:
        row = Share.objects.filter(pk=share_id, entity=entity.key, record=record).first()
        if row is None or not entity.rows(actor).filter(id=record).exists():
            raise NotFound()
        own = row.to == "person" and row.grantee == actor.id
        if not own and not entity.rows(actor, "transfer").filter(id=record).exists():
            raise Forbidden(_("Only who may hand this record over may change who takes part."))
        row.delete()
        after.announce(u, entity, [record], "unshared")


def succeed(giver: int, taker: int, shares: Sequence[Share], *, actor: Actor, door: str) -> int:
    """Let one person take part where another did, as far as the actor may open these records; returns how many shares passed on.

    Where the successor takes part already, or owns the record, the share of the former ends.
    """
    passed = 0
    with unit(actor, door, verb="share") as u:
        for key in sorted({s.entity for s in shares}):
            entity = registry.get(key)
            rows = [s for s in shares if s.entity == key and (s.to, s.grantee) == ("person", giver)]
            ids = [s.record for s in rows]
            owners = dict(entity.rows(actor, "transfer").filter(id__in=ids).values_list("id", "owner_id"))
            known = set(Share.objects.filter(entity=key, record__in=ids, to="person", grantee=taker).values_list("record", flat=True))
            for row in rows:
                if row.record not in owners:
                    continue
                if row.record in known or owners[row.record] == taker:
                    row.delete()
                else:
                    row.grantee = taker
                    row.save(update_fields=["grantee"])
                passed += 1
            after.announce(u, entity, [i for i in dict.fromkeys(ids) if i in owners], "shared", {"grantee": taker})
    return passed


def participants(entity: Entity, record: int) -> list[Any]:
    """The shares in force, co-owners first. The caller has checked that the record may be seen."""
    rows = [s for s in Share.objects.filter(entity=entity.key, record=record) if s.until is None or s.until > clock.now()]
    return sorted(rows, key=lambda s: (PARTS.index(s.part) if s.part in PARTS else len(PARTS), s.pk))


def _checked(grantees: Collection[Grantee], part: str, until: datetime | None) -> None:
    if part not in PARTS:
        raise Invalidated({"part": _("Choose what they may do.")})
    if until is not None and until <= clock.now():
        raise Invalidated({"until": _("Choose a last day that is not past.")})
    if not grantees:
        raise Invalidated({"people": _("Choose at least one colleague or department.")})
    for grantee in grantees:
        entry = grantee.entry()
        if entry is None or not entry.active:
            raise Invalidated({"people": _("One of the chosen has left or is closed. Choose from the list.")})

"""Opening single records beyond anybody's scope: to colleagues, departments, teams, positions and roles, for looking or for working on, for a time or for good.

Who may hand a record over may open it: its owner, a co-owner, and managers within their scope. What a share opens ends with it,
at the next click of whoever had it. Positions and roles are called the same in every company, so what is opened to one reaches its
holders in the company of whoever opened it, and nobody beyond.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory
from guanxi.kernel.actor import COMPANYWIDE, Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after, review
from guanxi.kernel.write.errors import Forbidden, Invalidated, NotFound
from guanxi.kernel.write.unit import Unit, unit

#: What a share lets its holder do. `co_owner`: all that the owner may; `collaborator`: view and edit; `viewer`: view;
#: `basic`: view the record alone, without what lies below it.
PARTS = ("co_owner", "collaborator", "viewer", "basic")
EDITING = ("co_owner", "collaborator")
#: What is asked about where somebody must agree to others who take part with the right to change (`Actor.reviewed`).
SHARING = "share"
#: So many records are opened at once.
MOST = 2_000


@dataclass(frozen=True)
class Grantee:
    """Whom a record is opened to: `to` is person, department, team, position or role."""

    to: str
    id: int

    def entry(self, actor: Actor) -> directory.Entry | None:
        """Who or what it is, if there is such a one to whom the actor may open anything."""
        return directory.grantees(self.to, actor).get(self.id)


def openable(share: Share, actor: Actor) -> bool:
    """Whether the actor might have opened a record to whom this share names."""
    entry = Grantee(share.to, share.grantee).entry(actor)
    return entry is not None and entry.active and (share.to not in COMPANYWIDE or share.company == actor.company)


class Opened(NamedTuple):
    """How many records were opened, and for how many of them somebody has to agree first."""

    done: int
    sent: int = 0


def share(
    entity: Entity, ids: Sequence[int], grantees: Collection[Grantee], part: str, until: datetime | None, *, actor: Actor, door: str
) -> Opened:
    """Open records; an earlier share with the same person or department is replaced.

    Records out of reach are passed over like missing ones. Raises Invalidated, or NotFound when none was within reach.
    """
    grantees = list(dict.fromkeys(grantees))
    _checked(grantees, part, until, actor)
    if len(ids) * len(grantees) > MOST:
        raise Invalidated({"ids": _("Open at most %(most)d records at once, counted for each colleague.") % {"most": MOST}})
    with unit(actor, door, verb="share") as u:
        owners = dict(entity.rows(actor, "transfer").filter(id__in=list(ids)).values_list("id", "owner_id"))
        if not owners:
            raise NotFound()
        bound = review.bound(entity, SHARING, actor, owners) if part in EDITING else set()
        _send(u, actor, entity, bound, grantees, part, until)
        owners = {record: owner for record, owner in owners.items() if record not in bound}
        for record, owner in owners.items():
            for grantee in grantees:
                if (grantee.to, grantee.id) != ("person", owner):
                    Share.objects.update_or_create(
                        entity=entity.key,
                        record=record,
                        to=grantee.to,
                        grantee=grantee.id,
                        company=actor.company if grantee.to in COMPANYWIDE else 0,
                        defaults={"part": part, "edit": part in EDITING, "until": until, "created_by": actor.id},
                    )
        after.announce(u, entity, owners, "shared", {"part": part})
    return Opened(len(owners), len(bound))


def _send(
    u: Unit, actor: Actor, entity: Entity, ids: Collection[int], grantees: Collection[Grantee], part: str, until: datetime | None
) -> None:
    """Keep what somebody must agree to; what waits already word for word is not asked for twice."""
    given = {"grantees": [[g.to, g.id] for g in grantees], "part": part, "until": until.isoformat() if until else None}
    rows = list(entity.rows_of(ids)) if ids else []
    waiting = {d.record for d in review.waiting_about(entity, ids, SHARING) if d.values == given}
    review.send(u, actor, entity, [review.standing(entity, r, SHARING, action=SHARING, values=given) for r in rows if r.id not in waiting])


def agreed(draft: Draft, author: Actor, door: str) -> Opened:
    """Open what was asked for in a draft. Raises what `share` raises."""
    given = draft.values
    until = datetime.fromisoformat(given["until"]) if given["until"] else None
    grantees = [Grantee(to, number) for to, number in given["grantees"]]
    return share(registry.get(draft.entity), [draft.record or 0], grantees, given["part"], until, actor=author, door=door)


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
            bound = review.bound(entity, SHARING, actor, {s.record for s in rows if s.part in EDITING and s.record in owners})
            known = set(Share.objects.filter(entity=key, record__in=ids, to="person", grantee=taker).values_list("record", flat=True))
            for row in rows:
                if row.record not in owners:
                    continue
                if row.part in EDITING and row.record in bound and row.record not in known:
                    _send(u, actor, entity, {row.record}, [Grantee("person", taker)], row.part, row.until)
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


def _checked(grantees: Collection[Grantee], part: str, until: datetime | None, actor: Actor) -> None:
    if part not in PARTS:
        raise Invalidated({"part": _("Choose what they may do.")})
    if until is not None and until <= clock.now():
        raise Invalidated({"until": _("Choose a last day that is not past.")})
    if not grantees:
        raise Invalidated({"people": _("Choose at least one colleague, department, team, position or role.")})
    for grantee in grantees:
        entry = grantee.entry(actor)
        if entry is None or not entry.active:
            raise Invalidated({"people": _("One of the chosen has left or is closed. Choose from the list.")})

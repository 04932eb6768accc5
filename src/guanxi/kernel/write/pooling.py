"""Into a public pool and out of it: by claim, by assignment, by hand, by rule.

A claim is one conditional UPDATE: however many people reach for a record at once, one gets it. What a person may take is
counted on a row of his own, which he holds while he takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.kernel import clock, directory, pools
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.condition import sql
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Claims, Share
from guanxi.kernel.pools import Pool
from guanxi.kernel.write import after, lagging, review
from guanxi.kernel.write.errors import Forbidden, Invalidated, NotFound
from guanxi.kernel.write.many import Outcome
from guanxi.kernel.write.unit import Unit, unit

#: Given out by rule in one transaction.
AT_ONCE = 500


def claim(entity: Entity, pool: Pool, ids: Sequence[int], *, actor: Actor, door: str) -> Outcome:
    """Take records out of a pool for oneself, as far as the caps and the cooling-off allow. Raises NotFound or Forbidden."""
    if not pool.includes(actor):
        raise NotFound()
    if actor.id is None or not actor.may(entity.key, "edit"):
        raise Forbidden(_("You may look at this pool but not take from it. Ask whoever manages it to give you the record."))
    with unit(actor, door, verb="claim") as u:
        return _hand_out(u, entity, pool, dict.fromkeys(ids, actor.id), claimed=True)


def assign(entity: Entity, pool: Pool, shares: Mapping[int, int], *, actor: Actor, door: str) -> Outcome:
    """Give records of a pool to its members: id → new owner. Raises NotFound, Forbidden or Invalidated."""
    if not pool.includes(actor):
        raise NotFound()
    if not pool.led_by(actor):
        raise Forbidden(_("Only those who manage this pool may give its records to others. You may claim them for yourself."))
    from guanxi.kernel import jobs  # which writes too

    members = pool.members(directory.people())
    able = {owner for owner in set(shares.values()) & members if jobs.resolved(owner).may(entity.key, "edit")}
    for owner in set(shares.values()) - able:
        words = {"name": directory.person_name(owner) or owner, "pool": pool.name}
        raise Invalidated({"owner": _("%(name)s does not belong to “%(pool)s”. Choose a member of it.") % words})
    with unit(actor, door, verb="assign") as u:
        return _hand_out(u, entity, pool, shares, claimed=False)


def share_out(entity: Entity, pool: Pool, *, door: str = "rule") -> int:
    """Give what came into a pool to those whom its assignment rules name; how many were given.

    What one of them handed back or let fall stays for others to claim. Running twice is harmless: what has an owner lies there no more.
    """
    from guanxi.kernel import sharing_out

    rules = sharing_out.fitting(entity, pool) if pool.assigns else []
    if not rules:
        return 0
    nodes = [node for _rule, node in rules]
    asked = Q() if None in nodes else reduce(or_, (sql.to_q(node, SYSTEM) for node in nodes if node is not None))
    theirs = {person for rule, _node in rules for person in sharing_out.receivers(entity, pool, rule)}
    outside = Q(pooled_from_id=None) | ~Q(pooled_from_id__in=theirs)
    lying: Any = entity.objects
    with unit(SYSTEM, door, verb="assign") as u:
        come = lying.filter(asked, outside, pool_id=pool.id, owner_id=None, deleted_at=None).order_by("id")
        shares = sharing_out.by_rules(entity, pool, list(come.values_list("id", flat=True)[:AT_ONCE]))
        return len(_hand_out(u, entity, pool, shares, claimed=False).written)


def release(entity: Entity, ids: Sequence[int], pool: Pool, reason: str, *, actor: Actor, door: str) -> Outcome:
    """Hand records over to a pool, saying why. Raises Invalidated without a reason."""
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise Invalidated({"pool_reason": _("Say why, so that whoever takes it next knows.")})
    with unit(actor, door, verb="release") as u:
        rows = entity.rows(actor, "transfer").select_for_update(of=("self",)).filter(id__in=list(ids)).order_by("id")
        mine = [i for i, owner in rows.values_list("id", "owner_id") if owner is not None]
        bound = review.bound(entity, "transfer", actor, mine)
        done = let_go(u, entity, dict.fromkeys([i for i in mine if i not in bound], (pool.id, reason[:200])))
        outcome = _outcome(entity, done, dict.fromkeys(set(ids) - done - bound, _("It is not yours to hand back.")), u)
        if bound:
            _ask_first(u, actor, entity, bound, {"pool": pool.id, "reason": reason[:200]}, outcome)
        return outcome


def _ask_first(u: Unit, actor: Actor, entity: Entity, ids: set[int], values: dict[str, Any], outcome: Outcome) -> None:
    """Handing back is a change of owner: where changes need review it waits, once for each record."""
    twice = review.already(entity, ids, "release")
    rows = entity.rows_of(ids - twice)
    outcome.send(u, actor, entity, {r.id: review.standing(entity, r, "release", action="transfer", values=values) for r in rows})
    outcome.refused |= {i: {"": review.again_words()} for i in twice}


def beyond(entity: Entity, record: Any, former: int | None, actor: Actor) -> str:
    """Why a record cannot be left without an owner: it would fall into the usual pool, which is not of the actor's company."""
    if not entity.pooled or actor.within is None or former is None or record.owner_id is not None:
        return ""
    return _("Give it to a colleague, or hand it back to one of your pools.")


def settle(entity: Entity, record: Any, former: int | None) -> None:
    """Bring an unsaved record in line with an owner that it got by another road: nobody's belong to the usual pool."""
    if not entity.pooled:
        return
    record.falls_on = record.falls_to_id = record.falls_why = None
    if record.owner_id is not None:
        record.pool_id, record.pooled_at, record.pool_reason, record.owned_at = None, None, "", clock.now()
        return
    pool = pools.usual(entity)
    record.owned_at, record.pool_id, record.pooled_from_id = None, pool.id if pool else None, former
    record.pooled_at = clock.now() if pool else None


def let_go(u: Unit, entity: Entity, falling: Mapping[int, tuple[int, str]]) -> set[int]:
    """Put owned records (id → pool, reason) into pools, in few statements; ids of those that went.

    Whoever calls answers for the right to do so.
    """
    if not falling:
        return set()
    ids = sorted(falling)
    with connection.cursor() as cursor:
        cursor.execute(
            _IN.format(table=entity.table),
            {"ids": ids, "pools": [falling[i][0] for i in ids], "reasons": [falling[i][1] for i in ids], "now": clock.now()},
        )
        done = [row[0] for row in cursor.fetchall()]
    _followed(u, entity, done, "recycled" if u.verb == "recycle" else "released")
    return set(done)


def _hand_out(u: Unit, entity: Entity, pool: Pool, shares: Mapping[int, int], *, claimed: bool) -> Outcome:
    """Give each owner as much of his share as he has room for; one conditional UPDATE an owner."""
    done: set[int] = set()
    refused: dict[int, str] = {}
    now = clock.now()
    for owner in sorted(set(shares.values())):
        wanted = [i for i, each in shares.items() if each == owner]
        room, full = _room(entity, pool, owner, claimed=claimed)
        taken = _update(entity, pool, wanted, owner, room, cooling=claimed)
        refused |= _reasons(entity, pool, set(wanted) - taken, owner if claimed else None, full)
        done |= taken
        if taken and not claimed:  # so that his next turn comes after those of whom got theirs before
            last = max(place for place, record in enumerate(shares) if record in taken)
            Claims.objects.filter(person=owner, pool=pool.id).update(given_at=now + timedelta(microseconds=last))
    if claimed and done:
        Claims.objects.filter(person=u.actor.id or 0, pool=pool.id).update(
            day=clock.today(), count=_claimed(u.actor.id or 0, pool) + len(done)
        )
    _followed(u, entity, sorted(done), "claimed" if claimed else "assigned")
    return _outcome(entity, done, refused, u)


def _room(entity: Entity, pool: Pool, owner: int, *, claimed: bool) -> tuple[int, str]:
    """How many more the person may take, and what to say of the rest. Holds his row until the transaction ends."""
    Claims.objects.bulk_create([Claims(person=owner, pool=pool.id, day=clock.today())], ignore_conflicts=True)
    list(Claims.objects.select_for_update().filter(person=owner, pool=pool.id).values_list("id"))
    room, why = 2**31, ""
    if claimed and pool.claims_a_day is not None:
        room = pool.claims_a_day - _claimed(owner, pool)
        why = ngettext(
            "You may claim %(n)d record a day from this pool. Go on tomorrow, or ask its manager.",
            "You may claim %(n)d records a day from this pool. Go on tomorrow, or ask its manager.",
            pool.claims_a_day,
        ) % {"n": pool.claims_a_day}
    if pool.most_held is not None:
        held = entity.objects.filter(owner_id=owner, deleted_at=None).values("id")[: pool.most_held].count()
        if pool.most_held - held < room:
            words = {"name": directory.person_name(owner), "n": pool.most_held}
            room, why = pool.most_held - held, _("%(name)s may hold %(n)d records. Hand some back first, or have the limit raised.") % words
    return max(0, room), why


def _claimed(person: int, pool: Pool) -> int:
    """How many records the person has claimed today."""
    return Claims.objects.filter(person=person, pool=pool.id, day=clock.today()).values_list("count", flat=True).first() or 0


def _update(entity: Entity, pool: Pool, ids: Sequence[int], owner: int, room: int, *, cooling: bool) -> set[int]:
    """The one conditional UPDATE."""
    values: dict[str, Any] = {
        "ids": list(ids),
        "owner": owner,
        "department": directory.people()[owner].department,
        "pool": pool.id,
        "now": clock.now(),
        "cool": clock.now() - timedelta(days=pool.cooling_days) if cooling and pool.cooling_days else None,
        "room": room,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OUT.format(table=entity.table), values)
        return {row[0] for row in cursor.fetchall()}


def _reasons(entity: Entity, pool: Pool, missed: Iterable[int], claimer: int | None, full: str) -> dict[int, str]:
    """Why each of these was not to be had: cooling off, no room, or somebody was quicker."""
    found: Any = entity.objects
    rows = found.filter(id__in=list(missed), pool_id=pool.id, deleted_at=None)
    lying = {i: (former, at) for i, former, at in rows.values_list("id", "pooled_from_id", "pooled_at")}
    gone = _("Somebody else was quicker, or it has left the pool. Look for another one.")
    reasons = {}
    for record in missed:
        former, at = lying.get(record, (None, None))
        until = at + timedelta(days=pool.cooling_days) if at is not None and claimer is not None and former == claimer else clock.now()
        reasons[record] = _cooling(until) if until > clock.now() else full if record in lying and full else gone
    return reasons


def _cooling(until: Any) -> str:
    from guanxi.kernel.fields.dates import stamp

    day = stamp(until)[:10]
    return _(
        "It was yours before: you may claim it again from %(day)s on. Until then a colleague may, or the manager may give it to you."
    ) % {"day": day}


def _followed(u: Unit, entity: Entity, ids: list[int], verb: str) -> None:
    """What follows a change of owners: children, search, events."""
    if not ids:
        return
    lagging.bring_along(entity, ids)
    # What the former owner opened to others, or others to him, ends here: a pool is entered and left by its own rules.
    Share.objects.filter(entity=entity.key, record__in=ids).delete()
    after.announce(u, entity, ids, verb, {"keys": ["owner", "pool"]})
    if type(entity).follow is not Entity.follow:
        records = list(entity.objects.filter(id__in=ids).order_by("id"))
        entity.follow(records, creating=False, changed={"owner", "pool"}, actor=u.actor, door=u.door)


def _outcome(entity: Entity, done: set[int], refused: Mapping[int, str], u: Unit) -> Outcome:
    rows = entity.objects.in_bulk(sorted(done))
    return Outcome(written=rows, refused={i: {"": why} for i, why in refused.items()})


#: Rows are locked by id: two bulk claims that meet wait for each other in one order.
_OUT = """
WITH free AS (
    SELECT t.id FROM "{table}" t WHERE t.id = ANY(%(ids)s::bigint[])
      AND t.pool_id = %(pool)s AND t.owner_id IS NULL AND t.deleted_at IS NULL
      AND (%(cool)s::timestamptz IS NULL OR t.pooled_from_id IS DISTINCT FROM %(owner)s::bigint OR t.pooled_at <= %(cool)s)
    ORDER BY t.id LIMIT %(room)s FOR UPDATE OF t
)
UPDATE "{table}" t SET owner_id = %(owner)s, department_id = %(department)s, pool_id = NULL, pooled_at = NULL, pool_reason = '',
    owned_at = %(now)s, falls_on = NULL, falls_to_id = NULL, falls_why = NULL, version = t.version + 1, updated_at = %(now)s
FROM free WHERE t.id = free.id AND t.pool_id = %(pool)s AND t.owner_id IS NULL AND t.deleted_at IS NULL
RETURNING t.id
"""
_IN = """
UPDATE "{table}" t SET pool_id = v.pool, pooled_at = %(now)s, pooled_from_id = t.owner_id, pool_reason = v.reason, owner_id = NULL,
    department_id = NULL, owned_at = NULL, falls_on = NULL, falls_to_id = NULL, falls_why = NULL, version = t.version + 1, updated_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(pools)s::bigint[], %(reasons)s::text[]) v(id, pool, reason)
WHERE t.id = v.id AND t.owner_id IS NOT NULL AND t.deleted_at IS NULL
RETURNING t.id
"""

__all__ = ["assign", "claim", "let_go", "release", "settle", "share_out"]

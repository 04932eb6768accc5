"""Merge: several records of one thing become one, with everything that hangs on them.

The survivor takes the values that were chosen, the others go to the recycle bin and lead to it. Needs the right to edit the one
and to delete the others, and to hand these over where their owner is somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from guanxi.kernel import clock, search
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft, Hold
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge import Merge
from guanxi.kernel.models import Share
from guanxi.kernel.patience import unhurried
from guanxi.kernel.write import after, choosing, clean, lagging, repointing, review, single
from guanxi.kernel.write.errors import Forbidden, Invalidated, NotFound, Outdated
from guanxi.kernel.write.race import lost_is_refused
from guanxi.kernel.write.sharing import EDITING, SHARING, openable
from guanxi.kernel.write.unit import Unit, unit

#: So many records become one at once.
MOST = 5


def merge(
    entity: Entity,
    keep: int,
    others: Sequence[int],
    choices: Mapping[str, int | str],
    *,
    actor: Actor,
    door: str,
    versions: Mapping[int, int] | None = None,
) -> Any:
    """Merge `others` into `keep`: the record that there is now. `choices` names for a field the record whose value stands, or "all".

    `versions` are those that were read, by id. Raises NotFound, Forbidden, Invalidated or Outdated.
    """
    others = list(dict.fromkeys(others))
    if keep in others or not 0 < len(others) < MOST:
        raise Invalidated({"with": _("Choose between two and %(most)d records that are the same.") % {"most": MOST}})
    with unit(actor, door, verb="merge") as u, lost_is_refused(entity):
        unhurried()
        rows = hold(entity, [keep, *others], actor)
        may(entity, rows, actor)
        if any(row.version != version for row in rows if (version := (versions or {}).get(row.id))):
            raise Outdated()
        values, codes = choosing.choose(entity, rows, choices, actor)
        hidden = choosing.unseen(entity, rows, actor)
        _retire(u, entity, rows[0], rows[1:])
        changed = _take(u, entity, rows[0], values, codes, hidden)
        moved = {row.id: _bring(u, entity, row, rows) for row in rows[1:]}
        _record(u, entity, rows, moved)
        after.announce(u, entity, [keep], "merged", {"keys": sorted(changed), "merged": others})
        _tell(u, entity, rows, changed, moved)
    return rows[0]


def hold(entity: Entity, ids: Sequence[int], actor: Actor) -> list[Any]:
    """The records in the order of their ids given, locked in one order by all. Raises NotFound."""
    found = {r.id: r for r in entity.rows(actor).select_for_update(of=("self",)).filter(id__in=list(ids)).order_by("id")}
    if len(found) < len(ids):
        raise NotFound()
    return [found[i] for i in ids]


def may_merge(entity: Entity, actor: Actor) -> bool:
    """Whether somebody may merge records of an entity at all; of which ones `merge` decides."""
    return actor.pool is None and actor.may(entity.key, "edit") and actor.may(entity.key, "delete")


def may(entity: Entity, rows: Sequence[Any], actor: Actor) -> None:
    """Refuse what the actor may not merge, or not at once; the survivor comes first. Raises Forbidden or Invalidated."""
    keep, others = rows[0], {row.id for row in rows[1:]}
    strange = {row.id for row in rows[1:] if row.owner_id != keep.owner_id}
    within = lambda action, ids: set(entity.rows(actor, action).filter(id__in=ids).values_list("id", flat=True)) == set(ids)
    if not within("edit", {keep.id}):
        raise Forbidden(_("You may not change the record that is to stay. Ask its owner."))
    if not within("delete", others) or (strange and not within("transfer", strange)):
        raise Forbidden(_("You may not delete the record that is to go, or hand over what belongs to it. Ask its owner."))
    asked = [("edit", {keep.id}), ("delete", others), ("transfer", strange)]
    if any(review.bound(entity, action, actor, ids) for action, ids in asked):
        raise Forbidden(_("What you change waits for somebody's agreement, and a merge cannot wait. Ask who may merge at once."))
    if entity.person and any(getattr(row, str(entity.fields[entity.person].column.path)) for row in rows[1:]):
        raise Invalidated({"with": _("Whoever has an account must be the one that stays.")})


def _retire(u: Unit, entity: Entity, keep: Any, lost: Sequence[Any]) -> None:
    """To the recycle bin as merged, so that their unique values are free; what waits about them goes back to its authors."""
    ids = [row.id for row in lost]
    now = clock.now()
    entity.rows_of(ids).update(deleted_at=now, deleted_by=u.actor.id, merged_into=keep.id, version=F("version") + 1)
    for row in lost:
        row.deleted_at, row.deleted_by, row.merged_into, row.version = now, u.actor.id, keep.id, row.version + 1
    search.remove(entity, ids)
    after.touch_parents(u, entity, lost)
    waiting = Draft.objects.select_for_update().filter(entity=entity.key, record__in=ids, state="waiting")
    if numbers := list(waiting.values_list("number", flat=True)):
        note = _("The record has become part of another one. Look there, and do it anew.")
        Hold.objects.filter(draft__in=numbers).delete()
        Draft.objects.filter(pk__in=numbers).update(state="stale", decided_by=u.actor.id, decided_at=now, note=note)


def _take(u: Unit, entity: Entity, keep: Any, values: Mapping[str, Any], codes: Mapping[str, str], hidden: Mapping[str, Any]) -> set[str]:
    """Put the values on the survivor and save it, also where nothing differs: its version says that it is another now."""
    before, former = single.parents_before(entity, keep), keep.owner_id
    errors: dict[str, str] = {}
    changed = clean.assign(entity, keep, values) | clean.assign_currencies(keep, codes)
    clean.check(entity, keep, changed, errors, creating=False, actor=u.actor)
    if errors:
        raise Invalidated(errors)
    changed |= _fill(entity, keep, hidden, u.actor)
    single.prepare(entity, keep, changed, former, u.actor)
    single.save(u, entity, keep, changed, before)
    if keep.owner_id != former:
        lagging.settle(entity, [keep.id])
    return changed


def _fill(entity: Entity, keep: Any, hidden: Mapping[str, Any], actor: Actor) -> set[str]:
    """Unseen values fill gaps only where no rule speaks against it: a refusal would tell of them."""
    filled = clean.assign(entity, keep, hidden)
    errors: dict[str, str] = {}
    clean.check(entity, keep, set(filled), errors, creating=False, actor=actor)
    if not errors:
        return filled
    for key in filled:
        entity.fields[key].set(keep, entity.fields[key].kind.blank)
    return set()


def _bring(u: Unit, entity: Entity, lost: Any, rows: Sequence[Any]) -> repointing.Moved:
    keep = rows[0]
    moved = repointing.repoint(u, entity, lost.id, keep, [row.id for row in rows])
    if shares := _shares(entity, lost.id, keep, u.actor):
        moved["shares"] = shares
    return moved


def _shares(entity: Entity, lost: int, keep: Any, actor: Actor) -> list[int]:
    """Whoever took part in the one takes part in the other, as far as the actor may open that to others, and at once."""
    if not entity.rows(actor, "transfer").filter(id=keep.id).exists():
        return []
    known = set(Share.objects.filter(entity=entity.key, record=keep.id).values_list("to", "grantee", "company"))
    rows = [
        s
        for s in Share.objects.filter(entity=entity.key, record=lost)
        if (s.to, s.grantee, s.company) not in known and (s.to, s.grantee) != ("person", keep.owner_id) and openable(s, actor)
    ]
    if rows and review.bound(entity, SHARING, actor, [keep.id]):
        rows = [s for s in rows if s.part not in EDITING]
    for share in rows:
        share.pk, share.record = None, keep.id  # type: ignore[assignment]
        share._state.adding = True
    return [share.pk for share in Share.objects.bulk_create(rows)]


def _record(u: Unit, entity: Entity, rows: Sequence[Any], moved: Mapping[int, repointing.Moved]) -> None:
    said = {"at": clock.now(), "write_id": u.write_id, "entity": entity.key, "keep": rows[0].id, "actor": u.actor.id}
    Merge.objects.bulk_create([Merge(lost=lost, moved=found, **said) for lost, found in moved.items()])


def _tell(u: Unit, entity: Entity, rows: Sequence[Any], changed: set[str], moved: Mapping[int, repointing.Moved]) -> None:
    entity.follow(rows[1:], creating=False, changed={"deleted_at"}, actor=u.actor, door=u.door)
    entity.follow(rows[:1], creating=False, changed=changed, actor=u.actor, door=u.door)
    for found in moved.values():
        repointing.tell_followers(found, u)


__all__ = ["MOST", "hold", "may", "may_merge", "merge"]

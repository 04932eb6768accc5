"""Taking a merge back: the others come out of the recycle bin, and what came along goes home, as far as nobody has moved it since.

What came to the survivor later stays with it. Rights are those of today: to edit the survivor and to bring back the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from guanxi.kernel import clock, history
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.history import Change
from guanxi.kernel.merge import Merge
from guanxi.kernel.models import Link, Petition, Share
from guanxi.kernel.patience import unhurried
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after, clean, lagging, repointing, review, single
from guanxi.kernel.write.errors import Forbidden, NotFound
from guanxi.kernel.write.unit import Unit, current

#: (entity key, record, fields) of what people have changed since.
Kept = list[tuple[str, int, list[str]]]


def merges(write_id: UUID) -> list[Merge]:
    """What one write merged and nobody has taken back."""
    return list(Merge.objects.select_for_update().filter(write_id=write_id, undone_at=None).order_by("id"))


def of_record(record: int) -> Merge | None:
    """The merge by which a record went, if it stands."""
    return Merge.objects.filter(lost=record, undone_at=None).order_by("-id").first()


def part(rows: Sequence[Merge], *, actor: Actor) -> tuple[list[Any], Kept]:
    """Take back what one write merged, inside an open unit: the records as they are again, and what stays as it was changed since.

    Raises NotFound, Forbidden, or Invalidated where a unique value has been taken meanwhile.
    """
    u = current()
    assert u is not None
    unhurried()
    entity = registry.get(rows[0].entity)
    keep = single.locked(entity, rows[0].keep, actor=actor, action="edit")
    found = entity.rows(actor, "delete", deleted=True).select_for_update(of=("self",)).order_by("id")
    lost = {row.id: row for row in found.filter(id__in=[each.lost for each in rows], merged_into=keep.id)}
    if len(lost) < len(rows):
        raise NotFound()
    changes = history.of_write(rows[0].write_id, record=keep.id)
    _allowed(entity, keep, lost, changes, actor)
    changed, kept = _give_back(u, entity, keep, changes)
    _revive(u, entity, list(lost.values()))
    since = _last(rows[0].write_id)
    back = {each.lost: _send_home(u, entity, each, keep, lost[each.lost], since, kept) for each in rows}
    Merge.objects.filter(id__in=[each.pk for each in rows]).update(undone_at=clock.now())
    after.announce(u, entity, [keep.id], "parted", {"keys": sorted(changed), "parted": sorted(lost)})
    entity.follow(list(lost.values()), creating=False, changed={"deleted_at"}, actor=actor, door=u.door)
    entity.follow([keep], creating=False, changed=changed, actor=actor, door=u.door)
    for moved in back.values():
        repointing.tell_followers(moved, u)
    return [keep, *lost.values()], kept


def _allowed(entity: Entity, keep: Any, lost: Mapping[int, Any], changes: Sequence[Change], actor: Actor) -> None:
    """Raises Forbidden where the merge itself would be refused: what goes to another owner asks for the right to hand over."""
    if review.bound(entity, "edit", actor, [keep.id]) or review.bound(entity, "delete", actor, lost):
        raise Forbidden()
    moving = {i for i, row in lost.items() if row.owner_id != keep.owner_id}
    if any(str(entity.fields["owner"].column.path) in change.diff for change in changes):
        moving.add(keep.id)
    if not moving:
        return
    reached = {
        i
        for deleted in (False, True)
        for i in entity.rows(actor, "transfer", deleted=deleted).filter(id__in=moving).values_list("id", flat=True)
    }
    if reached != moving or review.bound(entity, "transfer", actor, moving):
        raise Forbidden(_("Some of it would go back to another owner, which you may not decide. Ask whoever may hand it over."))


def _last(write_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM change WHERE write_id = %s", [write_id])
        row = cursor.fetchone()
    return int(row[0] or 0) if row else 0


def _give_back(u: Unit, entity: Entity, keep: Any, changes: Sequence[Change]) -> tuple[set[str], Kept]:
    """The survivor's fields as they were before, where they still are as the merge left them; they are not checked as new ones are."""
    before, former = single.parents_before(entity, keep), keep.owner_id
    changed: set[str] = set()
    held: list[str] = []
    by_column = {(f.column.path or f.key): f for f in entity.fields.values()}
    for column, (old, new) in (pair for change in changes for pair in change.diff.items()):
        field = by_column.get(column)
        if field is None:
            if column.endswith("_currency") and getattr(keep, column, None) == new:
                setattr(keep, column, old)
                changed.add(column.removesuffix("_currency"))
        elif _stands(field, keep, old, new):
            field.set(keep, _former(field, keep, old, new))
            changed.add(field.key)
        else:
            held.append(field.key)
    clean.stamp(entity, keep)
    clean.derive(entity, keep)
    if taken := clean.rivals(entity, [keep]):
        raise single.taken_refusal(entity, taken, u.actor)
    single.alone(entity, [keep], u.actor)
    single.save(u, entity, keep, changed & set(entity.fields), before)
    if keep.owner_id != former:
        lagging.settle(entity, [keep.id])
    return changed, [(entity.key, keep.id, sorted(held))] if held else []


def _stands(field: Any, row: Any, old: Any, new: Any) -> bool:
    """Whether a field is still as the merge left it."""
    from guanxi.kernel.write.undo import comparable

    if isinstance(field.column, Linked):
        now = field.value(row)
        return set(new or []) <= set(now) and not set(old or []) & set(now)
    return bool(comparable(field, new) == field.kind.json(field.value(row)))


def _former(field: Any, row: Any, old: Any, new: Any) -> Any:
    from guanxi.kernel.write.undo import comparable

    if isinstance(field.column, Linked):
        return [i for i in field.value(row) if i not in (new or [])] + list(old or [])
    return field.kind.blank if old is None else field.kind.from_json(comparable(field, old))


def _revive(u: Unit, entity: Entity, lost: Sequence[Any]) -> None:
    """Out of the recycle bin, as they went."""
    if taken := clean.rivals(entity, list(lost)):
        raise single.taken_refusal(entity, taken, u.actor)
    single.alone(entity, lost, u.actor)
    entity.rows_of(r.id for r in lost).update(deleted_at=None, deleted_by=None, merged_into=None, version=F("version") + 1)
    for row in lost:
        row.deleted_at = row.deleted_by = row.merged_into = None
        row.version += 1
    after.index(entity, lost)
    after.touch_parents(u, entity, lost)
    if entity.pooled:
        u.judge(entity.key, [row.id for row in lost])


def _send_home(u: Unit, entity: Entity, merge: Merge, keep: Any, lost: Any, since: int, kept: Kept) -> repointing.Moved:
    """What came along with one of them goes back to it; what somebody has moved since is listed as kept."""
    moved, back = merge.moved, repointing.Moved(columns={})
    named = {reference.name: reference for reference in repointing.references(entity)}
    for name, ids in moved.get("columns", {}).items():
        if (reference := named.get(name)) is None:
            continue
        home = repointing.move_back(u, entity, reference, ids, keep.id, lost, since)
        back["columns"][name] = home
        kept += [(reference.child.key, i, [reference.column]) for i in sorted(set(ids) - set(home))]
    fields = {field: source for source, field in repointing.linking(entity)}
    for field, rows in moved.get("links", {}).items():
        if field in fields:
            _unlink(fields[field], field, rows, keep.id, lost.id)
    for name, attached in {**repointing.ATTACHED, "petitions": repointing.Attached(Petition)}.items():
        attached.lead(moved.get(name, ()), entity.key, keep.id, lost.id)
    repointing.swap_in_drafts(entity, keep.id, lost.id, moved.get("drafts", ()))
    Share.objects.filter(id__in=moved.get("shares", ()), record=keep.id).delete()
    return back


def _unlink(source: Entity, field: str, rows: Sequence[Sequence[Any]], keep: int, lost: int) -> None:
    """Links that the merge led to the survivor lead back; who was linked to both is so again. Links that were cut since stay cut."""
    linked = set(Link.objects.filter(field=field, target=keep, source__in=[r[0] for r in rows]).values_list("source", flat=True))
    came = [row for row in rows if row[0] in linked and row[2]]
    both = [row for row in rows if row[0] in linked and not row[2]]
    if came:
        repointing.relink(source, field, came, keep, lost)
    if both:
        repointing.relink(source, field, both, None, lost)


__all__ = ["merges", "of_record", "part"]

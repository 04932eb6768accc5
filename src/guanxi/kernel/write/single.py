"""Writes to one record: the whole life of ARCHITECTURE.md section 6."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import clock, numbering, one, search, titles
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.record import Record, next_ids
from guanxi.kernel.write import after, clean, lagging, pooling, review
from guanxi.kernel.write.errors import Forbidden, Invalidated, NotFound, Outdated
from guanxi.kernel.write.merging import merged
from guanxi.kernel.write.race import lost_is_refused
from guanxi.kernel.write.unit import Unit, unit


def create(entity: Entity, values: Mapping[str, Any], *, actor: Actor, door: str) -> Any:
    """Create a record from raw values by field key; a Draft where somebody must agree first. Raises Forbidden or Invalidated."""
    if not actor.may(entity.key, "create"):
        raise Forbidden(_("You may not create “%(entity)s”.") % {"entity": entity.label})
    with unit(actor, door) as u, lost_is_refused(entity):
        record, changed = build(entity, values, Reader(actor))
        taken = clean.rivals(entity, [record])
        if taken:
            raise taken_refusal(entity, taken, actor)
        alone(entity, [record], actor)
        waits = bool(review.asked(entity, "create", actor))
        ready(entity, record, changed, waits=waits)
        if waits:
            return review.send_one(u, actor, entity, review.creation(entity, record, values))
        record.id = next_ids(1)[0]
        for field in entity.fields.values():
            if field.kind.name == "number" and not field.value(record):
                numbering.give(entity, field, [record])
        record.save(force_insert=True)
        after.save_links(entity, record, changed)
        after.index(entity, [record])
        after.touch_parents(u, entity, [record])
        after.refer(u, entity, [record], changed)
        after.announce(u, entity, [record.id], "created")
        entity.follow([record], creating=True, changed=changed, actor=actor, door=door)
    return record


def build(entity: Entity, values: Mapping[str, Any], reader: Reader) -> tuple[Any, set[str]]:
    """An unsaved record of cleaned values with owner, stamps and derived columns. Raises Invalidated."""
    actor = reader.actor
    record = entity.blank()
    record.created_by_id, record.created_at, record.updated_at, record.owner_id = actor.id, clock.now(), clock.now(), actor.id
    errors: dict[str, str] = {}
    raw, codes = clean.currencies(entity, record, values, errors, reader)
    clean.assign_currencies(record, codes)
    for key, field, first in reader.sheet(entity).firsts:
        if key not in raw:
            field.set(record, first)
    parsed, more = clean.parse(entity, raw, reader)
    errors.update(more)
    if not parsed.get("owner", 0):
        parsed.pop("owner", None)
    changed = clean.assign(entity, record, parsed)
    if entity.title not in errors and not getattr(record, entity.title, "") and (title := titles.propose(entity, record, reader)):
        changed |= clean.assign(entity, record, {entity.title: title})
    clean.check(entity, record, set(entity.fields), errors, creating=True, actor=reader.actor)
    if errors:
        raise Invalidated(errors)
    clean.stamp(entity, record, reader)
    pooling.settle(entity, record, None)
    clean.derive(entity, record)
    return record, changed


def locked(entity: Entity, record_id: int, *, actor: Actor, action: str) -> Any:
    """The record, locked, if the actor may `action` it. Raises NotFound for strangers, Forbidden for onlookers."""
    row = one.locked(entity, actor, record_id, action)
    if row is not None:
        return row
    if one.find(entity, actor, record_id) is not None:
        raise Forbidden()
    raise NotFound()


def update(
    record: Record | tuple[Entity, int],
    values: Mapping[str, Any],
    *,
    actor: Actor,
    door: str,
    base: int | None = None,
    verb: str = "",
    action: str = "edit",
) -> Any:
    """Change fields of a record. `base` is the version the values were read at; without it the last writer wins.

    Gives the record, or a Draft where somebody must agree first. Raises NotFound, Forbidden, Invalidated, Conflict when the same fields
    moved since `base`, or Outdated where `base` has never been: it was read of another record, or before a backup was put back.
    """
    entity, record_id = record if isinstance(record, tuple) else (record.entity, record.pk)
    with unit(actor, door, verb=verb) as u, lost_is_refused(entity):
        row = locked(entity, record_id, actor=actor, action=action)
        if base is not None and base > row.version:
            raise Outdated()
        errors: dict[str, str] = {}
        reader = Reader(actor)
        raw, codes = clean.currencies(entity, row, values, errors, reader)
        parsed, more = clean.parse(entity, raw, reader, row)
        errors.update(more)
        if base is not None and base != row.version:
            parsed, codes = merged(entity, row, parsed, codes, base)
        bound = review.bound_changes(entity, {row.id: parsed}, actor, action)
        found = review.before(entity, row, {**parsed, **codes}) if bound else None
        before = parents_before(entity, row)
        old_owner = row.owner_id
        changed = clean.assign(entity, row, parsed) | clean.assign_currencies(row, codes)
        clean.check(entity, row, changed, errors, creating=False, actor=actor)
        if errors:
            raise Invalidated(errors)
        if not changed:
            return row
        prepare(entity, row, changed, old_owner, actor)
        ready(entity, row, changed, waits=found is not None)
        if found is not None:
            return review.send_one(u, actor, entity, review.change(entity, row, found, changed, action, verb))
        save(u, entity, row, changed, before)
        after.announce(u, entity, [row.id], verb or "updated", {"keys": sorted(changed)})
        if row.owner_id != old_owner:
            lagging.settle(entity, [row.id])
        entity.follow([row], creating=False, changed=changed, actor=actor, door=door)
    return row


def decide(record: tuple[Entity, int], values: Mapping[str, Any], *, actor: Actor, door: str) -> Any:
    """Set what no door may set, computed fields and owners, to values as they are stored. Whoever calls answers for the right to."""
    entity, record_id = record
    with unit(actor, door) as u, lost_is_refused(entity):
        row = entity.rows_of([record_id]).select_for_update(of=("self",)).get()
        changed = clean.assign(entity, row, values)
        if changed:
            _ready(entity, row, actor)
            save(u, entity, row, changed)
            after.announce(u, entity, [row.id], "updated", {"keys": sorted(changed)})
            if "owner" in changed:
                lagging.settle(entity, [row.id])
    return row


def prepare(entity: Entity, row: Any, changed: set[str], former: int | None, actor: Actor) -> None:
    """What follows from changed values before they are saved; `former` is the owner until now. Raises Forbidden or Invalidated."""
    if entity.parent in changed:
        clean.stamp(entity, row)  # another parent brings its own owner
    if row.owner_id != former:
        _transferable(entity, row, former, actor)
        pooling.settle(entity, row, former)
    _ready(entity, row, actor)


def _ready(entity: Entity, row: Any, actor: Actor) -> None:
    """Bring in line what follows from the change, and refuse what somebody else has."""
    clean.stamp(entity, row)
    clean.derive(entity, row)
    taken = clean.rivals(entity, [row])
    if taken:
        raise taken_refusal(entity, taken, actor)
    alone(entity, [row], actor)


def ready(entity: Entity, record: Any, changed: set[str], *, waits: bool) -> None:
    """Raises Invalidated where a write that waits for review is not fit to be sent, or to be agreed to."""
    if (waits or review.agreeing()) and (said := review.unready(entity, record, changed)):
        raise Invalidated(said)


def alone(entity: Entity, rows: Sequence[Any], actor: Actor) -> None:
    """Raises Invalidated where one of the records stands in another's way."""
    if found := entity.collisions(rows, actor):
        raise Invalidated(next(iter(found.values())))


def save(u: Unit, entity: Entity, row: Any, changed: set[str], before: Sequence[int | None] = ()) -> None:
    """Store a prepared record; `before` are the parents that count it until now."""
    row.version += 1
    row.updated_at = clock.now()
    row.save()
    after.save_links(entity, row, changed)
    after.index(entity, [row], changed)
    after.refer(u, entity, [row], changed)
    after.touch_parents(u, entity, [row], before)


def parents_before(entity: Entity, row: Any) -> list[int | None]:
    """The parents whose roll-ups count a record as it stands."""
    from guanxi.kernel.write.rollups import parents_of

    return [via.value(row) for _parent, via in parents_of(entity)]


def _transferable(entity: Entity, row: Any, former: int | None, actor: Actor) -> None:
    if not entity.rows(actor, "transfer").filter(id=row.id).exists():
        raise Forbidden(_("You may not hand this record to somebody else."))
    if words := pooling.beyond(entity, row, former, actor):
        raise Invalidated({"owner": words})


def delete(record: Record | tuple[Entity, int], *, actor: Actor, door: str) -> Any:
    """Deactivate a record: it goes to the recycle bin and stays in the history. A Draft where somebody must agree first."""
    entity, record_id = record if isinstance(record, tuple) else (record.entity, record.pk)
    with unit(actor, door, verb="delete") as u:
        row = locked(entity, record_id, actor=actor, action="delete")
        if review.bound(entity, "delete", actor, [row.id]):
            return review.send_one(u, actor, entity, review.standing(entity, row, "delete"))
        row.deleted_at, row.deleted_by = clock.now(), actor.id
        row.version += 1
        row.save(update_fields=["deleted_at", "deleted_by", "version"])
        search.remove(entity, [row.id])
        after.touch_parents(u, entity, [row])
        after.announce(u, entity, [row.id], "deleted")
        entity.follow([row], creating=False, changed={"deleted_at"}, actor=actor, door=door)
    return row


def restore(record: Record | tuple[Entity, int], *, actor: Actor, door: str) -> Any:
    """Take a record out of the recycle bin; a Draft where deleting needs review too. What was merged is parted again.

    Raises Invalidated when its unique value has been taken meanwhile.
    """
    from guanxi.kernel.write import parting

    entity, record_id = record if isinstance(record, tuple) else (record.entity, record.pk)
    with unit(actor, door, verb="restore") as u, lost_is_refused(entity):
        row = entity.rows(actor, "delete", deleted=True).select_for_update(of=("self",)).filter(id=record_id).first()
        if row is None:
            raise NotFound()
        if row.merged_into is not None and (merge := parting.of_record(row.id)) is not None:
            return next(r for r in parting.part(parting.merges(merge.write_id), actor=actor)[0] if r.id == record_id)
        taken = clean.rivals(entity, [row])
        if taken:
            raise taken_refusal(entity, taken, actor)
        alone(entity, [row], actor)
        if review.bound(entity, "delete", actor, [row.id]):
            return review.send_one(u, actor, entity, review.standing(entity, row, "restore"))
        row.deleted_at = row.deleted_by = row.merged_into = None
        row.version += 1
        row.save(update_fields=["deleted_at", "deleted_by", "merged_into", "version"])
        after.index(entity, [row])
        after.touch_parents(u, entity, [row])
        after.announce(u, entity, [row.id], "restored")
        entity.follow([row], creating=False, changed={"deleted_at"}, actor=actor, door=door)
    return row


def taken_refusal(entity: Entity, taken: dict[tuple[str, str], int], actor: Actor) -> Invalidated:
    """What is said where unique values belong to others."""
    errors = {field: message for (field, _value), message in clean.taken_messages(entity, taken, actor).items()}
    return Invalidated(errors, sorted({holder for holder in taken.values() if holder > 0}), entity.key)

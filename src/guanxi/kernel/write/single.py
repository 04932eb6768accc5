"""Writes to one record: the whole life of ARCHITECTURE.md section 6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import clock, numbering, search
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.record import Record, next_ids
from guanxi.kernel.write import after, clean, many, pooling
from guanxi.kernel.write.errors import Forbidden, Invalidated, NotFound
from guanxi.kernel.write.merging import merged
from guanxi.kernel.write.race import lost_is_refused
from guanxi.kernel.write.unit import unit


def create(entity: Entity, values: Mapping[str, Any], *, actor: Actor, door: str) -> Any:
    """Create a record from raw values by field key. Raises Forbidden or Invalidated."""
    if not actor.may(entity.key, "create"):
        raise Forbidden(_("You may not create “%(entity)s”.") % {"entity": entity.label})
    with unit(actor, door) as u, lost_is_refused(entity):
        record, changed = build(entity, values, Reader(actor))
        taken = clean.rivals(entity, [record])
        if taken:
            raise _taken(entity, taken, actor)
        record.id = next_ids(1)[0]
        for key, field in entity.fields.items():
            if field.kind.name == "number" and not field.value(record):
                setattr(record, key, numbering.take(field.kind)[0])  # type: ignore[arg-type]
        record.save(force_insert=True)
        after.save_links(entity, record, changed)
        after.index(entity, [record])
        after.touch_parents(u, entity, [record])
        after.announce(u, entity, [record.id], "created")
        entity.follow([record], creating=True, changed=changed, actor=actor, door=door)
    return record


def build(entity: Entity, values: Mapping[str, Any], reader: Reader) -> tuple[Any, set[str]]:
    """An unsaved record of cleaned values with owner, stamps and derived columns. Raises Invalidated."""
    actor = reader.actor
    record = entity.model(created_by_id=actor.id, created_at=clock.now(), updated_at=clock.now(), owner_id=actor.id)
    errors: dict[str, str] = {}
    raw, codes = clean.currencies(entity, record, values, errors, reader)
    clean.assign_currencies(record, codes)
    for key, field in entity.fields.items():
        first = field.kind.dictionary.first() if hasattr(field.kind, "dictionary") else None
        if first is not None and field.kind.name == "choice" and key not in raw:
            field.set(record, first.id)
    parsed, more = clean.parse(entity, raw, reader)
    errors.update(more)
    if not parsed.get("owner", 0):
        parsed.pop("owner", None)
    changed = clean.assign(entity, record, parsed)
    clean.check(entity, record, set(entity.fields), errors, creating=True)
    if errors:
        raise Invalidated(errors)
    clean.stamp(entity, record, reader)
    pooling.settle(entity, record, None)
    clean.derive(entity, record)
    return record, changed


def locked(entity: Entity, record_id: int, *, actor: Actor, action: str) -> Any:
    """The record, locked, if the actor may `action` it. Raises NotFound for strangers, Forbidden for onlookers."""
    row = entity.rows(actor, action).select_for_update(of=("self",)).filter(id=record_id).first()
    if row is not None:
        return row
    if entity.rows(actor).filter(id=record_id).exists():
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

    Raises NotFound, Forbidden, Invalidated, or Conflict when the same fields moved since `base`.
    """
    entity, record_id = record if isinstance(record, tuple) else (type(record).entity, record.pk)
    with unit(actor, door, verb=verb) as u, lost_is_refused(entity):
        row = locked(entity, record_id, actor=actor, action=action)
        errors: dict[str, str] = {}
        reader = Reader(actor)
        raw, codes = clean.currencies(entity, row, values, errors, reader)
        parsed, more = clean.parse(entity, raw, reader)
        errors.update(more)
        if base is not None and base != row.version:
            parsed, codes = merged(entity, row, parsed, codes, base)
        before = _parents_before(entity, row)
        old_owner = row.owner_id
        changed = clean.assign(entity, row, parsed) | clean.assign_currencies(row, codes)
        clean.check(entity, row, changed, errors, creating=False)
        if errors:
            raise Invalidated(errors)
        if not changed:
            return row
        if entity.parent in changed:
            clean.stamp(entity, row)  # another parent brings its own owner
        if row.owner_id != old_owner:
            _transferable(entity, row, actor)
            pooling.settle(entity, row, old_owner)
        _save(entity, row, changed, actor)
        after.touch_parents(u, entity, [row], before)
        after.announce(u, entity, [row.id], verb or "updated", {"keys": sorted(changed)})
        if row.owner_id != old_owner:
            many.restamp(entity, [row.id])
        entity.follow([row], creating=False, changed=changed, actor=actor, door=door)
    return row


def decide(record: tuple[Entity, int], values: Mapping[str, Any], *, actor: Actor, door: str) -> Any:
    """Set what no door may set, computed fields and owners, to values as they are stored. Whoever calls answers for the right to."""
    entity, record_id = record
    with unit(actor, door) as u, lost_is_refused(entity):
        row = entity.model.rows_of([record_id]).select_for_update(of=("self",)).get()
        changed = clean.assign(entity, row, values)
        if changed:
            _save(entity, row, changed, actor)
            after.announce(u, entity, [row.id], "updated", {"keys": sorted(changed)})
            if "owner" in changed:
                many.restamp(entity, [row.id])
    return row


def _save(entity: Entity, row: Any, changed: set[str], actor: Actor) -> None:
    clean.stamp(entity, row)
    clean.derive(entity, row)
    taken = clean.rivals(entity, [row])
    if taken:
        raise _taken(entity, taken, actor)
    row.version += 1
    row.updated_at = clock.now()
    row.save()
    after.save_links(entity, row, changed)
    after.index(entity, [row], changed)


def _parents_before(entity: Entity, row: Any) -> list[int | None]:
    from guanxi.kernel.write.rollups import parents_of

    return [getattr(row, column) for _parent, column in parents_of(entity)]


def _transferable(entity: Entity, row: Any, actor: Actor) -> None:
    if not entity.rows(actor, "transfer").filter(id=row.id).exists():
        raise Forbidden(_("You may not hand this record to somebody else."))


def delete(record: Record | tuple[Entity, int], *, actor: Actor, door: str) -> Any:
    """Deactivate a record: it goes to the recycle bin and stays in the history."""
    entity, record_id = record if isinstance(record, tuple) else (type(record).entity, record.pk)
    with unit(actor, door, verb="delete") as u:
        row = locked(entity, record_id, actor=actor, action="delete")
        row.deleted_at, row.deleted_by = clock.now(), actor.id
        row.version += 1
        row.save(update_fields=["deleted_at", "deleted_by", "version"])
        search.remove(entity, [row.id])
        after.touch_parents(u, entity, [row])
        after.announce(u, entity, [row.id], "deleted")
        entity.follow([row], creating=False, changed={"deleted_at"}, actor=actor, door=door)
    return row


def restore(record: Record | tuple[Entity, int], *, actor: Actor, door: str) -> Any:
    """Take a record out of the recycle bin. Raises Invalidated when its unique value has been taken meanwhile."""
    entity, record_id = record if isinstance(record, tuple) else (type(record).entity, record.pk)
    with unit(actor, door, verb="restore") as u, lost_is_refused(entity):
        row = entity.rows(actor, "delete", deleted=True).select_for_update(of=("self",)).filter(id=record_id).first()
        if row is None:
            raise NotFound()
        taken = clean.rivals(entity, [row])
        if taken:
            raise _taken(entity, taken, actor)
        row.deleted_at = row.deleted_by = None
        row.version += 1
        row.save(update_fields=["deleted_at", "deleted_by", "version"])
        after.index(entity, [row])
        after.touch_parents(u, entity, [row])
        after.announce(u, entity, [row.id], "restored")
        entity.follow([row], creating=False, changed={"deleted_at"}, actor=actor, door=door)
    return row


def _taken(entity: Entity, taken: dict[tuple[str, str], int], actor: Actor) -> Invalidated:
    errors = {field: message for (field, _value), message in clean.taken_messages(entity, taken, actor).items()}
    return Invalidated(errors, sorted(set(taken.values())), entity.key)

"""Set-based writes: the same life as of a single record, in a bounded number of statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from guanxi.kernel import clock, disclosure, numbering, own_unique, search
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.models import Link
from guanxi.kernel.record import next_ids
from guanxi.kernel.write import after, clean, columns, lagging, review
from guanxi.kernel.write.errors import Forbidden, Invalidated
from guanxi.kernel.write.race import lost_is_refused
from guanxi.kernel.write.unit import Unit, unit

CHUNK = 2_000


@dataclass
class Outcome:
    """What a bulk write did, by position of the given rows: records written, messages by field of the refused.

    `sent` are drafts of what somebody must agree to first; `along` is what came along from other entities. Where a person
    had better look next `lands` names it, and `write_id` what he may take back there.
    """

    written: dict[int, Any] = field(default_factory=dict)
    refused: dict[int, dict[str, str]] = field(default_factory=dict)
    unchanged: list[int] = field(default_factory=list)
    sent: dict[int, Draft] = field(default_factory=dict)
    along: dict[Entity, Outcome] = field(default_factory=dict)
    lands: tuple[Entity, int] | None = None
    write_id: UUID | None = None

    def send(self, u: Unit, actor: Actor, entity: Entity, sendings: Mapping[int, review.Sending]) -> None:
        """Keep these as drafts; what was to be written is no more."""
        if sendings:
            self.sent |= dict(zip(sendings, review.send(u, actor, entity, list(sendings.values())), strict=True))
        for place in sendings:
            self.written.pop(place, None)


def known_lookups(entity: Entity, rows: Iterable[Mapping[str, Any]], reader: Reader) -> None:
    """Ask once per lookup field which of the ids given are in scope, so that parsing needs no query a row."""
    rows = list(rows)
    for key, bound in entity.fields.items():
        target = getattr(bound.kind, "target", None) if hasattr(bound.kind, "to") else None
        if target is None:
            continue
        ids: set[int] = set()
        for row in rows:
            value = row.get(key)
            ids.update(v for v in (value if isinstance(value, list) else [value]) if isinstance(v, int))
        if ids:
            for i, owner, department in target.rows(reader.actor).filter(id__in=ids).values_list("id", "owner_id", "department_id"):
                reader.known.add((target.key, i))
                reader.stamps[target.key, i] = (owner, department)


def create_many(
    entity: Entity,
    rows: Sequence[Mapping[str, Any]],
    *,
    actor: Actor,
    door: str,
    born: Sequence[datetime] = (),
    by: Sequence[int] = (),
) -> Outcome:
    """Create records from raw values; a refused row leaves the others alone.

    `born` and `by` say when and by whom each was created, which only the demo gives. Raises Forbidden.
    """
    from guanxi.kernel.write.single import build

    if not actor.may(entity.key, "create"):
        raise Forbidden(_("You may not create “%(entity)s”.") % {"entity": entity.label})
    outcome, reader = Outcome(), Reader(actor)
    known_lookups(entity, rows, reader)
    changed: dict[int, set[str]] = {}
    for place, values in enumerate(rows):
        try:
            outcome.written[place], changed[place] = build(entity, values, reader)
        except Invalidated as error:
            outcome.refused[place] = error.errors
    refuse_taken(entity, outcome, actor)
    with unit(actor, door) as u, lost_is_refused(entity):
        if review.asked(entity, "create", actor):
            refuse_unready(entity, outcome, changed)
            outcome.send(u, actor, entity, {place: review.creation(entity, r, rows[place]) for place, r in outcome.written.items()})
        records = list(outcome.written.values())
        _identify(entity, records)
        _as_told(entity, outcome, born, by)
        for start in range(0, len(records), CHUNK):
            chunk = records[start : start + CHUNK]
            columns.insert(entity.model, chunk)
            after.index(entity, chunk, new=True)
        _create_links(entity, outcome.written, changed)
        after.touch_parents(u, entity, records)
        after.refer(u, entity, records, set().union(*(changed[place] for place in outcome.written)))
        after.announce(u, entity, [r.id for r in records], "created")
        if records:
            entity.follow(records, creating=True, changed=set(entity.fields), actor=actor, door=door)
    return outcome


def _as_told(entity: Entity, outcome: Outcome, born: Sequence[datetime], by: Sequence[int]) -> None:
    """When and by whom each was created, where the demo says so."""
    for place, moment in enumerate(born):
        if place in outcome.written:
            outcome.written[place].created_at = outcome.written[place].updated_at = moment
            if entity.pooled and outcome.written[place].owner_id:
                outcome.written[place].owned_at = moment
    for place, author in enumerate(by):
        if place in outcome.written:
            outcome.written[place].created_by_id = author


def refuse_taken(entity: Entity, outcome: Outcome, actor: Actor, stored: Mapping[int, Mapping[str, Any]] | None = None) -> None:
    """Refuse rows whose unique value is held by a record or by an earlier row of the same batch, or that stand in another's way."""
    places = list(outcome.written)
    for n, errors in entity.collisions(list(outcome.written.values()), actor).items():
        outcome.refused[places[n]] = errors
        del outcome.written[places[n]]
    taken = clean.rivals(entity, list(outcome.written.values()), stored)
    messages = clean.taken_messages(entity, taken, actor) if taken else {}
    if taken:
        disclosure.log(entity.key, set(taken.values()), actor, verb="taken")
    seen: dict[tuple[str, str], int] = {}
    for place, record in list(outcome.written.items()):
        for key, value in own_unique.claims(entity, record):
            if (key, value) in messages:
                outcome.refused[place] = {key: messages[key, value]}
            elif (key, value) in seen:
                row = seen[key, value] + 1
                outcome.refused[place] = {key: _("The same value stands in row %(row)d of this batch.") % {"row": row}}
            else:
                seen[key, value] = place
        if place in outcome.refused:
            del outcome.written[place]


def refuse_unready(entity: Entity, outcome: Outcome, changed: Mapping[int, set[str]], only: Collection[int] | None = None) -> None:
    """Refuse what is not fit to be sent for review, of these places or of all."""
    for place in [each for each in outcome.written if only is None or each in only]:
        if said := review.unready(entity, outcome.written[place], changed[place]):
            outcome.refused[place] = said
            del outcome.written[place]


def _identify(entity: Entity, records: Sequence[Any]) -> None:
    for record, record_id in zip(records, next_ids(len(records)) if records else [], strict=True):
        record.id = record_id
    for bound in entity.fields.values():
        if bound.kind.name == "number":
            blank = [r for r in records if not bound.value(r)]
            if blank:
                numbering.give(entity, bound, blank)


def _create_links(entity: Entity, written: Mapping[int, Any], changed: Mapping[int, set[str]]) -> None:
    rows = []
    for place, record in written.items():
        for key in changed[place]:
            column = entity.fields[key].column
            if isinstance(column, Linked):
                rows += [Link(field=column.field, source=record.id, target=t) for t in column.get(record)]
    Link.objects.bulk_create(rows, batch_size=CHUNK)


def update_many(
    entity: Entity, changes: Mapping[int, Mapping[str, Any]], *, actor: Actor, door: str, verb: str = "", action: str = "edit"
) -> Outcome:
    """Change records by id, each by its own values; rows out of scope are refused like missing ones. Last writer wins."""
    outcome, reader = Outcome(), Reader(actor)
    known_lookups(entity, changes.values(), reader)
    with unit(actor, door, verb=verb) as u, lost_is_refused(entity):
        rows = {r.id: r for r in entity.rows(actor, action).select_for_update(of=("self",)).filter(id__in=list(changes)).order_by("id")}
        stored = {i: _columns(r) for i, r in rows.items()}
        giveable = _giveable(entity, changes, actor, action)
        bound = review.bound_changes(entity, {i: changes[i] for i in rows}, actor, action)
        found = {i: review.before(entity, rows[i], changes[i]) for i in bound}
        changed: dict[int, set[str]] = {}
        before: list[int | None] = []
        for record_id, values in changes.items():
            row = rows.get(record_id)
            if row is None:
                outcome.refused[record_id] = {"": _("This record does not exist, or you may not change it.")}
                continue
            before += [via.value(row) for _p, via in _parents(entity)]
            _change_one(entity, row, values, reader, outcome, changed, giveable, stored[record_id])
        refuse_taken(entity, outcome, actor, stored)
        refuse_unready(entity, outcome, changed, bound)
        waiting = {i: review.change(entity, rows[i], found[i], changed[i], action, verb) for i in outcome.written if i in bound}
        outcome.send(u, actor, entity, waiting)
        _save_many(entity, outcome, changed, stored)
        records = list(outcome.written.values())
        after.touch_parents(u, entity, records, before)
        keys = sorted({key for record in records for key in changed[record.id]})
        after.announce(u, entity, [r.id for r in records], verb or "updated", {"keys": keys})
        if records:
            moved = set().union(*(changed[r.id] for r in records))
            after.refer(u, entity, records, moved)
            entity.follow(records, creating=False, changed=moved, actor=actor, door=door)
    return outcome


def _giveable(entity: Entity, changes: Mapping[int, Mapping[str, Any]], actor: Actor, action: str) -> Collection[int]:
    """Ids among those to be given a new owner that the actor may hand over."""
    wanted = [i for i, values in changes.items() if "owner" in values or (entity.parent and entity.parent in values)]
    if action == "transfer" or not wanted:
        return wanted
    return set(entity.rows(actor, "transfer").filter(id__in=wanted).values_list("id", flat=True))


def _columns(record: Any) -> dict[str, Any]:
    """The stored values of a record as they stand, by attribute; what can be changed in place is copied."""
    values = record.__dict__
    plain = {f.attname: values[f.attname] for f in record._meta.local_fields}
    return plain | {name: copy(value) for name, value in plain.items() if isinstance(value, (list, dict))}


def _moved(records: Iterable[Any], stored: Mapping[int, Mapping[str, Any]]) -> set[str]:
    """The attributes that any of these records has otherwise than stored."""
    found: set[str] = set()
    for record in records:
        values = record.__dict__
        found.update(name for name, value in stored[record.id].items() if name not in found and values[name] != value)
    return found


def _parents(entity: Entity) -> list[tuple[Entity, Field]]:
    from guanxi.kernel.write.rollups import parents_of

    return parents_of(entity)


def _change_one(
    entity: Entity,
    row: Any,
    values: Mapping[str, Any],
    reader: Reader,
    outcome: Outcome,
    changed: dict[int, set[str]],
    giveable: Collection[int],
    stored: Mapping[str, Any],
) -> None:
    from guanxi.kernel.write import pooling

    errors: dict[str, str] = {}
    raw, codes = clean.currencies(entity, row, values, errors, reader)
    parsed, more = clean.parse(entity, raw, reader, row)
    errors.update(more)
    former = row.owner_id
    moved = clean.assign(entity, row, parsed) | clean.assign_currencies(row, codes)
    clean.check(entity, row, moved, errors, creating=False, actor=reader.actor)
    if entity.parent and entity.parent in moved:
        clean.stamp(entity, row, reader)  # another parent brings its own owner
    if row.owner_id != former and row.id not in giveable:
        errors.setdefault(entity.parent if "owner" not in moved else "owner", _("You may not hand this record to somebody else."))
    if words := pooling.beyond(entity, row, former, reader.actor):
        errors.setdefault("owner", words)
    if errors:
        outcome.refused[row.id] = errors
    elif not moved:
        outcome.unchanged.append(row.id)
    else:
        if "owner" in moved:
            clean.stamp(entity, row, reader)
            pooling.settle(entity, row, former)
        clean.derive(entity, row, stored)
        row.version += 1
        row.updated_at = clock.now()
        outcome.written[row.id] = row
        changed[row.id] = moved


def _save_many(entity: Entity, outcome: Outcome, changed: Mapping[int, set[str]], stored: Mapping[int, dict[str, Any]]) -> None:
    """Save every column that any record has otherwise than stored: also what a rule set that nobody named."""
    records = list(outcome.written.values())
    if not records:
        return
    moved = set().union(*(changed[r.id] for r in records))
    columns.save(entity, records, _moved(records, stored))
    for record in records:
        after.save_links(entity, record, changed[record.id] & set(getattr(entity.model, "declared_links", {})))
    stamps = {"owner", entity.parent}
    after.index(entity, records, moved - stamps)
    lagging.bring_along(entity, [r.id for r in records if changed[r.id] & stamps])


def delete_many(entity: Entity, ids: Sequence[int], *, actor: Actor, door: str) -> Outcome:
    """Deactivate records; those out of scope are refused like missing ones."""
    outcome = Outcome()
    with unit(actor, door, verb="delete") as u:
        rows = list(entity.rows(actor, "delete").select_for_update(of=("self",)).filter(id__in=list(ids)).order_by("id"))
        if bound := review.bound(entity, "delete", actor, [r.id for r in rows]):
            twice = review.already(entity, bound, "delete")
            outcome.send(u, actor, entity, {r.id: review.standing(entity, r, "delete") for r in rows if r.id in bound - twice})
            outcome.refused = {i: {"": review.again_words()} for i in twice}
            rows = [r for r in rows if r.id not in bound]
        found = [r.id for r in rows]
        entity.objects.filter(id__in=found).update(deleted_at=clock.now(), deleted_by=actor.id, version=F("version") + 1)
        search.remove(entity, found)
        after.touch_parents(u, entity, rows)
        after.announce(u, entity, found, "deleted")
        if rows:
            entity.follow(rows, creating=False, changed={"deleted_at"}, actor=actor, door=door)
    outcome.written = {r.id: r for r in rows}
    settled = {*outcome.written, *outcome.sent, *outcome.refused}
    outcome.refused |= {i: {"": _("This record does not exist, or you may not change it.")} for i in ids if i not in settled}
    return outcome

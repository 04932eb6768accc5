"""What follows a saved record inside its transaction: links, search, roll-ups to do, events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from guanxi.kernel import clock, search
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.models import Attachment, Link, SearchEntry
from guanxi.kernel.write import columns
from guanxi.kernel.write.rollups import parents_of
from guanxi.kernel.write.unit import Unit, current


def save_links(entity: Entity, record: Any, changed: Iterable[str]) -> None:
    """Bring the link rows of changed link fields in line with the record."""
    for key in changed:
        column = entity.fields[key].column
        if not isinstance(column, Linked):
            continue
        wanted = record.linked.get(column.field, [])
        present = set(Link.objects.filter(field=column.field, source=record.id).values_list("target", flat=True))
        gone = present - set(wanted)
        if gone:
            Link.objects.filter(field=column.field, source=record.id, target__in=gone).delete()
        Link.objects.bulk_create([Link(field=column.field, source=record.id, target=t) for t in wanted if t not in present])


def touch_parents(unit: Unit, entity: Entity, records: Sequence[Any], before: Sequence[int | None] = ()) -> None:
    """Remember the parents, old and new, whose roll-ups count these records."""
    for parent, via in parents_of(entity):
        unit.touch(parent.key, entity.key, [via.value(r) for r in records])
        unit.touch(parent.key, entity.key, before)


def refer(unit: Unit, entity: Entity, records: Iterable[Any], changed: Iterable[str]) -> None:
    """Remember what these fields of the records refer to: a record that is merged meanwhile is not to be left with them."""
    for key in changed:
        field = entity.fields.get(key)
        if field is not None and field.kind.name == "image":
            from guanxi.kernel import loose

            loose.bind(entity, key, records, unit.actor)
            Attachment.objects.filter(id__in=[n for r in records if (n := field.value(r))]).update(field=key)
        target = getattr(field.kind, "target", None) if field is not None and hasattr(field.kind, "to") else None
        if field is None or target is None:
            continue
        column = field.column
        if isinstance(column, Linked):
            unit.refer(target.key, [i for r in records for i in r.linked.get(column.field, ())])
        else:
            unit.refer(target.key, [column.get(r) for r in records])


def announce(unit: Unit, entity: Entity, ids: Iterable[int], verb: str, data: dict[str, Any] | None = None) -> None:
    """Append one event a record, and tell who follows it or has to know."""
    ids = list(ids)
    if entity.pooled:
        unit.judge(entity.key, ids)
    told = _TO_OWNERS.format(table=entity.table) if verb in OWNERS_HEAR and len(ids) <= FEW else ""
    values: dict[str, Any] = {
        "now": clock.now(), "entity": entity.key, "verb": verb, "actor": unit.actor.id, "write": unit.write_id, "data": Jsonb(data or {}),
        "ids": ids, "told": Jsonb({**(data or {}), **({"write": str(unit.write_id)} if unit.why else {})}),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCED.format(owners=told), values)


def noted(entity: Entity, ids: Iterable[int], keys: Iterable[str]) -> None:
    """Append an event a record that followed another's write: for programs that keep a copy, and no news to anybody who follows it."""
    unit = current()
    assert unit is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_event (at, entity, record, verb, actor, write_id, data) "
            "SELECT %s, %s, record, 'followed', %s, %s, %s FROM unnest(%s::bigint[]) AS each (record)",
            [clock.now(), entity.key, unit.actor.id, unit.write_id, Jsonb({"keys": sorted(keys)}), list(ids)],  # type: ignore[list-item]
        )


#: What the owner of a record is told though he does not follow it, when it is of few records at once.
OWNERS_HEAR, FEW = ("commented", "transfer", "assigned"), 20
#: One statement: the events in order, and a notice for each follower but whoever did it. Of what was done for a reason a notice
#: names the write, of which history keeps it.
_ANNOUNCED = """
WITH given AS (SELECT record, place FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS each (record, place)),
said AS (
    INSERT INTO kernel_event (at, entity, record, verb, actor, write_id, data)
    SELECT %(now)s, %(entity)s, record, %(verb)s, %(actor)s, %(write)s, %(data)s::jsonb FROM given ORDER BY place
)
INSERT INTO kernel_notice (person, at, verb, entity, record, actor, data)
SELECT person, %(now)s, %(verb)s, %(entity)s, record, %(actor)s, %(told)s::jsonb FROM (
    SELECT m.person, m.record FROM kernel_mark m JOIN given USING (record) WHERE m.kind = 'follow' AND m.entity = %(entity)s
    {owners}
) AS hearing WHERE person IS DISTINCT FROM %(actor)s::bigint
"""
_TO_OWNERS = 'UNION SELECT t.owner_id, t.id FROM "{table}" t JOIN given ON given.record = t.id WHERE t.owner_id IS NOT NULL'


def index(entity: Entity, records: Sequence[Any], changed: set[str] | None = None, *, new: bool = False) -> None:
    """Rewrite search entries when searchable text, owner or department changed; None means always. New records have none yet."""
    if not entity.search:
        return
    if new:
        columns.copy(SearchEntry, [search.entry(entity, r) for r in records])
    elif changed is None or changed & set(entity.searched):
        search.write(entity, records)
    elif changed & {"owner", entity.parent or "owner"}:
        search.restamp(entity, [record.id for record in records])

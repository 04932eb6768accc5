"""What follows a saved record inside its transaction: links, search, roll-ups to do, events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from guanxi.kernel import clock, search
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.models import Link, SearchEntry
from guanxi.kernel.write import columns
from guanxi.kernel.write.rollups import parents_of
from guanxi.kernel.write.unit import Unit


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
    for parent, column in parents_of(entity):
        unit.touch(parent.key, entity.key, [getattr(r, column) for r in records])
        unit.touch(parent.key, entity.key, before)


def announce(unit: Unit, entity: Entity, ids: Iterable[int], verb: str, data: dict[str, Any] | None = None) -> None:
    """Append one event a record."""
    if entity.pooled:
        ids = list(ids)
        unit.judge(entity.key, ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_event (at, entity, record, verb, actor, write_id, data) "
            "SELECT %s, %s, record, %s, %s, %s, %s FROM unnest(%s::bigint[]) WITH ORDINALITY AS given (record, place) ORDER BY place",
            [clock.now(), entity.key, verb, unit.actor.id, unit.write_id, Jsonb(data or {}), list(ids)],  # type: ignore[list-item]
        )


def index(entity: Entity, records: Sequence[Any], changed: set[str] | None = None, *, new: bool = False) -> None:
    """Rewrite search entries when searchable text, owner or department changed; None means always. New records have none yet."""
    if not entity.search:
        return
    if new:
        columns.insert(SearchEntry, [search.entry(entity, r) for r in records])
    elif changed is None or changed & {*entity.search, "owner", entity.parent or "owner"}:
        search.write(entity, records)

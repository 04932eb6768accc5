"""Checks what is stored twice against what it follows from: search, stamps, roll-ups, links, partitions.

An area that keeps something twice brings a `verify` module of its own, which registers a check.

Nothing here writes. What it finds is a defect of the program or a write around it; `guanxi verify` shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from guanxi.kernel import clock, directory, lists, pools, recycling, search, versions
from guanxi.kernel.draft import Draft, Hold
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.fields.rollup import RollUp
from guanxi.kernel.models import Lag, Link, SearchEntry
from guanxi.kernel.registry import registry
from guanxi.kernel.write import rollups

#: How many records of one kind of problem are named.
NAMED = 5
_CHUNK = 2_000
#: So long may children lag behind their parent.
LONG = timedelta(hours=1)


def run() -> list[str]:
    """Every problem as a line that names the records; empty when all is well."""
    versions.catch_up()
    problems: list[str] = []
    for entity in registry:
        for of_entity in (search_entries, owner_stamps, child_stamps, roll_ups, pool_stamps, links):
            problems += of_entity(entity)
    problems += strays()
    problems += laggards()
    problems += merged_values()
    problems += partitions()
    problems += holds()
    for check in _of_areas:
        problems += check()
    return problems


_of_areas: list[Callable[[], Iterator[str]]] = []


def register(check: Callable[[], Iterator[str]]) -> None:
    """Called by an area's `verify` module when it is imported; the check yields a line for each problem."""
    _of_areas.append(check)


def laggards() -> Iterator[str]:
    """What hangs on a record follows within minutes when it is handed over with many others."""
    ids = list(Lag.objects.filter(since__lt=clock.now() - LONG).order_by("record").values_list("record", flat=True)[:100])
    if ids:
        named = ", ".join(map(str, ids[:NAMED])) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
        yield f"children and search entries have not followed yet: {named}"


def merged_values() -> Iterator[str]:
    """What was merged into another value of its list stands on no record any more, once the job that sees to it has ended."""
    for of in lists.everything():
        gone = {item.id: item for item in of.dictionary.items() if item.into is not None}
        counted = lists.counts(of) if gone else {}
        for value, number in (counted or {}).items():
            if value in gone:
                yield f"{of.code}: {number} records still bear “{gone[value].code}”, which was merged: go on with its job"


def holds() -> Iterator[str]:
    """Unique values that a draft holds though it no longer waits: nobody could ever take them."""
    waiting = Draft.objects.filter(number=OuterRef("draft"), state="waiting")
    stale = Hold.objects.filter(~Exists(waiting)).order_by("id").values_list("draft", flat=True)[:NAMED]
    if ended := sorted(set(stale)):
        yield f"unique values are held by drafts that no longer wait: {', '.join(map(str, ended))}"


def in_chunks(entity: Entity) -> Iterator[list[int]]:
    """The ids of all live records, so many at a time."""
    last = 0
    while chunk := list(_live(entity).filter(id__gt=last).order_by("id").values_list("id", flat=True)[:_CHUNK]):
        last = chunk[-1]
        yield chunk


def say(entity: Entity, what: str, ids: list[int]) -> Iterator[str]:
    """A line that names the records, where there are any."""
    if ids:
        named = ", ".join(str(i) for i in ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
        yield f"{entity.key}: {what}: {named}"


def _live(entity: Entity) -> QuerySet[Any]:
    return entity.objects.filter(deleted_at=None)


def search_entries(entity: Entity) -> Iterator[str]:
    """Every live record of a searchable entity has an entry that says what the record says; no other has one."""
    entries = SearchEntry.objects.filter(entity=entity.key)
    if not entity.search:
        yield from say(entity, "in the search index though it is not searched", list(entries.values_list("record", flat=True)[:100]))
        return
    rows = _live(entity)
    missing = rows.filter(~Exists(SearchEntry.objects.filter(record=OuterRef("id"))))
    yield from say(entity, "missing in the search index", list(missing.values_list("id", flat=True)[:100]))
    dead = entries.filter(~Exists(rows.filter(id=OuterRef("record"))))
    yield from say(entity, "in the search index though deleted", list(dead.values_list("record", flat=True)[:100]))
    yield from say(entity, "stands in the search index otherwise than in its row", list(_stale(entity, rows)))


def _stale(entity: Entity, rows: QuerySet[Any]) -> Iterator[int]:
    compared = ("owner", "department", "parent", "title", "lead", "keys", "tokens")
    last = 0
    lagging = set(Lag.objects.values_list("record", flat=True))
    while chunk := list(rows.filter(id__gt=last).order_by("id")[:_CHUNK]):
        last = chunk[-1].id
        stored = SearchEntry.objects.in_bulk([r.id for r in chunk])
        for record in chunk:
            known, right = stored.get(record.id), search.entry(entity, record)
            if (
                known is not None
                and not {record.id, known.parent} & lagging
                and any(getattr(known, name) != right[name] for name in compared)
            ):
                yield record.id


def owner_stamps(entity: Entity) -> Iterator[str]:
    """A record without a parent bears the department of its owner, also in the recycle bin: scopes by department rely on it."""
    rows = entity.objects.order_by()
    if entity.parent:
        rows = rows.filter(**{f"{entity.fields[entity.parent].column.path}__isnull": True})
    people = directory.people()
    for owner, department in rows.values_list("owner_id", "department_id").distinct():
        entry = people.get(owner or 0)
        if department != (entry.department if entry else None):
            ids = list(rows.filter(owner_id=owner, department_id=department).values_list("id", flat=True)[:100])
            yield from say(entity, f"department differs from that of its owner {directory.person_name(owner) or owner}", ids)


def child_stamps(entity: Entity) -> Iterator[str]:
    """A child carries the owner and department of its parent."""
    if not entity.parent:
        return
    parent = entity.fields[entity.parent]
    path = str(parent.column.path)
    above = parent.kind.target.objects.filter(id=OuterRef(path))  # type: ignore[attr-defined]
    wrong = _live(entity).filter(**{f"{path}__isnull": False}).exclude(Exists(Lag.objects.filter(record=OuterRef(path))))
    for column in ("owner_id", "department_id"):
        same = Q(**{column: F("_above")}) | Q(**{f"{column}__isnull": True, "_above__isnull": True})
        compared = wrong.annotate(_above=Subquery(above.values(column)[:1]))
        ids = list(compared.filter(~same).values_list("id", flat=True)[:100])
        yield from say(entity, f"{column.removesuffix('_id')} differs from that of its {entity.parent}", ids)


def roll_ups(entity: Entity) -> Iterator[str]:
    """Each stored figure is what its children say now."""
    for rollup in entity.figures:
        yield from say(entity, f"{rollup.field} is not what its children say", list(_wrong_figures(entity, rollup)))


def _wrong_figures(entity: Entity, rollup: RollUp) -> Iterator[int]:
    last = 0
    rows = entity.objects.order_by("id").only("id", "custom" if rollup.own else rollup.field)
    while rollups.sound(rollup) and (chunk := list(rows.filter(id__gt=last)[:_CHUNK])):
        last = chunk[-1].id
        right = rollups.figures([rollup], [row.id for row in chunk])
        yield from (row.id for row in chunk if rollups.differs(entity, row, rollup, right.get(row.id, {}).get(rollup.field)))


def pool_stamps(entity: Entity) -> Iterator[str]:
    """What nobody owns lies in a pool, and the countdown on a record is what the rules say."""
    if not entity.pooled:
        return
    if pools.usual(entity) is not None:
        lost = _live(entity).filter(owner_id__isnull=True, pool_id__isnull=True)
        yield from say(entity, "belongs to nobody and lies in no pool", list(lost.values_list("id", flat=True)[:100]))
    yield from say(entity, "falls into a pool otherwise than the rules say", recycling.stale(entity, 100))


def links(entity: Entity) -> Iterator[str]:
    """Links lead from a record to a record."""
    for key, field in entity.fields.items():
        if not isinstance(field.column, Linked):
            continue
        target = field.kind.target  # type: ignore[attr-defined]
        rows = Link.objects.filter(field=field.column.field)
        lost = rows.filter(~Exists(target.objects.filter(id=OuterRef("target"))))
        yield from say(entity, f"{key} leads to a {target.key} that does not exist", list(lost.values_list("source", flat=True)[:100]))
        homeless = rows.filter(~Exists(entity.objects.filter(id=OuterRef("source"))))
        yield from say(entity, f"{key} comes from a record that does not exist", list(homeless.values_list("source", flat=True)[:100]))


def strays() -> Iterator[str]:
    """Links and search entries of entities that are not declared."""
    fields = {f.column.field for e in registry for f in e.fields.values() if isinstance(f.column, Linked)}
    for field in sorted(set(Link.objects.values_list("field", flat=True).distinct()) - fields):
        yield f"links of “{field}”, which is not declared"
    for key in sorted(set(SearchEntry.objects.values_list("entity", flat=True).distinct()) - {e.key for e in registry}):
        yield f"search entries of “{key}”, which is not declared"


def partitions() -> Iterator[str]:
    """This month and the next have a partition of the history, and nothing has fallen beside them."""
    with connection.cursor() as cursor:
        for day in (clock.today(), clock.today().replace(day=1) + timedelta(days=32)):
            cursor.execute("SELECT to_regclass(%s)", [f"change_{day:%Y%m}"])
            if cursor.fetchone()[0] is None:
                yield f"history has no partition for {day:%Y-%m}"
        cursor.execute("SELECT count(*) FROM change_rest")
        count = cursor.fetchone()[0]
        if count:
            yield f"{count} changes lie in the default partition of the history"


__all__ = ["in_chunks", "register", "run", "say"]

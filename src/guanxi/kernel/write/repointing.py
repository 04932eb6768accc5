"""Whatever refers to one record refers to another: columns of every entity, links, remarks, files, participants, requests, drafts.

A fixed number of statements, however much there is. What moved is named in a document, by which it moves back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from guanxi.kernel import clock
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Keyed, Linked, Naming
from guanxi.kernel.models import Attachment, Comment, Petition
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after, lagging
from guanxi.kernel.write.rollups import parents_of
from guanxi.kernel.write.unit import Unit


@dataclass(frozen=True)
class Attached:
    """What names a record of any kind by two of its columns."""

    model: Any
    entity: str = "entity"
    record: str = "record"

    def lead(self, ids: Sequence[int], entity: str, former: int, now: int) -> None:
        """Those of them that name the one name the other."""
        rows = self.model.objects.filter(id__in=ids, **{self.entity: entity, self.record: former})
        rows.update(**{self.record: now})


#: What is attached to records, by its name in the document; areas above add theirs.
ATTACHED: dict[str, Attached] = {"comments": Attached(Comment), "attachments": Attached(Attachment)}
#: What came along: {"columns": {"customers.contact.customer": [ids]}, "links": {field: [[source, role, was new]]}, "comments": [ids], ...}
Moved = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """A column of one entity that names records of another; `scope` where owner and department follow it."""

    child: Entity
    column: str
    scope: bool
    #: Whether it is a key of the `custom` document rather than a column of its own.
    keyed: bool = False

    @property
    def value(self) -> str:
        """The reference in SQL, as an index on it is made."""
        return f"(custom ->> '{self.column}')::bigint" if self.keyed else f'"{self.column}"'

    def becomes(self, given: str) -> str:
        """The SET of another value."""
        if self.keyed:
            return f"custom = jsonb_set(custom, '{{{self.column}}}', to_jsonb({given}::bigint))"
        return f"{self.value} = {given}"

    @property
    def name(self) -> str:
        """How the document of what moved calls it."""
        return f"{self.child.key}.{self.column}"


def references(target: Entity) -> list[Reference]:
    """Every column that may name a record of `target`."""
    found = []
    for child in registry:
        scope = child.fields[child.parent].column.path if child.parent else ""
        for column in child.model._meta.local_fields:
            if column.is_relation and column.related_model is target.model:
                found.append(Reference(child, str(column.attname), column.attname == scope))
        for key, field in child.fields.items():
            if isinstance(field.column, Keyed | Naming) and getattr(field.kind, "target", None) is target:
                found.append(Reference(child, field.column.path or key, scope=key == child.parent, keyed=field.column.path is None))
    return found


def linking(target: Entity) -> list[tuple[Entity, str]]:
    """(entity, link field) of every field of links to records of `target`."""
    return [
        (source, f.column.field)
        for source in registry
        for f in source.fields.values()
        if isinstance(f.column, Linked) and f.kind.target is target  # type: ignore[attr-defined]
    ]


def repoint(u: Unit, entity: Entity, lost: int, keep: Any, family: Sequence[int]) -> Moved:
    """Lead everything from `lost` to the record `keep`; among the `family`, the records being merged, references stay as they are."""
    moved: Moved = {"columns": {}, "links": {}}
    for reference in references(entity):
        if ids := _column(u, entity, reference, lost, keep, family):
            moved["columns"][reference.name] = ids
    for source, field in linking(entity):
        if rows := _links(source, field, lost, keep.id, family):
            moved["links"][field] = rows
    moved |= _attached(entity, lost, keep.id)
    moved["petitions"] = _petitions(entity, lost, keep.id)
    moved["drafts"] = swap_in_drafts(entity, lost, keep.id)
    return {key: found for key, found in moved.items() if found}


def _column(u: Unit, entity: Entity, reference: Reference, lost: int, keep: Any, family: Sequence[int]) -> list[int]:
    """One statement; live rows and those in the bin are found by the index of each."""
    table, column = reference.child.table, reference.value
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET {reference.becomes("%(keep)s")}, version = version + 1, updated_at = %(now)s{_STAMPS if reference.scope else ""} '
            f'WHERE id = ANY(ARRAY(SELECT id FROM "{table}" WHERE {column} = %(lost)s AND deleted_at IS NULL) '
            f'|| ARRAY(SELECT id FROM "{table}" WHERE {column} = %(lost)s AND deleted_at IS NOT NULL)) '
            f"AND {column} = %(lost)s AND id <> ALL(%(family)s::bigint[]) RETURNING id",
            {"keep": keep.id, "lost": lost, "now": clock.now(), "family": list(family), **_owner(keep)},
        )
        ids = sorted(row[0] for row in cursor.fetchall())
    if ids:
        _followed(u, entity, reference, ids, lost, keep)
    return ids


_STAMPS = ", owner_id = %(owner)s, department_id = %(department)s"


def _owner(record: Any) -> dict[str, int | None]:
    return {"owner": record.owner_id, "department": record.department_id}


def move_back(u: Unit, entity: Entity, reference: Reference, ids: Sequence[int], keep: int, lost: Any, since: int) -> list[int]:
    """Lead those of these rows back to the record `lost` that nobody has led elsewhere after the change `since`; their ids."""
    table, column = reference.child.table, reference.value
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" t SET {reference.becomes("%(lost)s")}, version = version + 1, updated_at = %(now)s{_STAMPS if reference.scope else ""} '
            f"WHERE id = ANY(%(ids)s::bigint[]) AND {column} = %(keep)s "
            "AND NOT EXISTS (SELECT FROM change c WHERE c.record = t.id AND c.id > %(since)s AND c.diff ? %(column)s) RETURNING id",
            {
                "keep": keep,
                "lost": lost.id,
                "now": clock.now(),
                "ids": list(ids),
                "since": since,
                "column": reference.column,
                **_owner(lost),
            },
        )
        back = sorted(row[0] for row in cursor.fetchall())
    if back:
        _followed(u, entity, reference, back, keep, lost)
    return back


def _followed(u: Unit, entity: Entity, reference: Reference, ids: list[int], former: int, now: Any) -> None:
    """Search entries, what lies below, roll-ups of both sides."""
    child = reference.child
    with connection.cursor() as cursor:
        scope = ", parent = %(parent)s, owner = %(owner)s, department = %(department)s" if reference.scope else ""
        if child.search:
            cursor.execute(
                f"UPDATE kernel_searchentry SET updated_at = %(now)s{scope} WHERE record = ANY(%(ids)s::bigint[])",
                {"now": clock.now(), "ids": ids, "parent": now.id, **_owner(now)},
            )
    if reference.scope:
        lagging.settle(child, ids)
    if any((via.column.path or via.key) == reference.column for _parent, via in parents_of(child)):
        u.touch(entity.key, child.key, [former, now.id])
    if child.pooled:
        u.judge(child.key, ids)
    after.noted(child, ids, [k for k, f in child.fields.items() if f.column.path == reference.column])


def _links(source: Entity, field: str, lost: int, keep: int, family: Sequence[int]) -> list[list[Any]]:
    """Links that led to `lost` lead to `keep`, once each: [source, role, whether there was none yet]."""
    given: dict[str, Any] = {"field": field, "lost": lost, "keep": keep, "family": list(family)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, role FROM kernel_link WHERE field = %(field)s AND target = %(lost)s AND source <> ALL(%(family)s::bigint[]) "
            "ORDER BY source FOR UPDATE",
            given,
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    came = relink(source, field, [list(row) for row in rows], lost, keep)
    return [[source_id, role, source_id in came] for source_id, role in rows]


def relink(source: Entity, field: str, rows: Sequence[Sequence[Any]], former: int | None, target: int) -> set[int]:
    """Links of these (source, role) from one target to another, or in addition; the sources that were not linked to it yet."""
    sources, roles = [row[0] for row in rows], [row[1] for row in rows]
    with connection.cursor() as cursor:
        # History takes the version of a link from its record.
        cursor.execute(
            f'UPDATE "{source.table}" SET version = version + 1, updated_at = %s WHERE id = ANY(%s::bigint[])',
            [clock.now(), sources],
        )
        if former is not None:
            cursor.execute(
                "DELETE FROM kernel_link WHERE field = %s AND target = %s AND source = ANY(%s::bigint[])", [field, former, sources]
            )
        cursor.execute(
            "INSERT INTO kernel_link (field, source, target, role) "
            "SELECT %s, one, %s, role FROM unnest(%s::bigint[], %s::int[]) AS given (one, role) ON CONFLICT DO NOTHING RETURNING source",
            [field, target, sources, roles],
        )
        came = {row[0] for row in cursor.fetchall()}
    after.noted(source, sources, [field.rpartition(".")[2]])
    return came


def _attached(entity: Entity, lost: int, keep: int) -> Moved:
    """Remarks, files and the like of one record become those of the other; removed ones too, for they can be brought back."""
    found, names = Moved(), list(ATTACHED)
    while names:  # a statement writes to no row twice
        now = list({ATTACHED[name].model: name for name in reversed(names)}.values())
        found |= _led(now, entity, lost, keep)
        names = [name for name in names if name not in now]
    return found


def _led(names: Sequence[str], entity: Entity, lost: int, keep: int) -> Moved:
    """These, in one statement."""
    moves = [
        f'm{n} AS (UPDATE "{each.model._meta.db_table}" SET {each.record} = %(keep)s '
        f"WHERE {each.entity} = %(entity)s AND {each.record} = %(lost)s RETURNING id)"
        for n, each in enumerate(ATTACHED[name] for name in names)
    ]
    told = " UNION ALL ".join(f"SELECT {n}, id FROM m{n}" for n in range(len(moves)))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(moves)} {told} ORDER BY 1, 2", {"keep": keep, "entity": entity.key, "lost": lost})
        rows = cursor.fetchall()
    return {name: [number for place, number in rows if place == n] for n, name in enumerate(names)}


def _petitions(entity: Entity, lost: int, keep: int) -> list[int]:
    """Who asks to see the one asks for the other, unless he does so already."""
    asking = Petition.objects.filter(entity=entity.key, record=keep, state="open").values("asked_by")
    rows = Petition.objects.filter(entity=entity.key, record=lost, state="open").exclude(asked_by__in=asking)
    ids = sorted(rows.values_list("id", flat=True))
    Petition.objects.filter(id__in=ids).update(record=keep)
    return ids


def swap_in_drafts(entity: Entity, former: int, now: int, only: Sequence[int] | None = None) -> list[int]:
    """What waits for agreement and names one record names the other; the numbers of these drafts."""
    keys = [(c.key, k) for c in registry for k, f in c.fields.items() if getattr(f.kind, "to", "").lower() == entity.key]
    naming = Q(pk__in=[])
    for child, key in keys:
        naming |= Q(entity=child, values__contains={key: former}) | Q(entity=child, values__contains={key: [former]})
    rows = Draft.objects.select_for_update().filter(naming, state="waiting")
    found = list(rows if only is None else rows.filter(pk__in=only))
    for draft in found:
        draft.values = {k: _swapped(v, former, now) if (draft.entity, k) in keys else v for k, v in draft.values.items()}
    Draft.objects.bulk_update(found, ["values"])
    return sorted(draft.number for draft in found)


def _swapped(value: Any, former: int, now: int) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(now if each == former else each for each in value))
    return now if value == former else value


def tell_followers(moved: Moved, u: Unit) -> None:
    """Let entities follow up that something of theirs refers elsewhere now."""
    for name, ids in moved.get("columns", {}).items():
        key, _dot, column = name.rpartition(".")
        child = registry.get(key)
        if type(child).follow is Entity.follow:
            continue
        field = next((k for k, f in child.fields.items() if f.column.path == column), column)
        records = list(child.rows_of(ids).order_by("id"))
        child.follow(records, creating=False, changed={field}, actor=u.actor, door=u.door)


__all__ = ["Moved", "Reference", "linking", "move_back", "references", "relink", "repoint", "swap_in_drafts", "tell_followers"]

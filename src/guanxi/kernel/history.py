"""History: who changed what, when, by which door. Written by database triggers, so not even raw SQL escapes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Field, Label, Reader
from guanxi.kernel.fields.column import Stored
from guanxi.kernel.fields.text import TextKind
from guanxi.kernel.statement import prepared_cursor

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: Months of partitions kept ready before and after the present one.
MONTHS_BACK, MONTHS_AHEAD = 36, 4

#: What a share lets its holder do, in the words of the interface.
PARTS: dict[str, Label] = {
    "co_owner": gettext_lazy("Co-owner"),
    "collaborator": gettext_lazy("Collaborator"),
    "viewer": gettext_lazy("May view"),
    "basic": gettext_lazy("May view the record alone"),
}
#: Stands in differences for who takes part: no field of any entity.
TAKING_PART = Field("share", TextKind(), gettext_lazy("Participants"), Stored("share"))
#: The same of merges, on either side.
TAKEN_IN = Field("merged", TextKind(), gettext_lazy("Taken in"), Stored("merged"))
BECAME = Field("merged_into", TextKind(), gettext_lazy("Became part of"), Stored("merged_into"))

_SELECT = "SELECT at, write_id, entity, record, version, op, actor, door, request, id, reason, diff FROM change"
#: Said twice: the index holds the requests of jobs only, which a value alone does not tell.
_OF_JOB = "request = %s AND request LIKE 'job:%%'"


@dataclass
class Change:
    """One write to one record as a person reads it; several rows of one write are folded."""

    at: datetime
    write_id: UUID
    entity: str
    record: int
    version: int
    verb: str
    actor: int | None
    door: str
    request: str
    number: int
    reason: str = ""
    diff: dict[str, list[Any]] = field(default_factory=dict)

    def lines(self, entity: Entity, reader: Reader) -> list[tuple[Field, str, str]]:
        """(field, old text, new text) of every key that the reader may see today, masked where his right says so."""
        by_column = {(f.column.path or f.key): f for f in entity.visible(reader.actor).values()}
        shown = []
        for key, (old, new) in self.diff.items():
            if key.startswith("share:"):
                shown.append((TAKING_PART, _part(old, reader), _part(new, reader)))
                continue
            bound = by_column.get(key)
            if old is None and new is None:
                continue  # erased
            if words := merging(key):
                shown.append((words, _called(entity, old, reader), _called(entity, new, reader)))
                continue
            if bound is None:
                if key.endswith("_currency") and (amount := by_column.get(key.removesuffix("_currency"))):
                    shown.append((amount, old or "", new or ""))
                continue
            mask = reader.actor.right(entity.key, bound.key) == "masked"
            shown.append((bound, _words(bound, old, reader, mask=mask), _words(bound, new, reader, mask=mask)))
        return shown

    def why(self, entity: Entity, reader: Reader) -> str:
        """The reason that was given for it: not to who may not read whose the record is, for that is what it is about."""
        open_ = "owner" in entity.visible(reader.actor) and reader.actor.right(entity.key, "owner") != "masked"
        return self.reason if open_ else ""


def merging(key: str) -> Field | None:
    """What a key of a difference says of a merge, if it does."""
    return BECAME if key == "merged_into" else TAKEN_IN if key.startswith("merged:") else None


def _called(entity: Entity, record: int | None, reader: Reader) -> str:
    """A record by its title, also one in the recycle bin, as far as the reader may see it today."""
    if record is None:
        return ""
    return titles(entity, [record], reader).get(record) or str(_("another record"))


def titles(entity: Entity, ids: Iterable[int], reader: Reader, action: str = "view") -> dict[int, str]:
    """Titles of records, those in the recycle bin among them, that the reader may see, or may `action`; one query."""
    right = reader.actor.right(entity.key, entity.title)
    if right == "hidden":
        return {}
    kind = entity.fields[entity.title].kind
    rows = entity.rows(reader.actor, action, deleted=None).filter(id__in=list(ids)).values_list("id", entity.title)
    return {i: kind.mask(title) if right == "masked" else str(title)[:80] for i, title in rows}


def _part(share: Mapping[str, Any] | None, reader: Reader) -> str:
    """One participation as a person reads it."""
    if not share:
        return ""
    name = directory.grantee_told(share["to"], share["grantee"], reader.actor, share.get("company") or 0)
    said = f"{name} · {PARTS.get(share['part'], share['part'])}"
    if share.get("until"):
        last = timezone.localtime(datetime.fromisoformat(share["until"]))
        said = f"{said} · {_('until %(day)s') % {'day': last.strftime('%Y-%m-%d')}}"
    return said


def _words(bound: Field, stored: Any, reader: Reader, *, mask: bool) -> str:
    if stored is None:
        return ""
    kind = bound.kind
    value = stored
    if kind.name in ("date", "datetime"):
        value = date.fromisoformat(stored) if kind.name == "date" else datetime.fromisoformat(stored)
    elif kind.stored == "number":
        value = kind.from_json(stored)
    if mask or kind.name in ("phone", "resident_id"):
        return kind.mask(value)
    return kind.text(value, reader)


def of_record(record: int, *, limit: int = 100, before: datetime | None = None) -> list[Change]:
    """The newest changes of a record. The caller has checked that the record may be seen."""
    sql = f"{_SELECT} WHERE record = %s"
    params: list[Any] = [record]
    if before is not None:
        sql, params = f"{sql} AND at < %s", [record, before]
    return _fold(_fetch(f"{sql} ORDER BY at DESC, id DESC LIMIT %s", [*params, limit]))


def of_write(write_id: UUID, *, record: int | None = None) -> list[Change]:
    """Everything that one write changed, or what it changed of one record."""
    sql, params = f"{_SELECT} WHERE write_id = %s", [write_id]
    if record is not None:
        sql, params = f"{sql} AND record = %s", [write_id, record]  # type: ignore[list-item]
    return _fold(_fetch(f"{sql} ORDER BY id", params))


def of_request(request: str) -> list[Change]:
    """Everything that a job (`job:12`) changed, oldest first."""
    sql = f"{_SELECT} WHERE {_OF_JOB} ORDER BY id"
    return _fold(_fetch(sql, [request]))


def writes_of(request: str) -> list[tuple[UUID, int]]:
    """The writes of a job, newest first, each with the number of records that it changed."""
    sql = f"SELECT write_id, count(DISTINCT record) FROM change WHERE {_OF_JOB} GROUP BY write_id ORDER BY max(id) DESC"
    with connection.cursor() as cursor:
        cursor.execute(sql, [request])
        return [(row[0], row[1]) for row in cursor.fetchall()]


def reasons(asked: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The reasons given for writes to records, by write and record; one query, none where nothing is asked."""
    pairs = list(dict.fromkeys(asked))
    if not pairs:
        return {}
    sql = (
        "SELECT write_id::text, record, reason FROM change "
        "WHERE (write_id, record) IN (SELECT * FROM unnest(%s::uuid[], %s::bigint[])) AND reason <> ''"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [[write for write, _record in pairs], [record for _write, record in pairs]])
        return {(write, record): reason for write, record, reason in cursor.fetchall()}


def handed(actor: int, door: str, since: datetime, write_id: UUID | None = None) -> list[tuple[UUID, datetime, str, int | None, int]]:
    """What a person handed over by a door outside of jobs, newest first: (write, when, entity, new owner, records not taken back since)."""
    sql = (
        "SELECT c.write_id, min(c.at), c.entity, (c.diff -> 'owner_id' ->> 1)::bigint, count(*) FROM change c "
        "WHERE c.actor = %s AND c.at >= %s AND c.op = 'transfer' AND c.door = %s AND c.request NOT LIKE 'job:%%' "
        "AND (%s::uuid IS NULL OR c.write_id = %s) AND c.diff ? 'owner_id' AND NOT EXISTS (SELECT FROM change later "
        "WHERE later.record = c.record AND later.at > c.at AND later.op = 'undo' AND later.diff ? 'owner_id') "
        "GROUP BY 1, 3, 4 ORDER BY 2 DESC, 3 LIMIT 100"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [actor, since, door, write_id, write_id])
        return list(cursor.fetchall())


def keys_since(record: int, version: int) -> dict[str, Any]:
    """Columns changed after `version`, each with the value it had then."""
    changed: dict[str, Any] = {}
    sql = "SELECT diff FROM change WHERE record = %s AND version > %s ORDER BY version, id"
    with connection.cursor() as cursor:
        cursor.execute(sql, [record, version])
        for (diff,) in cursor.fetchall():
            for key, (old, _new) in _document(diff).items():
                changed.setdefault(key, old)
    return changed


def columns_since(asked: Iterable[tuple[int, int]]) -> dict[tuple[int, int], set[str]]:
    """For each (record, version) the columns changed after that version: one query for all of them."""
    pairs = list(dict.fromkeys(asked))
    found: dict[tuple[int, int], set[str]] = {pair: set() for pair in pairs}
    if not pairs:
        return found
    sql = (
        "SELECT DISTINCT asked.record, asked.version, key FROM unnest(%s::bigint[], %s::int[]) AS asked (record, version) "
        "JOIN change ON change.record = asked.record AND change.version > asked.version CROSS JOIN LATERAL jsonb_object_keys(change.diff) AS key"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [[record for record, _version in pairs], [version for _record, version in pairs]])
        for record, version, key in cursor.fetchall():
            found[record, version].add(key)
    return found


def _document(value: Any) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else (value or {})
    return found


def _fetch(sql: str, params: Iterable[Any]) -> list[Change]:
    with prepared_cursor() as cursor:
        cursor.execute(sql, list(params))
        return [Change(*row[:-1], diff=_document(row[-1])) for row in cursor.fetchall()]  # type: ignore[misc]


def _fold(rows: list[Change]) -> list[Change]:
    """One Change a write and record, in the order given. What made the record or ended it names the whole write."""
    folded: dict[tuple[UUID, int], Change] = {}
    for row in sorted(rows, key=lambda r: r.number):
        known = folded.setdefault((row.write_id, row.record), row)
        if known is row:
            continue
        if row.verb == "merge" or (known.verb in ("update", "undo") and row.verb != "update"):
            known.verb = row.verb
        known.version, known.reason = max(known.version, row.version), known.reason or row.reason
        for key, (old, new) in row.diff.items():
            known.diff[key] = _joined(known.diff.get(key), old, new)
    kept = {id(c) for c in folded.values()}
    return [row for row in rows if id(row) in kept]


def _joined(before: list[Any] | None, old: Any, new: Any) -> list[Any]:
    """Two moves of one key as one: where it came from and where it went. Of links: what went and what came."""
    return [old, new] if before is None else [before[0], new]


def install() -> None:
    """Create or replace the change table, its partitions, and the triggers of every entity."""
    from guanxi.kernel.registry import registry

    with connection.cursor() as cursor:
        cursor.execute((files("guanxi.kernel") / "history.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT guanxi_partitions('change', %s, %s)", [MONTHS_BACK, MONTHS_AHEAD])
        keep_by_month("kernel_accesslog")
        cursor.execute("SELECT guanxi_append_only(%s)", [settings.GUANXI_APP_ROLE])
        cursor.execute((files("guanxi.kernel") / "design.sql").read_text(encoding="utf-8"))
        for entity in registry.declared():
            follows = entity.fields[entity.parent].column.path if entity.parent else ""
            watched = [entity.table, entity.key, ",".join(entity.derived), follows]
            cursor.execute("SELECT guanxi_watch(%s, %s, %s, %s)", watched)


def keep_by_month(log: str) -> None:
    """Part a log by the month of `at` from this month on; what is older stays together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT guanxi_by_month(%s)", [log])
        cursor.execute("SELECT guanxi_partitions(%s, 0, %s)", [log, MONTHS_AHEAD])


def months_ahead() -> None:
    """The parts of the coming months, of every log that has parts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT guanxi_partitions(relname, 0, %s) FROM pg_class "
            "WHERE relkind = 'p' AND relnamespace = 'public'::regnamespace AND to_regclass(relname || '_rest') IS NOT NULL",
            [MONTHS_AHEAD],
        )


def stamped(entity: Entity) -> tuple[str, ...]:
    """Owner and department of a child follow its parent: re-stamping is no change of the child."""
    return ("owner_id", "department_id") if entity.parent else ()


def visible_changes(entity: Entity, record: int, actor: Actor, *, limit: int = 100) -> list[Change]:
    """Changes of a record that have at least one line for this reader, or a verb that speaks for itself."""
    reader = Reader(actor)
    return [c for c in of_record(record, limit=limit) if c.verb != "update" or c.lines(entity, reader)]
